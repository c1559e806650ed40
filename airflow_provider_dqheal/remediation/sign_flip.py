"""Repairs single numbers that are explained by a lost or added sign, and by nothing else."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import Context, register
from airflow_provider_dqheal.remediation._slips import SingleSlip
from airflow_provider_dqheal.remediation.history import ColumnHistory, Counts
from airflow_provider_dqheal.remediation.kernels.company import have_in_common
from airflow_provider_dqheal.remediation.kernels.slip_options import SIGN
from airflow_provider_dqheal.remediation.kernels.text import Text


@register
class SignFlip(SingleSlip):
    """Far numbers whose one explanation is a lost or added sign.

    Rows that have another column's value in common, such as all refunds, have theirs for a reason.
    """

    name = "sign_flip"
    order = 25
    kinds = SIGN
    words = "a lost or added sign"

    def repairs(self, context: Context, column: str, history: ColumnHistory, counts: Counts) -> dict[Text, Text]:
        """The rule's answer, unless the rest of the rows tells them from the others."""
        found = super().repairs(context, column, history, counts)
        if not found:
            return {}
        others = [cells for name, _, cells in context.columns() if name != column]
        return {} if have_in_common(context.cells(column).rows(found), others) else found
