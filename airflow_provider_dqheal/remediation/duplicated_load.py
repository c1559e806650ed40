"""Takes out the second copy of rows that were loaded twice."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER, Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.working import DUPLICATE

_COPIES = 5
"""From so many copies on, with none in the history, no issue is needed: chance does not give them."""


@register
class DuplicatedLoad(QuarantineStrategy):
    """Needs a history without one exact duplicate, and five copies, a key, or two and an acted-on shift.

    The first copy stays. The quarantine budget does not bound it: what is taken out is published already.
    """

    name = "duplicated_load"
    heals = "distribution_shift"
    order = 80

    def propose(self, context: Context) -> list[Step]:
        """One step for the whole table."""
        if not context.policy.quarantine_rows or not self._unique_history(context):
            return []
        table = context.working.table
        codes = np.stack([context.cells(name).codes for name in table.column_names], axis=1)
        if not len(codes):
            return []
        _, first = np.unique(codes, axis=0, return_index=True)
        copies = np.setdiff1d(np.arange(len(codes)), first)
        keyed = any(history.is_key for _, history, _ in context.columns())
        alarmed = context.issue("distribution_shift") is not None and len(copies) > 1
        if not len(copies) or not (len(copies) >= _COPIES or keyed or alarmed):
            return []
        reason = f"{len(copies):,} rows are exact copies of earlier ones; no accepted batch has any"
        blamed = tuple(name for name in table.column_names if context.issue(*ISSUE_ORDER, column=name, ever=True))
        return [self.rows_step(context, blamed, context.row_ids(copies), DUPLICATE, 1.0, reason)]

    @staticmethod
    def _unique_history(context: Context) -> bool:
        """Whether accepted batches never repeat a row, and rows carry enough to tell them apart."""
        shares = context.history.duplicate_fractions
        rows = sum(context.history.row_counts)
        return len(shares) > 1 and rows >= 200 and float(shares.max()) == 0.0
