"""Constraints that the accepted batches obey, with margins as wide as those batches differ by themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.validation.conservation import as_text

MISSING_WORDS = frozenset(
    {"", "n/a", "#n/a", "na", "nan", "null", "none", "-", "--", "?", "<na>", "nat", "missing", "(null)"}
)


_OPEN = 0.05
"""Share of unknown texts from which on a column is no closed list."""
_HALVES = 4
"""Batches of which a half shows how far the others have moved on."""


def counts_of(array: pa.ChunkedArray | pa.Array, weights: np.ndarray | None = None) -> Counter[str | None]:
    """Rows per distinct text; ``weights`` (rows per element) default to one."""
    texts = as_text(array).to_pylist()
    counts: Counter[str | None] = Counter()
    for text, weight in zip(texts, weights.tolist() if weights is not None else [1] * len(texts), strict=True):
        counts[text] += weight
    return counts


def is_missing(text: str | None) -> bool:
    """Whether the text stands for a missing value."""
    return text is None or text.strip().lower() in MISSING_WORDS


def numbers(counts: Counter[str | None]) -> np.ndarray:
    """Finite numbers among the texts, ascending, as often as they have rows."""
    values: list[float] = []
    for text, count in counts.items():
        try:
            value = float(text) if text is not None and "_" not in text else np.nan
        except ValueError:
            continue
        if np.isfinite(value):
            values += [value] * count
    return np.sort(np.array(values, np.float64))


def repeats(counts: Counter[str | None]) -> int:
    """Rows beyond the first of each present text."""
    return sum(count - 1 for text, count in counts.items() if count > 1 and not is_missing(text))


def without(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """``values`` less one for each equal one of ``others``: what is new, however it was written."""
    rest = Counter(values.tolist()) - Counter(others.tolist())
    return np.array(sorted(rest.elements()), np.float64)


@dataclass(frozen=True)
class ColumnConstraints:
    """What one column obeys in the history: rows per text of each accepted batch, oldest first."""

    name: str
    batches: tuple[Counter[str | None], ...]

    @cached_property
    def pooled(self) -> Counter[str | None]:
        """Rows per text over all batches."""
        total: Counter[str | None] = Counter()
        for counts in self.batches:
            total.update(counts)
        return total

    @cached_property
    def numeric(self) -> bool:
        """Whether nearly all present values are numbers."""
        present = sum(count for text, count in self.pooled.items() if not is_missing(text))
        return present > 0 and len(self.all_numbers) >= 0.98 * present

    @cached_property
    def numbers(self) -> tuple[np.ndarray, ...]:
        """Numbers of each batch."""
        return tuple(numbers(counts) for counts in self.batches)

    @cached_property
    def all_numbers(self) -> np.ndarray:
        """Numbers of all batches, ascending."""
        return np.sort(np.concatenate(self.numbers)) if self.numbers else np.zeros(0)

    def range(self, stretch: float = 1.0) -> tuple[float, float]:
        """Widest accepted range: what was seen, plus ``stretch`` times the margin that batches need by themselves."""
        low, high = float(self.all_numbers[0]), float(self.all_numbers[-1])
        wider = stretch * self._margin
        return max(low - wider, 0.0) if low >= 0 else low - wider, high + wider

    @cached_property
    def _margin(self) -> float:
        """Twice the farthest any batch went beyond the others, and no less than the inner spread."""
        ends = [(values[0], values[-1]) for values in self.numbers if len(values)]
        low, high = min(end[0] for end in ends), max(end[1] for end in ends)
        q05, q95 = np.quantile(self.all_numbers, [0.05, 0.95])
        margin = max(0.25 * (high - low), float(q95 - q05), 1e-9)
        if len(ends) > 1:
            for index, (first, last) in enumerate(ends):
                rest = ends[:index] + ends[index + 1 :]
                margin = max(
                    margin, 2 * (min(end[0] for end in rest) - first), 2 * (last - max(end[1] for end in rest))
                )
        return margin

    @cached_property
    def missing_bound(self) -> tuple[float, float]:
        """(largest share of missing cells seen, mean share)."""
        shares = [
            sum(count for text, count in counts.items() if is_missing(text)) / max(1, counts.total())
            for counts in self.batches
        ]
        return (max(shares), float(np.mean(shares))) if shares else (1.0, 1.0)

    @cached_property
    def unseen_bound(self) -> float | None:
        """Largest share of a batch's rows whose text no other batch has; None when values hardly repeat or move on."""
        if len(self.batches) < 2 or self.pooled.total() < 30 or len(self.pooled) > max(20, self.pooled.total() // 5):
            return None
        shares = []
        for counts in self.batches:
            fresh = sum(count for text, count in counts.items() if self.pooled[text] == count)
            shares.append(fresh / max(1, counts.total()))
        return max(shares) if max([*shares, self._moved_on]) <= _OPEN else None

    @property
    def _moved_on(self) -> float:
        """Share of the last batch's rows whose text the first half of the batches does not have: dates go on."""
        if len(self.batches) < _HALVES:
            return 0.0
        known = set().union(*self.batches[: len(self.batches) // 2])
        last = self.batches[-1]
        return sum(count for text, count in last.items() if text not in known) / max(1, last.total())

    @cached_property
    def unique(self) -> bool:
        """Whether no batch holds a present value twice; measured decimals are no keys."""
        if self.numeric and bool((self.all_numbers % 1 != 0).any()):
            return False
        present = sum(count for text, count in self.pooled.items() if not is_missing(text))
        return present >= 20 and all(
            all(count == 1 for text, count in counts.items() if not is_missing(text)) for counts in self.batches
        )

    def distance(self, counts: Counter[str | None]) -> float:
        """How far a batch's column is from the history, 0 to 1: Kolmogorov-Smirnov, or total variation of texts."""
        if self.numeric:
            values, known = numbers(counts), self.all_numbers
            present = sum(count for text, count in counts.items() if not is_missing(text))
            if not len(values):
                return 1.0
            points = np.concatenate([values, known])
            ours = np.searchsorted(values, points, side="right") / len(values)
            theirs = np.searchsorted(known, points, side="right") / len(known)
            unread = 1 - len(values) / max(1, present)
            return float(max(np.abs(ours - theirs).max(), unread))
        total, known_total = max(1, counts.total()), max(1, self.pooled.total())
        texts = set(counts) | set(self.pooled)
        return 0.5 * sum(abs(counts[text] / total - self.pooled[text] / known_total) for text in texts)


def mine(baseline: Baseline) -> dict[str, ColumnConstraints]:
    """Constraints of every accepted column, from the row samples of the accepted batches."""
    samples = [(profile.sample_table(), np.asarray(profile.sample_counts, np.int64)) for profile in baseline.profiles]
    return {
        column.name: ColumnConstraints(
            column.name,
            tuple(
                counts_of(table.column(column.name), weights)
                for table, weights in samples
                if column.name in table.column_names
            ),
        )
        for column in baseline.table_schema.columns
    }
