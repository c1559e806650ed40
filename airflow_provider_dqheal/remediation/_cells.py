"""The common form of strategies that rewrite cells of one column by a map of texts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy
from airflow_provider_dqheal.remediation.edits import map_texts
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text
from airflow_provider_dqheal.remediation.working import Working


class TextMap(Strategy):
    """Rewrites odd texts of a column, each to its one repair, when the same rule would have left the history alone."""

    def candidates(self, context: Context) -> Iterable[str]:
        """Names of the columns to look at; all by default."""
        return [name for name, _, _ in context.columns()]

    @abstractmethod
    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Odd text -> repair; pure, asked of history batches too."""

    def spared(self, history: ColumnHistory, share_now: float) -> bool:
        """Whether the rule would have left the history alone."""
        return history.harmless(self.rule, share_now)

    def confidence(self, context: Context, column: str, found: dict[Text, Text]) -> float:
        """How sure the step is."""
        return 0.98

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """The step's reason."""
        return f"{rows:,} cells of {column!r}: {self.name.replace('_', ' ')}"

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        wanted = set(self.candidates(context))
        for name, history, cells in context.columns():
            if name not in wanted:
                continue
            found = self.repairs(context, name, history, cells.counter)
            rows = len(cells.rows(found)) if found else 0
            if not rows or not self.spared(history, rows / len(cells.codes)):
                continue
            values = [[before, after] for before, after in found.items()]
            confidence = self.confidence(context, name, found)
            steps.append(self.step(context, (name,), {"values": values}, confidence, self.told(name, rows, found)))
        return steps

    def repairs(self, context: Context, column: str, history: ColumnHistory, counts: Counts) -> dict[Text, Text]:
        """The rule's answer for the batch."""
        return self.rule(counts, history)

    def change(self, working: Working, step: Step) -> Working:
        """Rewrites the cells, one ledger line each."""
        return map_texts(working, step, step.columns[0], dict(step.params["values"]))
