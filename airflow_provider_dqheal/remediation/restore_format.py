"""Writes the numbers of a text column in the one format that it has."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.number_format import formatted
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class RestoreFormat(TextMap):
    """``1234.56`` in a column of ``1 234,56``, ``48065`` in one of ``48,065 EUR``, ``0.85`` in one of ``85 %``."""

    name = "restore_format"
    heals = "type_mismatch"
    order = 11

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Number in another format -> as the history writes it."""
        return formatted(counts, history)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, with one of them."""
        before, after = next(iter(found.items()))
        return f"{rows:,} numbers of {column!r} are written in another format ({before!r} for {after!r})"
