"""Moves a value back into its own empty cell from the end of its neighbour's text."""

from __future__ import annotations

import numpy as np

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.spills import cut, is_closed
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_blank
from airflow_provider_dqheal.remediation.working import Working

_LEAST, _ALIKE = 0.5, 0.9
_MOST_COLUMNS = 40


@register
class SpilledCells(Strategy):
    """``("San Francisco CA", "")`` becomes ``("San Francisco", "CA")``.

    The empty column must be a closed domain that is hardly ever empty, every one of its empty cells beside a text that
    ends in a known value (half of them at least), what is left of it must look as the column's values do,
    and no accepted row may look so.
    """

    name = "spilled_cells"
    heals = "missing_data"
    order = 5
    cellwise = True

    def propose(self, context: Context) -> list[Step]:
        """One step a pair of columns."""
        steps: list[Step] = []
        if context.working.table.num_columns > _MOST_COLUMNS:
            return steps
        for name, history, cells in context.columns():
            empty = cells.rows({text for text in cells.values if is_blank(text)})
            usual = float(history.missing_fractions.max()) if len(history.missing_fractions) else 1.0
            if not len(empty) or usual > 0.02 or history.is_numeric or not is_closed(history):
                continue
            for other, past, texts in context.columns():
                if other == name or past.is_numeric or past.date_layout is not None:
                    continue
                found = self._cuts(texts, empty, history, past)
                if (
                    len(found) < 2
                    or len(found) < _LEAST * len(empty)
                    or self._usual(context, name, other, history, past)
                ):
                    continue
                ids = context.row_ids(np.array(sorted(found)))
                values = [[row_id, *found[row]] for row_id, row in zip(ids, sorted(found), strict=True)]
                reason = f"{len(ids):,} cells of {name!r} are empty and their value stands at the end of {other!r}"
                steps.append(self.step(context, (other, name), {"values": values}, 0.98, reason))
                break
        return steps

    @staticmethod
    def _cuts(
        texts: Cells, rows: np.ndarray, history: ColumnHistory, past: ColumnHistory
    ) -> dict[int, tuple[str, str]]:
        found = {}
        for row in rows.tolist():
            text = texts.text(row)
            if text is None or past.explains(text):
                continue
            parts = cut(text, history)
            if parts is not None:
                found[row] = parts
        shapes = {shape_of(text) for text in past.present}
        alike = sum(shape_of(head) in shapes for head, _ in found.values())
        return found if alike >= _ALIKE * len(found) else {}

    def _usual(self, context: Context, name: str, other: str, history: ColumnHistory, past: ColumnHistory) -> bool:
        for table in context.history.samples:
            cells, texts = Cells.of(table.column(name)), Cells.of(table.column(other))
            for row in cells.rows({text for text in cells.values if is_blank(text)}).tolist():
                if cut(texts.text(row) or "", history) is not None:
                    return True
        return False

    def change(self, working: Working, step: Step) -> Working:
        """Writes both cells of each stated row."""
        values = {int(row_id): (str(head), str(tail)) for row_id, head, tail in step.params["values"]}
        positions = positions_of(working, np.array(sorted(values), np.int64))
        here = working.row_ids.to_numpy()
        pairs = [values[int(here[position])] for position in positions]
        heads: list[Text] = [head for head, _ in pairs]
        tails: list[Text] = [tail for _, tail in pairs]
        working = set_cells(working, step, step.columns[0], positions, heads)
        return set_cells(working, step, step.columns[1], positions, tails)
