"""Repairs single numbers that are explained by a moved decimal point, and by nothing else."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.slip_options import DECIMAL
from airflow_provider_dqheal.remediation.kernels.slips import SURE, explain
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class DecimalSlip(TextMap):
    """Far numbers whose one explanation is a moved decimal point."""

    name = "decimal_slip"
    heals = "outliers"
    order = 20
    cellwise = True

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Far text -> the value it slipped from."""
        slips = explain(counts, history).slips
        return {text: slip.after for text, slip in slips.items() if slip.kind in DECIMAL}

    def confidence(self, context: Context, column: str, found: dict[Text, Text]) -> float:
        """The least sure cell's likelihood."""
        slips = explain(context.cells(column).counter, context.history.columns[column]).slips
        return min((slips[text].likelihood for text in found if text in slips), default=SURE)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, and what explains them."""
        return f"{rows:,} values of {column!r} lie far outside the history; a moved decimal point explains each of them"
