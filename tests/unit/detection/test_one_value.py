"""Slips of the pen of the one value that a batch holds are raised and repaired; another value beside it is neither."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.one_value import one_value
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table

ROWS = 250


def table(month, *odd, write="2025-{:02d}".format):
    random = np.random.default_rng(month)
    period = np.full(ROWS, write(month), object)
    period[: len(odd)] = odd
    return pa.table(
        {
            "id": np.arange(month * ROWS, (month + 1) * ROWS),
            "period": period.tolist(),
            "amount": random.normal(50, 9, ROWS).round(2),
        }
    )


def found(*odd):
    stack = build_stack([view_table(table(month)) for month in range(1, 9)])
    return one_value(view_table(table(9, *odd)), stack)


def test_several_slips_are_found():
    (one,) = found("2052-09", "2052-09", "2025-90", "202-509")
    assert (one.column, one.value, one.share) == ("period", "2025-09", 4 / ROWS)
    assert set(one.examples) == {"2052-09", "2025-90", "202-509"}


@pytest.mark.parametrize(
    "odd", [(), ("2052-09",) * 4, ("2025-08", "2025-07"), ("2025-08", "2025-10", "2026-09"), ("n/a", "")]
)
def test_what_else_stands_beside_the_value_is_not(odd):
    assert found(*odd) == ()


@pytest.mark.parametrize("write", ["2025-{:02d}".format, "2025-{:02d}-03".format, "SS{:02d} run".format])
def test_they_are_raised_and_repaired(write):
    known = api.learn([table(month, write=write) for month in range(1, 9)])
    value = write(9)
    slips = [value[:at] + value[at + 1] + value[at] + value[at + 2 :] for at in (1, 3, 4)]
    assert all(slip != value for slip in slips)
    healed = api.heal(table(9, *slips * 3, write=write), known)
    assert "period" in healed.verdict.issue("outliers").columns
    assert not healed.held
    assert set(map(str, healed.table["period"].to_pylist())) == {value}
    assert healed.table.num_rows == ROWS


def test_beside_another_value_nothing_is_repaired():
    known = api.learn([table(month) for month in range(1, 9)])
    healed = api.heal(table(9, "2052-09", "2025-90", "2025-08"), known)
    assert healed.held or healed.table["period"].to_pylist()[:2] == ["2052-09", "2025-90"]
