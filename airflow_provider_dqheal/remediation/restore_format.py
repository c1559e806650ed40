"""Writes the numbers of a text column in the one format that it has."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.number_format import formatted, have_lost_digits
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

    def holds(self, context: Context) -> list[str]:
        """Numbers that lost digits on their way: filled up with zeros they would look exact."""
        return [
            f"type_mismatch in {name}: numbers came with fewer digits after the point than the column has, and more of "
            "them than end in a zero; correct the source"
            for name, history, cells in context.columns()
            if context.issue(*ISSUE_ORDER, column=name, ever=True) and have_lost_digits(cells.counter, history)
        ]

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, with one of them."""
        before, after = next(iter(found.items()))
        return f"{rows:,} numbers of {column!r} are written in another format ({before!r} for {after!r})"
