"""Repairs single numbers that are explained by another unit, and by nothing else."""

from __future__ import annotations

from airflow_provider_dqheal.remediation._base import register
from airflow_provider_dqheal.remediation._slips import SingleSlip
from airflow_provider_dqheal.remediation.kernels.slip_options import UNIT


@register
class UnitSlip(SingleSlip):
    """Far numbers whose one explanation is another unit."""

    name = "unit_slip"
    order = 30
    kinds = UNIT
    words = "another unit"
