"""What detection reads of one profile: per column the values, shapes and numbers of the row sample.

Everything is a function of the Profile alone, so a history batch and the batch under test are read the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.texts import MISSING_WORDS, kind_of, parse_date, shape
from airflow_provider_dqheal.profiling.conform import TEXT_FIRST
from airflow_provider_dqheal.profiling.hashing import hash_name, mix
from airflow_provider_dqheal.profiling.rowsample import rows_kept
from airflow_provider_dqheal.profiling.view import ColumnView as ArrayView

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.profile import Profile

GRID = 41
"""Quantiles kept of a numeric view."""

_PROBS = (np.arange(GRID) + 0.5) / GRID
_MAX_SHAPES = 400


@dataclass(frozen=True, eq=False)
class ColumnView:
    """One column of one batch. Counts are of sampled rows (all rows, up to the profile's sample bound).

    ``values``/``counts`` are the distinct present texts, most frequent first; ``numbers``/``weights`` the numeric
    view in ascending order (numbers, or seconds since 1970 for dates), ``shapes`` how often each text shape occurs.
    ``kinds`` counts what present values parse as: int, number, bool, date, unit, separated.
    """

    name: str
    physical_type: str
    rows: float
    null: float
    empty: float
    word: float
    values: tuple[str, ...]
    counts: np.ndarray
    words: dict[str, float]
    kinds: dict[str, float]
    numbers: np.ndarray
    weights: np.ndarray
    temporal: bool
    shapes: dict[str, float]
    edges: float
    lengths: np.ndarray

    @property
    def present(self) -> float:
        """Cells that hold a value: not null, empty, or a word for missing."""
        return self.rows - self.null - self.empty - self.word

    @cached_property
    def grid(self) -> np.ndarray | None:
        """The quantiles at :data:`GRID` evenly spread probabilities."""
        return self.quantiles()

    @cached_property
    def length_grid(self) -> np.ndarray | None:
        """Log quantiles of the lengths of the present texts."""
        if not len(self.lengths):
            return None
        order = np.argsort(self.lengths, kind="stable")
        reach = np.cumsum(self.counts[order])
        at = np.searchsorted(reach, (np.arange(9) + 0.5) / 9 * reach[-1])
        return np.log1p(self.lengths[order][np.minimum(at, len(order) - 1)])

    def quantiles(self, probs: np.ndarray = _PROBS) -> np.ndarray | None:
        """Quantiles of the numeric view by the inverse of the empirical distribution; None without numbers."""
        if not len(self.numbers):
            return None
        reach = np.cumsum(self.weights)
        return self.numbers[np.minimum(np.searchsorted(reach, probs * reach[-1]), len(self.numbers) - 1)]


UNTYPED = "text"
"""The type of a column whose format has none (CSV, JSON lines): it cannot have changed."""


@dataclass(frozen=True, eq=False)
class BatchView:
    """A profile as detection reads it. ``row_hashes``: those of the sampled rows (the smallest), with their counts."""

    row_count: int
    schema: tuple[tuple[str, str], ...]
    columns: dict[str, ColumnView]
    row_hashes: np.ndarray
    row_weights: np.ndarray


def view_batch(profile: Profile) -> BatchView:
    """Reads a profile."""
    sample = profile.sample
    untyped = profile.batch is not None and profile.batch.format in TEXT_FIRST
    schema = tuple((name, UNTYPED if untyped else kind) for name, kind in profile.table_schema)
    return _view(profile.row_count, schema, sample.table, sample.hashes, sample.counts)


def view_table(table: pa.Table) -> BatchView:
    """Reads a raw table directly: what :func:`view_batch` gives of its profile, without the profile's other states."""
    schema = tuple((field.name, str(field.type)) for field in table.schema)
    hashes = np.zeros(table.num_rows, np.uint64)
    for name, column in zip(table.column_names, table.columns, strict=True):
        array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        hashes += ArrayView(array).row_hashes() * np.uint64(hash_name(name))
    unique, first, counts = np.unique(mix(hashes), return_index=True, return_counts=True)
    kept = rows_kept(table.num_columns)
    return _view(table.num_rows, schema, table.take(pa.array(first[:kept])), unique[:kept], counts[:kept])


def _view(
    rows: int, schema: tuple[tuple[str, str], ...], sample: pa.Table, hashes: np.ndarray, counts: np.ndarray
) -> BatchView:
    weights = None if len(counts) == 0 or counts.max() <= 1 else counts.astype(float)
    columns = {name: view_column(name, kind, sample.column(name), weights) for name, kind in schema}
    return BatchView(rows, schema, columns, hashes, counts.astype(float))


def view_column(name: str, physical_type: str, column: pa.ChunkedArray, weights: np.ndarray | None) -> ColumnView:
    """Reads one column of a row sample; ``weights`` are the rows each sampled row stands for (None: one each)."""
    temporal_type = pa.types.is_temporal(column.type)
    texts, counts, null = _count(column, weights)
    rows = float(len(column)) if weights is None else float(weights.sum())
    empty, word, words = 0.0, 0.0, {}
    keep = np.ones(len(texts), dtype=bool)
    for i, text in enumerate(texts):
        if len(text) <= 16:
            stripped = text.strip().lower()
            if not stripped:
                empty += counts[i]
                keep[i] = False
            elif stripped in MISSING_WORDS:
                word += counts[i]
                words[text] = float(counts[i])
                keep[i] = False
    if not keep.all():
        texts = [text for text, kept in zip(texts, keep, strict=True) if kept]
        counts = counts[keep]
    kinds, numeric, temporal = _parse(texts, counts)
    order = np.argsort(numeric, kind="stable") if len(numeric) else np.empty(0, dtype=int)
    order = order[np.isfinite(numeric[order])]
    return ColumnView(
        name=name,
        physical_type=physical_type,
        rows=rows,
        null=null,
        empty=empty,
        word=word,
        values=tuple(texts),
        counts=counts,
        words=words,
        kinds=kinds,
        numbers=numeric[order],
        weights=counts[order],
        temporal=temporal or temporal_type,
        shapes=_shapes(texts, counts),
        edges=float(sum(c for t, c in zip(texts, counts, strict=True) if t != t.strip())),
        lengths=np.asarray([len(text) for text in texts], dtype=float),
    )


def _shapes(texts: list[str], counts: np.ndarray) -> dict[str, float]:
    found: dict[str, float] = {}
    if len(texts) > _MAX_SHAPES:  # stay deterministic and bounded: every n-th in the order of the texts
        step = len(texts) / _MAX_SHAPES
        picked = [int(i * step) for i in range(_MAX_SHAPES)]
        order = sorted(range(len(texts)), key=texts.__getitem__)
        chosen = [order[i] for i in picked]
        factor = float(counts.sum() / max(counts[chosen].sum(), 1.0))
    else:
        chosen, factor = list(range(len(texts))), 1.0
    for i in chosen:
        key = shape(texts[i])
        found[key] = found.get(key, 0.0) + float(counts[i]) * factor
    return found


def _count(column: pa.ChunkedArray, weights: np.ndarray | None) -> tuple[list[str], np.ndarray, float]:
    """Distinct texts with their counts, most frequent first (ties by text), and the count of nulls."""
    text = column if pa.types.is_string(column.type) else _as_text(column)
    if weights is None:
        counted = pc.value_counts(text)
        if isinstance(counted, pa.ChunkedArray):
            counted = counted.combine_chunks()
        values = counted.field("values").to_pylist()
        counts = counted.field("counts").to_numpy(zero_copy_only=False).astype(float)
    else:
        codes = text.combine_chunks().dictionary_encode()
        if isinstance(codes, pa.ChunkedArray):
            codes = codes.combine_chunks()
        index = pc.fill_null(codes.indices, len(codes.dictionary)).to_numpy(zero_copy_only=False)
        counts = np.bincount(index, weights=weights, minlength=len(codes.dictionary) + 1)
        values = [*codes.dictionary.to_pylist(), None]
    null = 0.0
    pairs = []
    for value, count in zip(values, counts.tolist(), strict=True):
        if value is None:
            null += count
        else:
            pairs.append((value, count))
    pairs.sort(key=lambda pair: (-pair[1], pair[0]))
    return [value for value, _ in pairs], np.asarray([count for _, count in pairs], dtype=float), null


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "true", "false")
    return pc.cast(column, pa.string(), safe=False)


def _parse(texts: list[str], counts: np.ndarray) -> tuple[dict[str, float], np.ndarray, bool]:
    """What the texts parse as, their numeric view (nan where there is none), and whether that view is of dates."""
    found = dict.fromkeys(("int", "number", "bool", "date", "unit", "separated"), 0.0)
    numeric = np.full(len(texts), np.nan)
    dates = np.full(len(texts), np.nan)
    for i, text in enumerate(texts):
        kind = kind_of(text)
        if kind in ("int", "number"):
            numeric[i] = float(text)
            found["number"] += float(counts[i])
        elif kind == "date":
            moment = parse_date(text)
            dates[i] = np.nan if moment is None else moment
        if kind in ("int", "bool", "date", "unit", "separated"):
            found[kind] += float(counts[i])
    if found["date"] > found["number"]:
        return found, dates, True
    return found, numeric, False
