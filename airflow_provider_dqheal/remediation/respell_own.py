"""Gives values that only this batch holds their one spelling back."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.lexicon import mistyped_only
from airflow_provider_dqheal.remediation.kernels.own_values import own_spellings
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class RespellOwn(TextMap):
    """Case and typing errors of values that the batch spells rightly far more often, and that may be new in it.

    A value that is a word or a name by itself is no typing error.
    """

    name = "respell_own"
    heals = "outliers"
    order = 12
    cellwise = True

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Unseen spelling -> usual spelling."""
        return mistyped_only(own_spellings(counts, history))

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells and spellings."""
        return f"{rows:,} cells of {column!r} hold {len(found):,} odd spellings of values that the batch holds often"
