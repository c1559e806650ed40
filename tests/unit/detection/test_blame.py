"""Which columns an issue is blamed on: those of the ensemble, those beyond all that is clean, and no others."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from airflow_provider_dqheal.detection.blame import SUSPICION, concerned
from airflow_provider_dqheal.issues._base import Finding, registry

COLUMNS = ("amount", "country", "day", "note")


def scored(*logits: float) -> SimpleNamespace:
    """Column logits of every issue type, blamed from 0.5 on."""
    return SimpleNamespace(
        columns=np.repeat(np.asarray(logits)[:, None], 5, axis=1),
        calibration=SimpleNamespace(column_logit=np.full(5, 0.5)),
        features=SimpleNamespace(columns=COLUMNS),
    )


def finding(column: str | None, strength: float, issue: str = "outliers") -> Finding:
    return Finding(issue, column, "far_values", strength, f"{column}: far")


def of(name: str, scores: SimpleNamespace, found=(), beyond=()):
    spec = registry.get(name)
    return concerned(spec, scores, spec.order, list(found), beyond)


def test_the_ensemble_blames_and_evidence_alone_is_suspicious():
    found = of("outliers", scored(3.0, -4.0, -4.0, 0.6), [finding("country", 9.0), finding("day", 0.1)])
    assert found.blamed == {"amount", "note"}
    assert found.order == ("amount", "note", "country")


def test_a_column_just_below_the_cut_is_suspected():
    found = of("outliers", scored(3.0, 0.5 - SUSPICION, 0.4 - SUSPICION, -9.0))
    assert found.blamed == {"amount"}
    assert found.order == ("amount", "country")


def test_an_issue_of_the_whole_batch_blames_no_column():
    found = of("distribution_shift", scored(-3.0, -3.0, -3.0, -3.0), [finding(None, 4.0, "distribution_shift")])
    assert found.blamed == frozenset()
    assert found.order == (None,)


def test_the_likeliest_column_is_shown_where_nothing_else_is():
    found = of("outliers", scored(-3.0, -1.0, -3.0, -3.0))
    assert found.blamed == frozenset()
    assert found.order == ("country",)


@pytest.mark.parametrize("logit", [-9.0, 3.0])
def test_what_is_beyond_all_that_is_clean_is_blamed(logit):
    found = of("outliers", scored(logit, -9.0, -9.0, -9.0), beyond=["day"])
    assert "day" in found.blamed
    assert "day" in found.order


def test_an_exact_difference_of_the_schema_blames_its_own_columns():
    difference = [finding("old", 10.0, "schema_drift"), finding(None, 2.0, "schema_drift")]
    found = of("schema_drift", scored(3.0, 3.0, -9.0, -9.0), difference)
    assert found.blamed == {"old"}
    assert found.order == ("old", None)
