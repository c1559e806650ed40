"""A sign or a point that was typed twice is text, and never stops a profile."""

from __future__ import annotations

import pyarrow as pa
import pytest

from airflow_provider_dqheal.profiling.local import profile_table


@pytest.mark.parametrize("text", ["--1", "1..5", "..1", "1..", "-..1", "+1..5", "---2.5"])
def test_doubled_marks_are_no_numbers(text):
    profile = profile_table(pa.table({"value": ["1.5", "2", text, "3e2"]}))
    assert profile.row_count == 4
    assert profile.columns["value"].metrics["max"] == 300.0
