"""Texts are read as the moments that they say, or as none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from airflow_provider_dqheal.profiling.dates import decode
from airflow_provider_dqheal.profiling.parsing import parse_values

EPOCH = datetime(1970, 1, 1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("05/13/2025 02:30 PM", datetime(2025, 5, 13, 14, 30)),
        ("05/13/2025 12:05 am", datetime(2025, 5, 13, 0, 5)),
        ("05/13/2025 12:05:10 PM", datetime(2025, 5, 13, 12, 5, 10)),
        ("2025-05-13 2:30PM", datetime(2025, 5, 13, 14, 30)),
        ("13.05.2025 08:15", datetime(2025, 5, 13, 8, 15)),
        ("13May2025", datetime(2025, 5, 13)),
    ],
)
def test_a_moment_is_read(text, moment):
    dates = decode(pa.array([text]))
    assert dates.kind[0] > 0
    assert EPOCH + timedelta(microseconds=int(dates.micros[0])) == moment


@pytest.mark.parametrize(
    "text",
    ["05/13/2025 13:30 PM", "05/13/2025 00:30 AM", "05/13/2025 02:30 XM", "05/13/2025 02:30 p", "13.13.2025 1:00"],
)
def test_what_is_no_moment_is_none(text):
    assert decode(pa.array([text])).kind.tolist() == [0]


def test_times_of_two_halves_are_the_moments_of_a_typed_column():
    column = pa.chunked_array([["05/13/2025 02:30 PM", "05/14/2025 12:00 AM"]])
    assert parse_values(column, "datetime", True).to_pylist() == [datetime(2025, 5, 13, 14, 30), datetime(2025, 5, 14)]
