"""Every registered issue type: clean gives none, its own fault gives itself, in words, graded."""

from __future__ import annotations

import importlib

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corruptions import inject
from airflow_provider_dqheal.detection.facts import findings, readings
from airflow_provider_dqheal.detection.features import features_of
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.issues import registry
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table

SEVERITIES = ("low", "medium", "high", "critical")
FAULTS = {
    "schema_drift": ("renamed_case", "columns_removed", "columns_added"),
    "type_mismatch": ("currency_sign", "unit_suffix", "decimal_comma"),
    "missing_data": ("empty_scattered", "not_available_words", "column_empty"),
    "outliers": ("decimal_shift_up", "extreme_value"),
    "distribution_shift": ("scale_power_of_ten", "offset_constant"),
}


def table(day: int, rows: int = 500) -> pa.Table:
    rng = np.random.default_rng(50 + day)
    columns = {
        "id": [str(day * rows + i) for i in range(rows)],
        "weight": [f"{x:.1f}" for x in rng.gamma(9, 8, rows)],
        "price": [f"{x:.2f}" for x in rng.lognormal(4, 0.3, rows)],
        "height": [f"{x:.1f}" for x in rng.normal(170, 9, rows)],
        "kind": rng.choice(["small", "medium", "large"], rows).tolist(),
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


HISTORY = [table(day) for day in range(10)]


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    return Baseline.build("contract", [profile_table(one) for one in HISTORY])


def test_every_built_in_type_is_registered_in_its_own_file():
    assert set(ISSUE_ORDER) <= set(registry.names())
    for name, spec in registry.items():
        assert spec.name == name
        assert name == importlib.import_module(f"airflow_provider_dqheal.issues.{name}").NAME
    orders = [spec.order for spec in registry.values()]
    assert len(set(orders)) == len(orders)


def test_clean_batch_has_no_strong_finding():
    stack = build_stack([view_table(one) for one in HISTORY])
    found = findings(features_of(view_table(table(10)), stack))
    assert [finding for finding in found if finding.strength >= 1] == []


@pytest.mark.parametrize("name", registry.names())
def test_fallback_words_and_grades(name):
    stack = build_stack([view_table(one) for one in HISTORY])
    spec = registry.get(name)
    for reading in readings(features_of(view_table(table(10)), stack)).values():
        finding = spec.fallback(reading)
        assert finding.issue == name
        assert reading.column in finding.sentence
        assert spec.grade(0.9, [finding]) in SEVERITIES
        assert spec.grade(0.9, []) in SEVERITIES


@pytest.mark.parametrize(("issue", "fault"), [(issue, fault) for issue, faults in FAULTS.items() for fault in faults])
def test_its_own_fault_gives_itself(baseline, issue, fault):
    broken = inject(table(10), fault, severity="high", seed=2, history=HISTORY)
    verdict = judge(profile_table(broken.table), baseline)
    found = verdict.issue(issue)
    assert found is not None, (fault, broken.params, verdict)
    assert len(verdict.issues) <= 2
    assert found.severity in SEVERITIES
    wanted = set(broken.columns[issue])
    assert wanted & set(found.columns), (wanted, found.columns)
    assert all(evidence.sentence for evidence in found.evidence)


def test_every_registered_type_has_a_fault_here():
    assert set(FAULTS) == set(registry.names())
