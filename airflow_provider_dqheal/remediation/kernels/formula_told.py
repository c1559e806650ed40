"""What the sums and products that all accepted rows keep say of single cells, to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.detection.formula import Formula
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.kernels.numbers import numbers_in
from airflow_provider_dqheal.remediation.kernels.text import Cells
from airflow_provider_dqheal.remediation.kernels.token_factor import is_inside

_AGREED = 0.99
"""Share of the batch's other rows, at least, that have to keep a formula."""
_LEAST_AGREED = 20
"""Rows of the batch that have to keep one; none can where the whole column is gone."""


def told_by_formulas(
    history: TableHistory, columns: Sequence[str], cells: Callable[[str], Cells], name: str, rows: np.ndarray
) -> tuple[dict[int, str], str]:
    """What all formulas that know a cell say of it, by position, and these formulas in words.

    They tell the last digit; the batch's other rows keep them; and all numbers that go in, as what comes out, are ones
    that their columns hold.

    Args:
        history: the accepted batches.
        columns: the names of the batch's columns.
        cells: a column of the batch, by name.
        name: the column to tell.
        rows: positions of its cells that are asked for.
    """
    own = history.columns[name]
    if not own.is_numeric or own.is_key or name not in history.formulas[0]:
        return {}, ""
    names, formulas, now = numbers_of_formulas(history, columns, cells)
    place = names.index(name)
    said: dict[int, set[str]] = {}
    by = []
    for one in formulas:
        if place not in one.exact:
            continue
        texts = _told(history, one, names, now, place, rows)
        by += [one.written(names, place)] if texts else []
        for row, text in texts.items():
            said.setdefault(row, set()).add(text)
    return {row: texts.pop() for row, texts in said.items() if len(texts) == 1}, " / ".join(by)


def numbers_of_formulas(
    history: TableHistory, columns: Sequence[str], cells: Callable[[str], Cells]
) -> tuple[tuple[str, ...], list[Formula], np.ndarray]:
    """The columns that formulas are of, those formulas whose columns the batch has, and its numbers (rows, columns)."""
    names, known = history.formulas
    formulas = [one for one in known if set(one.names_of(names)) <= set(columns)]
    own = {at: numbers_in(cells(names[at])) for at in {at for one in formulas for at in one.columns}}
    now = np.full((len(next(iter(own.values()), ())), len(names)), np.nan)
    for at, numbers in own.items():
        now[:, at] = numbers
    return names, formulas, now


def _told(
    history: TableHistory, one: Formula, names: tuple[str, ...], now: np.ndarray, place: int, rows: np.ndarray
) -> dict[int, str]:
    """What one formula says of each row that it knows."""
    off = np.delete(np.abs(one.off(now)), rows)
    asked = np.isfinite(off)
    kept = asked & (off <= one.within)
    emptied = not np.isfinite(now[:, place]).any()
    if kept.sum() < max(0 if emptied else _LEAST_AGREED, _AGREED * asked.sum()):
        return {}
    known = {at: history.columns[names[at]].all_numbers for at in one.columns}
    usual = np.all([is_inside(now[rows, at], known[at]) for at in one.columns if at != place], axis=0)
    told = one.rounded(now[rows], place)
    usual &= np.isfinite(told) & is_inside(told, known[place])
    style = history.columns[names[place]].style
    return {
        row: style.write(Decimal(repr(value)))
        for row, value, ok in zip(rows.tolist(), told.tolist(), usual.tolist(), strict=True)
        if ok
    }
