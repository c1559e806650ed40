"""Columns of small counts in which the next higher count comes up for the first time: a sixth child, a ninth call.

Counts grow rarer the higher they are, and the history ends where chance let it end. On a scale the highest value is as
usual as others, and the next one is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

_COUNT = re.compile(r"\d{1,2}(\.0)?")
_LEAST_ROWS, _LEAST_COUNTS = 200, 3
"""Of the history; flags of two digits are no counts."""
_RARE = 0.05
"""Share of the history's rows that have the highest count, at most; it is the rarest of the upper half."""
_FEW, _SOME = 0.02, 2.0
"""Share of the rows with the next one, at most; or so many rows."""
_APART = 0.15
"""Distance (total variation) of the counts' shares from the history's up to which they are as ever."""


@dataclass(frozen=True, eq=False)
class _Counts:
    lowest: int
    shares: np.ndarray


def next_counts(batch: BatchView, stack: Stack) -> frozenset[str]:
    """The columns of a batch that hold counts as ever, and in few rows the next higher one, which none held before."""
    return frozenset(
        name for name, known in stack.once(_counts_of).items() if _holds_next(batch.columns.get(name), known)
    )


def _counts_of(stack: Stack) -> dict[str, _Counts]:
    """The columns that only ever held counts that grow rarer."""
    return {name: known for name, column in stack.columns.items() if (known := _known(column)) is not None}


def _known(column: ColumnStack) -> _Counts | None:
    rows: dict[int, float] = {}
    for view in column.views:
        if view is None or (own := _rows_of(view)) is None:
            return None
        for count, there in own.items():
            rows[count] = rows.get(count, 0.0) + there
    total = sum(rows.values())
    if total < _LEAST_ROWS or len(rows) < _LEAST_COUNTS or max(rows) - min(rows) >= len(rows):
        return None
    shares = np.asarray([rows[count] for count in sorted(rows)]) / total
    rarest = shares[-1] <= shares[len(shares) // 2 :].min()
    return _Counts(min(rows), shares) if shares[-1] <= _RARE and rarest else None


def _rows_of(view: ColumnView) -> dict[int, float] | None:
    """Rows of each count; None where any cell holds something else."""
    if view.present < view.rows or len(view.values) > 100 or not all(map(_COUNT.fullmatch, view.values)):
        return None
    rows: dict[int, float] = {}
    for text, count in zip(view.values, view.counts.tolist(), strict=True):
        rows[int(float(text))] = rows.get(int(float(text)), 0.0) + count
    return rows


def _holds_next(view: ColumnView | None, known: _Counts) -> bool:
    rows = _rows_of(view) if view is not None and view.rows else None
    if view is None or rows is None:
        return False
    following = known.lowest + len(known.shares)
    beyond = rows.pop(following, 0.0)
    if not 0 < beyond <= max(_FEW * view.rows, _SOME) or not rows:
        return False
    if min(rows) < known.lowest or max(rows) >= following:
        return False
    now = np.asarray([rows.get(known.lowest + place, 0.0) for place in range(len(known.shares))]) / view.rows
    return bool(np.abs(now - known.shares).sum() / 2 <= _APART)
