"""Times of day: what is written in another way than the column's is written back, durations are left alone."""

from __future__ import annotations

import pytest

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.clock import Clock, clock_of, read_times


def history(*texts: str) -> ColumnHistory:
    return ColumnHistory("at", "string", (dict.fromkeys(texts, 3),) * 8)


DAY = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 15, 40)]
EXACT = [f"{hour:02d}:{minute:02d}:{minute:02d}" for hour in range(24) for minute in (0, 15, 40)]
WHOLE = [f"{text}:00" for text in DAY]
HALVES = [Clock(False, False, " ").write(3600 * hour + 900) or "" for hour in range(24)]
WAITS = [f"{minute:02d}:{second:02d}" for minute in (0, 1, 2, 5) for second in (3, 15, 40, 58)]


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (DAY, Clock(True, False)),
        (WHOLE, Clock(True, True)),
        (HALVES, Clock(False, False, " ")),
        ([text.lower() for text in HALVES], Clock(False, False, " ", True)),
        ([*DAY, "late"], None),
        ([*DAY, "25:00"], None),
    ],
)
def test_the_one_way_in_which_a_column_writes_times(texts, style):
    assert clock_of(history(*texts)) == style


@pytest.mark.parametrize(
    ("texts", "odd", "expected"),
    [
        (DAY, "9:31 PM", "21:31"),
        (DAY, "12:05 a.m.", "00:05"),
        (DAY, "14:31:00", "14:31"),
        (DAY, "14.31", "14:31"),
        (DAY, "14h31", "14:31"),
        (DAY, "1899-12-30 14:31:00", "14:31"),
        (DAY, "0.60486111", "14:31"),
        (DAY, '="14:31"', "14:31"),
        (WHOLE, "14:31", "14:31:00"),
        (WHOLE, "2:31:00 PM", "14:31:00"),
        (HALVES, "14:31", "2:31 PM"),
        (HALVES, "02:31 PM", "2:31 PM"),
        (HALVES, "2:31PM", "2:31 PM"),
    ],
)
def test_another_writing_of_a_time_is_the_columns_own(texts, odd, expected):
    assert read_times({**dict.fromkeys(texts, 3), odd: 1}, history(*texts)) == {odd: expected}


@pytest.mark.parametrize(
    ("texts", "odd"),
    [
        (DAY, "14:31:07"),  # seconds that the column has no place for
        (DAY, "0.604919"),  # no whole minute
        (DAY, "0.6"),
        (DAY, "13:31 PM"),
        (DAY, "later"),
        (EXACT, "14:31"),  # seconds that are not known
        (HALVES, "2:31"),  # morning or afternoon
        (WAITS, "00:04:35"),  # minutes and seconds, with hours
    ],
)
def test_what_may_be_another_time_is_left_alone(texts, odd):
    assert read_times({**dict.fromkeys(texts, 3), odd: 1}, history(*texts)) == {}


def test_hours_to_twelve_alone_have_lost_their_afternoon():
    lost = {f"{hour}:31": 5 for hour in range(1, 13)}
    assert read_times(lost, history(*DAY)) == {}
    zeros = {f"{hour}:31": 5 for hour in range(24)}
    assert read_times(zeros, history(*DAY))["9:31"] == "09:31"


def test_times_of_two_days_are_moments_and_no_times():
    two = {"2025-03-01 14:31": 1, "2025-03-02 09:31": 1}
    assert read_times(two, history(*DAY)) == {}
