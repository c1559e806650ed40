"""Takes out rows with a number, a label or a date that does not go with the rest of its row."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.date_context import dates_at_odds
from airflow_provider_dqheal.remediation.kernels.label_context import labels_at_odds


@register
class QuarantineAtOdds(QuarantineStrategy):
    """Needs an outlier issue that alarms by itself and blames the column.

    Which of the row's columns is wrong cannot be told, where each is a usual one: nothing is repaired.
    """

    name = "quarantine_at_odds"
    heals = "outliers"
    order = 91

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, _ in context.columns():
            if context.issue("outliers", column=name, alone=True, ever=True) is None:
                continue
            odd = context.at_odds(name) if history.is_numeric else np.zeros(0, np.int64)
            odd = np.union1d(odd, labels_at_odds(context.history, name, context.cells))
            odd = np.union1d(odd, dates_at_odds(context.history, name, context.cells))
            rows = context.row_ids(odd)
            if rows and self.within_budget(context, len(rows)):
                reason = f"{len(rows):,} values of {name!r} do not go with the rest of their rows"
                steps.append(self.rows_step(context, (name,), rows, f"{name!r} at odds with its row", 0.9, reason))
        return steps
