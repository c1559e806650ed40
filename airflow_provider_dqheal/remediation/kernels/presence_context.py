"""Rows that lack a value where a label in them says that there is one: a flight, not cancelled, without departure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.presence_fit import PresenceFit, fit_presence
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.labels import coded, labels_beside, now_in
from airflow_provider_dqheal.remediation.kernels.text import Cells


def lacking(history: TableHistory, column: str, cells: Callable[[str], Cells]) -> np.ndarray:
    """Positions of the rows that lack a column which no accepted row with their label lacks.

    Args:
        history: the accepted batches.
        column: a column that lacks cells now and then.
        cells: a column of the batch, by name; KeyError where it has none.
    """
    fits, own = history.once(_presences, column), now_in(cells, column)
    if not fits or own is None or None not in own:
        return np.zeros(0, np.int64)
    here, found = np.array([text is not None for text in own], bool), set[int]()
    for name, fit in fits.items():
        labels = now_in(cells, name)
        if labels is not None:
            found.update(fit.lacking(labels, here)[0].tolist())
    return np.array(sorted(found), np.int64)


def _presences(history: TableHistory, column: str) -> dict[str, PresenceFit]:
    """By the columns of labels that tell it: where a column that lacks cells is always there."""
    beside = list(labels_beside(history, column))
    if not beside or not history.columns[column].missing_fractions.any():
        return {}
    there = [batch >= 0 for batch in coded(history, column).batches]
    fits = {name: fit_presence(coded(history, name), there) for name in beside}
    return {name: fit for name, fit in fits.items() if fit is not None}
