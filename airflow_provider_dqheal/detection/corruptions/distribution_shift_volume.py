"""Rows that come too often, from another time, or in another mix."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._base import Draft, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Frame, format_numbers, put
from airflow_provider_dqheal.detection.corruptions._shifts import ISSUE, LOAD, LOUD

_JOIN = "dbt threads on join fan-out and broken unique keys (dbt-core 7873, 10432)"
_BATCHES = "reports on batches that overlap or are mixed up"
Rng = np.random.Generator


@corruption("join_explosion", ISSUE, "some rows come many times: a join found several partners", _JOIN)
def _explosion(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    share, times = {"low": (0.05, 2), "medium": (0.15, 3), "high": (0.4, 5)}[severity]
    hit = rng.random(frame.row_count) < share
    if not hit.any() or frame.row_count * times > 400_000:
        return None
    rows = np.repeat(np.arange(frame.row_count), np.where(hit, rng.integers(2, times + 2, frame.row_count), 1))
    return Draft(
        frame.table.take(pa.array(rows)),
        {ISSUE: ()},
        {"share": share},
        "repeats",
        inverse="drop the repeated rows",
        rows=rows,
    )


@corruption("rows_repeated_new_key", ISSUE, "rows were loaded again under new keys", _JOIN)
def _new_key(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    keys = frame.of_kind(rng, "id", at_least=10)
    if not keys or not np.isfinite(keys[0].numbers).all():
        return None
    key = keys[0]
    part = float(rng.uniform(*{"low": (0.1, 0.3), "medium": (0.3, 0.8), "high": (0.8, 1.0)}[severity]))
    count = max(2, round(part * frame.row_count))
    rows = np.concatenate([np.arange(frame.row_count), np.sort(rng.choice(frame.row_count, count, replace=False))])
    table = frame.table.take(pa.array(rows))
    new = np.concatenate([key.numbers, key.numbers.max() + 1 + np.arange(count)])
    values = np.asarray([*format_numbers(key, new), None], dtype=object)[:-1]
    return Draft(put(table, key.name, values), {ISSUE: ()}, {"repeated": round(part, 3)}, "volume", False)


@corruption("key_repeated", ISSUE, "a key that should be unique comes again and again", _JOIN)
def _key(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    column = next(
        (one for one in frame.each_of_kind(rng, "id", "key", at_least=20) if _unique(frame, one.name)),
        None,
    )
    if column is None:
        return None
    part = float(rng.uniform(*{"low": (0.05, 0.15), "medium": (0.15, 0.4), "high": (0.4, 1.0)}[severity]))
    rows = np.flatnonzero(column.present)
    hit = rng.choice(rows, max(3, round(part * len(rows))), replace=False)
    values = column.text.copy()
    one = rng.random() < 0.5
    values[hit] = column.text[rows[0]] if one else column.text[rng.choice(rows, len(hit))]
    also = frozenset({"outliers", "missing_data"} if one else {"outliers"})
    table = put(frame.table, column.name, values)
    return Draft(table, {ISSUE: (column.name,)}, {"one": one, "fraction": round(part, 3)}, "fact", tolerated=also)


def _unique(frame: Frame, name: str) -> bool:
    """Whether no history batch repeats a value of the column."""
    return all(len(batch.unique()) > 0.98 * len(batch) for batch in frame.past(name))


@corruption("segment_multiplied", ISSUE, "the rows of one segment come several times as often", LOUD)
def _multiplied(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    column = next(frame.each_of_kind(rng, "category", "bool", at_least=20), None)
    if column is None:
        return None
    values = column.distinct()
    if len(values) < 2:
        return None
    inside = np.flatnonzero(column.text == values[int(rng.integers(len(values)))])
    outside = np.setdiff1d(np.arange(frame.row_count), inside)
    share = {"low": 0.25, "medium": 0.5, "high": 0.9}[severity]
    moved = rng.random(len(outside)) < share
    rows = np.sort(np.concatenate([inside, outside[~moved], rng.choice(inside, int(moved.sum()))]))
    if len(rows) < 8 or not moved.any():
        return None
    also = frozenset({"missing_data"})
    params = {"segment_of": column.name, "share": share}
    return Draft(frame.table.take(pa.array(rows)), {ISSUE: (column.name,)}, params, tolerated=also, rows=rows)


@corruption("segment_thinned", ISSUE, "the rows of some segments come less often", LOUD)
def _thinned(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    column = next(frame.each_of_kind(rng, "category", "bool", at_least=20), None)
    if column is None or len(column.distinct()) < 2:
        return None
    values = column.distinct()
    hit = {values[int(index)] for index in rng.permutation(len(values))[: max(1, len(values) // 3)]}
    lost = {"low": 0.4, "medium": 0.7, "high": 0.95}[severity]
    gone = np.asarray([value in hit for value in column.text.tolist()]) & (rng.random(frame.row_count) < lost)
    rows = np.flatnonzero(~gone)
    if len(rows) < 8 or not gone.any():
        return None
    also = frozenset({"missing_data"})
    params = {"segment_of": column.name, "lost": lost}
    return Draft(frame.table.take(pa.array(rows)), {ISSUE: (column.name,)}, params, tolerated=also, rows=rows)


@corruption("old_rows_mixed_in", ISSUE, "rows of earlier batches come again among the new ones", _BATCHES)
def _mixed(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    earlier = [batch for batch in frame.history if batch.schema == frame.table.schema and batch.num_rows > 0]
    if not earlier:
        return None
    batch = earlier[int(rng.integers(len(earlier)))]
    share = float(rng.uniform(*{"low": (0.1, 0.25), "medium": (0.25, 0.6), "high": (0.6, 0.95)}[severity]))
    count = min(batch.num_rows, max(2, round(share * frame.row_count)))
    old = batch.take(pa.array(np.sort(rng.choice(batch.num_rows, count, replace=False))))
    keep = np.sort(rng.choice(frame.row_count, max(1, frame.row_count - count), replace=False))
    table = pa.concat_tables([frame.table.take(pa.array(keep)), old]).combine_chunks()
    return Draft(table, {ISSUE: ()}, {"share": round(share, 3)}, "overlap", False)


@corruption("volume_jump", ISSUE, "far more rows than ever, of the same kind", LOAD)
def _jump(frame: Frame, rng: Rng, severity: Severity) -> Draft | None:
    earlier = [batch for batch in frame.history if batch.schema == frame.table.schema and batch.num_rows > 0]
    wanted = round(frame.row_count * {"low": 1.5, "medium": 3.0, "high": 8.0}[severity])
    if len(earlier) < 2 or wanted > 400_000 or wanted > frame.row_count + sum(batch.num_rows for batch in earlier):
        return None
    table = pa.concat_tables([frame.table, *reversed(earlier)]).slice(0, wanted).combine_chunks()
    return Draft(table, {ISSUE: ()}, {"rows": wanted}, "overlap", False)
