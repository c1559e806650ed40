"""The contract of a repair strategy, and where strategies are registered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from airflow_provider_dqheal.core.paths import slug
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.registry import Registry
from airflow_provider_dqheal.core.types import BatchRef, Issue, IssueType, Rung, Step, Verdict
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.remediation.history import ColumnHistory, TableHistory
from airflow_provider_dqheal.remediation.kernels.row_context import Moved, RowContext, context_of, sizes_of
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text
from airflow_provider_dqheal.remediation.working import Working

REPAIR, REMAINDER = 0, 1
"""Phases of planning: repairs of every issue type come first, then what is left is quarantined."""


@dataclass(frozen=True)
class Context:
    """Everything a strategy may look at when it plans. ``working`` is the batch as the earlier steps leave it.

    ``verdict`` is what the detector said last: of the batch as it came (``first``), or of the repaired one.
    """

    working: Working
    history: TableHistory
    baseline: Baseline
    profile: Profile
    verdict: Verdict
    policy: Policy
    batch: BatchRef
    first: Verdict | None = None

    @cached_property
    def _cells(self) -> dict[str, Cells]:
        return {}

    def cells(self, column: str) -> Cells:
        """The distinct texts of a column of the current table."""
        if column not in self._cells:
            self._cells[column] = Cells.of(self.working.table.column(column))
        return self._cells[column]

    @cached_property
    def _row_contexts(self) -> dict[str, RowContext | None]:
        return {}

    def agrees(self, column: str, text: Text, value: float) -> bool | None:
        """Whether a number in the place of ``text`` is as the rest of its rows says; None where that is not told."""
        told = self._row_context(column)
        return None if told is None else told.agrees(self.cells(column).rows({text}), value)

    def at_odds(self, column: str) -> np.ndarray:
        """Positions of the rows whose number does not go with the rest of the row, as all did in the history."""
        told = self._row_context(column)
        return np.zeros(0, np.int64) if told is None else told.at_odds(sizes_of(self.cells(column)))

    def moved(self, column: str) -> Moved | None:
        """By how much the sizes of a column are off from what the rest of their rows says; None if that is not told."""
        told = self._row_context(column)
        return None if told is None else told.moved(sizes_of(self.cells(column)))

    def _row_context(self, column: str) -> RowContext | None:
        if column not in self._row_contexts:
            self._row_contexts[column] = context_of(self.history, column, self.cells)
        return self._row_contexts[column]

    def columns(self) -> Iterator[tuple[str, ColumnHistory, Cells]]:
        """Every column that both the current table and the history have, in accepted order."""
        present = set(self.working.table.column_names)
        for name, column in self.history.columns.items():
            if name in present and column.batches and column.rows:
                yield name, column, self.cells(name)

    def issue(
        self, *types: IssueType, column: str | None = None, alone: bool = False, ever: bool = False
    ) -> Issue | None:
        """The first acted-on issue of these types; with ``column``, one that it may be concerned by (or of no column).

        ``alone``: only one that alarms by itself. ``ever``: also one of the batch as it came.
        """
        verdicts = [self.verdict, *([self.first] if ever and self.first is not None else [])]
        for verdict in verdicts:
            for type in types:
                found = verdict.issue(type)
                if alone and not verdict.alarms_alone(type):
                    continue
                if found is not None and (column is None or not found.concerned or column in self.concerned(found)):
                    return found
        return None

    def concerned(self, issue: Issue) -> tuple[str, ...]:
        """The issue's blamed and suspected columns under the names that they have in the current table."""
        renamed = {origin: column for column, origin in self.working.origins if origin is not None}
        return tuple(renamed.get(column, column) for column in issue.concerned)

    def row_ids(self, positions: np.ndarray) -> list[int]:
        """Raw row ids of positions in the current table."""
        ids: list[int] = self.working.row_ids.to_numpy()[positions].tolist()
        return ids

    def missing_form(self, column: str) -> str | None:
        """How a missing value is written in this column: its own way, else the table's, else "" in CSV, else null."""
        own = self.history.columns[column].missing_form
        form = own if own is not False else self.history.missing_form
        if form is False:
            form = "" if self.batch.format == "csv" else None
        return None if form is None or form is True else str(form)


class Strategy(ABC):
    """One way to repair one kind of fault.

    ``propose`` is pure: it looks at the context and returns steps that hold everything ``apply`` needs.
    ``apply`` changes the staged copy only, and nothing when the step was applied before.
    """

    name: ClassVar[str]
    heals: ClassVar[IssueType]
    rung: ClassVar[Rung] = "exact"
    order: ClassVar[int] = 50
    """Among the strategies of one issue type, lower plans first."""
    phase: ClassVar[int] = REPAIR
    cellwise: ClassVar[bool] = False
    """Whether cells are judged one by one, so that the cell budgets bound the step."""

    @abstractmethod
    def propose(self, context: Context) -> list[Step]:
        """The steps that this strategy would take, most confident first; empty when it abstains."""

    def holds(self, context: Context) -> list[str]:
        """What this strategy sees but must leave to a person, in words; asked after :meth:`propose`."""
        return []

    @abstractmethod
    def change(self, working: Working, step: Step) -> Working:
        """The staged copy after the step's edit; ``apply`` wraps it."""

    def apply(self, working: Working, step: Step) -> Working:
        """Applies a step once; a second time nothing changes."""
        if step.step_id in working.applied:
            return working
        done = self.change(working, step)
        return done.replace(applied=(*done.applied, step.step_id))

    def step(
        self, context: Context, columns: tuple[str, ...], params: dict[str, Any], confidence: float, reason: str
    ) -> Step:
        """A step of this strategy with the policy's limits on it."""
        return Step(
            step_id=slug(f"{self.name}.{'+'.join(columns)}" if columns else self.name),
            issue=self.heals,
            strategy=self.name,
            columns=columns,
            params=params,
            rung=self.rung,
            confidence=round(min(1.0, max(0.0, confidence)), 4),
            reason=reason,
            needs_approval=context.policy.issue(self.heals).mode == "approve",
            max_changed_fraction=context.policy.budgets.step_cells if self.cellwise else 1.0,
        )


registry: Registry[Strategy] = Registry("strategy", "airflow_provider_dqheal.remediation")
"""All repair strategies, by name."""


def register(strategy: type[Strategy]) -> type[Strategy]:
    """Class decorator: registers one instance under the class's ``name``."""
    registry.register(strategy.name)(strategy())
    return strategy


def ordered(strategies: tuple[Strategy, ...], issue_order: tuple[str, ...]) -> list[Strategy]:
    """Strategies by phase, then by the healing order of their issue type, then by their own order."""

    def rank(strategy: Strategy) -> tuple[int, int, int, str]:
        known = strategy.heals in issue_order
        place = issue_order.index(strategy.heals) if known else len(issue_order)
        return strategy.phase, place, strategy.order, strategy.name

    return sorted(strategies, key=rank)
