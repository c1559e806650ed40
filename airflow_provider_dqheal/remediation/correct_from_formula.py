"""Corrects numbers that are plainly wrong by what the others of their row make: a sum, or a product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.formula_told import told_by_formulas
from airflow_provider_dqheal.remediation.kernels.numbers import is_number, numbers_in, to_decimal
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text
from airflow_provider_dqheal.remediation.kernels.token_factor import is_inside
from airflow_provider_dqheal.remediation.working import Working

_SELDOM, _LEAST = 1e-6, 3
"""How seldom chance has a number in so many rows; and cells that it stands in wrongly."""


@register
class CorrectFromFormula(Strategy):
    """Needs an issue that alarms by itself and blames the column.

    The number lies outside everything that its column ever held, or is one that stands in more rows than ever, in all
    that break the formula: a zero for what is missing. The others of its row are such as theirs hold, and the formula,
    which the batch's other rows keep, tells its last digit. Another usual number is not touched: which of the row's
    numbers is wrong cannot be told then.
    """

    name = "correct_from_formula"
    heals = "outliers"
    order = 40
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, cells in context.columns():
            if not history.is_numeric:
                continue
            told, reason = self._far(context, name, history, cells)
            if not told:
                told, reason = self._stood_in_for(context, name, history, cells)
            if not told:
                continue
            positions = np.array(sorted(told), np.int64)
            changes = [
                [row_id, cells.text(position), told[position]]
                for row_id, position in zip(context.row_ids(positions), positions.tolist(), strict=True)
            ]
            steps.append(self.step(context, (name,), {"cells": changes}, 0.98, reason))
        return steps

    def _far(self, context: Context, name: str, history: ColumnHistory, cells: Cells) -> tuple[dict[int, str], str]:
        """What the formula tells in the place of numbers outside everything, and the reason."""
        if context.issue("outliers", column=name, alone=True, ever=True) is None:
            return {}, ""
        numbers = numbers_in(cells)
        rows = np.flatnonzero(np.isfinite(numbers) & ~is_inside(numbers, history.all_numbers))
        told, by = self._told(context, name, rows)
        return told, f"{len(told):,} values of {name!r} lie far outside the history; {by} determines them"

    def _stood_in_for(
        self, context: Context, name: str, history: ColumnHistory, cells: Cells
    ) -> tuple[dict[int, str], str]:
        """What the formula tells in the place of one number that stands in more rows than ever, and the reason."""
        issue = context.issue("missing_data", "distribution_shift", "outliers", column=name, alone=True, ever=True)
        if issue is None or not cells.counter:
            return {}, ""
        rows, totals = len(cells.codes), [sum(one.values()) for one in history.batches]
        most = {text: _most(text, history, totals) for text in cells.counter}
        text, count = max(cells.counter.items(), key=lambda pair: pair[1] - most[pair[0]] * rows)
        if not is_number(text) or at_least(count, rows, most[text]) > _SELDOM:
            return {}, ""
        told, by = self._told(context, name, cells.rows({text}))
        told = {row: after for row, after in told.items() if to_decimal(after) != to_decimal(text)}
        reason = f"{text!r} stands in {len(told):,} cells of {name!r} that {by} determines"
        return (told, reason) if len(told) >= _LEAST else ({}, "")

    @staticmethod
    def _told(context: Context, name: str, rows: np.ndarray) -> tuple[dict[int, str], str]:
        return told_by_formulas(context.history, context.working.table.column_names, context.cells, name, rows)

    def change(self, working: Working, step: Step) -> Working:
        """Writes the stated cells that still hold what they held."""
        column = step.columns[0]
        changes = {int(row_id): (before, str(after)) for row_id, before, after in step.params["cells"]}
        cells, here = Cells.of(working.table.column(column)), working.row_ids.to_numpy()
        positions = positions_of(working, np.array(sorted(changes), np.int64))
        kept = [at for at in positions.tolist() if cells.text(at) == changes[int(here[at])][0]]
        after: list[Text] = [changes[int(here[at])][1] for at in kept]
        return set_cells(working, step, column, np.array(kept, np.int64), after)


def _most(text: Text, history: ColumnHistory, totals: Sequence[int]) -> float:
    """The largest share of a batch's rows (``totals``) that had a text, of one more row than it had."""
    batches = zip(history.batches, totals, strict=True)
    return max(((one.get(text, 0) + 1) / (total + 1) for one, total in batches), default=1.0)
