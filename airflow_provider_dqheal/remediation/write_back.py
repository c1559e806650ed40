"""Takes a writing off a whole column that its values never had."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.text import Text
from airflow_provider_dqheal.remediation.kernels.writing import written_back


@register
class WriteBack(TextMap):
    """Quotes, brackets and blanks around all values, and letters all in the other case, also of values that are new."""

    name = "write_back"
    heals = "type_mismatch"
    order = 8

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Text as it came -> text as the history writes it."""
        return written_back(counts, history)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells."""
        before, after = next(iter(found.items()))
        return f"{rows:,} cells of {column!r} came in another writing ({before!r} for {after!r}), as none did before"
