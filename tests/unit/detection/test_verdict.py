"""The verdict on clean and on faulty batches, with the weights that the package carries."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corpus import rng_for
from airflow_provider_dqheal.detection.detector import default_detector
from airflow_provider_dqheal.detection.features import features_of
from airflow_provider_dqheal.detection.generators import generators
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.verdict import assess, judge
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table


def sales(day: int, rows: int = 600) -> pa.Table:
    rng = np.random.default_rng(1000 + day)
    columns = {
        "order_id": [str(day * rows + i) for i in range(rows)],
        "day": [f"2026-03-{day + 1:02d}"] * rows,
        "amount": [f"{x:.2f}" for x in rng.lognormal(3, 0.5, rows)],
        "country": rng.choice(["DE", "FR", "IT"], rows, p=[0.5, 0.3, 0.2]).tolist(),
        "express": rng.choice(["true", "false"], rows).tolist(),
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def change(table: pa.Table, column: str, share: float, of) -> pa.Table:
    hit = np.random.default_rng(5).random(table.num_rows) < share
    values = [of(v) if h else v for v, h in zip(table[column].to_pylist(), hit, strict=True)]
    return table.set_column(table.column_names.index(column), column, pa.array(values, pa.string()))


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    return Baseline.build("sales", [profile_table(sales(day)) for day in range(11)])


def verdict(table: pa.Table, baseline: Baseline):
    return judge(profile_table(table), baseline)


def test_successive_clean_batches_are_left_alone(baseline):
    flagged = [day for day in range(11, 27) if verdict(sales(day), baseline).issues]
    assert flagged == []


def test_clean_batch_has_a_high_score_and_scores_for_every_type(baseline):
    found = verdict(sales(12), baseline)
    assert found.status == "scored"
    assert found.quality_score is not None
    assert found.quality_score > 0.85
    assert set(found.scores) == {*ISSUE_ORDER, "any"} == set(found.thresholds)
    assert found.model_id


@pytest.mark.parametrize(
    ("column", "share", "of", "expected"),
    [
        ("amount", 0.33, lambda v: f"EUR {v}", "type_mismatch"),
        ("day", 1.0, lambda v: "/".join(reversed(v.split("-"))), "type_mismatch"),
        ("country", 0.4, lambda v: "", "missing_data"),
        ("country", 0.3, lambda v: "N/A", "missing_data"),
        ("amount", 0.4, lambda v: "", "missing_data"),
        ("amount", 0.02, lambda v: f"{float(v) * 100:.2f}", "outliers"),
        ("amount", 0.05, lambda v: f"{float(v) * 100:.2f}", "outliers"),
        ("amount", 1.0, lambda v: f"{float(v) * 100:.2f}", "distribution_shift"),
        ("amount", 1.0, lambda v: f"{float(v) * 1.6:.2f}", "distribution_shift"),
    ],
)
def test_a_clear_fault_is_found_named_and_blamed(baseline, column, share, of, expected):
    found = verdict(change(sales(12), column, share, of), baseline)
    issue = found.issue(expected)
    assert issue is not None, found
    assert issue.columns[0] == column
    assert column in issue.sentence
    assert len(found.issues) <= 2
    assert found.quality_score is not None
    assert found.quality_score < 0.85


def test_two_faults_are_both_named(baseline):
    both = change(change(sales(12), "amount", 0.33, lambda v: f"{v} EUR"), "country", 0.3, lambda v: "N/A")
    assert {"type_mismatch", "missing_data"} <= {issue.type for issue in verdict(both, baseline).issues}


def test_renamed_column_is_schema_drift_alone(baseline):
    found = verdict(sales(12).rename_columns(["order_id", "day", "Amount ", "country", "express"]), baseline)
    assert [issue.type for issue in found.issues] == ["schema_drift"]
    assert "'amount' is gone and 'Amount ' looks like it" in found.issues[0].sentence


def test_repeated_batch_is_a_shift(baseline):
    found = verdict(sales(4), baseline)
    issue = found.issue("distribution_shift")
    assert issue is not None
    assert any(evidence.metric == "repeated_batch" for evidence in issue.evidence)


def test_explanation_gives_range_and_factor(baseline):
    found = verdict(change(sales(12), "amount", 1.0, lambda v: f"{float(v) * 100:.2f}"), baseline)
    issue = found.issue("distribution_shift")
    assert issue is not None
    evidence = issue.evidence[0]
    assert "expected" in evidence.sentence
    assert "looks like x100" in evidence.sentence
    assert isinstance(evidence.observed, float)
    assert isinstance(evidence.expected_high, float)
    assert evidence.observed > 50 * evidence.expected_high


def test_batch_without_rows_is_critical_missing_data(baseline):
    found = verdict(sales(12).slice(0, 0), baseline)
    issue = found.issue("missing_data")
    assert issue is not None
    assert issue.severity == "critical"


def test_batch_that_shares_no_column_is_schema_drift(baseline):
    found = verdict(sales(12).rename_columns(["a", "b", "c", "d", "e"]), baseline)
    assert found.issue("schema_drift") is not None


def test_batch_of_one_row_and_of_nulls_is_judged(baseline):
    assert verdict(sales(12).slice(0, 1), baseline).status == "scored"
    nulls = pa.table({name: pa.nulls(50, pa.string()) for name in sales(12).column_names})
    assert verdict(nulls, baseline).issue("missing_data") is not None


def test_watch_is_looser_than_issues(baseline):
    strict = DetectionSettings(false_alarm_rate=0.001, watch_rate=0.5)
    profile = profile_table(change(sales(12), "amount", 1.0, lambda v: f"{float(v) * 1.12:.2f}"))
    found = judge(profile, baseline, strict)
    assert found.issue("distribution_shift") is None or not found.watch
    assert judge(profile, baseline, DetectionSettings(false_alarm_rate=0.5, watch_rate=0.5)).issues


def test_short_history_is_undecided_without_torch():
    code = (
        "import sys, pyarrow as pa\n"
        "from airflow_provider_dqheal.detection.verdict import judge\n"
        "from airflow_provider_dqheal.profiling.baseline import Baseline\n"
        "from airflow_provider_dqheal.profiling.local import profile_table\n"
        "p = profile_table(pa.table({'x': ['1', '2']}))\n"
        "v = judge(p, Baseline.build('t', [p]))\n"
        "assert v.status == 'insufficient_history' and v.quality_score is None and not v.issues, v\n"
        "assert '1 accepted batches' in v.reason, v.reason\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_generated_tables_raise_few_false_alarms():
    flagged = judged = 0
    for generator in generators():
        seed = int(rng_for("verdict-test", generator.name).integers(2**31))
        batches = [view_table(table) for table in generator.generate(seed, 11, 300)]
        history = build_stack(batches[:8])
        for batch in batches[8:]:
            flagged += bool(assess(default_detector().score(features_of(batch, history))).issues)
            judged += 1
    assert judged >= 60
    assert flagged <= 0.08 * judged
