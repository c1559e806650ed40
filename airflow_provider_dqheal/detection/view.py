"""What detection reads of one profile: per column the values, shapes and numbers of the row sample.

Everything is a function of the Profile alone, so a history batch and the batch under test are read the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import eq
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.columns import GRID, LENGTHS, MAX_VALUES, Columns
from airflow_provider_dqheal.detection.mixture import Tallies
from airflow_provider_dqheal.detection.precision import Places, places_of
from airflow_provider_dqheal.detection.scalars import Summary, summary_of
from airflow_provider_dqheal.detection.signs import Texts, texts_of
from airflow_provider_dqheal.detection.spelling import Pairs, pairs_of
from airflow_provider_dqheal.detection.text_arrays import (
    are_broken,
    are_missing,
    are_numbers,
    are_whole_decimals,
    count_shapes,
    flags,
    parse_texts,
)
from airflow_provider_dqheal.detection.texts import stands_for_missing
from airflow_provider_dqheal.profiling.conform import TEXT_FIRST
from airflow_provider_dqheal.profiling.hashing import hash_name, mix
from airflow_provider_dqheal.profiling.kinds import decimal_of
from airflow_provider_dqheal.profiling.rowsample import rows_kept
from airflow_provider_dqheal.profiling.view import ColumnView as ArrayView

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.profile import Profile

_PROBS = (np.arange(GRID) + 0.5) / GRID

UNTYPED = "text"
"""The type of a column whose format has none (CSV, JSON lines): it cannot have changed."""
_TEXTS = frozenset({"string", "large_string", "string_view", UNTYPED})

QUARTERS = 4
EMPTY, NULL = "\0empty", "\0null"
ALIGNED_ROWS = 600
"""Rows kept in order, so that columns can be set against each other."""


@dataclass(frozen=True, eq=False)
class ColumnView:
    """One column of one batch. Counts are of sampled rows (all rows, up to the profile's sample bound).

    ``values``/``counts`` are the distinct present texts, most frequent first; ``numbers``/``weights`` the numeric
    view in ascending order (numbers, or seconds since 1970 for dates), ``shapes`` how often each text shape occurs.
    ``kinds`` counts what present values parse as: int, number, bool, date, unit, separated. ``aligned`` is, for the
    first :data:`ALIGNED_ROWS` rows of the sample, the place of the row's value in ``values`` (-1: missing);
    ``numeric`` the number of each of ``values`` (nan where it is none). ``whole_decimals`` counts present values that
    are a whole number with a decimal point (12.0), ``broken`` those with a character read in the wrong encoding.
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
    whole_decimals: float
    broken: float
    lengths: np.ndarray
    aligned: np.ndarray
    numeric: np.ndarray

    @property
    def is_typed(self) -> bool:
        """Whether it is stored as what it holds; a decimal is judged by its digits, as text is."""
        return self.physical_type not in _TEXTS and decimal_of(self.physical_type) is None

    @property
    def present(self) -> float:
        """Cells that hold a value: not null, empty, or a word for missing."""
        return self.rows - self.null - self.empty - self.word

    def reread(self, numeric: np.ndarray, texts: pa.StringArray | None = None) -> ColumnView:
        """The column with another number for each of its values, and, where ``texts`` are given, other values."""
        numbers, weights = in_order(numeric, self.counts)
        read = replace(self, numeric=numeric, numbers=numbers, weights=weights)
        if texts is None:
            return read
        values, shapes = tuple(texts.to_pylist()), count_shapes(texts, self.counts)
        return replace(read, values=values, shapes=shapes, lengths=_lengths(texts).astype(float))

    @cached_property
    def summary(self) -> Summary:
        """The statistics that need no history."""
        return summary_of(self)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The most frequent values, then the words for missing, and labels for empty and for null cells."""
        others = [label for label, count in ((EMPTY, self.empty), (NULL, self.null)) if count > 0]
        return (*self.values[:MAX_VALUES], *self.words, *others)

    @cached_property
    def shares(self) -> np.ndarray:
        """(labels,) the share of the rows that has each label."""
        others = [*self.words.values(), *(count for count in (self.empty, self.null) if count > 0)]
        counts: np.ndarray = np.concatenate([self.counts[:MAX_VALUES], others])
        return counts / max(self.rows, 1.0)

    @cached_property
    def valued(self) -> np.ndarray:
        """(labels,) bool: whether a label is a value, and does not stand for a missing cell."""
        return np.asarray([not stands_for_missing(label) for label in self.labels], dtype=bool)

    @cached_property
    def mix(self) -> np.ndarray:
        """(labels,) the share of the present cells that has each label, 0 for those that stand for missing."""
        rounded = self.shares.astype(np.float32).astype(float)
        return rounded * self.valued * (self.rows / max(self.present, 1.0))

    @cached_property
    def tally(self) -> Tallies:
        """How many values have which share of the present cells."""
        return Tallies.of(self.mix)

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each value in ``values``."""
        return {text: i for i, text in enumerate(self.values)}

    def texts_at(self, rows: np.ndarray) -> tuple[str, ...]:
        """What some of the aligned rows hold that have a value."""
        return tuple(self.values[at] for at in self.aligned[rows].tolist())

    @cached_property
    def in_rows(self) -> np.ndarray:
        """(rows,) the number in each of the aligned rows; nan without."""
        return np.append(self.numeric, np.nan)[self.aligned]

    @cached_property
    def quarters(self) -> np.ndarray:
        """(rows,) int8: the quarter of the aligned rows' numbers that each is in; 0 without, QUARTERS if missing."""
        number = self.in_rows
        result = np.where(self.aligned < 0, QUARTERS, 0).astype(np.int8)
        known = np.flatnonzero(np.isfinite(number))
        if len(known):
            _, place, count = np.unique(number[known], return_inverse=True, return_counts=True)
            middle = np.cumsum(count) - count / 2
            result[known] = np.minimum((middle[place] / len(known) * QUARTERS).astype(int), QUARTERS - 1)
        return result

    @cached_property
    def reach(self) -> np.ndarray:
        """(numbers + 1,) the running weight of the numbers, from 0."""
        return np.concatenate([[0.0], np.cumsum(self.weights)])

    @cached_property
    def pairs(self) -> Pairs | None:
        """How the texts are spelled; None where most values are numbers or dates."""
        if self.temporal or self.present <= 0 or max(self.kinds["number"], self.kinds["date"]) > 0.5 * self.present:
            return None
        return pairs_of(self.values, self.counts)

    @cached_property
    def texts(self) -> Texts:
        """The values that are neither numbers nor dates, and the signs that they show by themselves."""
        return texts_of(self)

    @cached_property
    def places(self) -> Places:
        """How finely the numbers are written."""
        return places_of(self)

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
        at = np.searchsorted(reach, (np.arange(LENGTHS) + 0.5) / LENGTHS * reach[-1])
        return np.log1p(self.lengths[order][np.minimum(at, len(order) - 1)])

    def quantiles(self, probs: np.ndarray = _PROBS) -> np.ndarray | None:
        """Quantiles of the numeric view by the inverse of the empirical distribution; None without numbers."""
        if not len(self.numbers):
            return None
        reach = self.reach[1:]
        return self.numbers[np.minimum(np.searchsorted(reach, probs * reach[-1]), len(self.numbers) - 1)]


@dataclass(frozen=True, eq=False)
class BatchView:
    """A profile as detection reads it. ``row_hashes``: those of the sampled rows (the smallest), with their counts."""

    row_count: int
    schema: tuple[tuple[str, str], ...]
    columns: dict[str, ColumnView]
    row_hashes: np.ndarray
    row_weights: np.ndarray

    def side_by_side(self, names: Sequence[str]) -> Columns:
        """Some columns as arrays over all of them."""
        if len(names) == len(self.columns) and all(map(eq, names, self.columns)):
            return self._all
        return Columns([self.columns[name] for name in names])

    def changed(self, names: Collection[str], change: Callable[[ColumnView], ColumnView]) -> BatchView:
        """The batch with some of its columns changed; names that it does not have are passed over."""
        found = {name: change(view) for name, view in self.columns.items() if name in names}
        return replace(self, columns={**self.columns, **found}) if found else self

    def numbers_of(self, names: Sequence[str]) -> np.ndarray:
        """(rows, columns) the numbers of some columns in the aligned rows; nan where a column has none there."""
        rows = max((len(view.aligned) for view in self.columns.values()), default=0)
        numbers = np.full((rows, len(names)), np.nan)
        for at, name in enumerate(names):
            view = self.columns.get(name)
            if view is not None and len(view.aligned) == rows:
                numbers[:, at] = view.in_rows
        return numbers

    @cached_property
    def _all(self) -> Columns:
        return Columns(list(self.columns.values()))

    @cached_property
    def duplicate_share(self) -> float:
        """Share of the sampled rows that repeat another row of the batch."""
        total = float(self.row_weights.sum())
        return 1.0 - len(self.row_hashes) / total if total > 0 else 0.0


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
    found = _count(column, weights)
    texts, counts, places = found.texts, found.counts, found.places
    lengths = _lengths(texts)
    number = are_numbers(texts)
    blank, word = are_missing(texts, lengths, number)
    missing = blank | word
    words = {
        text: float(count) for text, count in zip(texts.filter(pa.array(word)).to_pylist(), counts[word], strict=True)
    }
    empty = float(counts[blank].sum())
    if missing.any():
        texts, lengths, number = texts.filter(pa.array(~missing)), lengths[~missing], number[~missing]
        moved = np.append(np.where(missing, -1, np.cumsum(~missing) - 1), -1)
        counts, places = counts[~missing], moved[places]
    kinds, numeric, temporal = parse_texts(texts, counts, number)
    numbers, number_weights = in_order(numeric, counts)
    return ColumnView(
        name=name,
        physical_type=physical_type,
        rows=float(len(column)) if weights is None else float(weights.sum()),
        null=found.null,
        empty=empty,
        word=float(sum(words.values())),
        values=tuple(texts.to_pylist()),
        counts=counts,
        words=words,
        kinds=kinds,
        numbers=numbers,
        weights=number_weights,
        temporal=temporal or pa.types.is_temporal(column.type),
        shapes=count_shapes(texts, counts),
        edges=float(counts[flags(pc.not_equal(texts, pc.utf8_trim_whitespace(texts)))].sum()),
        whole_decimals=float(counts[are_whole_decimals(texts)].sum()),
        broken=float(counts[are_broken(texts)].sum()),
        lengths=lengths.astype(float),
        aligned=places,
        numeric=numeric,
    )


def in_order(numeric: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers among those of distinct values, ascending, and how often each occurs."""
    order = np.flatnonzero(np.isfinite(numeric))
    order = order[np.argsort(numeric[order], kind="stable")]
    return numeric[order], counts[order]


@dataclass(frozen=True, eq=False)
class _Counted:
    """Distinct texts, most frequent first (ties by text), with counts; ``places`` of the first rows (-1: null)."""

    texts: pa.StringArray
    counts: np.ndarray
    null: float
    places: np.ndarray


def _count(column: pa.ChunkedArray, weights: np.ndarray | None) -> _Counted:
    text = column if pa.types.is_string(column.type) else _as_text(column)
    codes = text.combine_chunks().dictionary_encode()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    size = len(codes.dictionary)
    index = pc.fill_null(codes.indices, size).to_numpy(zero_copy_only=False)
    counts = np.bincount(index, weights=weights, minlength=size + 1).astype(float)
    table = pa.table({"text": codes.dictionary, "count": counts[:size]})
    order = pc.sort_indices(table, sort_keys=[("count", "descending"), ("text", "ascending")])
    places = order.to_numpy(zero_copy_only=False).astype(np.int64)
    rank = np.full(size + 1, -1)
    rank[places] = np.arange(size)
    return _Counted(codes.dictionary.take(order), counts[places], float(counts[size]), rank[index[:ALIGNED_ROWS]])


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.chunked_array([pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())])
    if pa.types.is_boolean(kind):
        return pc.if_else(column, "true", "false")
    return pc.cast(column, pa.string(), safe=False)


def _lengths(texts: pa.StringArray) -> np.ndarray:
    """Characters of each text."""
    return np.asarray(pc.utf8_length(texts).to_numpy(zero_copy_only=False))
