"""Fills missing numbers that the others of their row make: a sum, or a product."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._fills import FillStrategy, Told
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.formula_told import told_by_formulas


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
        columns = context.working.table.column_names
        fills, by = told_by_formulas(context.history, columns, context.cells, name, rows)
        return Told(fills, by, 0.99) if fills else None
