"""A counter that starts again, and what a date beside it determines, are no issue; steps back and slips are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from _support.tables import put

from airflow_provider_dqheal.detection.calendar import PARTS, determined, months_of, rules_of
from airflow_provider_dqheal.detection.features import features_of
from airflow_provider_dqheal.detection.stack import Stack, build_stack
from airflow_provider_dqheal.detection.turns import read_on
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table

ROWS = 120


def with_amounts(batch: int, columns: dict[str, list[object]]) -> pa.Table:
    rng = np.random.default_rng(batch)
    columns["amount"] = np.round(rng.lognormal(3, 0.4, ROWS), 2).tolist()
    columns["region"] = rng.choice(["north", "south", "east"], ROWS, p=[0.5, 0.3, 0.2]).tolist()
    return pa.table({name: [str(value) for value in values] for name, values in columns.items()})


def weekly(batch: int) -> pa.Table:
    """Weeks 46 to 53 of 2020, then those of 2021."""
    year, week, _ = (dt.date(2020, 11, 12) + dt.timedelta(weeks=batch)).isocalendar()
    return with_amounts(batch, {"year": [year] * ROWS, "week": [f"{week:02d}"] * ROWS})


def hourly(batch: int) -> pa.Table:
    return with_amounts(batch, {"hour": [(16 + batch) % 24] * ROWS})


def numbered(batch: int) -> pa.Table:
    """Invoices of the last eight days of a year and of the first ones of the next, each year's from 1."""
    day = dt.date(2020, 12, 24) + dt.timedelta(days=batch)
    first = 9000 + batch * ROWS if day.year == 2020 else 1 + (batch - 8) * ROWS
    return with_amounts(batch, {"invoice": list(range(first, first + ROWS)), "date": [day] * ROWS})


def dated(batch: int) -> pa.Table:
    """Three days a batch, the ninth over the end of the year."""
    days = [dt.date(2020, 12, 6) + dt.timedelta(days=3 * batch + at * 3 // ROWS) for at in range(ROWS)]
    return with_amounts(
        batch,
        {
            "date": days,
            "month": [day.month for day in days],
            "quarter": [(day.month + 2) // 3 for day in days],
            "weekday": [day.isoweekday() for day in days],
        },
    )


def stack_of(history: list[pa.Table]) -> Stack:
    return build_stack([view_table(table) for table in history])


def issues_of(history: list[pa.Table], batch: pa.Table) -> list[tuple[str, tuple[str, ...]]]:
    verdict = judge(profile_table(batch), Baseline.build("orders", [profile_table(table) for table in history]))
    return [(issue.type, issue.columns) for issue in verdict.issues]


@pytest.mark.parametrize("table", [weekly, hourly, numbered, dated])
def test_what_the_calendar_explains_is_no_issue(table):
    batches = [table(batch) for batch in range(11)]
    for at in (8, 9, 10):
        assert issues_of(batches[at - 8 : at], batches[at]) == []


def test_a_counter_is_read_on_where_it_starts_again():
    stack = stack_of([weekly(batch) for batch in range(8)])
    view = read_on(view_table(weekly(8)), stack).columns["week"]
    assert view.values == ("54",)
    assert view.numbers.tolist() == [54.0]
    assert view.shapes == {"9": ROWS}


def test_nothing_is_read_on_where_no_counter_starts_again():
    stack, view = stack_of([weekly(batch) for batch in range(7)]), view_table(weekly(7))
    assert read_on(view, stack) is view


def test_a_column_that_always_reaches_from_end_to_end_is_no_counter_that_starts_again():
    def codes(batch: int) -> pa.Table:
        """Codes from 0 to 99 whose middle creeps up, beside a date of a new year in the last batch."""
        day = dt.date(2020, 12, 24) + dt.timedelta(days=batch)
        return with_amounts(batch, {"date": [day] * ROWS, "code": [*range(100), *[38 + batch // 3] * (ROWS - 100)]})

    stack, view = stack_of([codes(batch) for batch in range(8)]), view_table(codes(8))
    assert stack.columns["code"].goes_on
    assert read_on(view, stack) is view


def with_year(batch: pa.Table, year: int) -> pa.Table:
    return put(batch, "year", dict.fromkeys(range(ROWS), str(year)))


@pytest.mark.parametrize(
    ("table", "batch"),
    [
        (weekly, with_year(weekly(8), 2020)),
        (weekly, with_year(weekly(1), 2020)),
        (hourly, hourly(3)),
        (numbered, put(numbered(7), "invoice", {at: str(1 + at) for at in range(ROWS)})),
        (numbered, put(numbered(8), "date", dict.fromkeys(range(ROWS), "2020-11-30"))),
    ],
    ids=["the same year", "an old week", "an old hour", "numbers from 1 in mid-year", "an old date"],
)
def test_a_step_back_that_no_calendar_explains_is_an_issue(table, batch):
    assert issues_of([table(at) for at in range(8)], batch)


def test_what_a_date_determines_is_not_judged_beside_it():
    stack, view = stack_of([dated(batch) for batch in range(8)]), view_table(dated(8))
    assert {name: rule.part for name, rule in rules_of(stack).items()} == {
        "month": "month",
        "quarter": "quarter",
        "weekday": "day of the week",
    }
    assert determined(view, stack) == {"month", "quarter", "weekday"}
    assert set(features_of(view, stack).columns) == {"date", "amount", "region"}


@pytest.mark.parametrize("value", ["3", "01", "Jan", "", "1.0"])
def test_one_cell_that_does_not_follow_its_date_has_its_column_judged(value):
    stack = stack_of([dated(batch) for batch in range(8)])
    view = view_table(put(dated(8), "month", {5: value}))
    assert determined(view, stack) == {"quarter", "weekday"}


def test_parts_are_those_of_the_calendar():
    rng = np.random.default_rng(1)
    moments = [dt.datetime(1950, 1, 1) + dt.timedelta(hours=int(hours)) for hours in rng.integers(0, 10**6, 3000)]
    expected = {
        "year": [one.year for one in moments],
        "quarter": [(one.month - 1) // 3 for one in moments],
        "month": [one.month - 1 for one in moments],
        "week": [one.isocalendar().week - 1 for one in moments],
        "day of the month": [one.day - 1 for one in moments],
        "day of the year": [one.timetuple().tm_yday - 1 for one in moments],
        "day of the week": [one.weekday() for one in moments],
        "day of the week from Sunday": [one.isoweekday() % 7 for one in moments],
        "hour": [one.hour for one in moments],
    }
    array = np.asarray(moments, dtype="datetime64[s]")
    assert {part: read(array).tolist() for part, read in PARTS.items()} == expected
    assert months_of(array.astype(np.int64)).tolist() == [12 * (one.year - 1970) + one.month - 1 for one in moments]
