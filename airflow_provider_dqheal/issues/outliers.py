"""A few values far outside what the column has ever held."""

from __future__ import annotations

import math
from collections.abc import Sequence

from airflow_provider_dqheal.issues._base import (
    Finding,
    IssueSpec,
    Reading,
    by_share,
    nothing,
    number,
    order_of,
    percent,
    register,
    shown,
    span,
)

NAME = "outliers"
MOST = 0.35
"""Above this share of the cells it is the distribution that moved."""


def read_column(reading: Reading) -> Sequence[Finding]:
    """Values beyond every record, further than records are usually beaten in this column."""
    found = []
    for side in ("above", "below"):
        share = reading(f"far_{side}.nearest")
        reach = reading(f"reach_{side}.nearest")
        beaten = reading(f"reach_{side}.excess")
        count = share * reading.present
        if count < 1 or share > MOST or beaten < 0.4:
            continue
        strength = min(reach / math.log1p(3.0), beaten / 0.9) * min(1.0, 0.5 + 0.25 * count)
        described = reading.describe(f"extreme_{side}")
        found.append(
            Finding(
                NAME, reading.column, f"values_{side}", strength,
                f"{reading.column}: {percent(share)} of the values lie far {side} everything seen"
                f" ({shown(described.examples)}; {'largest' if side == 'above' else 'smallest'}"
                f" {number(described.observed)}), expected {span(described.low, described.high)}"
                f" over the last {reading.history} batches",
                described.observed, described.low, described.high, described.examples, share,
            )
        )  # fmt: skip
    return sorted(found, key=lambda finding: -finding.strength)


def fallback(reading: Reading) -> Finding:
    """Words for a column that the ensemble blames."""
    described = reading.describe("extreme_above")
    return Finding(
        NAME, reading.column, "tail", 0.5,
        f"{reading.column}: unusual values ({shown(described.examples)}), expected"
        f" {span(described.low, described.high)} over the last {reading.history} batches",
        described.observed, described.low, described.high, described.examples, reading("above.nearest"),
    )  # fmt: skip


register(IssueSpec(NAME, order_of(NAME), "Outliers", read_column, nothing, by_share, fallback))
