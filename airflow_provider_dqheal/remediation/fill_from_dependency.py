"""Fills missing cells whose value another column determines."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._fills import AGREED, FillStrategy, Told
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dependencies import Dependency, mine
from airflow_provider_dqheal.remediation.kernels.text import is_missing_word

_MOST_MISSES = 0.25
"""Wrong cells to expect of one dependency in a batch, at most,"""
_LEAST_DOUBT = 0.001
"""unless it misses as seldom as this."""


@register
class FillFromDependency(FillStrategy):
    """A dependency of the history may break for a new entity.

    A cell is filled when every dependency that knows its row says the same, no accepted row with that
    determinant ever had another value, and the batch's own present cells agree with the dependency. One that misses
    now and then fills no more cells than it is good for.
    """

    name = "fill_from_dependency"
    order = 30

    def told(self, context: Context, name: str, history: ColumnHistory, rows: np.ndarray) -> Told | None:
        """What all dependencies that know a row say of it."""
        found = [item for item in mine(context.history.samples, name) if _holds_now(context, item)]
        if not found:
            return None
        told = [_told(context, item, rows) for item in found]
        known = [sum(text is not None for text in texts) for texts in told]
        good = [_is_good_for(item, cells) for item, cells in zip(found, known, strict=True)]
        taken = set(context.cells(name).values) if history.is_key else set()
        fills: dict[int, str] = {}
        for row, *texts in zip(rows.tolist(), *told, strict=True):
            said = {text for text in texts if text is not None}
            said -= taken  # a key never comes twice
            sure = any(text is not None and enough for text, enough in zip(texts, good, strict=True))
            if len(said) == 1 and sure:
                fills[row] = said.pop()
                taken |= {fills[row]} if history.is_key else set()
        return Told(fills, " / ".join("+".join(item.left) for item in found[:3]), min(one.confidence for one in found))


def _told(context: Context, item: Dependency, rows: np.ndarray) -> list[str | None]:
    """What the dependency says of each row; None where it does not know the row."""
    left = [context.cells(name) for name in item.left]
    return [item.values.get(tuple(cells.text(row) for cells in left)) for row in rows.tolist()]


def _holds_now(context: Context, item: Dependency) -> bool:
    """Whether the batch's own present cells agree with the dependency, those that it knows."""
    table = context.working.table
    if any(name not in table.column_names for name in item.left):
        return False
    columns = [context.cells(name) for name in (*item.left, item.right)]
    stacked = np.stack([cells.codes for cells in columns])
    combos, counts = np.unique(stacked, axis=1, return_counts=True)
    asked = agreed = 0
    for combo, count in zip(combos.T, counts, strict=True):
        *left, right = (cells.values[code] for cells, code in zip(columns, combo, strict=True))
        told = item.values.get(tuple(left))
        if told is not None and not is_missing_word(right):
            asked += int(count)
            agreed += int(count) if told == right else 0
    return agreed >= AGREED * asked


def _is_good_for(item: Dependency, cells: int) -> bool:
    """Whether the dependency can fill as many cells without one of them being wrong."""
    return item.doubt <= _LEAST_DOUBT or item.doubt * cells <= _MOST_MISSES
