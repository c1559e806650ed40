"""Whether texts are plainly values of a column: they read as its type and look as its values do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.dates import read_as, readings
from airflow_provider_dqheal.remediation.kernels.likeness import shape_of
from airflow_provider_dqheal.remediation.kernels.numbers import is_number
from airflow_provider_dqheal.remediation.kernels.text import Text, is_missing_word

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


def fits(texts: Iterable[Text], history: ColumnHistory) -> float:
    """Share of the distinct ``texts`` that are plainly values of the column; missing values count where it has some."""
    distinct = set(texts)
    shapes = {shape_of(text) for text in history.present}
    frame = Frame.of(history.present)
    allowed = bool(len(history.missing_fractions)) and float(history.missing_fractions.max()) > 0
    good = sum(_fits(text, history, shapes, frame, allowed) for text in distinct)
    return good / max(1, len(distinct))


def _fits(text: Text, history: ColumnHistory, shapes: set[str], frame: Frame | None, allowed: bool) -> bool:
    if text is None or is_missing_word(text):
        return allowed or text in history.pooled
    if text in history.pooled:
        return True
    if history.is_numeric:
        return is_number(text) and (history.type != "int" or text.lstrip("+-").isdigit())
    if history.date_layout is not None:
        layouts = {history.date_layout, history.date_layout.removesuffix(".%f")}  # whole seconds need no fraction
        return any(read_as(text, layout) is not None for layout in layouts)
    if history.type in ("date", "datetime"):
        found = {layout for layout, _ in readings(text)}
        return bool(found & history.read_layouts) or any(layout.startswith("%Y-%m-%d") for layout in found)
    if history.boolean_pair is not None or history.is_categorical:
        return False
    return shape_of(text) in shapes or (frame is not None and frame.holds(text))
