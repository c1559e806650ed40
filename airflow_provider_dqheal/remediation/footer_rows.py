"""Takes out the line of totals that a report ends with."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import REPAIR, Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.numbers import numbers_in, to_decimal
from airflow_provider_dqheal.remediation.kernels.text import Cells

_LEAST_ROWS, _ROUNDED = 20, 1e-9
"""Rows that a total adds up; what is lost of it in adding them as floats."""
_MOSTLY = 0.5


@register
class FooterRows(QuarantineStrategy):
    """A row that holds the sums of the others in half of its numbers and more, at least one that is no usual number.

    The row explains itself, so no issue is needed.
    """

    name = "footer_rows"
    heals = "schema_drift"
    phase = REPAIR
    order = 9

    def propose(self, context: Context) -> list[Step]:
        """One step for the one row there can be."""
        rows = context.working.table.num_rows
        sums, told = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        beyond = np.zeros(rows, bool)
        for _, history, cells in context.columns():
            if not history.is_numeric or not len(history.all_numbers):
                continue
            own = numbers_in(cells)
            there = np.isfinite(own)
            told += there
            if there.sum() > _LEAST_ROWS:
                total = _is_total(own, cells)
                sums += total
                beyond |= total & ((own > history.all_numbers[-1]) | (own < history.all_numbers[0]))
        found = np.flatnonzero(beyond & (sums >= np.maximum(1, _MOSTLY * told)))
        if len(found) != 1 or not self.within_budget(context, 1):
            return []
        columns = tuple(name for name, _, _ in context.columns())
        reason = f"a row holds the sums of all others in {int(sums[found[0]])} columns: the totals of a report"
        return [self.rows_step(context, columns, context.row_ids(found), "totals of a report", 1.0, reason)]


def _is_total(own: np.ndarray, cells: Cells) -> np.ndarray:
    """(rows,) bool, whether a number is the sum of all others of its column, to the digits that it is written with."""
    known = np.where(np.isfinite(own), own, 0.0)
    off = np.abs(2 * known - known.sum())
    near = np.flatnonzero((off <= 0.5 + _ROUNDED * np.abs(known).sum()) & (known != 0))
    found = np.zeros(len(own), bool)
    for row in near.tolist():
        value = to_decimal(cells.text(row))
        exponent = value.as_tuple().exponent if value is not None else 0
        digits = 0.5 * float(Decimal(10) ** min(int(exponent), 0)) if isinstance(exponent, int) else 0.0
        found[row] = off[row] <= digits + _ROUNDED * float(np.abs(known).sum())
    return found
