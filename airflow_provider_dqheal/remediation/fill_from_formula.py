"""Fills missing numbers that the others of their row make: a sum, or a product."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.detection.formula import Formula
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._fills import AGREED, FillStrategy, Told
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.numbers import numbers_in
from airflow_provider_dqheal.remediation.kernels.token_factor import is_inside

_LEAST_AGREED = 20
"""Rows of the batch that have to keep a formula; none can where the whole column is gone."""


@register
class FillFromFormula(FillStrategy):
    """A total whose parts are there, the part that is missing of a total, an amount of price and pieces.

    The formula must tell the last digit, nearly no accepted row may have missed it, the batch's own complete rows have
    to keep it, and all numbers that it is reckoned from have to be ones that their columns hold.
    """

    name = "fill_from_formula"
    order = 31

    def told(self, context: Context, name: str, history: ColumnHistory, rows: np.ndarray) -> Told | None:
        """What all formulas that know a row say of it."""
        names, formulas = context.history.formulas
        if not history.is_numeric or name not in names or history.is_key:
            return None
        place = names.index(name)
        said: dict[int, set[str]] = {}
        by = []
        for one in formulas:
            if place not in one.exact or not set(one.names_of(names)) <= set(context.working.table.column_names):
                continue
            texts = _told(context, one, names, place, rows)
            by += [one.written(names, place)] if texts else []
            for row, text in texts.items():
                said.setdefault(row, set()).add(text)
        fills = {row: texts.pop() for row, texts in said.items() if len(texts) == 1}
        return Told(fills, " / ".join(by), 0.99) if fills else None


def _told(context: Context, one: Formula, names: tuple[str, ...], place: int, rows: np.ndarray) -> dict[int, str]:
    """What one formula says of each row that it knows."""
    own, history = names[place], context.history.columns
    now = np.full((context.working.table.num_rows, len(names)), np.nan)
    for name, at in zip(one.names_of(names), one.columns, strict=True):
        now[:, at] = numbers_in(context.cells(name))
    off = np.abs(one.off(now))
    asked = np.isfinite(off)
    kept = asked & (off <= one.within)
    emptied = not np.isfinite(now[:, place]).any()
    if kept.sum() < max(0 if emptied else _LEAST_AGREED, AGREED * asked.sum()):
        return {}
    usual = np.all([is_inside(now[rows, at], history[names[at]].all_numbers) for at in one.columns if at != place], 0)
    told = one.rounded(now[rows], place)
    usual &= np.isfinite(told) & is_inside(told, history[own].all_numbers)
    style = history[own].style
    return {
        row: style.write(Decimal(repr(value)))
        for row, value, ok in zip(rows.tolist(), told.tolist(), usual.tolist(), strict=True)
        if ok
    }
