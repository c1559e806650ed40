"""Fills missing cells whose value another column determines."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.kernels.dependencies import Dependency, mine
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word
from airflow_provider_dqheal.remediation.working import Working


@register
class FillFromDependency(Strategy):
    """Fills only what is missing, never overwrites: a dependency of the history may break for a new entity.

    A cell is filled when every dependency that knows its row says the same, no accepted row with that
    determinant ever lacked the value, and the batch's own present cells agree with the dependency.
    """

    name = "fill_from_dependency"
    heals = "missing_data"
    order = 30
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a column."""
        steps = []
        for name, history, cells in context.columns():
            missing = {text for text in cells.values if is_missing_word(text)}
            rows = cells.rows(missing)
            usual = float(history.missing_fractions.max()) if len(history.missing_fractions) else 1.0
            expected = usual * len(cells.codes)
            if len(rows) <= expected + 3 * expected**0.5 or usual > 0.2:
                continue  # as much as usual is left alone
            found = [item for item in mine(context.history.samples, name) if self._holds_now(context, item)]
            taken = set(cells.values) if history.is_key else set()
            fills: list[list[int | str]] = []
            for row in rows.tolist():
                said = {
                    text
                    for item in found
                    if (text := item.values.get(tuple(context.cells(left).text(row) for left in item.left))) is not None
                }
                said -= taken  # a key never comes twice
                if len(said) == 1:
                    fills.append([context.row_ids(np.array([row]))[0], text := said.pop()])
                    taken |= {text} if history.is_key else set()
            if fills:
                by = " / ".join("+".join(item.left) for item in found[:3])
                reason = f"{len(fills):,} missing cells of {name!r} are determined by {by}"
                confidence = min(item.confidence for item in found)
                step = self.step(context, (name,), {"fills": fills}, confidence, reason)
                restored = dict(context.working.origins).get(name, "") is None
                steps.append(step.model_copy(update={"max_changed_fraction": 1.0}) if restored else step)
        return steps

    @staticmethod
    def _holds_now(context: Context, item: Dependency) -> bool:
        """Whether the batch's own present cells agree with the dependency (99 % of those it knows)."""
        table = context.working.table
        if any(name not in table.column_names for name in item.left):
            return False
        columns = [context.cells(name) for name in (*item.left, item.right)]
        stacked = np.stack([cells.codes for cells in columns])
        combos, counts = np.unique(stacked, axis=1, return_counts=True)
        asked = agreed = 0
        for combo, count in zip(combos.T, counts, strict=True):
            *left, right = (cells.values[code] for cells, code in zip(columns, combo, strict=True))
            told = item.values.get(tuple(left))
            if told is not None and not is_missing_word(right):
                asked += int(count)
                agreed += int(count) if told == right else 0
        return agreed >= 0.99 * asked

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
