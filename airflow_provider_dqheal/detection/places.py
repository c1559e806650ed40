"""Where texts stand in the lists of many columns: all look-ups of a batch at once.

A hash table with open addressing. Texts are told apart by 64 bits of their hash: among a million texts two are taken
for each other once in ten million tables.

Source: Knuth 1998, The Art of Computer Programming, volume 3, section 6.4, algorithm L (linear probing).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from airflow_provider_dqheal.detection.columns import hashes_of

_SALT = np.uint64(0x9E3779B97F4A7C15)
"""Makes the hash of one text differ from column to column; the golden ratio as 64 bits."""

_ROOM = 8
"""Slots for each text, at least."""


class Places:
    """The places of texts in C lists.

    >>> places = Places([["a", "b"], ["b"]])
    >>> places.find(hashes_of(["b", "b", "c"]), np.asarray([0, 1, 1]))
    array([ 1,  0, -1])
    """

    def __init__(self, lists: Iterable[Iterable[str]]) -> None:
        parts = [hashes_of(texts) for texts in lists]
        sizes = np.asarray([len(part) for part in parts], dtype=int)
        self._salts = np.arange(1, len(parts) + 1, dtype=np.uint64) * _SALT
        keys = np.concatenate([*parts, np.zeros(0, np.uint64)]) ^ np.repeat(self._salts, sizes)
        self._mask = (1 << (_ROOM * len(keys)).bit_length()) - 1
        held = np.full(self._mask + 1, -1, np.int32)
        slot = (keys & np.uint64(self._mask)).astype(np.int64)
        left = np.arange(len(keys), dtype=np.int32)
        while len(left):
            free = left[held[slot[left]] < 0]
            held[slot[free]] = free
            left = left[held[slot[left]] != left]
            slot[left] = (slot[left] + 1) & self._mask
        self._held, self._keys = held, keys
        self._place = np.arange(len(keys)) - np.repeat(np.cumsum(sizes) - sizes, sizes)

    def find(self, hashes: np.ndarray, column: np.ndarray) -> np.ndarray:
        """(texts,) the place of each text in the list of its column, or -1.

        Args:
            hashes: (texts,) of :func:`columns.hashes_of`.
            column: (texts,) the list that each is looked up in.
        """
        result = np.full(len(hashes), -1)
        keys = hashes ^ self._salts.take(column)
        slot = (keys & np.uint64(self._mask)).view(np.int64)
        held = self._held.take(slot)
        left = np.flatnonzero(held >= 0)
        held, slot = held[left], slot[left]
        while len(left):
            same = self._keys.take(held) == keys[left]
            result[left[same]] = self._place.take(held[same])
            left, slot = left[~same], (slot[~same] + 1) & self._mask
            held = self._held.take(slot)
            there = held >= 0
            left, held, slot = left[there], held[there], slot[there]
        return result
