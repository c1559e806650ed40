"""The next higher of small counts is no outlier; on a scale, far beyond, or in a column that changed it is judged."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.next_counts import next_counts
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table

ROWS = 300
COUNTS, SCALE, FLAG = (0.5, 0.27, 0.14, 0.06, 0.03), (0.1, 0.2, 0.3, 0.2, 0.2), (0.97, 0.03)


def counts(seed, shares, *other, rows=0):
    """So many of each count as its share says, in any order, some of them put out by others."""
    column = np.repeat(np.arange(len(shares)), np.round(np.multiply(shares, ROWS)).astype(int))[:ROWS]
    column = np.random.default_rng(seed).permutation(np.resize(column, ROWS))
    column[:rows] = np.resize(other, rows) if other else column[:rows]
    return column.tolist()


def table(seed, column):
    rng = np.random.default_rng(seed)
    return pa.table({"price": rng.normal(5, 1, ROWS).round(2), "kind": rng.choice(["a", "b"], ROWS), "calls": column})


def found(column, shares=COUNTS):
    stack = build_stack([view_table(table(day, counts(day, shares))) for day in range(6)])
    return next_counts(view_table(table(6, column)), stack)


@pytest.mark.parametrize("rows", [1, 2, 6])
def test_the_next_count_is_no_outlier(rows):
    assert found(counts(6, COUNTS, 5, rows=rows)) == {"calls"}


@pytest.mark.parametrize(
    "column",
    [
        counts(6, COUNTS),
        counts(6, COUNTS, 6, rows=2),
        counts(6, COUNTS, 5, 6, rows=2),
        counts(6, COUNTS, 5, rows=20),
        counts(6, COUNTS, -1, 5, rows=2),
        counts(6, (0.1, 0.2, 0.3, 0.2, 0.2), 5, rows=2),
        [None, *counts(6, COUNTS, 5, rows=2)[:-1]],
    ],
)
def test_everything_else_is_judged(column):
    assert found(column) == frozenset()


@pytest.mark.parametrize(("shares", "other"), [(SCALE, 5), (FLAG, 2)])
def test_scales_and_flags_have_no_next_one(shares, other):
    assert found(counts(6, shares, other, rows=2), shares) == frozenset()


def test_such_a_batch_is_published_as_it_came():
    baseline = api.learn([table(day, counts(day, COUNTS)) for day in range(8)])
    batch = table(9, counts(9, COUNTS, 5, rows=2))
    healed = api.heal(batch, baseline)
    assert healed.verdict.issues == ()
    assert healed.table["calls"].to_pylist() == batch["calls"].to_pylist()
    assert healed.quarantine.num_rows == 0
