"""Counts of keys: exact up to a bound, above it of the keys with the smallest hashes (still exact for those)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key")


@dataclass(frozen=True)
class BottomK(Generic[Key]):
    """The ``k`` keys of smallest hash with their exact counts, in order of hash.

    A key that is kept after a merge was kept on both sides, as its rank can only fall in a subset: its count is
    exact. ``complete`` says that no key was ever dropped: the counts are then those of all keys.

    Source: Cohen and Kaplan 2007, bottom-k sketches; Bar-Yossef et al. 2002 for the distinct count.
    """

    k: int
    hashes: NDArray[np.uint64]
    keys: NDArray[Any]
    counts: NDArray[np.int64]
    complete: bool

    @classmethod
    def empty(cls, k: int) -> BottomK[Key]:
        """No keys."""
        return cls(k, np.zeros(0, np.uint64), np.zeros(0, object), np.zeros(0, np.int64), True)

    @property
    def threshold(self) -> np.uint64:
        """Keys of a larger hash cannot enter."""
        return self.hashes[-1] if not self.complete else np.uint64(2**64 - 1)

    def add(self, hashes: NDArray[np.uint64], keys: NDArray[Any], counts: NDArray[np.int64]) -> BottomK[Key]:
        """With further keys (hashes may repeat); arrays of equal length.

        A caller may leave out keys whose hash is above :attr:`threshold` only if the sketch is not complete.
        """
        if not len(hashes):
            return self
        hashes = np.concatenate([self.hashes, hashes])
        unique, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        totals = np.zeros(len(unique), np.int64)
        np.add.at(totals, inverse, np.concatenate([self.counts, counts]))
        keys = np.concatenate([self.keys, keys.astype(object)]) if len(self.keys) else keys.astype(object)
        complete = self.complete and len(unique) <= self.k
        if not complete:
            # A side that dropped keys knows nothing above its own threshold.
            unique, first, totals = unique[: self.k], first[: self.k], totals[: self.k]
        return BottomK(self.k, unique, keys[first], totals, complete)

    def __add__(self, other: BottomK[Key]) -> BottomK[Key]:
        merged = self.add(other.hashes, other.keys, other.counts)
        if merged.complete and not other.complete:
            return BottomK(merged.k, merged.hashes, merged.keys, merged.counts, False)
        return merged

    @property
    def total(self) -> int:
        """Sum of the counts that are kept."""
        return int(self.counts.sum())

    def distinct(self) -> float:
        """Number of distinct keys: exact when complete, else (k - 1) / k-th smallest hash."""
        if self.complete:
            return float(len(self.hashes))
        return (len(self.hashes) - 1) / ((float(self.hashes[-1]) + 1.0) / 2.0**64)

    def most_common(self) -> list[tuple[Any, int]]:
        """(key, count), most frequent first; ties in order of hash."""
        order = np.argsort(-self.counts, kind="stable")
        return [(self.keys[i], int(self.counts[i])) for i in order]
