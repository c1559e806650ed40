"""Exchanges two columns back whose contents stand under each other's name."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import IssueType, Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts, numbers_of
from airflow_provider_dqheal.remediation.kernels.fitting import fits
from airflow_provider_dqheal.remediation.kernels.formula_swaps import exchanged_by_formula
from airflow_provider_dqheal.remediation.kernels.likeness import content_likeness, form_likeness
from airflow_provider_dqheal.remediation.kernels.transforms import Spread, in_reach
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working

_KINDS: tuple[IssueType, ...] = ("distribution_shift", "outliers", "type_mismatch", "schema_drift")
_FAR = 4.0
_ALL, _STEP = 0.98, 0.05
_VARIED = 10
"""Different numbers that one of two columns must have had: flags and years tell nothing of whose they are."""
_NEW = 4
"""Different values that a column never held and the other did, which tell as much."""
_ORDER = 10.0
_ROWS, _MANY, _NONE = 20, 0.2, 0.02
"""Numbers without which nothing is told; shares outside the history's range that are many, and as good as none."""


@register
class SwappedColumns(Strategy):
    """Needs an acted-on issue that blames one of them; each must be far from its own history and like the other's.

    Of numbers that are sums or products of others, it is enough that all of these hold when the two are exchanged.
    """

    name = "swapped_columns"
    heals = "schema_drift"
    order = 35

    def propose(self, context: Context) -> list[Step]:
        """At most one step; two possible pairs are no explanation."""
        if context.issue(*_KINDS) is None:
            return []
        columns = {
            name: (history, cells.counter)
            for name, history, cells in context.columns()
            if not (history.is_numeric and history.is_key)  # its numbers are new in every batch
        }
        far = {
            name
            for name, (history, counts) in columns.items()
            if _is_apart(counts, history) or not _is_like(counts, history, _FAR)
        }
        odd = [name for name, (history, counts) in columns.items() if name in far or _is_odd(counts, history)]
        pairs = [
            (left, right)
            for left, right in combinations(odd[:20], 2)
            if is_exchanged(columns[left], columns[right])
            and ({left, right} <= far or _come_inside(columns[left], columns[right]))
        ]
        if len(pairs) != 1:
            pairs = exchanged_by_formula(context.history, context.working.table.column_names, context.cells)
        if len(pairs) != 1:
            return []
        left, right = pairs[0]
        if all(context.issue(*_KINDS, column=name) is None for name in (left, right)):
            return []
        reason = f"the contents of {left!r} and {right!r} stand under each other's name"
        return [self.step(context, (left, right), {}, 0.97, reason)]

    def change(self, working: Working, step: Step) -> Working:
        """Exchanges the two columns: one ledger line each."""
        left, right = step.columns
        names = working.table.column_names
        swap = {left: right, right: left}
        moved = working.table.rename_columns([swap.get(name, name) for name in names]).select(names)
        lines = [ledger_lines(step, name, [None], [swap[name]], [name]) for name in (left, right)]
        origins = {swap.get(name, name): origin for name, origin in working.origins}
        return working.replace(
            table=moved,
            ledger=pa.concat_tables([working.ledger, *lines]),
            origins=tuple((name, origins[name]) for name in names),
        )


def _is_odd(counts: Counts, history: ColumnHistory) -> bool:
    """Whether many numbers lie outside what was ever seen, or all are one where they always varied."""
    values = numbers_of(counts)
    if not history.is_numeric or len(values) < _ROWS:
        return False
    varied = all(len(np.unique(batch)) >= _NEW for batch in history.numbers)
    return _outside(counts, history) >= _MANY or (varied and values[0] == values[-1])


def _is_apart(counts: Counts, history: ColumnHistory) -> bool:
    """Whether all numbers are of another order than any that was ever seen, however far those reach."""
    values, known = numbers_of(counts), history.all_numbers
    if not history.is_numeric or len(values) < _ROWS or not len(known) or min(values[0], known[0]) <= 0:
        return False
    return bool(_ORDER * values[-1] < known[0] or values[0] > _ORDER * known[-1])


def _outside(counts: Counts, history: ColumnHistory) -> float:
    """Share of the numbers that lie outside the history's range."""
    values, known = numbers_of(counts), history.all_numbers
    return float(((values < known[0]) | (values > known[-1])).mean()) if len(values) and len(known) else 0.0


def _come_inside(left: tuple[ColumnHistory, Counts], right: tuple[ColumnHistory, Counts]) -> bool:
    """Whether the exchange brings numbers inside both ranges, which two levels that moved on cannot do."""
    (ours, our_values), (theirs, their_values) = left, right
    both = ours.is_numeric and theirs.is_numeric
    return both and max(_outside(our_values, theirs), _outside(their_values, ours)) <= _NONE


def is_exchanged(left: tuple[ColumnHistory, Counts], right: tuple[ColumnHistory, Counts]) -> bool:
    """Whether each column's values are like the other's history, and such that nobody else's would be.

    Of a number and a text it is enough that each is written as the other and near it or known there; of two numbers,
    one of them out of reach of its own history, that one is like the other and the second near it.
    """
    (ours, our_values), (theirs, their_values) = left, right
    if ours.is_numeric != theirs.is_numeric:
        number, label = (left, right) if ours.is_numeric else (right, left)
        return _is_near(label[1], number[0]) and _is_like(number[1], label[0])
    new = max(_foreign(our_values, ours, theirs), _foreign(their_values, theirs, ours))
    if ours.is_numeric and max(len(ours.different_numbers), len(theirs.different_numbers)) < _VARIED and new < _NEW:
        return False
    alike = [_is_like(our_values, theirs), _is_like(their_values, ours)]
    if not ours.is_numeric or all(alike) or not any(alike):
        return all(alike)
    apart = any(not in_reach(numbers_of(values), own, _STEP) for own, values in (left, right) if any(values))
    return apart and _is_near(our_values, theirs) and _is_near(their_values, ours)  # one of them has moved on as well


def _foreign(counts: Counts, own: ColumnHistory, other: ColumnHistory) -> int:
    """Different values that the column never held and the other did."""
    return sum(text in other.present and text not in own.pooled for text in counts)


def _is_near(counts: Counts, history: ColumnHistory) -> bool:
    """Whether all that is there are numbers of the column's kind, none farther outside its range than that is wide."""
    values = numbers_of(counts)
    return bool(len(values)) and form_likeness(counts, history) >= _ALL and in_reach(values, history, _STEP)


def _is_like(counts: Counts, history: ColumnHistory, slack: float = 1.0) -> bool:
    """Whether a batch's column fits a history within ``slack`` times what batches differ by themselves."""
    if history.is_numeric:
        values = numbers_of(counts)
        if len(values) < 20 or len(values) < 0.9 * sum(counts.values()) * (1 - float(history.missing_fractions.max())):
            return False
        known = history.different_numbers
        if slack <= 1 and len(known) < _VARIED and not np.isin(values, known).all():
            return False
        spread = Spread(history)
        return len(spread.batches) > 1 and spread.distance(values) <= slack * spread.tolerance(len(values))
    if history.date_layout is not None:
        return form_likeness(counts, history) >= (0.98 if slack <= 1 else 0.5)
    if slack <= 1 and not history.is_categorical:
        return fits(counts, history) >= _ALL
    return content_likeness(counts, history) >= (0.9 if slack <= 1 else 0.4)
