"""Character-class patterns of text, collapsed and in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.profiling.counted import BottomK
from airflow_provider_dqheal.profiling.hashing import hash_text
from airflow_provider_dqheal.profiling.patterns import full_patterns
from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

KEPT = 128
FULL_CHARS = 24
"""Longer values have no full pattern: free text would give one for each."""


@registry.register("shapes")
@dataclass(frozen=True)
class Shapes:
    """Rows by pattern: exact up to :data:`KEPT` patterns, else of those with the smallest hashes."""

    collapsed: BottomK[str]
    full: BottomK[str]

    @classmethod
    def empty(cls) -> Self:
        """No text."""
        return cls(BottomK.empty(KEPT), BottomK.empty(KEPT))

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        if view.kind != "text" or not len(view.texts):
            return self
        collapsed = _add(self.collapsed, view.collapsed, view.counts)
        full = self.full
        short = np.flatnonzero(view.lengths <= FULL_CHARS)
        if len(short):
            texts = view.texts if len(short) == len(view.texts) else view.texts.take(pa.array(short))
            full = _add(full, full_patterns(texts).dictionary_encode(), view.counts[short])
        return type(self)(collapsed, full)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.collapsed + other.collapsed, self.full + other.full)

    def to_json(self) -> Any:
        """[collapsed, full], each [patterns, counts, complete]."""
        if not len(self.collapsed.hashes):
            return None
        return [[s.keys.tolist(), s.counts.tolist(), s.complete] for s in (self.collapsed, self.full)]

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        if not value:
            return cls.empty()
        sides: list[BottomK[str]] = []
        for keys, counts, complete in value:
            names = np.array(keys, object)
            hashes = hash_text(pa.array(keys, pa.string()))
            sides.append(BottomK(KEPT, hashes, names, np.array(counts, np.int64), complete))
        return cls(*sides)

    def metrics(self, row_count: int) -> Metrics:
        """pattern_count, pattern_top_fraction, pattern_entropy (nats) and full_pattern_*, over text that is there."""
        found: Metrics = {}
        for name, side in (("pattern", self.collapsed), ("full_pattern", self.full)):
            counts = side.counts[[key != "" for key in side.keys]] if len(side.keys) else side.counts
            total = float(counts.sum())
            p = counts / total if total else counts
            known = bool(total)
            found[f"{name}_count"] = side.distinct() if known else None
            found[f"{name}_top_fraction"] = share(float(counts.max(initial=0)), total)
            found[f"{name}_entropy"] = float(-(p * np.log(p)).sum()) + 0.0 if known else None
        return found


def _add(side: BottomK[str], patterns: pa.DictionaryArray, counts: Any) -> BottomK[str]:
    rows = np.bincount(patterns.indices.to_numpy(), weights=counts, minlength=len(patterns.dictionary))
    hashes = hash_text(patterns.dictionary)
    pick = np.flatnonzero(hashes <= side.threshold)
    pick = pick[np.argsort(hashes[pick])][: KEPT + 1]
    keys = np.array(patterns.dictionary.take(pa.array(pick)).to_pylist(), object)
    return side.add(hashes[pick], keys, rows[pick].astype(np.int64))
