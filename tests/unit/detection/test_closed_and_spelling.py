"""A column whose list of values is closed, keys that repeat, and texts spelled unlike their column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from _support.tables import put

from airflow_provider_dqheal.detection.facts import findings
from airflow_provider_dqheal.detection.features import Features, features_of
from airflow_provider_dqheal.detection.spelling import expectation, pairs_of, surprise
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table

SYLLABLES = ("ber", "lin", "ham", "burg", "mar", "sta", "nor", "den", "kir", "wal", "dorf", "heim")


def people(day: int, rows: int = 300, moving: bool = False) -> pa.Table:
    rng = np.random.default_rng(100 + day)
    town = ["".join(rng.choice(SYLLABLES, 3)).title() for _ in range(rows)]
    code = [f"{rng.integers(16**10):010x}{i}" for i in range(rows)]
    sex = rng.choice(["female", "male"], rows, p=[0.55, 0.45]).tolist()
    return pa.table({"code": code, "sex": [f"{value}{day}" for value in sex] if moving else sex, "town": town})


@pytest.fixture(scope="module")
def history() -> list[pa.Table]:
    return [people(day) for day in range(8)]


def compared(batch: pa.Table, history: list[pa.Table]) -> Features:
    return features_of(view_table(batch), build_stack([view_table(table) for table in history]))


def strongest(features: Features, column: str) -> dict[str, float]:
    return {f"{one.issue}.{one.metric}": one.strength for one in findings(features) if one.column == column}


def measured(features: Features, column: str, name: str) -> float:
    from airflow_provider_dqheal.detection.compare import AT

    return float(features.raw[features.columns.index(column), AT[name]])


def test_clean_batches_say_nothing(history):
    for day in range(8, 14):
        features = compared(people(day), history)
        assert not [one for one in findings(features) if one.strength >= 1]


def test_a_value_outside_a_closed_list_is_an_outlier_where_it_is_rare_and_a_shift_where_not(history):
    few = compared(put(people(8), "sex", dict.fromkeys(range(7), "Atlantis")), history)
    assert measured(few, "sex", "closed_presence") == 1
    assert measured(few, "sex", "closed_z") > 3
    assert strongest(few, "sex")["outliers.unknown_values"] > 0.7
    many = compared(put(people(8), "sex", dict.fromkeys(range(60), "other")), history)
    assert strongest(many, "sex")["distribution_shift.new_values"] > 1
    assert "outliers.unknown_values" not in strongest(many, "sex")


def test_a_list_that_always_had_news_is_not_closed():
    history = [people(day, moving=True) for day in range(8)]
    features = compared(people(8, moving=True), history)
    assert measured(features, "sex", "closed_z") == 0
    assert not [one for one in findings(features) if one.column == "sex" and one.strength >= 1]


def test_a_value_that_stays_away_is_named(history):
    batch = people(8)
    features = compared(batch.filter(pa.compute.equal(batch["sex"], "male")), history)
    found = {one.metric: one for one in findings(features) if one.column == "sex"}
    assert found["gone_values"].strength > 1
    assert found["gone_values"].examples == ("female",)


def test_a_key_that_repeats_is_named(history):
    batch = people(8)
    features = compared(put(batch, "code", dict.fromkeys(range(20), batch["code"][0].as_py())), history)
    found = {one.metric: one for one in findings(features) if one.column == "code"}
    assert found["repeated_keys"].strength > 1
    assert found["repeated_keys"].examples == (batch["code"][0].as_py(),)


@pytest.mark.parametrize("text", ["'; DROP TABLE users; --", "xq zvkj wqx", "<script>x()</script>"])
def test_a_text_whose_characters_do_not_go_together_stands_out(history, text):
    features = compared(put(people(8), "town", dict.fromkeys(range(1), text)), history)
    found = {one.metric: one for one in findings(features) if one.column == "town"}
    assert found["strange_texts"].strength > 1
    assert found["strange_texts"].examples[0] == text


def test_a_new_name_of_usual_spelling_does_not(history):
    features = compared(put(people(8), "town", dict.fromkeys(range(1), "Hamdenburg")), history)
    assert measured(features, "town", "spelling_reach") == 0


def test_surprise_is_by_text_and_reads_any_bytes():
    usual = pairs_of(("anna", "hanna", "nina", "ana"), np.ones(4))
    mixed = pairs_of(("anna", "", "zxqk", "naïve\x00", "n" * 10_000), np.ones(5))
    assert usual is not None
    assert mixed is not None
    found = surprise(mixed, expectation(usual.counts))
    assert found.shape == (5,)
    assert np.isfinite(found).all()
    assert found[0] < found[2]
    assert pairs_of((), np.zeros(0)) is None
