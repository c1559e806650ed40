"""Rows whose dates lie farther from each other than in any accepted row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.gap_fit import fit_gap
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.dates import EPOCH, read_as
from airflow_provider_dqheal.remediation.kernels.text import Cells

_MOST_COLUMNS = 12


def dates_at_odds(history: TableHistory, column: str, cells: Callable[[str], Cells]) -> np.ndarray:
    """Positions of the rows in which a date lies farther from another one than it ever did.

    Args:
        history: the accepted batches.
        column: a column of dates.
        cells: a column of the batch, by name; KeyError where it has none.
    """
    layouts = {name: found.date_layout for name, found in history.columns.items() if found.date_layout is not None}
    if column not in layouts or not all(column in sample.column_names for sample in history.samples):
        return np.zeros(0, np.int64)
    batches, found = range(len(history.samples)), set[int]()
    ours = [_moments(history.cells(at, column), layouts[column]) for at in batches]
    for name in [name for name in layouts if name != column][:_MOST_COLUMNS]:
        if not all(name in sample.column_names for sample in history.samples):
            continue
        theirs = [_moments(history.cells(at, name), layouts[name]) for at in batches]
        fit = fit_gap([one - other for one, other in zip(ours, theirs, strict=True)])
        if fit is None:
            continue
        try:
            now = _moments(cells(column), layouts[column]) - _moments(cells(name), layouts[name])
        except KeyError:
            continue
        found.update(fit.at_odds(now).tolist())
    return np.array(sorted(found), np.int64)


def _moments(cells: Cells, layout: str) -> np.ndarray:
    """(rows,) the dates in seconds since 1970, nan where there is none."""
    read = [None if text is None else read_as(text, layout) for text in cells.values]
    seconds = [np.nan if moment is None else (moment - EPOCH).total_seconds() for moment in read]
    return np.array([*seconds, np.nan])[cells.codes]
