"""How large a number is by a text in its row: the price of an article, the rate of a currency, the dose of a drug.

The middle size in the rows with the same text, learned from the rest of the history for each of its batches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.size_fit import odds_limit, telling_reach

_LEAST = 2
"""Rows with a text and a size, from which on the text tells one."""
_CLOSE = 0.3
"""Reach up to which a text tells a size so closely that a number far off is wrong."""
_ALIKE, _REPEATS = 0.6, 0.5
"""Spread within the rows of a text, as a part of the whole, up to which it is worth a closer look; and the different
texts of a column whose rows are compared, as a part of the rows."""


@dataclass(frozen=True, eq=False)
class GroupFit:
    """What one column's sizes are by the texts of another.

    Attributes:
        middle: the natural logarithm of the middle size, by text.
        off: per batch (rows,) how far its sizes are from what the other batches say; nan where these do not tell.
        reach: how far accepted rows are off, as a natural logarithm.
    """

    middle: Mapping[str, float]
    off: tuple[np.ndarray, ...]
    reach: float

    @cached_property
    def limit(self) -> float:
        """How far a size may be off before its row is at odds; infinite where texts do not tell closely."""
        return odds_limit(self.off, self.reach, _CLOSE)

    @cached_property
    def told(self) -> int:
        """Rows of the history that were predicted."""
        return sum(int(np.isfinite(one).sum()) for one in self.off)

    def expected(self, texts: Sequence[str | None]) -> np.ndarray:
        """(rows,) what the texts of a batch say; nan where they do not tell."""
        return np.array([self.middle.get(text, np.nan) if text is not None else np.nan for text in texts], float)


def fit_group(texts: CodedColumn, sizes: Sequence[np.ndarray]) -> GroupFit | None:
    """The fit of a column's sizes, if texts tell them well enough.

    Args:
        texts: what another column holds in the rows of the history.
        sizes: per batch of the history (rows,) the sizes, nan where there is none.
    """
    count = len(texts.labels)
    if not 2 <= count <= _REPEATS * len(texts.every):
        return None
    codes, every, pooled = texts.recurring, np.concatenate(texts.recurring), np.concatenate(sizes)
    if not _is_worth(every, pooled, count):
        return None
    batch = np.repeat(np.arange(len(sizes)), [len(one) for one in sizes])
    there = np.flatnonzero((every >= 0) & np.isfinite(pooled))
    there = there[np.lexsort((pooled[there], every[there]))]
    off = []
    for at, own in enumerate(sizes):
        rest = there[batch[there] != at]
        off.append(own - np.append(_middles(every[rest], pooled[rest], count), np.nan)[codes[at]])
    reach = telling_reach(off, pooled)
    if reach is None:
        return None
    middle = _middles(every[there], pooled[there], count)
    known = {text: float(middle[at]) for at, text in enumerate(texts.labels) if np.isfinite(middle[at])}
    return GroupFit(known, tuple(off), reach)


def _is_worth(codes: np.ndarray, sizes: np.ndarray, count: int) -> bool:
    """Whether the rows of a text are more like each other than like all."""
    there = (codes >= 0) & np.isfinite(sizes)
    codes, sizes = codes[there], sizes[there]
    rows = np.bincount(codes, minlength=count)
    if len(sizes) < 2 or rows.max(initial=0) < _LEAST:
        return False
    mean = np.bincount(codes, sizes, minlength=count) / np.maximum(rows, 1)
    repeated = rows[codes] >= _LEAST
    within = np.abs((sizes - mean[codes])[repeated])
    return bool(np.median(within) <= _ALIKE * np.median(np.abs(sizes - np.median(sizes))))


def _middles(codes: np.ndarray, sizes: np.ndarray, count: int) -> np.ndarray:
    """(count,) the median size of each text, by rows sorted by text and size; nan where fewer than two have one."""
    rows = np.bincount(codes, minlength=count)
    first = np.cumsum(rows) - rows
    found = np.full(count, np.nan)
    known = rows >= _LEAST
    low, high = first + (rows - 1) // 2, first + rows // 2
    found[known] = (sizes[low[known]] + sizes[high[known]]) / 2
    return found
