"""Cells that are empty, or hold a stand-in for an unknown value, and rows that did not arrive."""

from __future__ import annotations

import math
from collections.abc import Sequence

from airflow_provider_dqheal.core.types import Severity
from airflow_provider_dqheal.issues._base import (
    Finding,
    IssueSpec,
    Reading,
    TableReading,
    by_share,
    order_of,
    percent,
    register,
    shown,
)

NAME = "missing_data"
_SIGNS = ("sign_test", "sign_nothing", "sign_generic", "sign_repeating")
_NEEDS = (
    "missing_share > 0.006 and missing_z > 0",
    "spike_missing_share > 0.006",
    "spike_sentinel_share > 0",
    "spike_extreme_share > 0.006",
    "spike_zero_share > 0.006",
)


def read_column(reading: Reading) -> Sequence[Finding]:
    """More missing cells than ever, or one stand-in value far above its own share."""
    found = []
    share, most = reading("missing_share"), reading("missing_max")
    if (share - most) * reading.rows >= 3 and share > most * 1.3 + 0.006:
        described = reading.describe("missing")
        what = f" ({shown(described.examples)})" if described.examples else ""
        usual = _unusual(reading, share, most)
        found.append(
            Finding(
                NAME, reading.column, "missing_share", min(reading("missing_z") / 5.0, usual),
                f"{reading.column}: {percent(share)} of the cells are missing{what},"
                f" expected at most {percent(most)} over the last {reading.history} batches",
                share, described.low, most, described.examples, share,
            )
        )  # fmt: skip
    spike = reading("spike_missing_share")
    if spike * reading.rows >= 3 and spike > 0.006:
        described = reading.describe("missing")
        found.append(
            Finding(
                NAME, reading.column, "stand_in",
                min(reading("spike_missing_z") / 6.0, 2 * _unusual(reading, spike, most)),
                f"{reading.column}: {shown(described.examples) or 'empty cells'} stand for a missing value in"
                f" {percent(share)} of the cells, expected at most {percent(most)}",
                share, described.low, most, described.examples, share,
            )
        )  # fmt: skip
    for kind, certain, least in (("sentinel", 4.0, 2), ("extreme", 8.0, 3), ("zero", 9.0, 3)):
        part = reading(f"spike_{kind}_share")
        z = reading(f"spike_{kind}_z")
        if (
            part * reading.rows >= least
            and (part > 0.006 or kind == "sentinel")
            and (kind == "sentinel" or z > reading("spike_loo") * 1.5)
        ):
            described = reading.describe(f"spike_{kind}")
            found.append(
                Finding(
                    NAME, reading.column, f"disguised_{kind}", z / certain,
                    f"{reading.column}: {shown(described.examples)} stands in {percent(part)} more of the cells than in"
                    " any earlier batch and looks like a stand-in for a missing value",
                    described.observed, 0.0, described.high, described.examples, part,
                )
            )  # fmt: skip
    return sorted(found, key=lambda finding: -finding.strength)


def _unusual(reading: Reading, share: float, most: float) -> float:
    """A bound on strength: how far a share is above the record, or how large where there was none."""
    if most * reading.rows < 1:
        return 0.6 + share * 5.0
    held, usual = max(1.0 - share, 0.2 / reading.rows), max(1.0 - most, 0.2 / reading.rows)
    odds = max(math.log(max(share, 1e-9) / most) / 1.5, math.log(max(usual / held, 1.0)) / 2.5)
    return min(odds, max(reading("missing.own"), 0.0) / 3.0)


def read_table(table: TableReading) -> Sequence[Finding]:
    """No rows, or far fewer than in any earlier batch; cells missing where their row says that they are there."""
    lacking = [
        Finding(
            NAME, one.column, "row_missing", 1.0 + one.share,
            f"{one.column}: missing in {one.rows:,} rows ({percent(one.share)}) where {one.by} is {shown(one.labels)};"
            f" there it was never missing in the last {table.history} batches",
            one.share, 0.0, 0.0, (), one.share,
        )
        for one in table.lacking
    ]  # fmt: skip
    return (*lacking, *_row_count(table))


def _row_count(table: TableReading) -> Sequence[Finding]:
    if table.rows == 0 and table.usual_rows_low > 0:
        return (
            Finding(
                NAME, None, "row_count", 99.0,
                f"the batch has no rows, expected {table.usual_rows_low:,} to {table.usual_rows_high:,}",
                0.0, float(table.usual_rows_low), float(table.usual_rows_high), (), 1.0,
            ),
        )  # fmt: skip
    if 0 < table.rows < 0.5 * table.usual_rows_low and table.measures("rows_own") < -3:
        return (
            Finding(
                NAME, None, "row_count", min(-table.measures("rows_own") / 8.0, table.measures("rows_excess")),
                f"the batch has {table.rows:,} rows, expected {table.usual_rows_low:,} to {table.usual_rows_high:,}",
                float(table.rows), float(table.usual_rows_low), float(table.usual_rows_high), (),
                1.0 - table.rows / table.usual_rows_low,
            ),
        )  # fmt: skip
    return ()


def grade(score: float, findings: Sequence[Finding]) -> Severity:
    """By the share of missing cells; a batch without rows is critical."""
    return by_share(score, findings)


def fallback(reading: Reading) -> Finding:
    """Words for a column that the ensemble blames."""
    described = reading.describe("missing")
    share, most = reading("missing_share"), reading("missing_max")
    return Finding(
        NAME, reading.column, "missing_share", 0.5,
        f"{reading.column}: {percent(share)} of the cells are missing or hold one repeated value,"
        f" expected at most {percent(most)}",
        share, described.low, most, described.examples, share,
    )  # fmt: skip


register(IssueSpec(NAME, order_of(NAME), "Missing data", read_column, read_table, grade, fallback, _SIGNS, _NEEDS))
