"""Moments from another time zone: found where a batch is of one day, or where its day has busy hours."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 300, 8
FORMS = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M")


def calls(day: int, busy: bool, form: str, hours: float = 0.0, of: int = 1) -> pa.Table:
    """Calls of one day, round the clock or in office hours, ``hours`` later in every ``of``-th row."""
    rng = np.random.default_rng(day)
    at = rng.normal(12.5, 2.0, ROWS).clip(6.5, 20) if busy else rng.uniform(0, 24, ROWS)
    first = dt.datetime(2025, 3, 14) + dt.timedelta(days=day)
    moments = [
        first + dt.timedelta(hours=float(one) + (hours if row % of == 0 else 0.0))
        for row, one in enumerate(np.sort(at))
    ]
    return pa.table(
        {
            "call": [str(10_000 + day * ROWS + row) for row in range(ROWS)],
            "at": [one.strftime(form) for one in moments],
            "agent": rng.choice(["ann", "bo", "cy"], ROWS).tolist(),
            "seconds": [str(int(one)) for one in rng.lognormal(5, 0.5, ROWS)],
        }
    )


@pytest.fixture(scope="module", params=FORMS)
def form(request):
    return request.param


@pytest.fixture(scope="module", params=[True, False], ids=["busy", "all day"])
def known(request, form):
    return request.param, form, api.learn([calls(day, request.param, form) for day in range(HISTORY)], dataset="calls")


@pytest.mark.parametrize("hours", [2, -2, 5])
def test_all_moments_from_another_zone_are_a_shift(known, hours):
    busy, form, baseline = known
    issue = api.check(calls(HISTORY, busy, form, hours), baseline).issue("distribution_shift")
    assert issue is not None
    assert "at" in issue.columns
    assert any(one.metric == "day_times" for one in issue.evidence)
    if busy:
        assert f"{abs(hours)} hours {'later' if hours > 0 else 'earlier'}" in issue.sentence


def test_clean_days_are_silent(known):
    busy, form, baseline = known
    assert not any(api.check(calls(day, busy, form), baseline).issues for day in range(HISTORY, HISTORY + 4))


def test_batches_that_reach_over_midnight_tell_no_day():
    baseline = api.learn([calls(day, False, FORMS[0], 5) for day in range(HISTORY)], dataset="calls")
    assert not api.check(calls(HISTORY, False, FORMS[0], 7), baseline).issues
