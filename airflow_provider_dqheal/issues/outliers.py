"""A few values far outside what the column has ever held."""

from __future__ import annotations

import math
from collections.abc import Sequence

from airflow_provider_dqheal.issues._base import (
    Finding,
    IssueSpec,
    Reading,
    TableReading,
    by_share,
    number,
    order_of,
    percent,
    register,
    shown,
    span,
    within_rows,
)

NAME = "outliers"
_SIGNS = (
    "sign_machine",
    "sign_markup",
    "sign_unspoken",
    "sign_respelled",
    "sign_cut",
    "sign_embedding",
    "sign_elsewhere",
    "finer",
)
_NEEDS = (
    "far_above.nearest > 0",
    "far_below.nearest > 0",
    "log_above.nearest > 0",
    "log_below.nearest > 0",
    "near_share > 0",
    "spelling_share > 0",
    "closed_z > 2",
)
MOST = 0.35
"""Above this share of the cells it is the distribution that moved."""
_FEW_ROWS = 0.12
"""Above this share of the rows a value never seen is a new category."""
_MISTYPED = 2.0


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
    for side in ("above", "below"):
        share = reading(f"log_{side}.nearest")
        beaten = reading(f"reach_log_{side}.excess")
        if reading(f"far_{side}.nearest") > 0 or share * reading.present < 1 or share > MOST or beaten < 0.4:
            continue
        described = reading.describe(f"extreme_{side}")
        found.append(
            Finding(
                NAME, reading.column, f"factor_{side}",
                min(reading(f"reach_log_{side}.nearest"), beaten / 0.9)
                * min(1.0, 0.5 + 0.25 * share * reading.present),
                f"{reading.column}: {percent(share)} of the values are many times"
                f" {'larger' if side == 'above' else 'smaller'} than everything seen ({shown(described.examples)}),"
                f" expected {span(described.low, described.high)} over the last {reading.history} batches",
                described.observed, described.low, described.high, described.examples, share,
            )
        )  # fmt: skip
    near, usual = reading("near_share"), reading("near_loo")
    if near * reading.rows >= 1 and near > 2 * usual and near <= MOST:
        described = reading.describe("near")
        found.append(
            Finding(
                NAME, reading.column, "near_values", reading("near_z") / 3.0,
                f"{reading.column}: {percent(near)} of the rows hold a value that is a slip of the pen away from a"
                f" frequent one ({shown(described.examples)}), expected at most {percent(usual)}",
                near, 0.0, usual, described.examples, near,
            )
        )  # fmt: skip
    strange, reach = reading("spelling_share"), reading("spelling_reach")
    if reading.kind == "text" and strange * reading.present >= 1 and strange <= MOST and reach > 0.4:
        described = reading.describe("strange")
        found.append(
            Finding(
                NAME, reading.column, "strange_texts", min(reach, reading("spelling_excess") / 1.3, 3.0),
                f"{reading.column}: {percent(strange)} of the rows hold a text whose characters do not go together as"
                f" in the last {reading.history} batches ({shown(described.examples)})",
                strange, 0.0, reading("spelling_loo"), described.examples, strange,
            )
        )  # fmt: skip
    unseen, usual = reading("unseen_share"), reading("unseen_loo")
    if reading.kind == "text" and usual == 0 and unseen <= _FEW_ROWS and reading("closed_z") > 2:
        described = reading.describe("unseen")
        found.append(
            Finding(
                NAME, reading.column, "unknown_values", min(reading("closed_z") / 5.0, 3.0),
                f"{reading.column}: {percent(unseen)} of the rows hold a value that is none of those which were in"
                f" every batch so far ({shown(described.examples)})",
                unseen, 0.0, 0.0, described.examples, unseen,
            )
        )  # fmt: skip
    return sorted(found, key=lambda finding: -finding.strength)


def read_table(table: TableReading) -> Sequence[Finding]:
    """Numbers at odds with their row, columns out of order in a few rows, misspellings of a batch's one value."""
    slips = [
        Finding(
            NAME, one.column, "mistyped_value", _MISTYPED,
            f"{one.column}: {percent(one.share)} of the rows hold a slip of the pen of '{one.value}'"
            f" ({shown(one.examples)}), where each of the last {table.history} batches held one value",
            one.share, 0.0, 0.0, one.examples, one.share,
        )
        for one in table.mistyped
    ]  # fmt: skip
    return slips + within_rows(NAME, table, few=True)


def fallback(reading: Reading) -> Finding:
    """Words for a column that the ensemble blames."""
    side = "below" if reading("reach_below.nearest") > reading("reach_above.nearest") else "above"
    described = reading.describe(f"extreme_{side}")
    examples = f" ({shown(described.examples)})" if described.examples else ""
    return Finding(
        NAME, reading.column, "tail", 0.5,
        f"{reading.column}: unusual values{examples}, expected"
        f" {span(described.low, described.high)} over the last {reading.history} batches",
        described.observed, described.low, described.high, described.examples, reading(f"{side}.nearest"),
    )  # fmt: skip


register(IssueSpec(NAME, order_of(NAME), "Outliers", read_column, read_table, by_share, fallback, _SIGNS, _NEEDS))
