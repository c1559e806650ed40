"""Takes out rows that hold nothing."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import REPAIR, Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.text import is_missing_word

_LEAST_COLUMNS = 3


@register
class EmptyRows(QuarantineStrategy):
    """Blank lines of a file or a sheet: no column has a value, as in no accepted row.

    The row explains itself, so no issue is needed. Below three columns it may as well be a missing value.
    """

    name = "empty_rows"
    heals = "missing_data"
    phase = REPAIR
    order = 8

    def propose(self, context: Context) -> list[Step]:
        """One step for the whole table."""
        columns = list(context.columns())
        if len(columns) < _LEAST_COLUMNS or not any(
            (history.missing_fractions == 0).all() for _, history, _ in columns
        ):
            return []
        empty = np.ones(context.working.table.num_rows, bool)
        for _, _, cells in columns:
            empty &= np.array([is_missing_word(text) for text in cells.values], bool)[cells.codes]
        rows = np.flatnonzero(empty)
        if not len(rows) or not self.within_budget(context, len(rows)):
            return []
        reason = f"{len(rows):,} rows hold no value in any column"
        names = tuple(name for name, _, _ in columns)
        return [self.rows_step(context, names, context.row_ids(rows), "empty row", 1.0, reason)]
