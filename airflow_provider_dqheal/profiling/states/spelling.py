"""How text is written: surrounding white space, case, letters and digits, non-ASCII characters."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Self

import pyarrow.compute as pc

from airflow_provider_dqheal.profiling import patterns
from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView

_FLAGS = (
    patterns.LEADING,
    patterns.TRAILING,
    patterns.UPPER,
    patterns.LOWER,
    patterns.LETTERS,
    patterns.DIGITS,
    patterns.NON_ASCII,
)
_NAMES = (
    "leading_space",
    "trailing_space",
    "upper",
    "lower",
    "letters",
    "digits",
    "non_ascii",
    "replacement",
    "mojibake",
)


@registry.register("spelling")
@dataclass(frozen=True)
class Spelling:
    """Rows of text (neither empty nor blank) written in each way; of a long text only the beginning counts."""

    texts: int = 0
    leading_space: int = 0
    trailing_space: int = 0
    upper: int = 0
    lower: int = 0
    letters: int = 0
    digits: int = 0
    non_ascii: int = 0
    replacement: int = 0
    mojibake: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No text."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        if view.kind != "text" or not len(view.texts):
            return self
        flags, counts = view.flags, view.counts
        there = int(counts[(flags & (patterns.EMPTY | patterns.BLANK)) == 0].sum())
        found = [int(counts[(flags & flag) != 0].sum()) for flag in _FLAGS]
        odd = [0, 0]
        if ((flags & patterns.NON_ASCII) != 0).any():
            for at, expression in enumerate(("\ufffd", "Ã[\u0080-¿]|â€|Â[\u0080-¿]")):
                hits = pc.match_substring_regex(view.texts, expression).to_numpy(zero_copy_only=False)
                odd[at] = int(counts[hits].sum())
        return self + type(self)(there, *found, *odd)

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def to_json(self) -> Any:
        """The counts, in the order of the fields."""
        return list(astuple(self)) if any(astuple(self)) else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(*value) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """Shares over text that is there."""
        return {f"{name}_fraction": share(getattr(self, name), self.texts) for name in _NAMES}
