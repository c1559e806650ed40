"""The common form of strategies that take rows out of what is published."""

from __future__ import annotations

from typing import ClassVar

from airflow_provider_dqheal.core.types import Rung, Step
from airflow_provider_dqheal.remediation._base import REMAINDER, Context, Strategy
from airflow_provider_dqheal.remediation.edits import quarantine_rows
from airflow_provider_dqheal.remediation.working import Working


class QuarantineStrategy(Strategy):
    """Rows that no repair explains, when the verdict has an issue for them and the policy's budget allows it."""

    rung: ClassVar[Rung] = "quarantine"
    phase = REMAINDER
    order = 90

    def within_budget(self, context: Context, rows: int) -> bool:
        """Whether that many rows may still be quarantined."""
        budget = context.policy.budgets.batch_quarantined_rows * context.working.raw.num_rows
        return context.policy.quarantine_rows and context.working.lost_rows + rows <= budget

    def rows_step(
        self, context: Context, column: tuple[str, ...], row_ids: list[int], tag: str, confidence: float, reason: str
    ) -> Step:
        """A step that quarantines ``row_ids`` with the reason ``tag``."""
        return self.step(context, column, {"row_ids": row_ids, "tag": tag}, confidence, reason)

    def change(self, working: Working, step: Step) -> Working:
        """Moves the rows."""
        return quarantine_rows(working, step.params["row_ids"], step.params["tag"])
