"""A replay judges each batch by those before it and counts what was found; equal seeds give equal reports."""

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.config import DetectionSettings
from airflow_provider_dqheal.core.types import ISSUE_ORDER, Issue, Verdict
from airflow_provider_dqheal.detection import backtest as module
from airflow_provider_dqheal.detection.backtest import BacktestRefused, backtest, share
from airflow_provider_dqheal.detection.corruptions import CorruptionRefused


def history(count: int) -> list[pa.Table]:
    rng = np.random.default_rng(3)
    return [
        pa.table({"id": np.arange(80) + 80 * step, "price": rng.normal(50, 4, 80).round(2), "kind": ["a", "b"] * 40})
        for step in range(count)
    ]


@pytest.fixture
def says(monkeypatch):
    """Puts in the place of the detector one that says ``type_mismatch in price`` where price is text."""
    seen = []

    def judge(profile, baseline, settings):
        seen.append(len(baseline.profiles))
        price = profile.columns.get("price")
        bad = price is not None and price.physical_type == "string"
        issues = (Issue(type="type_mismatch", score=0.9, severity="high", columns=("price",)),) if bad else ()
        return Verdict(status="scored", issues=issues)

    monkeypatch.setattr(module, "judge", judge)
    return seen


def test_each_batch_is_judged_by_those_before_it(says):
    settings = DetectionSettings(min_history=3, history_size=4)
    result = backtest(history(8), "orders", settings, ["currency_sign"], ["high"])
    assert result.judged == (3, 4, 5, 6, 7)
    assert says == [3, 3, 4, 4, 4, 4, 4, 4, 4, 4]
    assert result.false_alarms == share(0, 5)
    assert result.recall() == result.recall(right=True) == share(5, 5)
    assert result.column_f1 == 1.0
    assert result.missed_families() == [("currency_sign", share(5, 5))]


def test_faults_are_counted_by_severity_issue_and_name(says):
    settings = DetectionSettings(min_history=3)
    result = backtest(history(6), "orders", settings, ISSUE_ORDER, ("low", "high"), last=2, each=2, seed=4)
    assert len(result.judged) == 2
    document = result.to_json()
    assert document["faults"] == len(result.trials) > 20
    assert document["by_issue"]["type_mismatch"]["right"]["rate"] >= document["by_issue"]["outliers"]["right"]["rate"]
    assert sum(document["by_severity"][name]["of"] for name in ("low", "high")) + document["recall_hard"]["of"] == len(
        result.trials
    )
    again = backtest(history(6), "orders", settings, ISSUE_ORDER, ("low", "high"), last=2, each=2, seed=4)
    assert again.to_json() == document


def test_too_short_a_history_and_unknown_faults_are_refused(says):
    with pytest.raises(BacktestRefused, match="5 batches, expected at least 6"):
        backtest(history(5))
    with pytest.raises(CorruptionRefused, match="no corruption called"):
        backtest(history(7), faults=["nonsense"])


def test_interval_of_a_share_is_wilsons():
    assert share(0, 0).rate is None
    found = share(8, 10)
    assert found.rate == 0.8
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
