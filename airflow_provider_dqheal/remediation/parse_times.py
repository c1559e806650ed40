"""Writes times of day as the column does."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.clock import read_times
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class ParseTimes(TextMap):
    """``9:30 AM`` in a column of ``09:30``, ``14:30`` in one of ``2:30 PM``, a spreadsheet's ``0.395833``."""

    name = "parse_times"
    heals = "type_mismatch"
    order = 13

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Odd time -> the same time in the column's writing."""
        return read_times(counts, history)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, with one of them."""
        before, after = next(iter(found.items()))
        return f"{rows:,} times of {column!r} are written in another way than the column's ({before!r} for {after!r})"
