"""Rows whose labels do not go together as in every accepted row: a city that is not that of the postal code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.label_fit import fit_labels
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word

_MOST_COLUMNS = 20


def labels_at_odds(history: TableHistory, column: str, cells: Callable[[str], Cells]) -> np.ndarray:
    """Positions of the rows in which a column does not go with another one that it tells, or that tells it.

    Args:
        history: the accepted batches.
        column: a column of labels.
        cells: a column of the batch, by name; KeyError where it has none.
    """
    shared = set.intersection(*(set(sample.column_names) for sample in history.samples)) if history.samples else set()
    others = [name for name in history.columns if name in shared and name != column and _are_labels(history, name)]
    if column not in shared or not _are_labels(history, column):
        return np.zeros(0, np.int64)
    own, found = _coded(history, column), set[int]()
    for name in others[:_MOST_COLUMNS]:
        theirs = _coded(history, name)
        for tells, told, first, second in ((theirs, own, name, column), (own, theirs, column, name)):
            fit = None if history.columns[second].is_numeric else fit_labels(tells, told)
            if fit is None:
                continue
            try:
                rows, _ = fit.at_odds(_texts(cells(first)), _texts(cells(second)))
            except KeyError:
                continue
            found.update(rows.tolist())
    return np.array(sorted(found), np.int64)


def _are_labels(history: TableHistory, name: str) -> bool:
    column = history.columns[name]
    return column.date_layout is None and 2 <= len(column.present) <= 0.5 * column.present_rows


def _coded(history: TableHistory, name: str) -> CodedColumn:
    every = [history.cells(at, name) for at in range(len(history.samples))]
    return CodedColumn.of((_labels(cells), cells.codes) for cells in every)


def _labels(cells: Cells) -> list[Text]:
    return [None if is_missing_word(text) else text for text in cells.values]


def _texts(cells: Cells) -> list[Text]:
    texts = _labels(cells)
    return [texts[at] for at in cells.codes.tolist()]
