"""How far a batch is from its history, against how far history batches are from each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.corruptions._arrow import flat, rendered

_ROWS = 5_000
_TEXTS = 800


def above(share: float, most: float, rows: int) -> bool:
    """Whether a share exceeds the largest of the history by more than three standard errors and two rows."""
    return share > most + 3.0 * float(np.sqrt(most * (1.0 - most) / rows)) + 2.0 / rows


def top_number(values: np.ndarray) -> float:
    """The share of the most frequent number; 0 below ten values."""
    return float(np.unique(values, return_counts=True)[1].max() / len(values)) if len(values) >= 10 else 0.0


def numeric_shift(after: np.ndarray, samples: list[np.ndarray]) -> bool:
    """Whether sorted numbers are no further from the samples than these are from each other; trends are followed."""
    medians = np.array([np.median(values) for values in samples])
    steps = np.diff(medians)
    if len(steps) >= 2 and (bool(np.all(steps > 0)) or bool(np.all(steps < 0))):
        step = float(np.median(after) - medians[-1])
        spread = float(steps.max() - steps.min())
        inside = float(steps.min()) - spread <= step <= float(steps.max()) + spread
        centred = [values - np.median(values) for values in samples]
        return inside and within(after - np.median(after), centred)
    return within(after, samples)


def within(after: np.ndarray, samples: list[np.ndarray]) -> bool:
    """Whether the Kolmogorov-Smirnov distance to the pooled samples is not above that of each to the others."""
    if len(samples) == 1:
        return _ks(after, samples[0]) <= 1.36 * float(np.sqrt(1 / len(after) + 1 / len(samples[0])))
    distance = _ks(after, np.sort(np.concatenate(samples)))
    others = [np.sort(np.concatenate(samples[:i] + samples[i + 1 :])) for i in range(len(samples))]
    return distance <= max(_ks(one, rest) for one, rest in zip(samples, others, strict=True))


def label_shift(after: pa.ChunkedArray, past: Sequence[pa.Array]) -> bool:
    """Whether labels (or texts) are no further from the history than its batches are from each other."""
    tables = [_frequencies(batch) for batch in past]
    if len(tables) == 1:
        return False
    pooled = sum(tables, Counter())
    now = _frequencies(after)
    rows = len(after)
    if above(_top(now), max(map(_top, tables)), rows):
        return False
    if len(pooled) > 0.5 * pooled.total():
        return _text_shift(after, past)
    return not _unseen_above(now, tables, pooled, rows) and _total_variation(now, pooled) <= max(
        _total_variation(one, pooled - one) for one in tables
    )


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's coefficient of the rows where both are known; nan below 8 rows."""
    both = np.isfinite(first) & np.isfinite(second)
    if int(both.sum()) < 8:
        return float("nan")
    left, right = (np.argsort(np.argsort(values[both])).astype(float) for values in (first, second))
    return float(np.corrcoef(left, right)[0, 1])


def row_texts(table: pa.Table) -> list[str]:
    """The first rows of a table, each as one text."""
    columns = [rendered(column.slice(0, _ROWS)) for column in table.columns]
    joined = pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\x00")
    return [str(row) for row in flat(joined).to_pylist()]


def repeated(rows: Sequence[str]) -> float:
    """The share of rows that repeat an earlier row."""
    return 1.0 - len(set(rows)) / max(1, len(rows))


def overlap(rows: Sequence[str], earlier: Sequence[Sequence[str]]) -> float:
    """The share of rows that came in an earlier batch."""
    known = set().union(*earlier)
    return sum(row in known for row in rows) / max(1, len(rows))


def _text_shift(after: pa.ChunkedArray, past: Sequence[pa.Array]) -> bool:
    now, before = _texts(after), [_texts(batch) for batch in past]
    before = [texts for texts in before if texts]
    if not now or len(before) < 2:
        return True
    for measure in (len, _words, _digits):
        samples = [np.sort(np.asarray([measure(text) for text in texts], dtype=float)) for texts in before]
        if not within(np.sort(np.asarray([measure(text) for text in now], dtype=float)), samples):
            return False
    tables = [_tokens(texts) for texts in before]
    pooled, tokens = sum(tables, Counter()), _tokens(now)
    return not _unseen_above(tokens, tables, pooled, tokens.total() or 1)


def _texts(data: pa.Array | pa.ChunkedArray) -> list[str]:
    return [str(value) for value in rendered(data[:_TEXTS]).to_pylist() if value]


def _words(text: str) -> int:
    return text.count(" ")


def _digits(text: str) -> float:
    return sum(sign.isdigit() for sign in text) / max(1, len(text))


def _tokens(texts: Sequence[str]) -> Counter[str]:
    return Counter(token for text in texts for token in [text[:2], *re.findall(r"[^\W\d_]+", text)])


def _ks(first: np.ndarray, second: np.ndarray) -> float:
    grid = np.concatenate([first, second])
    left = np.searchsorted(first, grid, side="right") / len(first)
    right = np.searchsorted(second, grid, side="right") / len(second)
    return float(np.abs(left - right).max())


def _frequencies(data: pa.Array | pa.ChunkedArray) -> Counter[str]:
    counts = pc.value_counts(rendered(data))
    return Counter(dict(zip(map(str, counts.field(0).to_pylist()), counts.field(1).to_pylist(), strict=True)))


def _unseen_above(now: Counter[str], tables: Sequence[Counter[str]], pooled: Counter[str], rows: int) -> bool:
    return above(_unseen(now, pooled), max(_unseen(one, pooled - one) for one in tables), rows)


def _unseen(counts: Counter[str], known: Counter[str]) -> float:
    return sum(count for value, count in counts.items() if value not in known) / max(1, counts.total())


def _top(counts: Counter[str]) -> float:
    return max(counts.values(), default=0) / max(1, counts.total())


def _total_variation(first: Counter[str], second: Counter[str]) -> float:
    left, right = max(first.total(), 1), max(second.total(), 1)
    return 0.5 * sum(abs(first[key] / left - second[key] / right) for key in first.keys() | second.keys())
