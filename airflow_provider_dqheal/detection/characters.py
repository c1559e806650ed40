"""Kinds of characters in texts, as bits, and whether a character is repeated in a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_RUN = 4
_ASCII_SIGNS = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_LEADS = (
    (0xC2, 0xC2), (0xC3, 0xC3), (0xC4, 0xC8), (0xCE, 0xCF), (0xD0, 0xD3), (0xD6, 0xD9), (0xE0, 0xE1), (0xE2, 0xE2),
    (0xE3, 0xE3), (0xE4, 0xE9), (0xEA, 0xED), (0xEE, 0xEF), (0xF0, 0xF4),
)  # fmt: skip
"""First and last leading byte of the UTF-8 blocks that are told apart: Latin, Greek, Cyrillic, Han, Hangul, emoji..."""


def _kinds() -> np.ndarray:
    """(256,) the bit of each byte: letters by case, digits, controls, each ASCII sign, blocks; 0 for trailing bytes."""
    ranges = [("a", "z"), ("A", "Z"), ("0", "9"), ("\0", "\x1f"), *((sign, sign) for sign in _ASCII_SIGNS)]
    spans = [*((ord(first), ord(last)) for first, last in ranges), *_LEADS]
    bits = np.zeros(256, np.uint64)
    for place, (first, last) in enumerate(spans):
        bits[first : last + 1] = np.uint64(1) << np.uint64(place)
    return bits


_KIND = _kinds()


def kinds_and_runs(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """(texts,) uint64 kinds of characters, and (texts,) whether a byte stands four times in a row."""
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    data = np.frombuffer(b"\xff".join(raw) + b"\xff", np.uint8)
    ends = np.cumsum([len(one) + 1 for one in raw])
    starts = np.concatenate([[0], ends[:-1]])
    kinds = np.bitwise_or.reduceat(_KIND[data], starts)
    same = data[1:] == data[:-1]
    runs = np.ones(max(len(same) - _RUN + 2, 0), dtype=bool)
    for step in range(_RUN - 1):
        runs &= same[step : step + len(runs)]
    repeating = np.zeros(len(texts), dtype=bool)
    repeating[np.searchsorted(starts, np.flatnonzero(runs), side="right") - 1] = True
    return kinds, repeating
