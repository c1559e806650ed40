"""Rows that lack a value where a label in them says that there is one: a flight, not cancelled, without departure."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.presence_fit import fit_presence
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.labels import coded, labels_beside, labels_of, now_in
from airflow_provider_dqheal.remediation.kernels.text import Cells


def lacking(history: TableHistory, column: str, cells: Callable[[str], Cells]) -> np.ndarray:
    """Positions of the rows that lack a column which no accepted row with their label lacks.

    Args:
        history: the accepted batches.
        column: a column that lacks cells now and then.
        cells: a column of the batch, by name; KeyError where it has none.
    """
    fractions = history.columns[column].missing_fractions
    own = now_in(cells, column)
    if own is None or None not in own or not len(fractions) or not fractions.any():
        return np.zeros(0, np.int64)
    here, found = np.array([text is not None for text in own], bool), set[int]()
    batches = range(len(history.samples))
    there: list[np.ndarray] = []
    for name in labels_beside(history, column):
        there = there or [
            np.array([text is not None for text in labels_of(history.cells(at, column))], bool) for at in batches
        ]
        fit, labels = fit_presence(coded(history, name), there), now_in(cells, name)
        if fit is not None and labels is not None:
            found.update(fit.lacking(labels, here)[0].tolist())
    return np.array(sorted(found), np.int64)
