"""Repairs single numbers that are explained by a moved decimal point, and by nothing else."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._slips import SingleSlip
from airflow_provider_dqheal.remediation.kernels.slip_options import DECIMAL


@register
class DecimalSlip(SingleSlip):
    """Far numbers whose one explanation is a moved decimal point."""

    name = "decimal_slip"
    order = 20
    kinds = DECIMAL
    words = "a moved decimal point"
