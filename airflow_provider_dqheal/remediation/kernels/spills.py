"""Values that stand at the end of a neighbour's text while their own cell is empty."""

from __future__ import annotations

from airflow_provider_dqheal.remediation.history import ColumnHistory, TableHistory
from airflow_provider_dqheal.remediation.kernels.text import is_blank

_FEWEST, _NEARLY_ALL, _MOST_EMPTY, _BY_CHANCE = 5, 0.8, 0.1, 0.01
"""Spilled cells, their share of the empty ones, empty ones of all, and filled cells whose value is beside them too."""
_MOST_COLUMNS = 40

Spill = tuple[str, str, dict[tuple[int, int], tuple[str, str]]]
"""The neighbour, the column, and (batch, row of its sample) -> what the two cells should hold."""


def cut(text: str, history: ColumnHistory) -> tuple[str, str] | None:
    """What stands before the last word, and that word, where it is a value of the other column."""
    head, _, tail = text.rpartition(" ")
    return (head.rstrip(" ,;"), tail) if head.strip() and tail in history.present else None


def is_closed(history: ColumnHistory) -> bool:
    """Whether a few values fill the column."""
    return 2 <= len(history.present) <= max(20, history.present_rows // 20)


def spills_of(history: TableHistory) -> list[Spill]:
    """Spilled cells that accepted batches hold themselves.

    Nearly all empty cells of a column are beside a text that ends in one of its values, which hardly one of the
    filled cells is.
    """
    found: list[Spill] = []
    if len(history.columns) > _MOST_COLUMNS:
        return found
    for name, own in history.columns.items():
        empty = sum(rows for text, rows in own.pooled.items() if is_blank(text))
        if not _FEWEST <= empty <= _MOST_EMPTY * own.rows or own.is_numeric or not is_closed(own):
            continue
        for other, past in history.columns.items():
            if other == name or past.is_numeric or past.date_layout is not None:
                continue
            cells = _spilled(history, name, other)
            if cells:
                found.append((other, name, cells))
                break
    return found


def _spilled(history: TableHistory, name: str, other: str) -> dict[tuple[int, int], tuple[str, str]]:
    own = history.columns[name]
    cells: dict[tuple[int, int], tuple[str, str]] = {}
    empty = filled = beside = 0
    for batch, table in enumerate(history.samples):
        if name not in table.column_names or other not in table.column_names:
            continue
        values, texts = history.cells(batch, name), history.cells(batch, other)
        cuts = [cut(text or "", own) for text in texts.values]
        for row, (value, text) in enumerate(zip(values.codes, texts.codes, strict=True)):
            here, parts = values.values[value], cuts[text]
            if is_blank(here):
                empty += 1
                if parts is not None:
                    cells[batch, row] = parts
            else:
                filled += 1
                beside += parts is not None and parts[1] == here
    told = len(cells) >= max(_FEWEST, _NEARLY_ALL * empty) and beside <= _BY_CHANCE * filled
    return cells if told else {}
