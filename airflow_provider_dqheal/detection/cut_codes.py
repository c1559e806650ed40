"""Codes of one width some of which lost their end or their beginning: 'P12345' in a column of 'P1234567'.

Nothing else shows a few of them: they are new texts in a column where every text is new.
"""

from __future__ import annotations

import re
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from airflow_provider_dqheal.detection.off_form import off_form
from airflow_provider_dqheal.detection.stack import ColumnStack, Stack
from airflow_provider_dqheal.detection.view import BatchView
from airflow_provider_dqheal.issues._base import OffForm

_LEAST_BATCHES, _LEAST_ROWS, _LEAST_VALUES = 5, 200, 50
"""Batches and rows that hold the codes, and different ones among them: those of a short list are known by name."""
_SHORTEST, _LONGEST = 5, 64
_MOST_NUMBERS, _LEAST_ZEROS = 0.5, 0.005
"""Share of the codes that may read as numbers, which are judged by their size, unless as many begin with a zero."""
_CLASSES = (
    (frozenset(string.digits), r"\d"),
    (frozenset(string.ascii_lowercase), "[a-z]"),
    (frozenset(string.ascii_uppercase), "[A-Z]"),
    (frozenset(string.digits + string.ascii_letters), "[0-9A-Za-z]"),
)


@dataclass(frozen=True)
class Code:
    """What stands at each place of a column's codes, as regular expressions, and how many cells told so."""

    places: tuple[str, ...]
    told: int

    @cached_property
    def _cut(self) -> dict[int, re.Pattern[str]]:
        width, places = len(self.places), self.places
        return {
            length: re.compile("".join(places[:length]) + "|" + "".join(places[width - length :]))
            for length in range((width + 1) // 2, width)
        }

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("".join(self.places))

    def fits(self, text: str) -> bool:
        """Whether a text is such a code."""
        return self._pattern.fullmatch(text) is not None

    def is_whole(self, text: str) -> bool:
        """Whether a text is no such code that lost up to half of its characters at one end."""
        cut = self._cut.get(len(text))
        return cut is None or cut.fullmatch(text) is None


def cut_codes(batch: BatchView, stack: Stack) -> tuple[OffForm, ...]:
    """The columns of codes of one width with more cells that are cut off than chance gives."""
    found = []
    for name, code in stack.once(_codes_of).items():
        view = batch.columns.get(name)
        if view is not None and view.values:
            whole = next((view.values[0] for view in stack.columns[name].views if view is not None and view.values), "")
            found.append(off_form(view, f"whole code as {whole!r}", code.is_whole, 0, code.told))
    return tuple(one for one in found if one is not None)


def _codes_of(stack: Stack) -> dict[str, Code]:
    if len(stack.batches) < _LEAST_BATCHES:
        return {}
    return {name: code for name, column in stack.columns.items() if (code := _code_of(column)) is not None}


def _code_of(column: ColumnStack) -> Code | None:
    views = [view for view in column.views if view is not None and view.present > 0]
    told = int(sum(view.present for view in views))
    if told < _LEAST_ROWS or any(view.temporal for view in views):
        return None
    width = views[0].lengths[0]
    if not all((view.lengths == width).all() for view in views):
        return None
    texts = {text for view in views for text in view.values}
    numbers = sum(view.kinds["number"] for view in views) > _MOST_NUMBERS * told
    if numbers and sum(text[0] == "0" for text in texts) < _LEAST_ZEROS * len(texts):
        return None
    return code_of(texts, told)


def code_of(texts: Collection[str], told: int) -> Code | None:
    """The code that all different texts of a column are; None where they are not of one width, or few.

    Args:
        texts: the different texts.
        told: the cells that hold them.
    """
    width = len(next(iter(texts), ""))
    if told < _LEAST_ROWS or len(texts) < _LEAST_VALUES or not _SHORTEST <= width <= _LONGEST:
        return None
    if any(len(text) != width for text in texts):
        return None
    return Code(tuple(map(_class_of, zip(*texts, strict=True))), told)


def _class_of(seen: Sequence[str]) -> str:
    """What stands at one place of all codes."""
    different = set(seen)
    if len(different) == 1:
        return re.escape(seen[0])
    return next((pattern for signs, pattern in _CLASSES if different <= signs), ".")
