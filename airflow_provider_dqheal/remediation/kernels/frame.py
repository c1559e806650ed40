"""What all texts of a column have in common: identifiers of which hardly two look alike are told by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LEAST_OF_FRAME = 20
"""Texts that there have to be before a frame common to all of them says anything."""


@dataclass(frozen=True)
class Frame:
    """What all texts of a column have in common: their length, their signs and where, and their characters.

    So hexadecimal identifiers and other codes are told, of which hardly two have letters and digits in the same places.
    """

    signs: str
    characters: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Frame | None:
        """The frame of different texts (at least 20); None when they differ in length or signs."""
        distinct = set(texts)
        signs = {_signs(text) for text in distinct}
        if len(distinct) < _LEAST_OF_FRAME or len(signs) != 1:
            return None
        return cls(next(iter(signs)), frozenset(ch for text in distinct for ch in text if ch.isalnum()))

    def holds(self, text: str) -> bool:
        """Whether the text has the same length and signs, and no letter or digit that no other text has."""
        return _signs(text) == self.signs and all(ch in self.characters for ch in text if ch.isalnum())


def _signs(text: str) -> str:
    return "".join("#" if ch.isalnum() else ch for ch in text)
