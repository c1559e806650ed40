"""Numbers that do not go with a text in their row: the price of another article, a rate ten times that of its currency.

Each of them may be a usual one of its column, so that nothing else shows it. Texts that all rows of a batch give
another size to may have it from now on: they count where it is many times the one before, and once. A column that moved
as a whole is left to those that judge columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.group_fit import GroupFit, fit_group
from airflow_provider_dqheal.detection.scalars import at_least
from airflow_provider_dqheal.detection.size_fit import sizes
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import RowSizes

_LEAST_BATCHES = 5
"""Batches that show what a text tells."""
_BY_CHANCE = 0.005
"""How seldom chance has so many cases at odds, where one in as many rows as the history has is."""
_MANY_TIMES = 1.4
"""How far (natural logarithm) the size of a text has to move as a whole to be at odds."""
_MOSTLY, _ONE_WAY = 0.5, 0.9
"""Share of the rows at odds, from which on the column may have moved as a whole, and how much of them to one side."""
_SHOWN = 3


@dataclass(frozen=True, eq=False)
class _Group:
    number: str
    text: str
    fit: GroupFit


def row_groups(batch: BatchView, stack: Stack) -> tuple[RowSizes, ...]:
    """The columns of a batch whose numbers do not go with a text in their rows."""
    found = []
    for group in stack.once(_groups_of):
        number, text = batch.columns.get(group.number), batch.columns.get(group.text)
        if number is None or text is None or len(number.aligned) != len(text.aligned):
            continue
        texts = texts_in_rows(text)
        own, expected = sizes(number.in_rows), group.fit.expected(texts)
        rows, asked = _at_odds(own - expected, texts, group.fit)
        if len(rows):
            shown = rows[:_SHOWN]
            examples = number.texts_at(shown)
            told = tuple(np.exp(expected[shown]).tolist())
            found.append(RowSizes(group.number, (group.text,), len(rows) / asked, examples, told))
    return tuple(found)


def _at_odds(off: np.ndarray, texts: list[str | None], fit: GroupFit) -> tuple[np.ndarray, int]:
    """The rows at odds, none where chance may give as many cases of them; and how many were asked."""
    asked = np.flatnonzero(np.isfinite(off))
    far = asked[np.abs(off[asked]) > fit.limit]
    one_way = len(far) > _MOSTLY * len(asked) and abs(np.sign(off[far]).mean()) > _ONE_WAY
    if not len(far) or one_way:  # a column that moved as a whole is judged as such
        return np.zeros(0, np.int64), len(asked)
    odd = set(far.tolist())
    by_text: dict[str | None, list[int]] = {}
    for row in asked.tolist():
        by_text.setdefault(texts[row], []).append(row)
    cases, rows = 0, list[int]()
    for mine in by_text.values():
        strange = [row for row in mine if row in odd]
        together = len(strange) == len(mine) and float(np.ptp(off[strange])) <= 2 * fit.reach
        if together and float(np.median(np.abs(off[strange]))) <= max(fit.limit, _MANY_TIMES):
            continue
        rows += strange
        cases += min(len(strange), 1) if together else len(strange)
    chance = at_least(cases, len(asked), 1 / (fit.told + 1)) if cases else 1.0
    return (np.array(sorted(rows), np.int64) if chance <= _BY_CHANCE else np.zeros(0, np.int64)), len(asked)


def texts_in_rows(view: ColumnView) -> list[str | None]:
    """What a column of a batch holds in each aligned row."""
    values = (*view.values, None)
    return [values[at] for at in view.aligned.tolist()]


def _groups_of(stack: Stack) -> tuple[_Group, ...]:
    """Of each column of numbers the one whose texts tell it most closely, if any does."""
    if len(stack.batches) < _LEAST_BATCHES:
        return ()
    texts = stack.once(label_columns)
    found = []
    for number in stack.all_of(temporal=False):
        if not all(_is_aligned(batch, number) for batch in stack.batches):
            continue
        own = [sizes(batch.columns[number].in_rows) for batch in stack.batches]
        fits = [
            _Group(number, name, fit)
            for name, told in texts.items()
            if name != number and (fit := fit_group(told, own)) is not None and np.isfinite(fit.limit)
        ]
        if fits:
            found.append(min(fits, key=lambda group: group.fit.reach))
    return tuple(found)


def label_columns(stack: Stack) -> dict[str, CodedColumn]:
    """The columns of labels that come again, and what they hold in each aligned row of each batch."""
    dates = set(stack.all_of(temporal=True))
    return {
        name: CodedColumn.of((batch.columns[name].values, batch.columns[name].aligned) for batch in stack.batches)
        for name in stack.columns
        if name not in dates and all(_is_aligned(batch, name) for batch in stack.batches) and _is_repeating(stack, name)
    }


def _is_aligned(batch: BatchView, name: str) -> bool:
    rows = max((len(view.aligned) for view in batch.columns.values()), default=0)
    return name in batch.columns and len(batch.columns[name].aligned) == rows > 0


def _is_repeating(stack: Stack, name: str) -> bool:
    """Whether the values of a column are labels, which come again: texts, or whole numbers."""
    views = [batch.columns[name] for batch in stack.batches]
    different = len(stack.columns[name].labels)
    whole = all("." not in value for view in views for value in view.values[:_SHOWN])
    return whole and 2 <= different <= 0.5 * sum(view.present for view in views)
