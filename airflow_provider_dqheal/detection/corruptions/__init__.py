"""The corruption library: realistic faults of every issue type, graded, documented, alone and combined.

What is undecidable from the history is marked ``hard`` by the rule written down in ``_hard``.

>>> import numpy as np, pyarrow as pa
>>> table = pa.table({"price": [str(100 + i % 7) for i in range(200)]})
>>> bad = inject(table, "currency_sign", severity="high", seed=1, history=[table])
>>> sorted(bad.issues), bad.columns["type_mismatch"], bad.repairable
(['type_mismatch'], ('price',), True)
"""

from __future__ import annotations

from airflow_provider_dqheal.detection.corruptions._base import (
    SEVERITIES,
    Corrupted,
    Corruption,
    Severity,
    registry,
)
from airflow_provider_dqheal.detection.corruptions._groups import group_of
from airflow_provider_dqheal.detection.corruptions._public import (
    CorruptionRefused,
    combine,
    draw,
    families,
    inject,
)

__all__ = [
    "SEVERITIES",
    "Corrupted",
    "Corruption",
    "CorruptionRefused",
    "Severity",
    "combine",
    "draw",
    "families",
    "group_of",
    "inject",
    "registry",
]
