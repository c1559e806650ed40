"""The values as a whole moved: another unit, another population, a stuck feed, a batch sent again."""

from __future__ import annotations

import math
from collections.abc import Sequence

from airflow_provider_dqheal.issues._base import (
    DayTimes,
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

NAME = "distribution_shift"
_SIGNS = ("finer", "rounder")
_NEEDS = (
    "kolmogorov.excess > 0.6",
    "value_chi.excess > 0.7",
    "unseen_share > 0.01 and distinct_ratio < 0.2",
    "lost_z > 3 and lost_share > 0.03",
    "repeat_z > 1 and is_unique > 0",
    "past_share > 0.02 and is_moving > 0",
    "association_excess > 0.9",
    "spike_any_share > 0.15",
)
_OWN = 6.0
"""A shift of one column moves others with it: of those, the ensemble says better which one it is."""

_FEW = 0.05
"""Up to this share of the rows a value never seen is a slip, not a new category."""
_FAR = 2.0
_FACTORS = (1000.0, 100.0, 10.0, 60.0, 3600.0, 2.54, 1.609344, 2.20462, 3.28084, 1e6)


def read_column(reading: Reading) -> Sequence[Finding]:
    """Numbers far from every earlier batch, categories in another mix, one value far above its share."""
    found = []
    distance, beyond = reading("kolmogorov.nearest"), reading("kolmogorov.excess")
    gap = reading("wasserstein.nearest")
    if distance > 2.0 and beyond > 0.6 and gap > 0.1:
        described = reading.describe("median")
        moved = min(distance / 6.0, beyond / 1.4, max(reading("wasserstein.excess") / 1.2, 0.0))
        if reading("decimal_fail") > 0.5 and reading("whole_decimal") < 0.2 * reading("decimal_fail"):
            moved = max(moved, min(reading("decimal_z") / 5.0, distance / 0.6))
        found.append(
            Finding(
                NAME, reading.column, "median", moved,
                f"{reading.column}: median {number(described.observed)}, expected"
                f" {span(described.low, described.high)} over the last {reading.history} batches"
                + factor_hint(described.observed, described.low, described.high),
                described.observed, described.low, described.high, described.examples, 1.0 if gap > 0.5 else 0.4,
            )
        )  # fmt: skip
    mix, mix_beyond, total = reading("value_chi.nearest"), reading("value_chi.excess"), reading("values.nearest")
    few = reading("distinct_ratio") < (0.3 if reading.kind == "text" else 0.02)
    if few and mix > 4 and mix_beyond > 0.7 and total > 0.12:
        described = reading.describe("mix")
        found.append(
            Finding(
                NAME, reading.column, "category_mix", min(mix / 20.0, mix_beyond / 1.5, 3.0),
                f"{reading.column}: {percent(total)} of the rows are in other categories than in the nearest earlier"
                f" batch ({shown(described.examples)})",
                total, 0.0, described.high, described.examples, total,
            )
        )  # fmt: skip
    unseen, known = reading("unseen_share"), reading("unseen_loo")
    if (
        reading.kind == "text"
        and reading("distinct_ratio") < 0.2
        and unseen * reading.rows >= 3
        and unseen > 3 * known + 0.01
    ):
        described = reading.describe("unseen")
        found.append(
            Finding(
                NAME, reading.column, "new_values",
                max(
                    min(reading("unseen_z") / 10.0, 4.0) * (0.5 if reading("is_constant") else 1.0),
                    min(reading("closed_z") / 6.0, 4.0) if unseen > _FEW else 0.0,
                ),
                f"{reading.column}: {percent(unseen)} of the rows hold values never seen before"
                f" ({shown(described.examples)}), expected at most {percent(known)}",
                unseen, 0.0, known, described.examples, unseen,
            )
        )  # fmt: skip
    lost = reading("lost_share")
    if few and lost > 0.03 and reading("closed_presence") >= 0.9 and reading("lost_z") > 3:
        described = reading.describe("lost")
        found.append(
            Finding(
                NAME, reading.column, "gone_values", min(reading("lost_z") / 8.0, 4.0),
                f"{reading.column}: {shown(described.examples)} is missing, so far at least {percent(lost)} of the rows"
                f" in each of the last {reading.history} batches",
                0.0, lost, None, described.examples, lost,
            )
        )  # fmt: skip
    repeat, known = reading("repeat_share"), reading("repeat_loo")
    if reading("is_unique") and known == 0 and repeat * reading.present >= 2 and reading("repeat_z") > 1:
        described = reading.describe("repeated")
        found.append(
            Finding(
                NAME, reading.column, "repeated_keys", min(reading("repeat_z") / 6.0, 4.0),
                f"{reading.column}: {percent(repeat)} of the values repeat another one ({shown(described.examples)}),"
                f" each was there once in the last {reading.history} batches",
                repeat, 0.0, 0.0, described.examples, repeat,
            )
        )  # fmt: skip
    behind, known = reading("past_share"), reading("past_loo")
    if reading("is_moving") and behind * reading.present >= 3 and behind > 2 * known + 0.02:
        described = reading.describe("median")
        found.append(
            Finding(
                NAME, reading.column, "goes_back", min(reading("past_z") / 6.0, 6.0),
                f"{reading.column}: {percent(behind)} of the values lie behind the middle of the batch before, in a"
                f" column that went on from batch to batch (median {number(described.observed)}, so far"
                f" {span(described.low, described.high)})",
                described.observed, described.low, described.high, described.examples, behind,
            )
        )  # fmt: skip
    strange = reading("association_z")
    if strange > 6 and reading("association_excess") > 0.9:
        found.append(
            Finding(
                NAME, reading.column, "association", min(strange / 25.0, reading("association_excess") / 1.2, 2.0),
                f"{reading.column}: goes with other columns in another way than in the last {reading.history} batches",
                strange, 0.0, None, (), 1.0,
            )
        )  # fmt: skip
    spike = reading("spike_any_share")
    if spike > 0.15 and reading("spike_any_z") > 3 * reading("spike_loo"):
        described = reading.describe("spike_any")
        found.append(
            Finding(
                NAME, reading.column, "repeated_value", min(reading("spike_any_z") / 15.0, 4.0),
                f"{reading.column}: {shown(described.examples)} is {percent(spike)} of the rows above its largest share"
                f" in {reading.history} batches",
                described.observed, 0.0, described.high, described.examples, spike,
            )
        )  # fmt: skip
    return sorted(found, key=lambda finding: -finding.strength)


def _moved(odd: DayTimes, history: int) -> Finding:
    told = (
        f"moments lie {abs(odd.hours)} hours {'later' if odd.hours > 0 else 'earlier'} in the day than in the last"
        f" {history} batches, as from another time zone"
        if odd.hours
        else f"{percent(odd.share)} of the moments are of the day beside that of the batch, each of the last {history}"
        " batches had one day: as from another time zone"
    )
    share = odd.share or 1.0
    return Finding(NAME, odd.column, "day_times", _FAR, f"{odd.column}: {told}", share, 0.0, 0.0, (), share)


def read_table(table: TableReading) -> Sequence[Finding]:
    """A batch that repeats an earlier one or its own rows; columns that went far, were rounded, or left the others."""
    found = within_rows(NAME, table, few=False)
    found += [
        Finding(
            NAME, step.column, "far_step", _FAR,
            f"{step.column}: median {number(step.now)}, {abs(step.times):,.0f} times as far"
            f" {'above' if step.times > 0 else 'below'} the batch before ({number(step.before)}) as any of the last"
            f" {table.history} batches from the one before it",
            step.now, step.before, step.before, (), 1.0,
        )
        for step in table.far_steps
    ]  # fmt: skip
    found += [_moved(odd, table.history) for odd in table.day_times]
    found += [
        Finding(
            NAME, odd.column, "whole_numbers", _FAR,
            f"{odd.column}: all numbers are whole ({shown(odd.examples)}), at most {percent(odd.usual)} were in the"
            f" last {table.history} batches: they are rounded",
            1.0, 0.0, odd.usual, odd.examples, 1.0,
        )
        for odd in table.whole
    ]  # fmt: skip
    excess = table.measures("repeat_excess")
    if table.repeat_share * table.rows >= 3 and table.repeat_share > 2 * table.usual_repeat + 0.005 and excess > 0:
        found.append(
            Finding(
                NAME, None, "repeated_batch", max(excess / 2.0, 30.0 * table.repeat_share if excess > 6 else 0.0),
                f"{percent(table.repeat_share)} of the rows were in an earlier batch already, expected at most"
                f" {percent(table.usual_repeat)}",
                table.repeat_share, 0.0, table.usual_repeat, (), table.repeat_share,
            )
        )  # fmt: skip
    if table.duplicate_share * table.rows >= 3 and table.duplicate_share > 2 * table.usual_duplicate + 0.01:
        found.append(
            Finding(
                NAME, None, "duplicate_rows", table.measures("duplicate_excess") / 2.0,
                f"{percent(table.duplicate_share)} of the rows repeat another row of the batch, expected at most"
                f" {percent(table.usual_duplicate)}",
                table.duplicate_share, 0.0, table.usual_duplicate, (), table.duplicate_share,
            )
        )  # fmt: skip
    return found


def factor_hint(observed: float | str | None, low: float | str | None, high: float | str | None) -> str:
    """``; looks like x100`` when the observed level is a usual factor away from the expected one.

    >>> factor_hint(12400.0, 118.0, 131.0)
    '; looks like x100'
    >>> factor_hint(30.9, 19.6, 23.3)  # x1.44 is no x1.60934
    ''
    """
    if not isinstance(observed, float | int) or not isinstance(low, float | int) or not isinstance(high, float | int):
        return ""
    middle = (low + high) / 2
    if low * high <= 0 or not observed or (observed > 0) != (middle > 0) or max(low / high, high / low) > 2.0:
        return ""
    ratio = observed / middle
    width = abs(math.log(max(abs(high), 1e-300) / max(abs(low), 1e-300))) if low and high else 0.5
    for factor in _FACTORS:
        for candidate, text in ((factor, f"x{factor:g}"), (1 / factor, f"divided by {factor:g}")):
            if abs(math.log(ratio / candidate)) < min(0.12 + width / 2, 0.3, 0.1 * math.log(factor)):
                return f"; looks like {text}"
    return ""


def fallback(reading: Reading) -> Finding:
    """Words for a column that the ensemble blames."""
    described = reading.describe("median")
    if described.observed is None:
        mix = reading.describe("mix")
        return Finding(
            NAME, reading.column, "category_mix", 0.5,
            f"{reading.column}: the mix of values differs from the last {reading.history} batches"
            f" ({shown(mix.examples)})",
            reading("values.nearest"), 0.0, mix.high, mix.examples, reading("values.nearest"),
        )  # fmt: skip
    return Finding(
        NAME, reading.column, "median", 0.5,
        f"{reading.column}: median {number(described.observed)}, expected {span(described.low, described.high)}"
        f" over the last {reading.history} batches" + factor_hint(described.observed, described.low, described.high),
        described.observed, described.low, described.high, described.examples, 0.1,
    )  # fmt: skip


register(
    IssueSpec(
        NAME, order_of(NAME), "Distribution shift", read_column, read_table, by_share, fallback, _SIGNS, _NEEDS, _OWN
    )
)
