"""Rows whose labels do not go together as in every accepted row: a city that is not that of the postal code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.label_fit import fit_labels
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.labels import are_labels, coded, labels_beside, now_in
from airflow_provider_dqheal.remediation.kernels.text import Cells


def labels_at_odds(history: TableHistory, column: str, cells: Callable[[str], Cells]) -> np.ndarray:
    """Positions of the rows in which a column does not go with another one that it tells, or that tells it.

    Args:
        history: the accepted batches.
        column: a column of labels.
        cells: a column of the batch, by name; KeyError where it has none.
    """
    found = set[int]()
    if not are_labels(history, column):
        return np.zeros(0, np.int64)
    for name in labels_beside(history, column):
        own, theirs = coded(history, column), coded(history, name)
        for tells, told, first, second in ((theirs, own, name, column), (own, theirs, column, name)):
            fit = None if history.columns[second].is_numeric else fit_labels(tells, told)
            here, there = (None, None) if fit is None else (now_in(cells, first), now_in(cells, second))
            if fit is not None and here is not None and there is not None:
                found.update(fit.at_odds(here, there)[0].tolist())
    return np.array(sorted(found), np.int64)
