"""A level that went on from batch to batch and leaps is found; a pause, a new start of months or noise is not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.far_steps import far_steps
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table

ROWS = 200


def clock(hour, scale=1.0):
    """Milliseconds within an hour."""
    random = np.random.default_rng(hour)
    return (scale * (1_746_057_600_000 + hour * 3_600_000 + random.integers(0, 3_600_000, ROWS))).astype(np.int64)


def table(seed, **columns):
    random = np.random.default_rng(seed)
    return pa.table({"took": random.gamma(3, 20, ROWS).round(1), "kind": random.choice(["a", "b"], ROWS), **columns})


def steps(history, column):
    stack = build_stack([view_table(table(day, x=one)) for day, one in enumerate(history)])
    return far_steps(view_table(table(9, x=column)), stack)


@pytest.mark.parametrize("scale", [1.7, 0.55, 0.001])
def test_a_clock_that_leaps_is_found(scale):
    baseline = api.learn([table(hour, ts=clock(hour)) for hour in range(8)])
    assert api.check(table(8, ts=clock(8)), baseline).issues == ()
    found = api.check(table(8, ts=clock(8, scale)), baseline).issue("distribution_shift")
    assert found is not None
    assert "ts" in found.columns


def test_a_measured_level_leaps_sooner_than_a_counter():
    rates = [np.random.default_rng(day).normal(150 + 4 * day, 1.5, ROWS).round(4) for day in range(9)]
    assert steps(rates[:8], rates[8]) == ()
    (step,) = steps(rates[:8], rates[8] * 1.6)
    assert 15 < step.times < 50
    assert steps([one.round() for one in rates[:8]], (rates[8] * 1.6).round()) == ()


def test_a_day_of_another_year_is_found_and_told_as_a_date():
    days = [[str(dt.date(2026, 3, 1 + day))] * ROWS for day in range(9)]
    assert steps(days[:8], days[8]) == ()
    (step,) = steps(days[:8], ["2027-03-09"] * ROWS)
    assert (step.column, step.now, step.before) == ("x", "2027-03-09", "2026-03-08")
    assert step.times == 366
    (step,) = steps(days[:8], ["1970-01-01"] * ROWS)
    assert step.times < -10_000


@pytest.mark.parametrize(
    ("history", "column"),
    [
        ([[str(dt.date(2026, 3, 1 + day))] * ROWS for day in range(8)], ["2026-04-20"] * ROWS),
        ([np.full(ROWS, month) for month in range(5, 13)], np.full(ROWS, 1)),
        ([np.arange(ROWS) + day * ROWS for day in range(8)], np.arange(ROWS) + 40 * ROWS),
        (
            [np.random.default_rng(day).normal(5, 1, ROWS) for day in range(8)],
            np.random.default_rng(9).normal(5e6, 1, ROWS),
        ),
        ([np.full(ROWS, 3)] * 8, np.full(ROWS, 1_000_000)),
        ([clock(hour) for hour in range(4)], clock(4, 1.7)),
        ([clock(hour) for hour in range(8)], np.full(ROWS, None)),
    ],
    ids=["pause", "january", "gap in ids", "no trend", "constant", "short history", "empty"],
)
def test_what_else_moves_is_no_far_step(history, column):
    assert steps(history, column) == ()
