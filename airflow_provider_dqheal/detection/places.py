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

_ROOM = 4
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
        keys = _salted(np.concatenate([*parts, np.zeros(0, np.uint64)]), np.repeat(np.arange(len(parts)), sizes))
        self._mask = (1 << (_ROOM * len(keys)).bit_length()) - 1
        held = np.full(self._mask + 1, -1)
        slot = (keys & np.uint64(self._mask)).astype(np.int64)
        left = np.arange(len(keys))
        while len(left):
            free = left[held[slot[left]] < 0]
            held[slot[free]] = free
            left = left[held[slot[left]] != left]
            slot[left] = (slot[left] + 1) & self._mask
        place = np.arange(len(keys)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self._place = np.append(place, -1)[held]
        self._keys = np.append(keys, np.uint64(0))[held]

    def find(self, hashes: np.ndarray, column: np.ndarray) -> np.ndarray:
        """(texts,) the place of each text in the list of its column, or -1.

        Args:
            hashes: (texts,) of :func:`columns.hashes_of`.
            column: (texts,) the list that each is looked up in.
        """
        keys = _salted(hashes, column)
        slot = (keys & np.uint64(self._mask)).astype(np.int64)
        place = self._place[slot]
        other = self._keys[slot] != keys
        left = np.flatnonzero(other & (place >= 0))
        place[other] = -1
        while len(left):
            slot[left] = (slot[left] + 1) & self._mask
            there, same = self._place[slot[left]], self._keys[slot[left]] == keys[left]
            place[left[same]] = there[same]
            left = left[~same & (there >= 0)]
        return place


def _salted(hashes: np.ndarray, column: np.ndarray) -> np.ndarray:
    return hashes ^ ((column + 1).astype(np.uint64) * _SALT)
