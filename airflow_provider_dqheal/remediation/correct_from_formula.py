"""Corrects numbers that are plainly wrong by what the others of their row make: a sum, or a product."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.kernels.formula_told import told_by_formulas
from airflow_provider_dqheal.remediation.kernels.numbers import numbers_in
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text
from airflow_provider_dqheal.remediation.kernels.token_factor import is_inside
from airflow_provider_dqheal.remediation.working import Working


@register
class CorrectFromFormula(Strategy):
    """Needs an outlier issue that alarms by itself and blames the column.

    The number lies outside everything that its column ever held, the others of its row are such as theirs hold, and the
    formula, which the batch's other rows keep, tells its last digit. What is a usual number is not touched: which of
    the row's numbers is wrong cannot be told then.
    """

    name = "correct_from_formula"
    heals = "outliers"
    order = 40
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, cells in context.columns():
            if not history.is_numeric or context.issue("outliers", column=name, alone=True, ever=True) is None:
                continue
            numbers = numbers_in(cells)
            rows = np.flatnonzero(np.isfinite(numbers) & ~is_inside(numbers, history.all_numbers))
            columns = context.working.table.column_names
            told, by = told_by_formulas(context.history, columns, context.cells, name, rows)
            if not told:
                continue
            positions = np.array(sorted(told), np.int64)
            changes = [
                [row_id, cells.text(position), told[position]]
                for row_id, position in zip(context.row_ids(positions), positions.tolist(), strict=True)
            ]
            reason = f"{len(changes):,} values of {name!r} lie far outside the history; {by} determines them"
            steps.append(self.step(context, (name,), {"cells": changes}, 0.98, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Writes the stated cells that still hold what they held."""
        column = step.columns[0]
        changes = {int(row_id): (before, str(after)) for row_id, before, after in step.params["cells"]}
        cells, here = Cells.of(working.table.column(column)), working.row_ids.to_numpy()
        positions = positions_of(working, np.array(sorted(changes), np.int64))
        kept = [at for at in positions.tolist() if cells.text(at) == changes[int(here[at])][0]]
        after: list[Text] = [changes[int(here[at])][1] for at in kept]
        return set_cells(working, step, column, np.array(kept, np.int64), after)
