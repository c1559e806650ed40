"""Which texts are a slip of the pen away from a frequent one: another case or spacing, one letter off.

Two words of which one arises from the other by one insertion, deletion, substitution or transposition have a word in
common when each may lose one letter; so near words are found by a look-up, without comparing all pairs.

Source: Garbe 2012, symmetric delete spelling correction; Damerau 1964 for the four kinds of slip.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_SHORTEST = 4
_LONGEST = 40
_FREQUENT = 0.004
_MOST_LABELS = 300


def folded(text: str) -> str:
    """A text without case, spacing and punctuation; empty for one with digits, which is told from others by them.

    >>> folded(" New-York "), folded("A12")
    ('newyork', '')
    """
    if len(text) > _LONGEST or any(c.isdigit() for c in text):
        return ""
    return "".join(c for c in text.casefold() if c.isalnum())


def slips(word: str) -> set[str]:
    """The word, and what is left of it when it loses one letter; only the word when it is short."""
    found = {word}
    if len(word) >= _SHORTEST:
        found.update(word[:i] + word[i + 1 :] for i in range(len(word)))
    return found


def near_labels(labels: Sequence[str], shares: np.ndarray) -> np.ndarray:
    """(V) the place of a more frequent label that each label is near to, or -1; all -1 where there are too many."""
    result = np.full(len(labels), -1)
    if not 2 <= len(labels) <= _MOST_LABELS:
        return result
    index = _index(labels, shares)
    for i, label in enumerate(labels):
        result[i] = _nearest(label, float(shares[i]), index, shares)
    return result


def near_share(fresh: Sequence[str], share: Sequence[float], labels: dict[str, int], shares: np.ndarray) -> float:
    """Share of rows whose value is not among ``labels`` (shares (N, V)) but near a frequent one of them."""
    near = near_texts(fresh, labels, shares)
    return float(sum(part for text, part in zip(fresh, share, strict=True) if text in near))


def near_texts(fresh: Sequence[str], labels: dict[str, int], shares: np.ndarray) -> set[str]:
    """Those of ``fresh`` that are near a frequent one of ``labels`` (shares (N, V))."""
    if not fresh or not 0 < len(labels) <= _MOST_LABELS:
        return set()
    usual = shares.mean(axis=0)
    index = _index(list(labels), usual)
    return {text for text in fresh if _nearest(text, 0.0, index, usual) >= 0}


def _index(labels: Sequence[str], shares: np.ndarray) -> dict[str, int]:
    """From a word, or a word less one letter, to the most frequent label it stands for."""
    index: dict[str, int] = {}
    for i in np.argsort(-shares, kind="stable").tolist():
        if shares[i] < _FREQUENT:
            break
        word = folded(labels[i])
        if len(word) >= 2:
            for slip in slips(word):
                index.setdefault(slip, i)
    return index


def _nearest(text: str, share: float, index: dict[str, int], shares: np.ndarray) -> int:
    word = folded(text)
    if len(word) < 2:
        return -1
    for slip in (word, *sorted(slips(word))):
        place = index.get(slip, -1)
        if place >= 0 and shares[place] > 3 * share:
            return place
    return -1
