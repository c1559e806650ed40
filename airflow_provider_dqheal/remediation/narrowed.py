"""Sees columns whose decimals were cut off."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import REMAINDER, Context, Strategy, register
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.working import Working

_ROWS, _USUAL, _CHANCE = 10, 0.15, 1e-6
_STEADY, _LEAST, _BATCHES = 2.0, 0.1, 4
"""Where more numbers were whole: how much farther from all whole each batch was than batches from each other, the share
of decimals in each, and the batches that show it."""


@register
class Narrowed(Strategy):
    """A column of decimals that holds whole numbers only: what was cut off is gone, so a person decides.

    No accepted batch may have had more than 15 % of its numbers whole, or always about as many, so that chance does not
    explain it.
    """

    name = "narrowed"
    heals = "type_mismatch"
    phase = REMAINDER
    order = 95

    def propose(self, context: Context) -> list[Step]:
        """Nothing: lost digits do not come back."""
        return []

    def holds(self, context: Context) -> list[str]:
        """One reason a column."""
        reasons = []
        for name, history, cells in context.columns():
            if (
                history.type == "float"
                and history.is_numeric
                and not history.is_key
                and is_narrowed(cells.counter, history)
            ):
                reasons.append(
                    f"type_mismatch in {name}: all {_whole(cells.counter)[1]:,} numbers are whole, the history holds "
                    "decimals; narrowing loses what was cut off, have the batch sent again"
                )
        return reasons

    def change(self, working: Working, step: Step) -> Working:
        """Never asked."""
        return working


def is_narrowed(counts: Counts, history: ColumnHistory) -> bool:
    """Whether all numbers are whole, which was never so and is no chance."""
    now, rows = _whole(counts)
    usual = [_whole(batch) for batch in history.batches]
    most = max((whole / total for whole, total in usual if total), default=1.0)
    if rows < _ROWS or now < rows or most**rows > _CHANCE:
        return False
    return most <= _USUAL or _is_steady([whole / total for whole, total in usual if total >= _ROWS])


def _is_steady(shares: list[float]) -> bool:
    """Whether batches had about as many whole numbers as each other, and all of them decimals."""
    most = max(shares, default=1.0)
    return len(shares) >= _BATCHES and 1 - most >= max(_LEAST, _STEADY * (most - min(shares)))


def _whole(counts: Counts) -> tuple[int, int]:
    """(rows with a whole number, rows with a number)."""
    numbers = [(float(text), rows) for text, rows in counts.items() if text is not None and is_number(text)]
    return sum(rows for value, rows in numbers if value.is_integer()), sum(rows for _, rows in numbers)
