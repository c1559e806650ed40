"""What a batch looks like: a Profile of mergeable states, one column at a time and row by row."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from airflow_provider_dqheal.core.errors import ProfileError
from airflow_provider_dqheal.core.types import BatchRef, Frozen
from airflow_provider_dqheal.profiling.derived import derive_metrics
from airflow_provider_dqheal.profiling.kinds import render, text_of
from airflow_provider_dqheal.profiling.rowsample import RowSample
from airflow_provider_dqheal.profiling.states import State, registry
from airflow_provider_dqheal.profiling.weighted import WeightedNumbers, numeric_view

PROFILER_VERSION = "1"
"""Profiles of different versions do not merge."""


class ColumnProfile(Frozen):
    """One column: its states, and everything that can be read off them.

    ``states`` maps names of registered states to their JSON; an absent state is an empty one. ``physical_type`` is
    the Arrow type the column was profiled under.
    """

    name: str
    physical_type: str
    states: dict[str, Any] = Field(default_factory=dict)
    _parsed: dict[str, Any] = PrivateAttr(default_factory=dict)
    _rows: RowSample | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, name: str, physical_type: str, states: Mapping[str, State]) -> ColumnProfile:
        """From live states."""
        found = {key: state.to_json() for key, state in states.items()}
        column = cls(name=name, physical_type=physical_type, states={k: v for k, v in found.items() if v is not None})
        column._parsed.update(states)
        return column

    def state(self, name: str) -> Any:
        """The state called ``name``; an empty one when the column has none."""
        if name not in self._parsed:
            self._parsed[name] = registry.get(name).from_json(self.states.get(name))
        return self._parsed[name]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ColumnProfile) and (self.name, self.physical_type, self.states) == (
            other.name,
            other.physical_type,
            other.states,
        )

    def __add__(self, other: ColumnProfile) -> ColumnProfile:
        merged = {name: self.state(name) + other.state(name) for name in registry.names()}
        same = self.physical_type == other.physical_type
        kind = (
            self.physical_type
            if same or not other.row_count
            else other.physical_type
            if not self.row_count
            else "string"
        )
        return ColumnProfile.of(self.name, kind, merged)

    @property
    def row_count(self) -> int:
        """Rows, null ones included."""
        return int(self.state("rows").rows)

    @cached_property
    def metrics(self) -> Mapping[str, float | None]:
        """Flat metrics; None where unknown. Every name is described in ``profiling.metrics.METRICS``."""
        return derive_metrics(self)

    @cached_property
    def heavy_hitters(self) -> list[tuple[str, int]]:
        """(value as text, rows), most frequent first, at most 512.

        Exact when ``metrics["values_complete"]`` is 1; else counts of the row sample scaled to all rows, exact for
        the values whose counts are known.
        """
        values = self.state("values")
        pairs = [(text_of(values.kind, key), count) for key, count in values.kept.most_common()]
        if values.kept.complete or self._rows is None or not self._rows.counts.sum():
            return pairs
        exact = dict(pairs)
        scale = self.row_count / float(self._rows.counts.sum())
        sampled: dict[str, int] = {}
        for text, count in zip(self.sample, self._rows.counts.tolist(), strict=True):
            if text is not None:
                sampled[text] = sampled.get(text, 0) + count
        found = {text: max(round(rows * scale), 1) for text, rows in sampled.items() if rows > 1} | exact
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:512]

    def _patterns(self, which: Literal["collapsed", "full"]) -> list[tuple[str, int]]:
        return [(str(k), n) for k, n in getattr(self.state("shapes"), which).most_common()]

    @property
    def patterns(self) -> list[tuple[str, int]]:
        """(collapsed character-class pattern, rows), most frequent first, at most 128; "" is empty text."""
        return self._patterns("collapsed")

    @property
    def full_patterns(self) -> list[tuple[str, int]]:
        """(pattern without collapsing, rows) of values up to 24 characters, most frequent first, at most 128."""
        return self._patterns("full")

    @property
    def date_formats(self) -> dict[str, int]:
        """Rows by date signature (``Y-m-d``, ``d/m/Y``, ``?/?/Y`` where day and month cannot be told apart)."""
        return dict(self.state("calendar").formats)

    @property
    def missing_words(self) -> dict[str, int]:
        """Rows by disguise: "" empty, " " blank, words in lower case."""
        return dict(self.state("missing").words)

    @property
    def sentinels(self) -> dict[str, int]:
        """Rows by sentinel number or date."""
        return dict(self.state("missing").sentinels)

    @property
    def boolean_spellings(self) -> dict[str, int]:
        """Rows by spelling of a boolean, case kept."""
        return dict(self.state("truths").spellings)

    @property
    def decades(self) -> dict[int, int]:
        """Rows by floor(log10 |x|)."""
        return {int(key): rows for key, rows in self.state("magnitude").decades.items()}

    @property
    def extremes(self) -> tuple[tuple[tuple[float, int], ...], tuple[tuple[float, int], ...]]:
        """The 16 smallest and 16 largest distinct numbers, ascending, with exact row counts."""
        state = self.state("extremes")
        return state.low, state.high

    @cached_property
    def sample(self) -> list[str | None]:
        """The column's cells in the row sample, as text, in order of row hash."""
        if self._rows is None or self.name not in self._rows.table.schema.names:
            return []
        cells: list[str | None] = render(self._rows.table.column(self.name)).to_pylist()
        return cells

    @property
    def examples(self) -> list[str]:
        """Up to five distinct values that are there, most frequent first, for a person."""
        return [text for text, _ in self.heavy_hitters if text.strip()][:5]

    @cached_property
    def numbers(self) -> WeightedNumbers | None:
        """Numbers (dates as days since 1970) with weights, ascending: all of them, or those of the row sample."""
        return numeric_view(self, self._rows)

    def quantiles(self, probs: Iterable[float]) -> NDArray[np.float64] | None:
        """Quantiles of the numeric view at ``probs`` in [0, 1], shape (len(probs),); None without numbers.

        Exact when all distinct values or all rows are known; else from the row sample: the standard error of the
        rank is at most 1.6 %, so take the ends from the metrics min and max.
        """
        return None if self.numbers is None else self.numbers.quantiles(np.asarray(list(probs), np.float64))


class Profile(Frozen):
    """A batch in numbers: schema, rows, a :class:`ColumnProfile` for each column and a sample of rows.

    A function of the multiset of rows: any order, partitioning and driver give the same profile, and
    ``profile(A) + profile(B) == profile(A + B)``, but for the rounding of floating-point sums (1e-9 relative).
    ``rows`` is the JSON of the row sample.
    """

    batch: BatchRef | None = None
    table_schema: tuple[tuple[str, str], ...]
    row_count: int
    columns: dict[str, ColumnProfile]
    rows: dict[str, Any]
    profiler_version: str = PROFILER_VERSION
    _sample: RowSample | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, columns: Iterable[ColumnProfile], sample: RowSample, row_count: int, batch: BatchRef | None) -> Profile:
        """From live parts."""
        columns = list(columns)
        profile = cls(
            batch=batch,
            table_schema=tuple((c.name, c.physical_type) for c in columns),
            row_count=row_count,
            columns={c.name: c for c in columns},
            rows=sample.to_json(),
        )
        return profile._bind(sample)

    def model_post_init(self, context: Any, /) -> None:
        """Gives the columns their view of the row sample."""
        super().model_post_init(context)
        if self.profiler_version == PROFILER_VERSION:
            self._bind(RowSample.from_json(self.rows))

    def _bind(self, sample: RowSample) -> Profile:
        self._sample = sample
        for column in self.columns.values():
            column._rows = sample
        return self

    @property
    def sample(self) -> RowSample:
        """The row sample."""
        assert self._sample is not None
        return self._sample

    def sample_table(self) -> pa.Table:
        """The bottom-k row sample, in the raw representation, in order of row hash; long cells are cut."""
        return self.sample.table

    @property
    def sample_counts(self) -> NDArray[np.int64]:
        """How often each sampled row occurs in the batch, shape (k,)."""
        return self.sample.counts

    @property
    def duplicate_row_fraction(self) -> float | None:
        """Share of rows that repeat another row exactly: 0 for none; from the row sample."""
        counts = self.sample.counts
        return float(1.0 - len(counts) / counts.sum()) if len(counts) else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Profile) and all(
            getattr(self, name) == getattr(other, name) for name in type(self).model_fields
        )

    def __add__(self, other: Profile) -> Profile:
        if self.profiler_version != other.profiler_version:
            raise ProfileError(
                f"profiles of versions {self.profiler_version} and {other.profiler_version} do not merge; profile again"
            )
        names = [n for n, _ in self.table_schema] + [n for n, _ in other.table_schema if n not in self.columns]
        merged = []
        for name in names:
            left, right = self.columns.get(name), other.columns.get(name)
            merged.append(left + right if left and right else left or right)
        sample = self.sample + other.sample
        return Profile.of([c.model_copy() for c in merged if c], sample, self.row_count + other.row_count, None)

    def for_batch(self, batch: BatchRef | None) -> Profile:
        """The same profile, of this batch."""
        return Profile.of(self.columns.values(), self.sample, self.row_count, batch)

    def to_bytes(self) -> bytes:
        """Deflated JSON."""
        return zlib.compress(self.model_dump_json().encode(), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> Profile:
        """From :meth:`to_bytes`.

        Raises:
            ProfileError: when the bytes are no profile.
        """
        try:
            return cls.model_validate(json.loads(zlib.decompress(data)))
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise ProfileError(f"the bytes are no profile ({type(error).__name__}); profile the batch again") from error
