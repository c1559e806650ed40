"""Values with exact counts: all of them up to a bound, above it those of smallest hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.counted import BottomK
from airflow_provider_dqheal.profiling.hashing import hash_floats, hash_ints, hash_text
from airflow_provider_dqheal.profiling.kinds import Kind, text_of
from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

KEPT = 512
"""Exact distinct counts, heavy hitters and shares up to so many distinct values."""
TEXT_CHARS = 64
"""Longer text is kept by its beginning and its hash."""


@registry.register("values")
@dataclass(frozen=True)
class Values:
    """Distinct values (ints, floats or text by ``kind``; days and microseconds for time) with counts."""

    kind: Kind
    kept: BottomK[Any]

    @classmethod
    def empty(cls) -> Self:
        """No values."""
        return cls("text", BottomK.empty(KEPT))

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        hashes = view.hashes
        if not len(hashes):
            return self
        if view.kind == "text":
            rows = np.flatnonzero(hashes <= self.kept.threshold)
            rows = rows[np.argsort(hashes[rows])][: KEPT + 1]
            texts = np.array([_short(t) for t in view.texts.take(pa.array(rows)).to_pylist()], object)
            return type(self)("text", self.kept.add(hashes[rows], texts, view.counts[rows]))
        if self.kept.complete:
            return type(self)(view.kind, self.kept.add(*_distinct(view)))
        rows = np.flatnonzero(hashes <= self.kept.threshold)
        return type(self)(
            view.kind, self.kept.add(hashes[rows], _keys(view, view.valid[rows]), np.ones(len(rows), int))
        )

    def __add__(self, other: Self) -> Self:
        if not len(other.kept.hashes):
            return self
        if not len(self.kept.hashes):
            return other
        if self.kind == other.kind:
            return type(self)(self.kind, self.kept + other.kept)
        left, right = self.as_text(), other.as_text()
        return type(self)("text", left.kept + right.kept)

    def as_text(self) -> Self:
        """The same values written as text: what columns that changed their type have in common."""
        if self.kind == "text":
            return self
        keys = [text_of(self.kind, key) for key in self.kept.keys]
        merged = BottomK[Any].empty(KEPT).add(hash_text(pa.array(keys)), np.array(keys, object), self.kept.counts)
        return type(self)("text", BottomK(KEPT, merged.hashes, merged.keys, merged.counts, self.kept.complete))

    def to_json(self) -> Any:
        """{kind, values, counts, complete, long: {index: hash}}; the other hashes follow from the values."""
        if not len(self.kept.hashes):
            return None
        keys = self.kept.keys.tolist()
        cut = [i for i, key in enumerate(keys) if self.kind == "text" and key.endswith("…")]
        return {
            "kind": self.kind,
            "values": [None if isinstance(key, float) and not np.isfinite(key) else key for key in keys],
            "counts": self.kept.counts.tolist(),
            "complete": self.kept.complete,
            "long": {str(i): int(self.kept.hashes[i]) for i in cut},
            "odd": {str(i): str(k) for i, k in enumerate(keys) if isinstance(k, float) and not np.isfinite(k)},
        }

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        if not value:
            return cls.empty()
        keys = np.empty(len(value["values"]), object)
        keys[:] = value["values"]
        for index, text in value["odd"].items():
            keys[int(index)] = float(text)
        hashes = _hash_keys(value["kind"], keys)
        for index, number in value["long"].items():
            hashes[int(index)] = np.uint64(number)
        counts = np.array(value["counts"], np.int64)
        return cls(value["kind"], BottomK(KEPT, hashes, keys, counts, value["complete"]))

    def metrics(self, row_count: int) -> Metrics:
        """Shares of the values by how often they occur."""
        counts = self.kept.counts
        total = float(counts.sum())
        return {
            "values_complete": float(self.kept.complete) if len(counts) else None,
            "singleton_fraction": share(float((counts == 1).sum()), len(counts)),
            "rows_per_value": share(total, len(counts)),
        }


def _short(text: str) -> str:
    return text if len(text) <= TEXT_CHARS else text[:TEXT_CHARS] + "…"


def _hash_keys(kind: Kind, keys: NDArray[Any]) -> NDArray[np.uint64]:
    if kind == "text":
        return hash_text(pa.array(keys.tolist(), pa.string()))
    if kind == "float":
        return hash_floats(keys.astype(np.float64))
    return hash_ints(keys.astype(np.int64))


def _keys(view: ColumnView, values: NDArray[Any]) -> NDArray[Any]:
    return np.array((values + 0.0 if view.kind == "float" else values).tolist(), object)


def _distinct(view: ColumnView) -> tuple[NDArray[np.uint64], NDArray[Any], NDArray[np.int64]]:
    """Hashes, values and counts of the distinct values, those of smallest hash only."""
    encoded = pa.array(view.valid).dictionary_encode()
    values = encoded.dictionary.to_numpy(zero_copy_only=False)
    counts = np.bincount(encoded.indices.to_numpy(), minlength=len(values)).astype(np.int64)
    hashes = hash_floats(values) if view.kind == "float" else hash_ints(values)
    # Zero comes with either sign: one more than the bound is kept for it, one for knowing that there are more.
    rows = np.argsort(hashes)[: KEPT + 2]
    return hashes[rows], _keys(view, values[rows]), counts[rows]
