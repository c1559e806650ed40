"""Long identifiers whose last digits are gone: a spreadsheet, JavaScript or a float column has read them.

A 64-bit float holds no more than 53 bits of a number. A longer one comes back as the nearest that it holds, or as the
shortest text for that with zeros behind: ``644152567415515789`` as ``644152567415515776`` or ``644152567415515800``.
By chance few numbers are such; where all are, the identifiers are wrong and look right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from airflow_provider_dqheal.detection.scalars import surplus_z
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import CutDigits
from airflow_provider_dqheal.profiling.parsing import EXACT

_SHOWN = 3


@dataclass(frozen=True)
class Long:
    """Of a batch's column the ``cells`` with whole numbers beyond :data:`EXACT`, and ``held``: those a float holds."""

    cells: float
    held: float
    examples: tuple[str, ...]


def cut_digits(batch: BatchView, stack: Stack) -> tuple[CutDigits, ...]:
    """Of columns of long whole numbers, how many are such as a float holds, beside the batches of the history."""
    found = []
    for name, known in stack.once(_history).items():
        now = long_of(batch.columns[name]) if name in batch.columns else None
        if now is None:
            continue
        rate = sum(one.held for one in known) / sum(one.cells for one in known)
        usual = max(one.held / one.cells for one in known)
        apart = _surplus(now, rate) - max(0.0, *(_surplus(one, rate) for one in known))
        found.append(CutDigits(name, now.held / now.cells, usual, apart, now.examples))
    return tuple(found)


def _history(stack: Stack) -> dict[str, list[Long]]:
    """The columns that held long whole numbers in each batch that had them."""
    found = {}
    for name, column in stack.columns.items():
        there = [view for view in column.views if view is not None]
        known = [one for view in there if (one := long_of(view)) is not None]
        if known and len(known) == len(there):
            found[name] = known
    return found


def _surplus(one: Long, rate: float) -> float:
    return float(surplus_z(one.held / one.cells, rate, one.cells))


def long_of(view: ColumnView) -> Long | None:
    """The long whole numbers of a column of one batch; None without."""
    if view.temporal or not len(view.numbers) or max(-view.numbers[0], view.numbers[-1]) < EXACT:
        return None
    cells, held, examples = 0.0, 0.0, []
    for text, count, number in zip(view.values, view.counts.tolist(), view.numeric.tolist(), strict=True):
        digits = text.lstrip("+-")
        if not EXACT <= abs(number) < math.inf or not digits.isdecimal():
            continue  # also words, and digits of a script that is no number here
        cells += count
        if int(digits) in (int(abs(number)), int(Decimal(repr(abs(number))))):
            held += count
            examples.append(text)
    return Long(cells, held, tuple(examples[:_SHOWN])) if cells else None
