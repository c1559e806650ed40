"""Undoes a change of scale or unit of a whole column."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import ISSUE_ORDER, Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import set_cells
from airflow_provider_dqheal.remediation.history import numbers_of
from airflow_provider_dqheal.remediation.kernels.numbers import NumberStyle, to_decimal
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text
from airflow_provider_dqheal.remediation.kernels.transforms import find_transform
from airflow_provider_dqheal.remediation.working import Working


@register
class UndoScale(Strategy):
    """Needs an acted-on issue that blames the column; acts only when one exact transform explains the whole column."""

    name = "undo_scale"
    heals = "distribution_shift"
    order = 10

    def propose(self, context: Context) -> list[Step]:
        """One step a column whose shift is one exact transform."""
        if context.issue(*ISSUE_ORDER) is None:
            return []
        steps = []
        for name, history, cells in context.columns():
            if not history.is_numeric or history.is_key or context.issue(*ISSUE_ORDER, column=name) is None:
                continue
            places = history.style.most_places
            found = find_transform(numbers_of(cells.counter), history, places)
            if found is None:
                continue
            transform, confidence = found
            reason = f"all values of {name!r} are changed by {transform.name}, exactly and without a rest"
            params = {"transform": asdict(transform), "places": places, "style": asdict(history.style)}
            steps.append(self.step(context, (name,), params, confidence, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Inverts the transform for every number of the column: one ledger line."""
        from airflow_provider_dqheal.remediation.kernels.transforms import Transform

        column, places = step.columns[0], int(step.params["places"])
        transform, style = Transform(**step.params["transform"]), NumberStyle(**step.params["style"])
        array = working.table.column(column)
        cells = Cells.of(array)
        if pa.types.is_integer(array.type) and places:
            floats = array.cast(pa.float64())
            index = working.table.column_names.index(column)
            working = working.replace(table=working.table.set_column(index, column, floats))
            cells = Cells.of(floats)
        restored: dict[Text, Text] = {}
        for text in cells.values:
            value = to_decimal(text)
            if value is not None:
                exact = transform.undo_exactly(value, places)
                restored[text] = style.write(exact) if not pa.types.is_floating(array.type) else repr(float(exact))
        positions = np.flatnonzero(np.array([text in restored for text in cells.values], bool)[cells.codes])
        after = [restored[cells.values[code]] for code in cells.codes[positions]]
        return set_cells(working, step, column, positions, after, note=f"undo: {transform.name}")
