"""Repairs typing errors in categories."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.lexicon import mistyped_only
from airflow_provider_dqheal.remediation.kernels.spelling import slips_of_list, slips_of_one, typos
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class CategoryTypo(TextMap):
    """Rare unknown values one typing error away from exactly one frequent known value of a closed domain.

    A value that is a word or a name by itself (``Iraq`` beside ``Iran``) is another value, not a typing error.
    Several slips of a value that stands alone in each batch (a day, a period) are that value. A list may have had such
    errors in every batch: then they were errors there as well, and its history proves it.
    """

    name = "category_typo"
    heals = "outliers"
    order = 10
    cellwise = True

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Misspelt value -> known value."""
        found = typos(counts, history) or slips_of_list(counts, history)
        return mistyped_only(found) or slips_of_one(counts, history)

    def spared(self, history: ColumnHistory, share_now: float) -> bool:
        """Whether only errors of the same kind would have been touched."""
        return bool(history.listed) or super().spared(history, share_now)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells and values."""
        return (
            f"{rows:,} cells of {column!r} are a typing error away from one known value ({len(found):,} misspellings)"
        )
