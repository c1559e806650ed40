"""Categories, texts, dates and rows that together are not what came before."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._dates import write_dates
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, Kind, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._hard import rank_correlation
from airflow_provider_dqheal.detection.corruptions._where import one_of

_ISSUE = "distribution_shift"
_LOUD = "Rabanser et al. 2019 (Failing Loudly): shifts of covariates"
_AVH = "Auto-Validate-by-History (Tu et al. 2023): unit change, distribution change"
_LOAD = "reports on repeated and reprocessed loads (dbt, Airflow)"
Change = Callable[[np.ndarray, "np.random.Generator", Severity], tuple[np.ndarray, str | None] | None]
"""From the known numbers of a column to the new ones and how to undo it."""


_PART = {"low": (0.08, 0.2), "medium": (0.2, 0.5), "high": (0.5, 1.0)}


def _category(
    name: str, description: str, source: str, kinds: tuple[Kind, ...] = ("category", "bool")
) -> Callable[[Callable[[Column, np.ndarray, np.random.Generator, Severity], np.ndarray | None]], None]:
    """Registers a change of a column of categories: gets the text of all present rows, gives the new text."""

    def add(change: Callable[[Column, np.ndarray, np.random.Generator, Severity], np.ndarray | None]) -> None:
        @corruption(name, _ISSUE, description, source)
        def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
            for column in islice(frame.each_of_kind(rng, *kinds, at_least=8), 4):
                values = column.text.copy()
                changed = change(column, values[column.present], rng, severity)
                if changed is None:
                    continue
                values[column.present] = changed
                if np.any(values != column.text):
                    inverse = "map the labels back" if name == "relabelled" else None
                    return Draft(
                        put(frame.table, column.name, values),
                        {_ISSUE: (column.name,)},
                        {"where": "column"},
                        inverse=inverse,
                    )
            return None

    return add


def _some(count: int, rng: np.random.Generator, severity: Severity) -> np.ndarray:
    return np.asarray(rng.random(count) < rng.uniform(*_PART[severity]))


@_category("category_mix", "known categories come in other proportions", _LOUD)
def _mix(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    weights = rng.dirichlet(np.full(len(values), 0.5)) if len(values) > 1 else None
    if weights is None:
        return None
    return np.where(
        _some(len(text), rng, severity),
        np.asarray(values, dtype=object)[rng.choice(len(values), len(text), p=weights)],
        text,
    )


@_category("category_dominates", "one known category takes over", _AVH)
def _dominates(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    return (
        np.where(_some(len(text), rng, severity), values[int(rng.integers(1, len(values)))], text)
        if len(values) > 1
        else None
    )


@_category("new_category", "a category never seen takes a large share", _AVH)
def _new(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    first = column.distinct()[0]
    name = ("Other", "default", first + "_v2", first[:1] + "X", "INTL", "group_b", "beta")[int(rng.integers(7))]
    return np.where(_some(len(text), rng, severity), name, text)


@_category("category_dropped", "a frequent category is gone, its rows carry another", _AVH)
def _dropped(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()
    if len(values) < 2:
        return None
    gone = values[0] if severity == "high" else values[min(len(values) - 1, {"low": 2, "medium": 1}[severity])]
    rest = [value for value in values if value != gone]
    return np.where(text == gone, np.asarray(rest, dtype=object)[rng.integers(0, len(rest), len(text))], text)


@_category("relabelled", "labels are exchanged one for one", "reports on changed code lists", ("category", "bool"))
def _relabelled(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    values = column.distinct()[: {"low": 2, "medium": 4, "high": 40}[severity]]
    if len(values) < 2:
        return None
    mapping = dict(zip(values, values[1:] + values[:1], strict=True))
    return np.asarray([mapping.get(str(value), value) for value in text], dtype=object)


@_category(
    "granularity_change", "labels are coarser or finer than before", "reports on changed code lists", ("category",)
)
def _granularity(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    if rng.random() < 0.5:
        return np.asarray([str(value)[: {"low": 4, "medium": 2, "high": 1}[severity]] for value in text], dtype=object)
    marks = [
        f"{value}{sign}"
        for value, sign in zip(text, np.asarray(list("ABCD"))[rng.integers(0, 4, len(text))], strict=True)
    ]
    return np.where(_some(len(text), rng, severity), np.asarray(marks, dtype=object), text)


@_category("text_truncated", "texts are cut to a fixed length", _LOAD, ("text", "category", "key"))
def _truncated(column: Column, text: np.ndarray, rng: np.random.Generator, severity: Severity) -> np.ndarray | None:
    lengths = [len(str(value)) for value in text]
    keep = int(np.quantile(lengths, {"low": 0.8, "medium": 0.4, "high": 0.05}[severity]))
    return np.asarray([str(value)[: max(1, keep - 1)] for value in text], dtype=object)


def _dates(
    name: str, description: str, source: str, offset: Callable[[np.random.Generator, Severity, bool], float | None]
) -> None:
    @corruption(name, _ISSUE, description, source)
    def _make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
        for column in frame.each_of_kind(rng, "date", at_least=8):
            form = column.form or ""
            seconds = offset(rng, severity, "%H" in form)
            known = np.isfinite(column.numbers)
            if seconds is None or not known.any():
                continue
            values = column.text.copy()
            values[known] = write_dates(column.numbers[known] + seconds, form)
            return Draft(
                put(frame.table, column.name, values),
                {_ISSUE: (column.name,)},
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
    _LOAD,
    lambda rng, severity, times: (
        one_of(rng, 1.0, -1.0) * {"low": 7.0, "medium": 31.0, "high": 365.0}[severity] * 86_400
    ),
)


@corruption("columns_swapped", _ISSUE, "two columns hold each other's values", _AVH)
def _swapped(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    kinds: tuple[tuple[Kind, ...], ...] = (("int", "float"), ("category",), ("date",))
    for index in rng.permutation(3):
        found = frame.of_kind(rng, *kinds[int(index)], at_least=8)
        if len(found) >= 2 and np.any(found[0].text != found[1].text):
            first, second = found[:2]
            table = put(put(frame.table, first.name, second.text), second.name, first.text)
            return Draft(
                table,
                {_ISSUE: (first.name, second.name)},
                {"swapped": [first.name, second.name]},
                inverse="exchange the columns",
                tolerated=frozenset({"schema_drift"}),
            )
    return None


@corruption("association_broken", _ISSUE, "a column is shuffled against the others (a join on the wrong key)", _LOUD)
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
        {_ISSUE: (first.name, second.name)},
        {"fraction": round(float(part), 3)},
        "association",
    )


@corruption("rows_repeated", _ISSUE, "part of the batch was loaded twice", _LOAD)
def _repeated(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    part = rng.uniform(*{"low": (0.05, 0.2), "medium": (0.2, 0.6), "high": (0.9, 1.0)}[severity])
    count = max(1, round(part * frame.row_count))
    chosen = np.arange(count) if rng.random() < 0.5 else np.sort(rng.choice(frame.row_count, count, replace=False))
    rows = np.concatenate([np.arange(frame.row_count), chosen])
    return Draft(
        frame.table.take(pa.array(rows)),
        {_ISSUE: ()},
        {"repeated": round(float(part), 3)},
        "fact",
        inverse="drop the repeated rows",
        rows=rows,
    )


@corruption("sampling_bias", _ISSUE, "rows with large (or small) values are more likely to be there", _LOUD)
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
        {_ISSUE: (column.name,)},
        {"by": column.name, "kept": round(len(rows) / frame.row_count, 3)},
        tolerated=frozenset({"missing_data"}),
        rows=rows,
    )


@corruption("id_restarted", _ISSUE, "a growing id starts again", "reports on sequences after a migration")
def _restarted(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
    for column in frame.each_of_kind(rng, "id", at_least=10):
        if not np.isfinite(column.numbers).all():
            continue
        start = {"low": float(np.ceil(column.numbers.min() / 2)), "medium": 1.0, "high": 0.0}[severity]
        values = column.text.copy()
        values[:] = format_numbers(column, column.numbers - column.numbers.min() + start)
        return Draft(put(frame.table, column.name, values), {_ISSUE: (column.name,)}, {"start": start})
    return None


@corruption("batch_repeated", _ISSUE, "an earlier batch came again", _LOAD)
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
            {_ISSUE: ()},
            {"batches_ago": len(frame.history) - place, "rows": rows},
            "fact",
            False,
            "drop the rows of the earlier batch",
        )
    return Draft(earlier, {_ISSUE: ()}, {"batches_ago": len(frame.history) - place, "rows": rows}, "fact", False)
