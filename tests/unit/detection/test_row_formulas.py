"""Columns that add up in every row: broken sums are found, and what is missing of one is filled."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.sum_fit import fit_sums

ROWS, HISTORY = 250, 8


def bills(seed: int, rows: int = ROWS) -> dict[str, list[str]]:
    """A fare and a tip that make a total, and three shares that make a hundred."""
    rng = np.random.default_rng(seed)
    fare = rng.lognormal(2.5, 0.7, rows).round(2)
    tip = np.where(rng.random(rows) < 0.5, (fare * rng.uniform(0.05, 0.25, rows)).round(2), 0.0)
    parts = np.array([rng.multinomial(1000, share) for share in rng.dirichlet([5, 4, 3], rows)]) / 10
    return {
        "number": [str(10_000 + seed * rows + row) for row in range(rows)],
        "fare": [f"{one:.2f}" for one in fare],
        "tip": [f"{one:.2f}" for one in tip],
        "total": [f"{one:.2f}" for one in fare + tip],
        "card": [f"{one:.1f}" for one in parts[:, 0]],
        "cash": [f"{one:.1f}" for one in parts[:, 1]],
        "other": [f"{one:.1f}" for one in parts[:, 2]],
    }


def table(seed: int, **columns: list[str]) -> pa.Table:
    return pa.table({**bills(seed), **columns})


@pytest.fixture(scope="module")
def baseline():
    return api.learn([table(seed) for seed in range(HISTORY)], dataset="bills")


def numbers(count: int, rows: int = 60) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    return [rng.lognormal(3, 0.5, (rows, count)).round(2) for _ in range(8)]


def test_sums_of_two_and_of_many_columns_are_found_with_what_they_make():
    batches = numbers(6)
    for batch in batches:
        batch[:, 2] = (batch[:, 0] + batch[:, 1]).round(2)
        batch[:, 5] = (100 - batch[:, 3] - batch[:, 4] + batch[:, 0]).round(2)
    found = {one.columns: one for one in fit_sums(batches)}
    assert set(found) == {(0, 1, 2), (0, 3, 4, 5)}
    assert found[0, 3, 4, 5].written("abcdef", 5) == "100 + a - d - e"
    assert found[0, 1, 2].expected(batches[0], 0) == pytest.approx(batches[0][:, 0])


def test_columns_that_only_go_together_make_no_sum():
    batches = numbers(3)
    for batch in batches:
        batch[:, 2] = batch[:, 0] + batch[:, 1] * 1.02
    assert fit_sums(batches) == ()


def test_rare_flags_that_are_zero_together_make_no_sum():
    rng = np.random.default_rng(7)
    assert fit_sums([(rng.random((60, 2)) < 0.002).astype(float) for _ in range(8)]) == ()


def test_rounded_shares_make_a_sum_within_their_rounding():
    batches = numbers(3, 200)
    rounded = [(100 * batch / batch.sum(axis=1, keepdims=True)).round(1) for batch in batches]
    [one] = fit_sums(rounded)
    assert one.constant == 100
    assert 0.1 <= one.within <= 0.2


def test_clean_batch_is_silent(baseline):
    assert not api.check(table(HISTORY), baseline).issues


def test_total_that_belongs_to_the_next_row_is_a_shift_with_its_formula(baseline):
    total = bills(HISTORY)["total"]
    verdict = api.check(table(HISTORY, total=[*total[1:], total[0]]), baseline)
    [issue] = verdict.issues
    assert (issue.type, issue.columns) == ("distribution_shift", ("total",))
    assert "total" in issue.sentence
    assert "fare + tip" in issue.sentence


def test_few_usual_numbers_that_do_not_add_up_are_outliers_and_set_aside(baseline):
    cash = bills(HISTORY)["cash"]
    rows = [row for row, text in enumerate(cash) if 10 < float(text) < 40][:4]
    wrong = [f"{float(text) + 10:.1f}" if row in rows else text for row, text in enumerate(cash)]
    batch = table(HISTORY, cash=wrong)
    assert [issue.type for issue in api.check(batch, baseline).issues] == ["outliers"]
    done = api.heal(batch, baseline)
    assert not done.held
    assert done.ledger.num_rows == 0
    assert set(rows) == set(done.quarantine["row_id"].to_pylist())


def test_one_column_rounded_to_whole_numbers_is_told_by_the_sum(baseline):
    fare = [str(round(float(text))) for text in bills(HISTORY)["fare"]]
    verdict = api.check(table(HISTORY, fare=fare), baseline)
    assert "fare" in {name for issue in verdict.issues for name in issue.columns}


def test_all_rounded_by_themselves_break_no_sum(baseline):
    from airflow_provider_dqheal.detection.row_formulas import row_formulas
    from airflow_provider_dqheal.detection.samples import build_stack, view_table

    stack = build_stack([view_table(table(seed)) for seed in range(HISTORY)])
    whole = {
        name: [str(round(float(text))) for text in bills(HISTORY)[name]]
        for name in ("fare", "tip", "total", "card", "cash", "other")
    }
    assert row_formulas(view_table(table(HISTORY, **whole)), stack) == ()
    assert row_formulas(view_table(table(HISTORY, tip=whole["tip"])), stack)[0].column == "tip"


@pytest.mark.parametrize(("column", "share"), [("total", 0.2), ("tip", 0.3), ("fare", 1.0), ("card", 0.2)])
def test_missing_numbers_are_what_the_row_leaves_for_them(baseline, column, share):
    clean = bills(HISTORY)[column]
    gone = int(share * ROWS)
    done = api.heal(
        table(HISTORY, **{column: ["" if row < gone else text for row, text in enumerate(clean)]}), baseline
    )
    assert not done.held
    assert done.table[column].to_pylist() == [float(text) for text in clean]
    assert set(done.ledger["strategy"].to_pylist()) == {"fill_from_formula"}


def test_removed_column_comes_back_from_the_sum(baseline):
    done = api.heal(table(HISTORY).drop_columns(["fare"]), baseline)
    assert not done.held
    assert done.table["fare"].to_pylist() == [float(text) for text in bills(HISTORY)["fare"]]


def test_nothing_is_filled_where_the_batch_breaks_the_sum(baseline):
    clean = bills(HISTORY)
    total = [f"{float(text) * 1.1:.2f}" for text in clean["total"]]
    tip = ["" if row < 60 else text for row, text in enumerate(clean["tip"])]
    done = api.heal(table(HISTORY, total=total, tip=tip), baseline)
    assert done.held


def test_nothing_is_filled_from_a_number_that_is_far_off_itself(baseline):
    clean = bills(HISTORY)
    total = ["99999.99" if row == 3 else text for row, text in enumerate(clean["total"])]
    fare = ["" if row < 60 else text for row, text in enumerate(clean["fare"])]
    done = api.heal(table(HISTORY, total=total, fare=fare), baseline)
    filled = {line["row_id"] for line in done.ledger.to_pylist() if line["strategy"] == "fill_from_formula"}
    assert filled == set(range(60)) - {3}
