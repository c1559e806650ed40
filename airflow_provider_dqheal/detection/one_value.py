"""Columns that hold one value a batch (the day of an extract, a period), which is mistyped here and there.

2052-09 beside 2025-09 is new, as the value of every batch is, and often no date: nothing else shows it. Several
different slips of the pen of a batch's value are no other values of the column.
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_dqheal.detection.likeness import mistyped
from airflow_provider_dqheal.detection.stack import Stack
from airflow_provider_dqheal.detection.view import BatchView, ColumnView
from airflow_provider_dqheal.issues._base import Mistyped

LEAST_BATCHES = 5
"""Batches that show that a column holds one value in each."""
_LEAST_ROWS = 10
_MAINLY = 0.7
"""Share of the rows that hold the value."""
_SEVERAL = 2
_SHOWN = 3


def one_value(batch: BatchView, stack: Stack) -> tuple[Mistyped, ...]:
    """The columns of a batch with several misspellings of their value."""
    each = ((name, batch.columns.get(name)) for name in stack.once(_with_one))
    return tuple(found for name, view in each if view is not None and (found := _found(name, view)) is not None)


def _with_one(stack: Stack) -> tuple[str, ...]:
    """The columns that held one value in every batch."""
    if len(stack.batches) < LEAST_BATCHES:
        return ()
    return tuple(
        name
        for name, column in stack.columns.items()
        if all(view is not None and len(view.values) == 1 and view.present >= _LEAST_ROWS for view in column.views)
    )


def _found(name: str, view: ColumnView) -> Mistyped | None:
    counts = dict(zip(view.values, view.counts.tolist(), strict=True)) if len(view.values) > _SEVERAL else {}
    value, slips = slips_of_main(counts)
    share = sum(counts[text] for text in slips) / max(view.present, 1.0)
    return Mistyped(name, value, share, tuple(slips[:_SHOWN])) if slips else None


def slips_of_main(counts: Mapping[str, float], least: int = _SEVERAL) -> tuple[str, list[str]]:
    """The value that most rows of a batch hold, and at least so many slips of the pen of it; none where one is missing.

    >>> slips_of_main({"2025-09": 90, "2052-09": 1, "2025-90": 1, "n/a": 1})
    ('2025-09', ['2052-09', '2025-90'])
    """
    value = max(counts, key=lambda text: counts[text], default="")
    if not counts or counts[value] < _MAINLY * sum(counts.values()):
        return value, []
    slips = [text for text in counts if mistyped(text, value)]
    return value, slips if len(slips) >= least else []
