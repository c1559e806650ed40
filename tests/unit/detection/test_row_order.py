"""Columns that stand in an order in every row are raised when they no longer do; clean batches are not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.row_order import row_order
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table


def quotes(day: int, rows: int = 200) -> pa.Table:
    """Bids below their asks over many prices, lots of any size, and two dates of which one comes first."""
    rng = np.random.default_rng(day)
    middle = np.exp(rng.normal(3, 1, rows))
    spread = middle * rng.gamma(2, 0.002, rows)
    opened = np.datetime64("2026-03-02") + rng.integers(0, 30, rows)
    return pa.table({
        "bid": (middle - spread).round(6),
        "ask": (middle + spread).round(6),
        "lot": rng.integers(1, 5000, rows),
        "opened": [str(one) for one in opened],
        "closed": [str(one) for one in opened + rng.integers(0, 5, rows)],
    })  # fmt: skip


def put(table: pa.Table, **columns: object) -> pa.Table:
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    return table


@pytest.fixture(scope="module")
def history() -> list[pa.Table]:
    return [quotes(day) for day in range(8)]


@pytest.fixture(scope="module")
def stack(history):
    return build_stack([view_table(table) for table in history])


def test_clean_batches_keep_their_orders(stack):
    for day in range(8, 40):
        assert row_order(view_table(quotes(day)), stack) == ()


def test_swapped_columns_break_it_in_every_row(stack):
    batch = quotes(9)
    found = row_order(view_table(put(batch, bid=batch["ask"], ask=batch["bid"])), stack)
    assert {(one.column, one.other, one.lower, one.share) for one in found} == {
        ("bid", "ask", True, 1.0),
        ("ask", "bid", False, 1.0),
    }


def test_the_column_that_is_off_is_blamed(stack):
    batch = quotes(9)
    closed = batch["closed"].to_pylist()
    closed[:12] = ["2026-02-11"] * 12
    (found,) = row_order(view_table(put(batch, closed=closed)), stack)
    assert (found.column, found.other, found.lower, round(found.share, 3)) == ("closed", "opened", False, 0.06)
    assert found.examples[0].startswith("2026-02-11 beside 2026-03-")


def test_a_row_or_two_may_break_it(stack):
    batch = quotes(9)
    closed = batch["closed"].to_pylist()
    closed[:2] = ["2026-02-11"] * 2
    assert row_order(view_table(put(batch, closed=closed)), stack) == ()


@pytest.mark.parametrize("days", [3, 4])
def test_a_short_history_tells_no_order(history, days):
    batch = quotes(9)
    stack = build_stack([view_table(table) for table in history[:days]])
    assert row_order(view_table(put(batch, bid=batch["ask"], ask=batch["bid"])), stack) == ()


def test_a_history_that_breaks_it_once_tells_no_order(history):
    first = quotes(0)
    bid, ask = first["bid"].to_pylist(), first["ask"].to_pylist()
    bid[3], ask[3] = ask[3], bid[3]
    stack = build_stack([view_table(table) for table in [put(first, bid=bid, ask=ask), *history[1:]]])
    batch = quotes(9)
    assert row_order(view_table(put(batch, bid=batch["ask"], ask=batch["bid"])), stack) == ()


def test_a_broken_order_is_raised_said_and_held(history):
    """The prices are as ever: only that bids are above their asks shows it."""
    batch = quotes(9)
    swapped = put(batch, bid=batch["ask"], ask=batch["bid"])
    baseline = api.learn(history)
    verdict = api.check(swapped, baseline)
    (shift,) = verdict.issues
    assert (shift.type, set(shift.columns)) == ("distribution_shift", {"bid", "ask"})
    assert shift.evidence[0].sentence.startswith("bid: above ask in 100 % of the rows (")
    assert "none of the last 8 batches" in shift.evidence[0].sentence
    assert api.heal(swapped, baseline).held
    assert api.check(batch, baseline).issues == ()


def test_words_and_missing_cells_stand_in_no_order(stack):
    batch = quotes(9)
    bid = [str(value) for value in batch["bid"].to_pylist()]
    bid[:40] = [""] * 20 + ["n/a"] * 20
    assert row_order(view_table(put(batch, bid=bid)), stack) == ()
    assert row_order(view_table(batch.drop_columns(["ask", "closed"])), stack) == ()
    assert row_order(view_table(batch.slice(0, 0)), stack) == ()
