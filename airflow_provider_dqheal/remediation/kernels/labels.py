"""Columns of labels over the accepted batches, as what stands beside them is told by."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word

_MOST_COLUMNS = 20


def labels_beside(history: TableHistory, column: str) -> Iterator[str]:
    """The other columns of labels that every accepted batch has, the first twenty; none where one lacks ``column``."""
    shared = set.intersection(*(set(sample.column_names) for sample in history.samples)) if history.samples else set()
    if column in shared:
        others = (name for name in history.columns if name in shared and name != column and are_labels(history, name))
        yield from (name for name, _ in zip(others, range(_MOST_COLUMNS), strict=False))


def are_labels(history: TableHistory, name: str) -> bool:
    """Whether the values of a column come again, and are no dates."""
    column = history.columns[name]
    return column.date_layout is None and 2 <= len(column.present) <= 0.5 * column.present_rows


def coded(history: TableHistory, name: str) -> CodedColumn:
    """What a column holds in each row of each accepted batch."""
    return history.once(_coded, name)


def _coded(history: TableHistory, name: str) -> CodedColumn:
    every = [history.cells(at, name) for at in range(len(history.samples))]
    return CodedColumn.of((_labels(cells), cells.codes) for cells in every)


def labels_of(cells: Cells) -> list[Text]:
    """What a column of a batch holds in each row; None where it is missing."""
    texts = _labels(cells)
    return [texts[at] for at in cells.codes.tolist()]


def now_in(cells: Callable[[str], Cells], name: str) -> list[Text] | None:
    """As :func:`labels_of`, of a column that the batch may lack."""
    try:
        return labels_of(cells(name))
    except KeyError:
        return None


def _labels(cells: Cells) -> list[Text]:
    return [None if is_missing_word(text) else text for text in cells.values]
