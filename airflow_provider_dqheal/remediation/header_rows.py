"""Takes out rows that are the header of a file again."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import REPAIR, Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class HeaderRows(QuarantineStrategy):
    """Files that were concatenated: a row whose cells are the names of their columns, in nearly every column.

    The row explains itself, so no issue is needed; a name that is a value in the history does not count.
    """

    name = "header_rows"
    heals = "schema_drift"
    phase = REPAIR
    order = 8

    def propose(self, context: Context) -> list[Step]:
        """One step for the whole table."""
        table = context.working.table
        named: np.ndarray = np.zeros(table.num_rows, np.int64)
        raw = dict(context.working.origins)
        asked = 0
        for name, history, cells in context.columns():
            words: set[Text] = {
                word for word in (name, raw.get(name)) if word is not None and not history.explains(word)
            }
            if words:
                asked += 1
                named[cells.rows(words)] += 1
        rows = np.flatnonzero(named >= max(2, 0.8 * asked)) if asked >= 2 else np.zeros(0, np.int64)
        if not len(rows) or not self.within_budget(context, len(rows)):
            return []
        reason = f"{len(rows):,} rows hold the names of the columns: the header of a file came again"
        columns = tuple(name for name, _, _ in context.columns())
        return [self.rows_step(context, columns, context.row_ids(rows), "repeated header", 1.0, reason)]
