"""Every registered issue type: clean gives none, its own fault gives itself, in words, graded."""

from __future__ import annotations

import importlib

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.compare import AT, FEATURES
from airflow_provider_dqheal.detection.conditions import conditions
from airflow_provider_dqheal.detection.corruptions import inject
from airflow_provider_dqheal.detection.facts import Readings, findings, silent
from airflow_provider_dqheal.detection.features import features_of
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.issues import Reading, registry
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
    for reading in Readings(features_of(view_table(table(10)), stack)).values():
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


@pytest.mark.parametrize("name", registry.names())
def test_what_a_type_needs_holds_wherever_it_finds_anything(name):
    spec, rng, found = registry.get(name), np.random.default_rng(5), 0
    if spec.needs is None:
        return
    needs = conditions(spec.needs) if spec.needs else None
    for kind in ("number", "date", "bool", "text") * 500:
        raw = rng.exponential(1.0, len(FEATURES)) * 10 ** rng.uniform(-3, 1.5, len(FEATURES))
        raw[rng.random(len(FEATURES)) < 0.5] = 0.0
        raw[AT["is_bool"]] = float(kind == "bool")
        raw[AT["missing_z"]] = max(raw[AT["missing_share"]] - raw[AT["missing_max"]], 0.0)
        reading = Reading("column", lambda name, raw=raw: float(raw[AT[name]]), 8, 1000.0, 900.0, kind, silent)
        if spec.read_column(reading):
            found += 1
            assert needs is not None
            assert needs.any(raw[None]).all()
    assert found or not spec.needs


def test_every_registered_type_has_a_fault_here():
    assert set(FAULTS) == set(registry.names())
