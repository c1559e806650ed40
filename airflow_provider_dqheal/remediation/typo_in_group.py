"""Repairs mistyped cells by the other rows of their group."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory, TableHistory
from airflow_provider_dqheal.remediation.kernels.groups import is_slip, lefts_of, odd_ones
from airflow_provider_dqheal.remediation.kernels.spelling import is_mistyped, look_random
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text
from airflow_provider_dqheal.remediation.working import Working

_MOST_COLUMNS = 40


@register
class TypoInGroup(Strategy):
    """The cell is a typing error away from what the other rows of its group hold, and groups never differed before.

    Only unseen texts are touched, never one number for another; columns of numbers and dates only where the text is
    none. Every column whose groups know the row must say the same.
    """

    name: ClassVar[str] = "typo_in_group"
    heals = "type_mismatch"
    order = 22
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps: list[Step] = []
        if context.working.table.num_columns > _MOST_COLUMNS:
            return steps
        for name, history, cells in context.columns():
            odd: set[Text] = {
                text
                for text in cells.values
                if text is not None and not history.explains(text) and _is_odd(text, history)
            }
            rows = set(cells.rows(odd).tolist()) if odd else set()
            if not rows:
                continue
            lefts = [left for left in lefts_of(context.history, name) if left in context.working.table.column_names]
            found = self._repairs(context, cells, rows, lefts)
            if not 0 < len(found) <= 0.2 * len(cells.codes) or not self._leaves_alone(context.history, name, lefts):
                continue
            ids = context.row_ids(np.array(sorted(found)))
            values = [[row_id, found[row]] for row_id, row in zip(ids, sorted(found), strict=True)]
            reason = f"{len(ids):,} cells of {name!r} are a typing error away from what the rest of their group holds"
            steps.append(self.step(context, (name,), {"values": values}, 0.98, reason))
        return steps

    @staticmethod
    def _repairs(context: Context, cells: Cells, rows: set[int], lefts: list[str]) -> dict[int, str]:
        said: dict[int, set[str]] = {}
        for left in lefts:
            for row, text in odd_ones(context.cells(left), cells).items():
                said.setdefault(row, set()).add(text)
        found = {
            row: text
            for row, texts in said.items()
            if row in rows and len(texts) == 1 and is_mistyped(cells.text(row), text := next(iter(texts)))
        }
        return found if look_random([(str(cells.text(row)), text) for row, text in found.items()]) else {}

    @staticmethod
    def _leaves_alone(history: TableHistory, name: str, lefts: list[str]) -> bool:
        """Whether the same rule finds nothing in any accepted batch, but for slips that came in with it."""
        for index, table in enumerate(history.samples):
            if name not in table.column_names:
                continue
            right = history.cells(index, name)
            for left in lefts:
                odd = odd_ones(history.cells(index, left), right) if left in table.column_names else {}
                told = ((right.text(row), meant) for row, meant in odd.items())
                if any(is_mistyped(text, meant) and not is_slip(history, name, text, meant) for text, meant in told):
                    return False
        return True

    def change(self, working: Working, step: Step) -> Working:
        """Writes the stated cells, one ledger line each."""
        values = {int(row_id): str(text) for row_id, text in step.params["values"]}
        positions = positions_of(working, np.array(sorted(values), np.int64))
        here = working.row_ids.to_numpy()
        after: list[Text] = [values[int(here[position])] for position in positions]
        return set_cells(working, step, step.columns[0], positions, after)


def _is_odd(text: str, history: ColumnHistory) -> bool:
    """Whether the text may be a misspelling: in columns of numbers and dates only what has a letter among digits."""
    if history.is_numeric or history.is_code or history.date_layout is not None:
        return any(ch.isalpha() for ch in text)
    return not text.replace(".", "").isdigit()
