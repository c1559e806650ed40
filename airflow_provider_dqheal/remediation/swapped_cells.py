"""Puts two cells of one row back that stand in each other's column."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as, readings
from airflow_provider_dqheal.remediation.kernels.formula_swaps import rows_exchanged_by_formula
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working

_MOST_COLUMNS = 60
_MOST_ROWS = 0.3
"""Above this share of rows the columns were exchanged, not cells."""
_USUAL = 3
"""Cells of the batch that hold the same number: it belongs there although the history does not know it."""


@register
class SwappedCells(Strategy):
    """A row is repaired when each of two cells is foreign in its own column and at home in the other's.

    At home means: a known value of a closed domain, or a date or number where the column holds only those. Numbers are
    exchanged, too, where this one exchange makes the row keep the sums and products that all accepted rows keep.
    """

    name = "swapped_cells"
    heals = "type_mismatch"
    order = 5
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a pair of columns."""
        foreign: dict[str, set[Text]] = {}
        for name, history, cells in context.columns():
            odd = {text for text in cells.values if not is_missing_word(text) and _is_foreign(text, history)}
            if odd and (history.is_categorical or _typed(history)):
                foreign[name] = odd
        steps = []
        pairs = {
            (left, right): self._rows(context, left, right, foreign)
            for left, right in combinations(list(foreign)[:_MOST_COLUMNS], 2)
        }
        pairs |= rows_exchanged_by_formula(context.history, context.working.table.column_names, context.cells)
        for (left, right), rows in pairs.items():
            if 0 < len(rows) <= _MOST_ROWS * context.working.table.num_rows:
                ids = context.row_ids(rows)
                reason = f"in {len(ids):,} rows the cells of {left!r} and {right!r} stand in each other's column"
                steps.append(self.step(context, (left, right), {"row_ids": ids}, 0.98, reason))
        return steps

    @staticmethod
    def _rows(context: Context, left: str, right: str, foreign: dict[str, set[Text]]) -> np.ndarray:
        ours, theirs = context.cells(left), context.cells(right)
        to_right = {text for text in foreign[left] if _is_home(text, context.history.columns[right], theirs)}
        to_left = {text for text in foreign[right] if _is_home(text, context.history.columns[left], ours)}
        if not to_right or not to_left:
            return np.zeros(0, np.int64)
        return np.intersect1d(ours.rows(to_right), theirs.rows(to_left))

    def change(self, working: Working, step: Step) -> Working:
        """Exchanges the two cells of each stated row."""
        left, right = step.columns
        positions = positions_of(working, np.array(sorted(step.params["row_ids"]), np.int64))
        ours, theirs = Cells.of(working.table.column(left)), Cells.of(working.table.column(right))
        to_left: list[Text] = [theirs.text(row) for row in positions]
        to_right: list[Text] = [ours.text(row) for row in positions]
        return set_cells(set_cells(working, step, left, positions, to_left), step, right, positions, to_right)


def _typed(history: ColumnHistory) -> bool:
    return (history.is_numeric and not history.is_key) or history.date_layout is not None


def _is_foreign(text: Text, history: ColumnHistory) -> bool:
    """Whether nothing in the history makes the text a value of this column."""
    if text is None or text in history.pooled:
        return False
    if history.is_numeric:
        return not is_number(text)
    if history.date_layout is not None:
        return read_as(text, history.date_layout) is None
    return True


def _is_home(text: Text, history: ColumnHistory, cells: Cells) -> bool:
    """Whether the text is plainly a value of this column, in the history or among its other cells of the batch."""
    if text is None:
        return False
    if history.is_numeric:
        known = history.all_numbers
        if not is_number(text) or not len(known):
            return False
        usual = text in cells.values and cells.counts[cells.values.index(text)] >= _USUAL
        return bool(known[0] <= float(text) <= known[-1]) or bool(usual)
    if history.date_layout is not None:
        return read_as(text, history.date_layout) is not None or any(
            layout.startswith("%Y-%m-%d") for layout, _ in readings(text)
        )
    return history.is_categorical and text in history.present
