"""Puts two cells of one row back that stand in each other's column."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from typing import TypeAlias

import numpy as np

from airflow_provider_dqheal.core.types import IssueType, Step
from airflow_provider_dqheal.detection.cut_codes import code_of
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as, readings
from airflow_provider_dqheal.remediation.kernels.foreign import is_foreign, is_listed
from airflow_provider_dqheal.remediation.kernels.formula_swaps import rows_exchanged_by_formula
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of, shapes
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.slip_options import places_of
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word
from airflow_provider_dqheal.remediation.kernels.token_factor import is_inside
from airflow_provider_dqheal.remediation.working import Working

_MOST_COLUMNS = 60
_MOST_ROWS = 0.3
"""Above this share of rows the columns were exchanged, not cells."""
_LEAST_KNOWN, _LEAST_SHAPE = 30, 0.005
"""Numbers of the history that say where a column ends, and the share of its texts that makes a form one of it."""
_ISSUES: tuple[IssueType, ...] = ("type_mismatch", "outliers", "distribution_shift", "missing_data")
_USUAL = 3
"""Cells of the batch that hold the same number: it belongs there although the history does not know it."""

IsWritten: TypeAlias = Callable[[str], bool]
"""Whether a text is written as those of a column are."""


@register
class SwappedCells(Strategy):
    """A row is repaired when each of two cells is foreign in its own column and at home in the other's.

    At home means: a known value of a closed domain, a number within those of its column, a date where it holds dates,
    or, in a column of ever new texts, one written as these are. Numbers are exchanged, too, where this one exchange
    makes the row keep the sums and products that all accepted rows keep.
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
            if odd and (is_listed(history) or context.issue(*_ISSUES, column=name) is not None):
                foreign[name] = odd
        steps = []
        written = cache(lambda name: _written_as(context.history.columns[name]))
        pairs = {
            (left, right): self._rows(context, left, right, foreign, written)
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
    def _rows(
        context: Context, left: str, right: str, foreign: dict[str, set[Text]], written: Callable[[str], IsWritten]
    ) -> np.ndarray:
        ours, theirs = context.cells(left), context.cells(right)
        columns = context.history.columns
        by_form = not is_listed(columns[left]) and not is_listed(columns[right])  # then as none of its own is, too

        def moving(own: str, other: str) -> set[Text]:
            found = (text for text in foreign[own] if text is not None)
            home = {text for text in found if _is_home(text, columns[other], context.cells(other), written(other))}
            return {text for text in home if not by_form or not written(own)(text)}

        to_right, to_left = moving(left, right), moving(right, left)
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


def _is_foreign(text: Text, history: ColumnHistory) -> bool:
    """Whether nothing in the history makes the text, or a number of its size, a value of this column."""
    if text is not None and text not in history.pooled and history.is_numeric and is_number(text):
        return _is_outside(text, history)
    return is_foreign(text, history)


def _is_outside(number: str, history: ColumnHistory) -> bool:
    """Whether a number is far beyond all of the column, or written more finely, where there are enough of them."""
    if history.is_key or len(history.all_numbers) < _LEAST_KNOWN:
        return False
    finer = places_of(number) > history.style.most_places
    return finer or not is_inside(np.array([float(number)]), history.all_numbers)[0]


def _is_home(text: str, history: ColumnHistory, cells: Cells, written: IsWritten) -> bool:
    """Whether the text is plainly a value of this column, in the history or among its other cells of the batch."""
    if history.is_numeric:
        known = history.all_numbers
        if not is_number(text) or not len(known):
            return False
        usual = text in cells.values and cells.counts[cells.values.index(text)] >= _USUAL
        fits = places_of(text) <= history.style.most_places and known[0] <= float(text) <= known[-1]
        return bool(fits) or bool(usual)
    if history.date_layout is not None:
        return read_as(text, history.date_layout) is not None or any(
            layout.startswith("%Y-%m-%d") for layout, _ in readings(text)
        )
    if history.is_categorical:
        return text in history.present
    return written(text)


def _written_as(history: ColumnHistory) -> IsWritten:
    """Whether a text is written as those of a column of ever new ones: in one of their forms, or as its codes are."""
    if is_listed(history):
        return lambda _: False
    forms = frozenset(shape for shape, share in shapes(history.pooled).items() if share >= _LEAST_SHAPE)
    code = code_of(history.present, history.present_rows)
    return lambda text: shape_of(text) in forms or (code is not None and code.fits(text))
