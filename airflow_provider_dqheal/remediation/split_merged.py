"""Takes a column apart into the two accepted columns that were joined in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import permutations

import pyarrow as pa

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.kernels.fitting import fits
from airflow_provider_dqheal.remediation.kernels.names import plain_name
from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_blank
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working

MARKS = (" | ", "|", ", ", ";", ",", "_", " - ", "-", "/", ":", " ")
_MOST = 8
_SURE = 0.99


@register
class SplitMerged(Strategy):
    """One unknown column whose cells, cut at one mark, are values of two missing accepted columns.

    Every cell must be cut in exactly one place, and only one mark and one order may fit.
    """

    name = "split_merged"
    heals = "schema_drift"
    order = 12

    def propose(self, context: Context) -> list[Step]:
        """One step a merged column."""
        names = context.working.table.column_names
        missing = [name for name in context.history.columns if name not in names]
        added = [name for name in names if name not in context.history.columns]
        steps: list[Step] = []
        if not 2 <= len(missing) <= _MOST or len(added) > _MOST:
            return steps
        for column in added:
            found = [
                (left, right, mark)
                for left, right in permutations(missing, 2)
                for mark in MARKS
                if self._cuts(context, column, left, right, mark)
            ]
            named = [pair for pair in found if plain_name(column) == plain_name(pair[0] + pair[1])]
            chosen = named if len({pair[:2] for pair in named}) == 1 else found
            if not named and len(context.cells(column).values) < 2:
                continue
            if not chosen or len({pair[:2] for pair in chosen}) != 1:
                continue
            left, right, mark = max(chosen, key=lambda pair: len(pair[2]))
            missing = [name for name in missing if name not in (left, right)]
            reason = f"column {column!r}, cut at {mark!r}, is {left!r} and {right!r}"
            inside = marks_inside(context.history.columns[left].present, mark) or 0
            params = {"merged": column, "mark": mark, "place": inside + 1}
            steps.append(self.step(context, (left, right, column), params, 0.98, reason))
        return steps

    @staticmethod
    def _cuts(context: Context, column: str, left: str, right: str, mark: str) -> bool:
        cells = context.cells(column)
        texts = [text for text in cells.values if not is_blank(text)]
        if not texts:
            return False
        place = marks_inside(context.history.columns[left].present, mark)
        if place is None or not all(text is not None and text.count(mark) > place for text in texts):
            return False
        rows = cells.counter
        lefts, rights = Counter[Text](), Counter[Text]()
        for text in texts:
            before, after = cut(text, mark, place + 1)
            lefts[before] += rows[text]
            rights[after] += rows[text]
        ours, theirs = context.history.columns[left], context.history.columns[right]
        return fits(lefts, ours) >= _SURE and fits(rights, theirs) >= _SURE

    def change(self, working: Working, step: Step) -> Working:
        """Puts the two columns in place of the merged one: one ledger line each."""
        column, mark = step.params["merged"], step.params["mark"]
        if column not in working.table.column_names:
            return working
        cells = Cells.of(working.table.column(column))
        parts = [cut(text, mark, int(step.params["place"])) for text in cells.values]
        table, lines = working.table.drop_columns([column]), []
        for place, name in enumerate(step.columns[:2]):
            values = pa.array([part[place] for part in parts], pa.string()).take(pa.array(cells.codes))
            table = table.append_column(pa.field(name, pa.string()), values)
            lines.append(ledger_lines(step, name, [None], [column], [name]))
        origins = tuple(pair for pair in working.origins if pair[0] != column)
        return working.replace(
            table=table,
            ledger=pa.concat_tables([working.ledger, *lines]),
            origins=(*origins, *((name, None) for name in step.columns[:2])),
        )


def marks_inside(known: Iterable[str], mark: str) -> int | None:
    """How many marks every known value has, None when that differs."""
    counts = {text.count(mark) for text in known}
    return counts.pop() if len(counts) == 1 else None


def cut(text: Text, mark: str, place: int) -> tuple[Text, Text]:
    """The text before and after the ``place``-th mark (1 is the first); blank text gives two nulls."""
    if text is None or is_blank(text):
        return None, None
    pieces = text.split(mark)
    return mark.join(pieces[:place]), mark.join(pieces[place:])
