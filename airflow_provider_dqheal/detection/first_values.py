"""Columns that only ever held one digit and hold another one in few rows: the first return, the first error.

Such a column is a flag or a code whose other values had not come up yet. A history of one value says nothing of how
often the others come, and of a column of words or of truth values nobody would call the first other one an outlier.
"""

from __future__ import annotations

import re

from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView

_DIGIT = re.compile(r"\d(\.0)?")
_MOST = 0.1
"""Share of the rows up to which other digits are the first of their kind; more is a change of the column."""


def first_values(batch: BatchView, stack: Stack) -> frozenset[str]:
    """The columns of a batch without a missing cell in which one digit was everything so far, and is in nearly all."""
    return frozenset(name for name, digit in stack.once(_only_digits).items() if _holds_few_others(batch, name, digit))


def _only_digits(stack: Stack) -> dict[str, str]:
    """The only value of each column that only ever held one digit, in every cell."""
    return {name: digit for name, column in stack.columns.items() if (digit := _only_digit(column)) is not None}


def _only_digit(column: ColumnStack) -> str | None:
    seen: set[str] = set()
    for view in column.views:
        if view is None or view.present < view.rows or len(view.values) > 1:
            return None
        seen.update(view.values)
    digit = seen.pop() if len(seen) == 1 else ""
    return digit if _DIGIT.fullmatch(digit) else None


def _holds_few_others(batch: BatchView, name: str, digit: str) -> bool:
    view = batch.columns.get(name)
    if view is None or digit not in view.values or view.present < view.rows:
        return False
    others = float(sum(count for text, count in zip(view.values, view.counts, strict=False) if text != digit))
    alike = all(_DIGIT.fullmatch(text) and len(text) == len(digit) for text in view.values)
    return alike and 0 < others <= _MOST * view.rows
