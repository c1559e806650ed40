"""Every yardstick keeps the contract; their p-values and bounds are those of the literature."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corruptions import inject
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.detection.yardsticks import YARDSTICKS
from airflow_provider_dqheal.detection.yardsticks._columns import column_of, past_of
from airflow_provider_dqheal.detection.yardsticks._tests import (
    chi_square_p,
    exceedance_p,
    kolmogorov_p,
    proportions_p,
)
from airflow_provider_dqheal.detection.yardsticks.history_constraints import BUDGET, is_stationary, programme
from airflow_provider_dqheal.detection.yardsticks.metric_anomalies import deviation
from airflow_provider_dqheal.detection.yardsticks.nearest_neighbours import peculiarity

each = pytest.mark.parametrize("yardstick", YARDSTICKS, ids=lambda one: one.name)


def batch(seed: int, rows: int = 300) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "price": [f"{value:.2f}" for value in rng.normal(50, 5, rows)],
            "shop": rng.choice(["rome", "oslo", "lima", "kyiv"], rows).tolist(),
            "note": [f"n{value}" for value in rng.integers(0, 10**6, rows)],
            "count": rng.integers(0, 9, rows).astype(str).tolist(),
        }
    )


@pytest.fixture(scope="module")
def past() -> list[pa.Table]:
    return [batch(seed) for seed in range(8)]


@pytest.fixture(scope="module")
def history(past):
    return build_stack([view_table(table) for table in past])


@each
def test_names_and_sources_are_stated(yardstick):
    assert yardstick.name.isidentifier()
    assert any(year in yardstick.source for year in ("2018", "2019", "2021", "2023"))


@each
@pytest.mark.parametrize("fault", ["column_empty", "scale_up", "column_added"])
def test_a_plain_fault_scores_above_every_clean_batch(yardstick, history, past, fault):
    if fault == "scale_up":
        table = batch(99)
        numbers = pa.array([f"{float(value) * 100:.2f}" for value in table["price"].to_pylist()])
        bad = table.set_column(0, "price", numbers)
    elif fault == "column_added":
        bad = batch(99).append_column("extra", pa.array(["x"] * 300))
        if not yardstick.names_issues:  # the vector of statistics has a place for known columns only
            return
    else:
        bad = inject(batch(99), fault, severity="high", seed=1, history=past).table
    clean = [yardstick.judge(history, view_table(batch(seed))) for seed in range(100, 108)]
    opinion = yardstick.judge(history, view_table(bad))
    assert opinion.alarm
    assert opinion.score > max(one.score for one in clean)
    if yardstick.names_issues:
        assert opinion.flagged


@each
def test_opinions_are_deterministic_and_well_formed(yardstick, history):
    view = view_table(batch(55))
    first, again = yardstick.judge(history, view), yardstick.judge(history, view)
    assert first == again
    assert np.isfinite(first.score)
    assert set(first.flagged) <= set(ISSUE_ORDER)
    assert yardstick.names_issues or not first.flagged
    assert bool(first.flagged) == first.alarm or not yardstick.names_issues
    for columns in first.flagged.values():
        assert set(columns) <= {"price", "shop", "note", "count"}


@each
def test_a_batch_that_shares_nothing_or_is_empty_is_judged(yardstick, history):
    for table in (pa.table({"other": ["1", "2"]}), batch(1).slice(0, 0)):
        assert np.isfinite(yardstick.judge(history, view_table(table)).score)


@pytest.mark.parametrize(("x", "freedom"), [(0.5, 1), (3, 2), (10, 4), (25, 20), (100, 20), (300, 250)])
def test_chi_square_tail_is_exact(x, freedom):
    assert chi_square_p(x, freedom) == pytest.approx(stats.chi2.sf(x, freedom), rel=1e-9)


def test_kolmogorov_tail_follows_the_limiting_distribution():
    for distance in (0.05, 0.1, 0.2):
        assert kolmogorov_p(distance, 1000, 800) == pytest.approx(
            stats.ks_2samp(np.arange(1000) / 1000, np.arange(800) / 800 + distance * (1 + 1e-9), method="asymp").pvalue,
            rel=0.35,
        )


def test_tests_of_shares_and_records_behave_at_the_edges():
    assert proportions_p(5, 100, 50, 1000) == pytest.approx(1.0)
    assert proportions_p(50, 100, 50, 1000) < 1e-20
    assert proportions_p(0, 0, 1, 10) == 1.0
    assert exceedance_p(0, 10, 100) == 1.0
    assert exceedance_p(2, 50, 50) == pytest.approx(0.25)


def test_three_sigma_deviation_counts_what_never_moved_as_far():
    assert deviation(1.0, np.ones(5)) == 0.0
    assert deviation(1.1, np.ones(5)) > 1e5
    assert deviation(4.0, np.asarray([1.0, 2.0, 3.0])) == pytest.approx(2.0)
    assert deviation(float("nan"), np.asarray([1.0, 2.0])) > 1e5


def test_programmes_keep_the_budget(history):
    for past in past_of(history).values():
        assert sum(one.cost for one in programme(past)) <= BUDGET * (1 + 1e-9)
    assert any(programme(past) for past in past_of(history).values())


def test_a_trend_is_not_stationary_and_noise_is():
    rng = np.random.default_rng(0)
    assert not is_stationary(np.arange(30) + rng.normal(0, 0.1, 30))
    assert is_stationary(rng.normal(0, 1, 30))


def test_typos_are_more_peculiar():
    words = ["berlin", "london"] * 20
    assert peculiarity([*words, "bxrlin"]) > peculiarity(words)


def test_a_reader_takes_pandas_words_for_missing_and_no_others():
    column = column_of(view_table(pa.table({"a": ["NA", "unknown", "", None, "5"]})).columns["a"])
    assert column.missing == 3
    assert set(column.values) == {"unknown", "5"}
