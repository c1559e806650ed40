"""Dates that lie farther from another one in their row than ever are found; a longer time now and then is not."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 250, 8
START = dt.datetime(2025, 5, 5, 6)


def trips(day: int) -> dict[str, list[str]]:
    """Trips of a day that take up to five hours, booked up to two weeks before."""
    rng = np.random.default_rng(day)
    begins = [START + dt.timedelta(days=day, minutes=int(one)) for one in rng.integers(0, 900, ROWS)]
    ends = [
        one + dt.timedelta(minutes=int(took)) for one, took in zip(begins, rng.integers(10, 300, ROWS), strict=True)
    ]
    booked = [
        one.date() - dt.timedelta(days=int(ago)) for one, ago in zip(begins, rng.integers(0, 14, ROWS), strict=True)
    ]
    return {
        "trip": [f"T-{day}-{row}" for row in range(ROWS)],
        "booked": [one.isoformat() for one in booked],
        "begin": [f"{one:%Y-%m-%d %H:%M}" for one in begins],
        "end": [f"{one:%Y-%m-%d %H:%M}" for one in ends],
    }


def later(text: str, days: int) -> str:
    return f"{dt.datetime.fromisoformat(text) + dt.timedelta(days=days):%Y-%m-%d %H:%M}"


@pytest.fixture(scope="module")
def baseline():
    return api.learn([pa.table(trips(day)) for day in range(HISTORY)], dataset="trips")


def test_clean_days_are_silent(baseline):
    for day in range(HISTORY, HISTORY + 3):
        assert not api.check(pa.table(trips(day)), baseline).issues


def test_all_ends_a_day_late_are_a_shift_that_is_held(baseline):
    batch = trips(HISTORY)
    batch["end"] = [later(text, 1) for text in batch["end"]]
    verdict = api.check(pa.table(batch), baseline)
    assert "end" in verdict.issue("distribution_shift").columns
    assert "days from" in verdict.issue("distribution_shift").sentence
    assert api.heal(pa.table(batch), baseline).held


def test_a_few_ends_a_day_late_are_outliers_and_set_aside(baseline):
    batch = trips(HISTORY)
    wrong = list(range(4, 240, 20))
    batch["end"] = [later(text, 1) if row in wrong else text for row, text in enumerate(batch["end"])]
    assert "end" in api.check(pa.table(batch), baseline).issue("outliers").columns
    done = api.heal(pa.table(batch), baseline)
    assert not done.held
    assert done.ledger.num_rows == 0
    assert done.quarantine["row_id"].to_pylist() == wrong


def test_one_trip_that_took_longer_than_any_is_none(baseline):
    batch = trips(HISTORY)
    batch["end"][7] = later(batch["begin"][7], 0)[:11] + "23:59"
    assert not api.check(pa.table(batch), baseline).issues
