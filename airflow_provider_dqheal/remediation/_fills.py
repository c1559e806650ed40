"""The common form of strategies that fill missing cells of a column by what other cells of their rows say."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.foreign import is_foreign, is_listed
from airflow_provider_dqheal.remediation.kernels.presence_context import lacking
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working

_MOST_MISSING = 0.2
"""A column that lacks more than this anyway is left alone."""
_FEW_STRANGERS = 0.1
"""Share of a batch's rows with a text that is none of its column's, up to which these rows are at fault."""
AGREED = 0.99
"""Share of the batch's own present cells, at least, that what fills the missing ones would have told rightly."""


@dataclass(frozen=True)
class Told:
    """What a row's other cells say of missing ones: the ``texts`` by position, and the columns ``by`` which."""

    texts: dict[int, str]
    by: str
    confidence: float


class FillStrategy(Strategy):
    """Fills only what is missing, never overwrites, and only where more is missing than usual, or a label says so."""

    heals: ClassVar[str] = "missing_data"
    cellwise = True

    @abstractmethod
    def told(self, context: Context, name: str, history: ColumnHistory, rows: np.ndarray) -> Told | None:
        """What is to be filled in the ``rows`` (positions) of a column."""

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        strangers: dict[str, np.ndarray] | None = None
        for name, history, cells in context.columns():
            rows = cells.rows({text for text in cells.values if is_missing_word(text)})
            usual = float(history.missing_fractions.max()) if len(history.missing_fractions) else 1.0
            expected = usual * len(cells.codes)
            if len(rows) <= expected + 3 * expected**0.5 or usual > _MOST_MISSING:
                rows = lacking(context.history, name, context.cells)  # as much as usual is left alone
            if len(rows):
                strangers = _strangers(context) if strangers is None else strangers
                rows = rows[~np.isin(rows, [row for other, odd in strangers.items() if other != name for row in odd])]
            if not len(rows):
                continue
            told = self.told(context, name, history, rows)
            if told is None or not told.texts:
                continue
            positions = np.array(sorted(told.texts), np.int64)
            fills: list[list[int | str]] = [
                [row_id, told.texts[position]]
                for row_id, position in zip(context.row_ids(positions), positions.tolist(), strict=True)
            ]
            reason = f"{len(fills):,} missing cells of {name!r} are determined by {told.by}"
            step = self.step(context, (name,), {"fills": fills}, told.confidence, reason)
            whole = len(rows) == len(cells.codes) or dict(context.working.origins).get(name, "") is None
            steps.append(step.model_copy(update={"max_changed_fraction": 1.0}) if whole else step)
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Fills the stated cells where they are still missing."""
        column = step.columns[0]
        fills = {int(row_id): str(text) for row_id, text in step.params["fills"]}
        positions = positions_of(working, np.array(sorted(fills), np.int64))
        cells = working.table.column(column).take(positions).to_pylist()
        here = working.row_ids.to_numpy()
        kept = [
            index
            for index, value in enumerate(cells)
            if is_missing_word(None if value is None else str(value)) or value != value
        ]
        positions = positions[kept]
        after: list[Text] = [fills[int(here[position])] for position in positions]
        return set_cells(working, step, column, positions, after)


def _strangers(context: Context) -> dict[str, np.ndarray]:
    """By column the rows with a text that is none of it, where they are few.

    Where cells of a row stand in other columns, what they seem to tell is wrong.
    """
    found = {}
    for name, history, cells in context.columns():
        if is_listed(history):
            odd = {text for text in cells.values if not is_missing_word(text) and is_foreign(text, history)}
            rows = cells.rows(odd)
            if len(rows) <= _FEW_STRANGERS * len(cells.codes):
                found[name] = rows
    return found
