"""Whole arrays of texts are read as their texts are, one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.detection.text_arrays import are_numbers, iso_moments, parse_texts
from airflow_provider_dqheal.detection.texts import parse_date

MOMENTS = (
    "1970-01-02",
    "2026-11-25 20:40",
    "2026-11-25T20:40:17",
    "1899-12-31 23:59:59.5",
    "2024-02-29T00:00:00.000001",
)


@pytest.mark.parametrize("text", MOMENTS)
def test_iso_dates_are_read_together_as_one_by_one(text):
    assert iso_moments(pa.array([text, "13.1", "soon"])).tolist() == pytest.approx(
        [parse_date(text), np.nan, np.nan], nan_ok=True
    )


@pytest.mark.parametrize("wrong", ["2025-02-30", "2025-01-01 24:00", "2025-13-01"])
def test_dates_that_do_not_exist_leave_the_others_read(wrong):
    texts = pa.array([*MOMENTS, wrong, "3 May 2026"])
    kinds, moments, temporal = parse_texts(texts, np.ones(len(texts)), are_numbers(texts))
    assert temporal
    assert kinds["date"] == len(MOMENTS) + 1
    assert moments.tolist() == pytest.approx([*map(parse_date, MOMENTS), np.nan, parse_date("3 May 2026")], nan_ok=True)
