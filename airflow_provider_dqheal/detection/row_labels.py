"""Labels that do not go with another one in their row: a city that is not that of the postal code.

Each of them is a usual one of its column, so that nothing else shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from airflow_provider_dqheal.detection.coded import Labels
from airflow_provider_dqheal.detection.label_fit import LabelFit, fit_labels
from airflow_provider_dqheal.detection.row_groups import label_columns, texts_in_rows
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import RowLabels

_LEAST_BATCHES, _FLAGS = 5, 2
"""Batches that show what a label tells; and labels of a column of flags."""
_MOST_COLUMNS, _SHOWN = 20, 3
"""Columns that are set against each other, and examples."""


@dataclass(frozen=True, eq=False)
class _Dependency:
    by: str
    column: str
    fit: LabelFit


@dataclass(frozen=True, eq=False)
class _Broken:
    dependency: _Dependency
    rows: np.ndarray
    asked: int


def row_labels(batch: BatchView, stack: Stack) -> tuple[RowLabels, ...]:
    """The columns of a batch whose labels do not go with another one in their rows, the wrong one of the two."""
    known = stack.once(_dependencies_of)
    names = {name for one in known for name in (one.by, one.column) if name in batch.columns}
    now = {name: texts_in_rows(batch.columns[name]) for name in names}
    if len({len(texts) for texts in now.values()}) > 1:
        return ()
    broken = [
        _Broken(one, *one.fit.at_odds(now[one.by], now[one.column]))
        for one in known
        if one.by in now and one.column in now
    ]
    found: dict[str, RowLabels] = {}
    for one in sorted((one for one in broken if len(one.rows)), key=lambda one: -len(one.rows)):
        column, by = one.dependency.column, one.dependency.by
        expected = one.dependency.fit.expected(now[by])
        shown = one.rows[:_SHOWN].tolist()
        if _is_supported(column, by, one.rows, known, now):  # what is told agrees with others: what tells is wrong
            found.setdefault(by, RowLabels(by, column, len(one.rows) / one.asked, _shown(now[by], shown), ()))
        else:
            told = _shown(expected, shown)
            found.setdefault(column, RowLabels(column, by, len(one.rows) / one.asked, _shown(now[column], shown), told))
    return tuple(found.values())


def _is_supported(
    column: str, but: str, rows: np.ndarray, known: tuple[_Dependency, ...], now: dict[str, list[str | None]]
) -> bool:
    """Whether these rows hold what goes with another column than ``but``, in most of them."""
    for one in known:
        if column in (one.by, one.column) and but not in (one.by, one.column) and {one.by, one.column} <= now.keys():
            expected, own = one.fit.expected(now[one.by]), now[one.column]
            if sum(expected[row] == own[row] for row in rows.tolist()) > len(rows) / 2:
                return True
    return False


def _shown(texts: Labels, rows: list[int]) -> tuple[str, ...]:
    return tuple(str(texts[row]) for row in rows)


def _dependencies_of(stack: Stack) -> tuple[_Dependency, ...]:
    """What columns of labels say of each other in the history; of numbers and of flags nothing is said."""
    if len(stack.batches) < _LEAST_BATCHES:
        return ()
    numbers = set(stack.all_of(temporal=False))
    texts = dict(list(stack.once(label_columns).items())[:_MOST_COLUMNS])
    return tuple(
        _Dependency(by, column, fit)
        for by, column in permutations(texts, 2)
        if column not in numbers
        and len(texts[column].labels) > _FLAGS
        and (fit := fit_labels(texts[by], texts[column])) is not None
    )
