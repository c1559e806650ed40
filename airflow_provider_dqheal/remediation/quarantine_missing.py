"""Takes out rows that lack a value which the history never lacked."""

from __future__ import annotations

from math import sqrt

import numpy as np

from airflow_provider_dqheal.core.types import ISSUE_ORDER, Step
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._remainder import QuarantineStrategy
from airflow_provider_dqheal.remediation.kernels.text import is_missing_word


@register
class QuarantineMissing(QuarantineStrategy):
    """Needs a missing-data issue that alarms by itself and blames the column, or any issue on it and disguised ones.

    Where the column was sometimes missing in the history, nobody can tell which of the missing cells are faults:
    the batch is held.
    """

    name = "quarantine_missing"
    heals = "missing_data"

    def _lacking(self, context: Context) -> list[tuple[str, np.ndarray, float, bool]]:
        """(column, rows, usual share, whether the history never lacked it) of columns that lack too much."""
        ledger = context.working.ledger
        disguised = {
            column
            for column, strategy in zip(ledger["column"].to_pylist(), ledger["strategy"].to_pylist(), strict=True)
            if strategy in ("normalise_disguised", "sentinel")
        }
        found = []
        for name, history, cells in context.columns():
            alarmed = context.issue("missing_data", column=name, alone=True) is not None or (
                name in disguised and context.issue(*ISSUE_ORDER, column=name) is not None
            )
            if not alarmed or not len(history.missing_fractions):
                continue
            rows = cells.rows({text for text in cells.values if is_missing_word(text)})
            usual, total = float(history.missing_fractions.max()), max(1, len(cells.codes))
            bound = usual + 3 * sqrt(usual * (1 - usual) / total) + (0.01 if usual else 0.0)
            if len(rows) / total > bound:
                found.append((name, rows, usual, usual == 0.0))
        return found

    def propose(self, context: Context) -> list[Step]:
        """One step a column that was never missing."""
        steps = []
        for name, rows, _, never in self._lacking(context):
            if never and context.policy.missing_cells == "null" and self.within_budget(context, len(rows)):
                reason = (
                    f"{len(rows):,} rows lack {name!r}, which no accepted row lacks, and nothing determines the value"
                )
                steps.append(
                    self.rows_step(context, (name,), context.row_ids(rows), f"missing value in {name!r}", 1.0, reason)
                )
        return steps

    def holds(self, context: Context) -> list[str]:
        """What cannot be told apart, or is more than the budget."""
        return [
            f"missing_data in {name}: {len(rows) / max(1, context.working.raw.num_rows):.1%} missing, usually at most "
            f"{usual:.1%}, and nothing determines them; resend the batch or accept it"
            for name, rows, usual, never in self._lacking(context)
            if not (never and context.policy.missing_cells == "null" and self.within_budget(context, len(rows)))
        ]
