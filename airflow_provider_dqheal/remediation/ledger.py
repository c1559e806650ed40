"""The ledger: one line for every changed cell, or one line for a whole column changed by one rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.types import Step

LEDGER_SCHEMA: pa.Schema = pa.schema(
    [
        ("row_id", pa.int64()),
        ("column", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("strategy", pa.string()),
        ("confidence", pa.float64()),
        ("reason", pa.string()),
        ("issue", pa.string()),
        ("step_id", pa.string()),
    ]
)
"""``row_id`` is the 0-based position in the raw batch, null for a column-wide line; before and after are text."""


def empty_ledger() -> pa.Table:
    """A ledger without lines."""
    return LEDGER_SCHEMA.empty_table()


def ledger_lines(
    step: Step,
    column: str,
    row_ids: Sequence[int | None] | np.ndarray,
    before: Sequence[str | None],
    after: Sequence[str | None],
) -> pa.Table:
    """One line per element of ``row_ids``; the three sequences have one length."""
    size = len(row_ids)
    return pa.table(
        {
            "row_id": pa.array(row_ids, pa.int64()),
            "column": pa.repeat(pa.scalar(column, pa.string()), size),
            "before": pa.array(before, pa.string()),
            "after": pa.array(after, pa.string()),
            "strategy": pa.repeat(pa.scalar(step.strategy, pa.string()), size),
            "confidence": pa.repeat(pa.scalar(float(step.confidence), pa.float64()), size),
            "reason": pa.repeat(pa.scalar(step.reason, pa.string()), size),
            "issue": pa.repeat(pa.scalar(step.issue, pa.string()), size),
            "step_id": pa.repeat(pa.scalar(step.step_id, pa.string()), size),
        },
        schema=LEDGER_SCHEMA,
    )
