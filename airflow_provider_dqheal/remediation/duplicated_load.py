"""Takes out the second copy of rows that were loaded twice."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER, Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy


@register
class DuplicatedLoad(QuarantineStrategy):
    """Needs an acted-on issue and a history without one exact duplicate; the first copy stays."""

    name = "duplicated_load"
    heals = "distribution_shift"
    order = 80

    def propose(self, context: Context) -> list[Step]:
        """One step for the whole table."""
        if context.issue(*ISSUE_ORDER) is None or not self._unique_history(context):
            return []
        table = context.working.table
        codes = np.stack([context.cells(name).codes for name in table.column_names], axis=1)
        if not len(codes):
            return []
        _, first = np.unique(codes, axis=0, return_index=True)
        copies = np.setdiff1d(np.arange(len(codes)), first)
        if not len(copies) or not self.within_budget(context, len(copies)):
            return []
        reason = f"{len(copies):,} rows are exact copies of earlier ones; no accepted batch has any"
        blamed = tuple(name for name in table.column_names if context.issue(*ISSUE_ORDER, column=name))
        return [self.rows_step(context, blamed, context.row_ids(copies), "duplicate", 1.0, reason)]

    @staticmethod
    def _unique_history(context: Context) -> bool:
        """Whether accepted batches never repeat a row, and rows carry enough to tell them apart."""
        shares = context.history.duplicate_fractions
        rows = sum(context.history.row_counts)
        return len(shares) > 1 and rows >= 200 and float(shares.max()) == 0.0
