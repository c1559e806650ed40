"""Gives texts back that were escaped once too often, quoted, or printed by another language."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.escapes import unescaped
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class Unescape(TextMap):
    r"""``AT&amp;T``, ``O\'Brien``, ``New%20York``, a Python dictionary in a column of JSON: each undone exactly.

    Only in columns of which no text ever showed the like.
    """

    name = "unescape"
    heals = "type_mismatch"
    order = 6

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Escaped text -> the text."""
        return unescaped(counts, history)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, with one of them."""
        before, after = next(iter(found.items()))
        return f"{rows:,} cells of {column!r} were escaped or quoted, such as {str(before)[:40]!r}: {str(after)[:40]!r}"
