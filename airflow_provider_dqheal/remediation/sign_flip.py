"""Repairs single numbers that are explained by a lost or added sign, and by nothing else."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._cells import TextMap
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.company import have_in_common
from airflow_provider_dqheal.remediation.kernels.slip_options import SIGN
from airflow_provider_dqheal.remediation.kernels.slips import SURE, explain
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class SignFlip(TextMap):
    """Far numbers whose one explanation is a lost or added sign.

    Rows that have another column's value in common, such as all refunds, have theirs for a reason.
    """

    name = "sign_flip"
    heals = "outliers"
    order = 25
    cellwise = True

    def rule(self, counts: Counts, history: ColumnHistory) -> dict[Text, Text]:
        """Far text -> the value it slipped from."""
        slips = explain(counts, history).slips
        return {text: slip.after for text, slip in slips.items() if slip.kind in SIGN}

    def repairs(self, context: Context, column: str, history: ColumnHistory, counts: Counts) -> dict[Text, Text]:
        """The rule's answer, unless the rest of the rows tells them from the others."""
        found = self.rule(counts, history)
        if not found:
            return {}
        others = [cells for name, _, cells in context.columns() if name != column]
        return {} if have_in_common(context.cells(column).rows(found), others) else found

    def confidence(self, context: Context, column: str, found: dict[Text, Text]) -> float:
        """The least sure cell's likelihood."""
        slips = explain(context.cells(column).counter, context.history.columns[column]).slips
        return min((slips[text].likelihood for text in found if text in slips), default=SURE)

    def told(self, column: str, rows: int, found: dict[Text, Text]) -> str:
        """How many cells, and what explains them."""
        return f"{rows:,} values of {column!r} lie far outside the history; a lost or added sign explains each of them"
