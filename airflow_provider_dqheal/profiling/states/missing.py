"""Disguised missing values: empty and blank text, words that mean nothing is there, sentinel numbers and dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.profiling import patterns
from airflow_provider_dqheal.profiling.dates import MICROS_A_DAY
from airflow_provider_dqheal.profiling.states._base import Metrics, add_counts, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView
from airflow_provider_dqheal.profiling.words import MISSING_WORDS, SENTINEL_DATES, SENTINEL_NUMBERS

_DATE_OF_DAY = {day: text for text, day in SENTINEL_DATES.items()}


@registry.register("missing")
@dataclass(frozen=True)
class Missing:
    """Rows of each disguise: ``words`` ("" and " " for empty and blank), ``sentinels`` by number or date."""

    words: dict[str, int] = field(default_factory=dict)
    sentinels: dict[str, int] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Self:
        """No rows."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        words = _words(view) if view.kind == "text" else {}
        sentinels: dict[str, int] = {}
        numbers = view.numbers
        if numbers.count:
            low, high = float(numbers.values.min()), float(numbers.values.max())
            for sentinel in SENTINEL_NUMBERS:
                if low <= sentinel <= high and (rows := numbers.weigh(numbers.values == sentinel)):
                    sentinels[str(int(sentinel))] = rows
        dates, counts = view.dates
        days, odd = np.divmod(dates.micros, MICROS_A_DAY)
        hit = (dates.kind > 0) & (odd == 0) & np.isin(days, list(_DATE_OF_DAY))
        for day, rows in zip(days[hit].tolist(), counts[hit].tolist(), strict=True):
            sentinels[_DATE_OF_DAY[day]] = sentinels.get(_DATE_OF_DAY[day], 0) + rows
        return self + type(self)(words, sentinels)

    def __add__(self, other: Self) -> Self:
        return type(self)(add_counts(self.words, other.words), add_counts(self.sentinels, other.sentinels))

    def to_json(self) -> Any:
        """[words, sentinels]."""
        return [self.words, self.sentinels] if self.words or self.sentinels else None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(dict(value[0]), dict(value[1])) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """empty_fraction, blank_fraction, missing_word_fraction, sentinel_fraction and the strongest sentinel's."""
        empty, blank = self.words.get("", 0), self.words.get(" ", 0)
        return {
            "empty_fraction": share(empty, row_count),
            "blank_fraction": share(blank, row_count),
            "missing_word_fraction": share(sum(self.words.values()) - empty - blank, row_count),
            "sentinel_fraction": share(sum(self.sentinels.values()), row_count),
            "top_sentinel_fraction": share(max(self.sentinels.values(), default=0), row_count),
        }

    @property
    def disguised(self) -> int:
        """Rows that are empty, blank or a word for nothing (sentinels are not counted: they may be values)."""
        return sum(self.words.values())


def _words(view: ColumnView) -> dict[str, int]:
    words: dict[str, int] = {}
    for flag, word in ((patterns.EMPTY, ""), (patterns.BLANK, " ")):
        if rows := int(view.counts[(view.flags & flag) != 0].sum()):
            words[word] = rows
    number = (view.flags & (patterns.NUMBER | patterns.EMPTY | patterns.BLANK)) != 0
    rows_ = np.flatnonzero((view.lengths <= 24) & ~number)
    if len(rows_):
        lower = pc.utf8_lower(view.trimmed.take(pa.array(rows_)))
        hits = pc.is_in(lower, value_set=pa.array(MISSING_WORDS)).to_numpy(zero_copy_only=False)
        for word, rows in zip(lower.filter(pa.array(hits)).to_pylist(), view.counts[rows_[hits]].tolist(), strict=True):
            words[word] = words.get(word, 0) + rows
    return words
