"""Writes booleans the way the column does."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.booleans import truth
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class ParseBooleans(TextMap):
    """A column with one spelling of true and false takes other spellings back to it."""

    name = "parse_booleans"
    heals = "type_mismatch"
    order = 15

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Other spelling -> the column's own."""
        pair = history.boolean_pair
        if pair is None:
            return {}
        odd = {text: truth(text) for text in counts if text is not None and text not in history.pooled}
        return {text: pair[int(value)] for text, value in odd.items() if value is not None and text not in pair}

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells and spellings."""
        return f"{rows:,} cells of {column!r} spell booleans in {len(found):,} other ways"
