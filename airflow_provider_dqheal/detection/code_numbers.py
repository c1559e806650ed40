"""Columns of codes, a few of which happen to read as numbers: 4f2a9c07, and now and then 48213907 or 12345e67.

The numbers among them are no measurements: how large the two of a batch are says nothing. They are judged as the other
codes are, where there are no more of them than the history leads to expect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView

_MIXED = r"^[A-Za-z]*([0-9]\w*[A-Za-z]|[A-Za-z][0-9])\w*$"
_LEAST_LENGTH = 4
_LEAST_ROWS = 100
_MOST_NUMBERS = 0.2
"""The largest share of numbers among the codes of any batch of the history."""


@dataclass(frozen=True)
class Codes:
    """How many characters each code of a column has, and the largest share of them that reads as a number."""

    length: int
    numbers: float

    def hold(self, view: ColumnView) -> bool:
        """Whether all values of a batch are codes of this length."""
        if view.is_typed or view.temporal or not np.all(view.lengths == self.length):
            return False
        return _matches(view, f"^[0-9A-Za-z]{{{self.length}}}$") == len(view.values)


def without_code_numbers(view: BatchView, stack: Stack) -> tuple[BatchView, Stack]:
    """A batch and its history with the numbers among the codes of a column read as the codes that they are."""
    codes = stack.once(_codes_of)
    names = [name for name in codes if name in view.columns and _follows(view.columns[name], codes[name])]
    return view.changed(names, _unread), stack.changed(names, _unread)


def _codes_of(stack: Stack) -> dict[str, Codes]:
    return {name: codes for name, column in stack.columns.items() if (codes := _form_of(column)) is not None}


def _form_of(column: ColumnStack) -> Codes | None:
    views = [view for view in column.views if view is not None and view.present > 0]
    if sum(view.present for view in views) < _LEAST_ROWS:
        return None
    codes = Codes(int(views[0].lengths[0]), max(view.kinds["number"] / view.present for view in views))
    if codes.length < _LEAST_LENGTH or codes.numbers > _MOST_NUMBERS or not all(map(codes.hold, views)):
        return None
    mixed = sum(_matches(view, _MIXED) for view in views)
    return codes if mixed >= (1 - _MOST_NUMBERS) * sum(len(view.values) for view in views) else None


def _matches(view: ColumnView, pattern: str) -> int:
    """How many distinct values match a pattern."""
    found = pc.match_substring_regex(pa.array(view.values, pa.string()), pattern)
    return int(pc.sum(found).as_py() or 0)


def _follows(view: ColumnView, codes: Codes) -> bool:
    """Whether a batch holds codes of this length, about as many of which read as numbers, or fewer."""
    expected, numbers = codes.numbers * view.present, view.kinds["number"]
    told = numbers + codes.numbers > 0
    return told and numbers <= expected + 3 * math.sqrt(expected + 1) and view.present > 0 and codes.hold(view)


def _unread(view: ColumnView) -> ColumnView:
    """A column without numbers."""
    read = view.reread(np.full(len(view.values), np.nan))
    return replace(read, kinds=dict.fromkeys(view.kinds, 0.0), temporal=False, whole_decimals=0.0)
