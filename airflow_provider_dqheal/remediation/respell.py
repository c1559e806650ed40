"""Gives values their spelling back."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.spelling import variants
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class Respell(TextMap):
    """Case, spaces and punctuation of values that the history knows in one spelling; encodings that were misread."""

    name = "respell"
    heals = "outliers"
    order = 5

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Unseen spelling -> known spelling."""
        return variants(counts, history)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells and spellings."""
        return f"{rows:,} cells of {column!r} hold {len(found):,} unknown spellings, each of one value"
