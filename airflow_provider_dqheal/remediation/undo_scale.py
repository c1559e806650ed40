"""Undoes a change of scale or unit of a whole column."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import ISSUE_ORDER, Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import set_cells
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.numbers import (
    TELLING_DIGITS,
    NumberStyle,
    is_number,
    significant_digits,
    to_decimal,
)
from airflow_provider_dqheal.remediation.kernels.proof import Proof
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text
from airflow_provider_dqheal.remediation.kernels.transforms import Found, Transform, find_transform
from airflow_provider_dqheal.remediation.working import Working

_MOST_KNOWN = 5_000
_LONG = 12
"""Columns with more digits after the point are not restored by rounding."""


@register
class UndoScale(Strategy):
    """Acts only when one exact transform explains the whole column.

    In a key, whose values are all new each time, digits or values have to prove it. So they have without an acted-on
    issue that concerns the column; then most cells must also be written as none ever was (decimals of whole numbers).
    """

    name = "undo_scale"
    heals = "distribution_shift"
    order = 10

    def propose(self, context: Context) -> list[Step]:
        """One step a column whose shift is one exact transform."""
        steps = []
        for name, history, cells in context.columns():
            if not history.is_numeric:
                continue
            places = history.style.most_places
            values = numbers_of(cells.counter)
            found = find_transform(values, history, history.finest_place, partial(context.moved, name))
            alarmed = context.issue(*ISSUE_ORDER, column=name) is not None
            if found is None or (history.is_key and not found.proven) or _is_one_short_number(cells):
                continue
            if not alarmed and not (_is_plain(found, values, history) and history.harmless(_by_form, 1.0)):
                continue
            reason = f"all values of {name!r} are changed by {found.transform.name}, exactly and without a rest"
            params = {
                "transform": asdict(found.transform),
                "places": places,
                "single": found.single,
                "style": asdict(history.style),
                "known": _known(cells, found, history, places),
            }
            steps.append(self.step(context, (name,), params, found.confidence, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Inverts the transform for every number of the column: one ledger line."""
        column, places = step.columns[0], int(step.params["places"])
        transform, style = Transform(**step.params["transform"]), NumberStyle(**step.params["style"])
        known: dict[str, str] = step.params.get("known", {})
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
                exact = transform.undo_exactly(value, places, bool(step.params.get("single")))
                plain = style.write(exact) if not pa.types.is_floating(array.type) else repr(float(exact))
                restored[text] = known.get(str(text), plain)
        positions = np.flatnonzero(np.array([text in restored for text in cells.values], bool)[cells.codes])
        after = [restored[cells.values[code]] for code in cells.codes[positions]]
        return set_cells(working, step, column, positions, after, note=f"undo: {transform.name}")


def _is_one_short_number(cells: Cells) -> bool:
    """Whether a column holds but one number of a digit or two, which may be any other of them tomorrow."""
    numbers = {value for text in cells.values if (value := to_decimal(text))}
    return len(numbers) == 1 and all(significant_digits(value) < TELLING_DIGITS for value in numbers)


def _is_plain(found: Found | None, values: np.ndarray, history: ColumnHistory) -> bool:
    """Whether a transform is proven and most numbers have more digits than the column ever had."""
    return found is not None and found.proven and Proof(values, history, history.finest_place).is_off_grid


def _by_form(counts: Counts, past: ColumnHistory) -> dict[Text, Text]:
    """All texts of a batch that is plainly transformed; else none."""
    values = numbers_of(counts)
    plain = _is_plain(find_transform(values, past, past.finest_place), values, past)
    return dict.fromkeys(counts) if plain else {}


def _known(cells: Cells, found: Found, history: ColumnHistory, places: int) -> dict[str, str]:
    """What a text was before, where its last digits were lost and the history holds the one number it came from."""
    if places <= _LONG and not found.cut:
        return {}  # restored exactly by rounding
    numbers = {text: value for text in cells.values if text is not None and (value := to_decimal(text)) is not None}
    if not numbers or (len(numbers) > _MOST_KNOWN and not found.cut):
        return {}
    values = np.array([float(value) for value in numbers.values()])
    before = Proof(np.sort(values), history, places).known_near(values, found.transform)
    texts = {float(text): text for text in history.present if is_number(text)}
    return {text: texts[value] for text, value in zip(numbers, before.tolist(), strict=True) if value in texts}
