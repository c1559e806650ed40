"""Days and months are told apart by all batches of a column, not by one alone."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.date_order import in_one_order, order_of
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table


def day_of(first: str, number: int, form: str) -> pa.Table:
    """A daily extract that says its date in every row."""
    rng, when = np.random.default_rng(number), date.fromisoformat(first) + timedelta(days=number)
    return pa.table({"amount": np.round(rng.lognormal(3, 0.5, 120), 2), "day": [when.strftime(form)] * 120})


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%m-%d-%Y", "%d/%m/%Y"])
@pytest.mark.parametrize("first", ["2025-11-20", "2025-03-01"])
def test_a_daily_extract_raises_nothing_at_the_turn_of_a_month_nor_where_days_pass_twelve(first, form):
    for number in range(9, 16):
        baseline = api.learn([day_of(first, at, form) for at in range(number)])
        assert not api.check(day_of(first, number, form), baseline).issues


def test_the_batch_is_read_as_its_history_and_the_history_as_a_batch_that_tells():
    december = view_table(day_of("2025-11-20", 11, "%m/%d/%Y"))
    alone = december.columns["day"].numbers[0]
    view, stack = in_one_order(december, build_stack([view_table(day_of("2025-11-20", k, "%m/%d/%Y")) for k in (8, 9)]))
    assert view.columns["day"].numbers[0] - stack.columns["day"].views[-1].numbers[0] == 2 * 86400
    assert alone != view.columns["day"].numbers[0]
    march = build_stack([view_table(day_of("2025-03-01", k, "%m/%d/%Y")) for k in range(12)])
    _, read = in_one_order(view_table(day_of("2025-03-01", 12, "%m/%d/%Y")), march)
    assert set(np.diff([view.numbers[0] for view in read.columns["day"].views])) == {86400.0}
    assert in_one_order(view_table(day_of("2025-03-01", 12, "%m/%d/%Y")), march)[1] is read


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"])
def test_dates_that_come_day_first_or_in_one_way_only_are_left_as_they_are(form):
    stack, view = build_stack([view_table(day_of("2025-03-10", 1, form))]), view_table(day_of("2025-03-10", 2, form))
    assert in_one_order(view, stack) == (view, stack)


def test_a_column_without_dates_has_no_order():
    assert order_of(view_table(pa.table({"x": ["1/2", "3/4"]})).columns["x"]) is None
    assert order_of(view_table(pa.table({"x": pa.array([None], pa.string())})).columns["x"]) is None
