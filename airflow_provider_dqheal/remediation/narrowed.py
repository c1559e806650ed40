"""Sees columns whose decimals were cut off."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.detection.whole_numbers import Whole, is_narrowed
from airflow_provider_dqheal.remediation._base import REMAINDER, Context, Strategy, register
from airflow_provider_dqheal.remediation.history import Counts
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.working import Working


@register
class Narrowed(Strategy):
    """A column of decimals that holds whole numbers only: what was cut off is gone, so a person decides.

    See :mod:`airflow_provider_dqheal.detection.whole_numbers`.
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
                and is_narrowed(_whole(cells.counter), [_whole(batch) for batch in history.batches])
            ):
                reasons.append(
                    f"type_mismatch in {name}: all {_whole(cells.counter)[1]:,} numbers are whole, the history holds "
                    "decimals; narrowing loses what was cut off, have the batch sent again"
                )
        return reasons

    def change(self, working: Working, step: Step) -> Working:
        """Never asked."""
        return working


def _whole(counts: Counts) -> Whole:
    """(rows with a whole number, rows with a number)."""
    numbers = [(float(text), rows) for text, rows in counts.items() if text is not None and is_number(text)]
    return sum(rows for value, rows in numbers if value.is_integer()), sum(rows for _, rows in numbers)
