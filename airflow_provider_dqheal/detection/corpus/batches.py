"""Cuts a table into successive batches on whole periods, and renders batches as the text a CSV file carries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corpus.load import PreparedTable
from airflow_provider_dqheal.detection.corpus.recipes import TableRecipe

MIN_ROWS = 30
MAX_ROWS = 100_000
BOOLEAN_SPELLINGS: tuple[tuple[str, str], ...] = (("false", "true"), ("False", "True"), ("FALSE", "TRUE"), ("0", "1"))


def cut(table: PreparedTable, recipe: TableRecipe, rng: np.random.Generator, rows: int | None = None) -> list[pa.Table]:
    """All successive batches of a table, oldest first, in Arrow types.

    Args:
        table: the prepared table of ``recipe``.
        recipe: says on what the table is cut.
        rng: draws the batch size and the order inside a period.
        rows: the aimed-at rows a batch; drawn between 30 and 100,000 when None.
    """
    slices = cut_rows(table, recipe, rng, rows or draw_rows(table.table.num_rows, 8, rng))
    return [table.table.take(pa.array(rows_)) for rows_ in slices]


def draw_rows(available: int, history: int, rng: np.random.Generator, limit: int = 400_000) -> int:
    """Rows a batch, log-uniform from 30 up to what the table (and ``limit`` rows an episode) can give."""
    most = min(MAX_ROWS, limit // (history + 1), max(MIN_ROWS, available // (history + 1)))
    ceiling = min(most, int(rng.choice([1_500, 5_000, 20_000, MAX_ROWS], p=[0.4, 0.36, 0.18, 0.06])))
    return int(np.exp(rng.uniform(np.log(MIN_ROWS), np.log(max(ceiling, MIN_ROWS) + 1))))


def cut_rows(table: PreparedTable, recipe: TableRecipe, rng: np.random.Generator, rows: int) -> list[np.ndarray]:
    """The row numbers of each batch, oldest first; every batch has at least 30 rows."""
    total = table.table.num_rows
    if recipe.batching == "time":
        return _by_period(table.period, rng, rows)
    if recipe.batching == "group" and int(table.period[-1]) >= 3 * 12:
        groups = np.split(np.arange(total), np.flatnonzero(np.diff(table.period)) + 1)
        shuffled = [groups[index] for index in rng.permutation(len(groups))]
        return _whole_chunks(shuffled, rows)
    order = np.arange(total) if recipe.batching == "row" else rng.permutation(total)
    return _varied(order, rng, rows)


def _by_period(period: np.ndarray, rng: np.random.Generator, rows: int) -> list[np.ndarray]:
    """Whole periods where they are small; a period larger than a batch is split or thinned at random."""
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(period)) + 1, [len(period)]])
    sizes = np.diff(bounds)
    typical = float(np.median(sizes))
    if typical <= rows * 1.5:
        together = max(1, round(rows / typical))
        start = int(rng.integers(0, together)) if together > 1 else 0
        edges = bounds[start::together]
        parts = [np.arange(low, high) for low, high in pairwise(edges)]
        parts = [
            part if len(part) <= MAX_ROWS else np.sort(rng.choice(part, MAX_ROWS, replace=False)) for part in parts
        ]
        return [_shuffle_ties(part, period, rng) for part in _whole_chunks(parts, MIN_ROWS)]
    parts = []
    thin = rng.random() < 0.5 and len(sizes) >= 6
    for low, high in pairwise(bounds):
        inside = low + rng.permutation(high - low)
        if thin:
            share = max(MIN_ROWS, min(MAX_ROWS, round(rows * (high - low) / typical)))
            parts.append(inside[:share])
        else:
            parts.extend(np.array_split(inside, max(1, round((high - low) / rows))))
    return _whole_chunks(parts, MIN_ROWS)


def _shuffle_ties(rows: np.ndarray, period: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rows[np.lexsort((rng.random(len(rows)), period[rows]))]


def _whole_chunks(parts: Sequence[np.ndarray], at_least: int) -> list[np.ndarray]:
    """Joins neighbours until each batch has ``at_least`` rows; a short rest is left out."""
    batches: list[np.ndarray] = []
    waiting: list[np.ndarray] = []
    count = 0
    for part in parts:
        waiting.append(part)
        count += len(part)
        if count >= max(at_least, MIN_ROWS):
            batches.append(np.concatenate(waiting)[:MAX_ROWS])
            waiting, count = [], 0
    return batches


def _varied(order: np.ndarray, rng: np.random.Generator, rows: int) -> list[np.ndarray]:
    """Batches of equal or of log-normally varying size."""
    spread = float(rng.choice([0.0, 0.1, 0.35]))
    batches, start = [], 0
    while start < len(order):
        size = int(np.clip(round(rows * np.exp(rng.normal(0.0, spread))), MIN_ROWS, MAX_ROWS))
        if start + size > len(order):
            break
        batches.append(order[start : start + size])
        start += size
    return batches


def as_text(table: pa.Table, booleans: tuple[str, str] = BOOLEAN_SPELLINGS[0]) -> pa.Table:
    """The table as a CSV file carries it: every column pa.string, a null is the empty string.

    Args:
        table: any types Arrow can render.
        booleans: how False and True are spelled.
    """
    columns = []
    for column in table.columns:
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if pa.types.is_boolean(column.type):
            text = pc.if_else(column, booleans[1], booleans[0])
        elif pa.types.is_timestamp(column.type):
            text = _render_timestamps(column)
        else:
            text = column.cast(pa.string())
        columns.append(pc.fill_null(text, ""))
    return pa.table(columns, names=table.column_names)


def _render_timestamps(column: pa.Array) -> pa.Array:
    whole = column.drop_null().cast(pa.int64()).to_numpy(zero_copy_only=False)
    unit = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    if len(whole) and bool(np.all(whole % unit == 0)):
        column = column.cast(pa.timestamp("s", tz=column.type.tz))
    return column.cast(pa.string())
