"""Joins columns back that one accepted column was split into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations

import pyarrow as pa

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.fitting import fits
from airflow_provider_dqheal.remediation.kernels.names import plain_name
from airflow_provider_dqheal.remediation.kernels.text import Text, is_blank, text_of
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working

MARKS = (" ", "-", "_", "/", ".", "T", ", ", ",", ":", "|", ";", "")
_MOST_ADDED = 6
_SURE = 0.99
_USUAL = 0.9
"""Share of how well texts fit by themselves, that words joined by a blank have to reach."""


@register
class JoinSplit(Strategy):
    """Two unknown columns whose cells, joined by one mark, are values of exactly one missing accepted column.

    Both names must be built on the column's name, or the joined values be known or dates. Neither part alone may be
    like the column, and no other mark may fit as well.
    """

    name = "join_split"
    heals = "schema_drift"
    order = 6

    def propose(self, context: Context) -> list[Step]:
        """One step a missing column."""
        names = context.working.table.column_names
        missing = [name for name, history in context.history.columns.items() if name not in names and history.present]
        added = [name for name in names if name not in context.history.columns]
        steps: list[Step] = []
        if not 2 <= len(added) <= _MOST_ADDED:
            return steps
        for name in missing:
            history = context.history.columns[name]
            found = [
                (left, right, mark)
                for left, right in permutations(added, 2)
                if (mark := self._mark(context, history, left, right)) is not None
            ]
            if len(found) == 1:
                left, right, mark = found[0]
                added = [other for other in added if other not in (left, right)]
                reason = f"columns {left!r} and {right!r}, joined by {mark!r}, are {name!r}"
                params = {"parts": [left, right], "mark": mark}
                steps.append(self.step(context, (name, left, right), params, 0.98, reason))
        return steps

    @staticmethod
    def _mark(context: Context, history: ColumnHistory, left: str, right: str) -> str | None:
        base = plain_name(history.name)
        named = all(plain_name(part).startswith(base) or plain_name(part).endswith(base) for part in (left, right))
        if named and plain_name(left) > plain_name(right):
            return None
        ours, theirs = context.cells(left), context.cells(right)
        pairs = Counter((ours.values[a], theirs.values[b]) for a, b in zip(ours.codes, theirs.codes, strict=True))
        least = min(_SURE, _USUAL * _own_fit(history)) if named and _is_cut_once(pairs, " ") else _SURE
        good = [mark for mark in MARKS if fits(_rows_joined(pairs, mark), history) >= (least if mark == " " else _SURE)]
        chosen = [mark for mark in good if all(mark in text for text in history.present)][:1]
        if not chosen or any(_alone(part.values, chosen[0], history) for part in (ours, theirs)):
            return None
        known = history.date_layout is not None or any(
            sum(joined(a, b, mark) in history.present for a, b in pairs) >= 0.5 * len(pairs) for mark in chosen
        )
        return chosen[0] if named or known else None

    def change(self, working: Working, step: Step) -> Working:
        """Puts the joined column in place of its parts: one ledger line."""
        (left, right), mark, name = step.params["parts"], step.params["mark"], step.columns[0]
        if left not in working.table.column_names or right not in working.table.column_names:
            return working
        parts = zip(
            text_of(working.table.column(left)).to_pylist(),
            text_of(working.table.column(right)).to_pylist(),
            strict=True,
        )
        values = pa.array([joined(a, b, mark) for a, b in parts], pa.string())
        table = working.table.drop_columns([left, right]).append_column(pa.field(name, pa.string()), values)
        line = ledger_lines(step, name, [None], [f"{left}{mark}{right}"], [name])
        origins = tuple(pair for pair in working.origins if pair[0] not in (left, right))
        return working.replace(
            table=table, ledger=pa.concat_tables([working.ledger, line]), origins=(*origins, (name, None))
        )


def _is_cut_once(pairs: Mapping[tuple[Text, Text], int], mark: str) -> bool:
    """Whether all first parts end, or all second ones begin, at the first or the last mark of the whole."""
    whole = [(mark in left, mark in right) for left, right in pairs if left and right]
    return bool(whole) and any(left for left, _ in whole) != any(right for _, right in whole)


def _own_fit(history: ColumnHistory) -> float:
    """How well the last batch of the history fits those before: of free texts, little."""
    last = len(history.batches) - 1
    return fits(history.batches[last], history.without(last)) if last > 0 else 1.0


def _rows_joined(pairs: Mapping[tuple[Text, Text], int], mark: str) -> Counter[Text]:
    """Rows per joined text."""
    rows: Counter[Text] = Counter()
    for (left, right), count in pairs.items():
        rows[joined(left, right, mark)] += count
    return rows


def _alone(part: Sequence[Text], mark: str, history: ColumnHistory) -> bool:
    """Whether a part by itself is like the column: half of it fits, with as many marks as every value has."""
    least = min(text.count(mark) for text in history.present) if mark else 0
    whole = [text for text in part if text is None or text.count(mark) >= least]
    return fits(set(whole), history) * len(set(whole)) >= 0.5 * len(set(part))


def joined(left: Text, right: Text, mark: str) -> Text:
    """The two parts with the mark between them; one part alone when the other is blank, null when both are."""
    if is_blank(left) and is_blank(right):
        return None if left is None else ""
    if is_blank(right):
        return left
    return f"{left or ''}{mark}{right}"
