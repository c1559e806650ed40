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
MOST_LABELS = 300
_ASCII = [chr(code) for code in range(1, 128)]
_NO_SIGNS = str.maketrans("", "", "".join(c for c in _ASCII if not c.isalnum()))
_NO_BLANKS = str.maketrans("", "", "".join(c for c in _ASCII if c.isspace()))
_NO_DIGITS = str.maketrans("", "", "".join(c for c in _ASCII if c.isdigit()))


def folded(text: str) -> str:
    """A text without case, spacing and punctuation; empty for one with digits, which is told from others by them.

    >>> folded(" New-York "), folded("A12")
    ('newyork', '')
    """
    if len(text) > _LONGEST or any(c.isdigit() for c in text):
        return ""
    return "".join(c for c in text.casefold() if c.isalnum())


def respelled(text: str) -> str:
    """A text as all its spellings have it: :func:`folded`, or without case and blanks where it has digits.

    >>> respelled(" New-York "), respelled("#Team 5")
    ('newyork', '#team5')
    """
    return folded(text) or "".join(text.casefold().split())


def all_respelled(texts: Sequence[str]) -> list[str]:
    """:func:`respelled` of many texts.

    >>> all_respelled([" New-York ", "#Team 5"])
    ['newyork', '#team5']
    """
    together = "\0".join(texts)
    if not together.isascii() or together.count("\0") >= len(texts):
        return [respelled(text) for text in texts]
    low = together.casefold()
    bare, whole, worded = (low.translate(dropped).split("\0") for dropped in (_NO_SIGNS, _NO_BLANKS, _NO_DIGITS))
    each = zip(texts, bare, whole, worded, strict=True)
    return [one if one and len(rest) == len(text) <= _LONGEST else blankless for text, one, blankless, rest in each]


def slips(word: str) -> set[str]:
    """The word, and what is left of it when it loses one letter; only the word when it is short."""
    found = {word}
    if len(word) >= _SHORTEST:
        found.update(word[:i] + word[i + 1 :] for i in range(len(word)))
    return found


def mistyped(text: str, meant: str) -> bool:
    """Whether two neighbouring characters changed places, or one is too many or lost; another one is another value.

    >>> [mistyped(text, "2025-09") for text in ("2052-09", "202-09", "20255-09", "2025-08", "2025-09")]
    [True, True, True, False, False]
    """
    if len(text) == len(meant):
        odd = [at for at, (one, other) in enumerate(zip(text, meant, strict=True)) if one != other]
        return len(odd) == 2 and odd[1] == odd[0] + 1 and text[odd[0]] + text[odd[1]] == meant[odd[1]] + meant[odd[0]]
    short, long = sorted((text, meant), key=len)
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def near_labels(labels: Sequence[str], shares: np.ndarray) -> np.ndarray:
    """(V) the place of a more frequent label that each label is near to, or -1; all -1 where there are too many."""
    result = np.full(len(labels), -1)
    if not 2 <= len(labels) <= MOST_LABELS:
        return result
    index = slip_index(labels, shares)
    for i, label in enumerate(labels):
        result[i] = _nearest(label, float(shares[i]), index, shares)
    return result


def near_texts(fresh: Sequence[str], index: dict[str, int]) -> set[str]:
    """Those of ``fresh`` that are near a frequent label, by its :func:`slip_index`."""
    if not index:
        return set()
    words = ((text, folded(text)) for text in fresh)
    return {text for text, word in words if len(word) >= 2 and not slips(word).isdisjoint(index)}


def slip_index(labels: Sequence[str], shares: np.ndarray) -> dict[str, int]:
    """From a word, or a word less one letter, to the most frequent label it stands for; empty for too many labels."""
    index: dict[str, int] = {}
    if len(labels) > MOST_LABELS:
        return index
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
