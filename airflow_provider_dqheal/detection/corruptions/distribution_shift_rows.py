"""Dates and rows that together are not what came before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._dates import write_dates
from airflow_provider_dqheal.detection.corruptions._distances import rank_correlation
from airflow_provider_dqheal.detection.corruptions._frame import Frame, Kind, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._shifts import AVH, ISSUE, LOAD, LOUD
from airflow_provider_dqheal.detection.corruptions._where import one_of


def _dates(
    name: str, description: str, source: str, offset: Callable[[np.random.Generator, Severity, bool], float | None]
) -> None:
    @corruption(name, ISSUE, description, source)
    def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
        for column in frame.each_of_kind(rng, "date", at_least=8):
            form = column.form or ""
            seconds = offset(rng, severity, column.has_clock)
            known = np.isfinite(column.numbers)
            if seconds is None or not known.any():
                continue
            values = column.text.copy()
            values[known] = write_dates(column.numbers[known] + seconds, form)
            return Draft(
                put(frame.table, column.name, values),
                {ISSUE: (column.name,)},
                {"seconds": seconds},
                inverse=f"subtract {seconds:g} seconds",
                tolerated=frozenset({"outliers"}),
            )
        return None


_dates(
    "time_zone_shift",
    "times are in another zone",
    "reports on time zones (UTC against local)",
    lambda rng, severity, times: (
        one_of(rng, *{"low": (1.0, -1.0, 2.0), "medium": (5.0, -5.0, 8.0, -8.0), "high": (12.0, -12.0, 9.0)}[severity])
        * 3_600
        if times
        else None
    ),
)
_dates(
    "date_offset",
    "all dates are off by days, a month or years",
    LOAD,
    lambda rng, severity, times: (
        one_of(rng, 1.0, -1.0) * {"low": 7.0, "medium": 31.0, "high": 365.0}[severity] * 86_400
    ),
)


@corruption("columns_swapped", ISSUE, "two columns hold each other's values", AVH)
def _swapped(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    kinds: tuple[tuple[Kind, ...], ...] = (("int", "float"), ("category",), ("date",))
    for index in rng.permutation(3):
        found = frame.of_kind(rng, *kinds[int(index)], at_least=8)
        if len(found) >= 2 and np.any(found[0].text != found[1].text):
            first, second = found[:2]
            table = put(put(frame.table, first.name, second.text), second.name, first.text)
            return Draft(
                table,
                {ISSUE: (first.name, second.name)},
                {"swapped": [first.name, second.name]},
                inverse="exchange the columns",
                tolerated=frozenset({"schema_drift", "outliers"}),
            )
    return None


@corruption("association_broken", ISSUE, "a column is shuffled against the others (a join on the wrong key)", LOUD)
def _shuffled(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    found = frame.of_kind(rng, "int", "float", "id", at_least=20)
    pairs = [
        (abs(rank_correlation(one.numbers, two.numbers)), one, two)
        for place, one in enumerate(found)
        for two in found[place + 1 :]
    ]
    pairs = [pair for pair in pairs if pair[0] > 0.3]
    if not pairs:
        return None
    _, first, second = max(pairs, key=lambda pair: pair[0])
    part = rng.uniform(*{"low": (0.3, 0.5), "medium": (0.5, 0.8), "high": (0.9, 1.0)}[severity])
    rows = np.flatnonzero(rng.random(frame.row_count) < part)
    values = first.text.copy()
    values[rows] = first.text[rng.permutation(rows)]
    return Draft(
        put(frame.table, first.name, values),
        {ISSUE: (first.name, second.name)},
        {"fraction": round(float(part), 3)},
        "association",
    )


@corruption("rows_repeated", ISSUE, "part of the batch was loaded twice", LOAD)
def _repeated(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    part = rng.uniform(*{"low": (0.05, 0.2), "medium": (0.2, 0.6), "high": (0.9, 1.0)}[severity])
    count = max(1, round(part * frame.row_count))
    chosen = np.arange(count) if rng.random() < 0.5 else np.sort(rng.choice(frame.row_count, count, replace=False))
    rows = np.concatenate([np.arange(frame.row_count), chosen])
    return Draft(
        frame.table.take(pa.array(rows)),
        {ISSUE: ()},
        {"repeated": round(float(part), 3)},
        "repeats",
        inverse="drop the repeated rows",
        rows=rows,
    )


@corruption("sampling_bias", ISSUE, "rows with large (or small) values are more likely to be there", LOUD)
def _bias(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    column = next(frame.each_of_kind(rng, "int", "float", at_least=20), None)
    if column is None:
        return None
    ranks = np.argsort(np.argsort(np.nan_to_num(column.numbers))) / frame.row_count
    if rng.random() < 0.5:
        ranks = 1 - ranks
    keep = rng.random(frame.row_count) < ranks ** {"low": 0.7, "medium": 1.5, "high": 4.0}[severity]
    rows = np.flatnonzero(keep)
    if len(rows) < 8 or len(rows) == frame.row_count:
        return None
    return Draft(
        frame.table.take(pa.array(rows)),
        {ISSUE: (column.name,)},
        {"by": column.name, "kept": round(len(rows) / frame.row_count, 3)},
        tolerated=frozenset({"missing_data"}),
        rows=rows,
    )


@corruption("id_restarted", ISSUE, "a growing id starts again", "reports on sequences after a migration")
def _restarted(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    for column in frame.each_of_kind(rng, "id", at_least=10):
        if not np.isfinite(column.numbers).all():
            continue
        start = {"low": float(np.ceil(column.numbers.min() / 2)), "medium": 1.0, "high": 0.0}[severity]
        values = column.text.copy()
        values[:] = format_numbers(column, column.numbers - column.numbers.min() + start)
        return Draft(put(frame.table, column.name, values), {ISSUE: (column.name,)}, {"start": start})
    return None


@corruption("batch_repeated", ISSUE, "an earlier batch came again", LOAD)
def _again(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    if not frame.history or frame.history[-1].schema != frame.table.schema:
        return None
    place = len(frame.history) - 1 if severity == "high" else int(rng.integers(len(frame.history)))
    earlier = frame.history[place]
    if earlier.schema != frame.table.schema or earlier.num_rows == 0:
        return None
    rows = earlier.num_rows if severity != "low" else max(1, round(0.5 * earlier.num_rows))
    if severity == "low":
        return Draft(
            pa.concat_tables([frame.table, earlier.slice(0, rows)]).combine_chunks(),
            {ISSUE: ()},
            {"batches_ago": len(frame.history) - place, "rows": rows},
            "overlap",
            False,
            "drop the rows of the earlier batch",
        )
    return Draft(earlier, {ISSUE: ()}, {"batches_ago": len(frame.history) - place, "rows": rows}, "overlap", False)
