"""Columns that determine others, mined from the accepted rows: approximate dependencies with support and confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.remediation.kernels.text import Cells, Text, is_missing_word

MIN_SUPPORT = 3
MIN_CONFIDENCE = 0.995
_MIN_TESTS = 30
_LEAST_AGREEMENT = 0.9
_PAIR_COLUMNS = 8
_BY_CHANCE = 1e-4
"""How seldom chance gives one of the dependencies that are tried."""


@dataclass(frozen=True)
class Dependency:
    """``left`` determines ``right``: ``values`` maps the texts of ``left`` (joined) to the one text of ``right``.

    ``by_chance``: a bound on the chance of predictions as good as these, were the columns independent. ``doubt``: the
    chance that the next prediction misses, by Laplace's rule of succession.
    """

    left: tuple[str, ...]
    right: str
    values: dict[tuple[Text, ...], str]
    confidence: float
    by_chance: float
    doubt: float


def mine(samples: Sequence[pa.Table], target: str) -> list[Dependency]:
    """Dependencies that determine ``target``: single columns first, pairs of columns when no single one does.

    Each must predict every batch from the others with at least 99.5 % confidence over 30 or more predictions, and
    clearly better than always saying the most frequent value, or than chance does for one of all that are tried. A
    left-hand value counts when at least 3 rows agree on it without exception.
    """
    usable = [table for table in samples if target in table.column_names and table.num_rows]
    if len(usable) < 2:
        return []
    names = [name for name in usable[-1].column_names if all(name in table.column_names for table in usable)]
    columns = {name: [Cells.of(table.column(name)) for table in usable] for name in names}
    target_texts = _texts(columns[target])
    right = Target(target_texts, _codes(target_texts), _is_missing(target_texts))
    batch = np.repeat(np.arange(len(usable)), [table.num_rows for table in usable])
    codes = {name: _codes(_texts(cells)) for name, cells in columns.items() if name != target}
    repeating = {name: code for name, code in codes.items() if 1 < code.max(initial=0) + 1 <= 0.5 * len(batch)}
    singles = [
        found
        for name, code in repeating.items()
        if (found := _test((name,), target, code, right, batch, columns)) is not None
    ]
    singles = _no_chance(singles, len(repeating))
    if singles:
        return singles
    small = sorted(repeating, key=lambda name: repeating[name].max())[:_PAIR_COLUMNS]
    pairs = []
    for first, second in combinations(small, 2):
        joint = repeating[first] * (repeating[second].max() + 1) + repeating[second]
        _, joint = np.unique(joint, return_inverse=True)
        if joint.max() + 1 <= 0.3 * len(batch):
            found = _test((first, second), target, joint, right, batch, columns)
            if found is not None:
                pairs.append(found)
    return _no_chance(pairs, len(repeating) + math.comb(len(small), 2))


def _no_chance(found: Sequence[Dependency], tried: int) -> list[Dependency]:
    """Those that chance gives in hardly any of as many tries, the surest first."""
    return sorted((one for one in found if tried * one.by_chance <= _BY_CHANCE), key=lambda one: -one.confidence)


@dataclass(frozen=True)
class Target:
    """The determined column over all samples: its texts, their codes, and where they are missing."""

    texts: np.ndarray
    value: np.ndarray
    missing: np.ndarray


def _is_missing(texts: np.ndarray) -> np.ndarray:
    words = {text for text in set(texts.tolist()) if is_missing_word(text)}
    return np.array([text in words for text in texts], bool)


def _texts(cells: Sequence[Cells]) -> np.ndarray:
    return np.concatenate([np.array(one.values, object)[one.codes] for one in cells])


def _codes(texts: np.ndarray) -> np.ndarray:
    _, codes = np.unique(np.array(["\0" if text is None else text for text in texts], str), return_inverse=True)
    return codes


def _test(
    left: tuple[str, ...],
    target: str,
    code: np.ndarray,
    right: Target,
    batch: np.ndarray,
    columns: dict[str, list[Cells]],
) -> Dependency | None:
    value, missing = right.value, right.missing
    everywhere = np.ones(len(code), bool)
    top, support, pure = _majority(code, value, everywhere)
    known = ~missing & (support[code] >= MIN_SUPPORT)
    if not known.any() or (top[code[known]] == value[known]).mean() < _LEAST_AGREEMENT:
        return None  # not even the rows it was read from agree: no need to predict batch by batch
    tests, hits, by_chance = 0, 0, 0.0
    shares = np.bincount(value[~missing], minlength=value.max() + 1) / max(1, (~missing).sum())
    for index in np.unique(batch):
        test, train = (batch == index) & ~missing, batch != index
        first, seen, clean = _majority(code, value, train)
        asked = test & (seen[code] >= MIN_SUPPORT) & clean[code]
        tests += int(asked.sum())
        hits += int((first[code[asked]] == value[asked]).sum())
        by_chance += float(shares[first[code[asked]]].sum())
    if tests < _MIN_TESTS:
        return None
    confidence = hits / tests
    if confidence < MIN_CONFIDENCE or (1 - confidence) > 0.1 * (1 - shares.max()):
        return None
    parts = [_texts(columns[name]) for name in left]
    first = np.unique(code, return_index=True)[1]
    values = {
        tuple(part[at] for part in parts): right.texts[np.flatnonzero(value == top[key])[0]]
        for key, at in enumerate(first)
        if pure[key] and support[key] >= MIN_SUPPORT
    }
    values = {
        key: str(text)
        for key, text in values.items()
        if not is_missing_word(text) and not any(is_missing_word(part) for part in key)
    }
    chance = _chance(tests - hits, tests, by_chance / tests)
    doubt = (tests - hits + 1) / (tests + 2)
    return Dependency(left, target, values, confidence, chance, doubt) if values else None


def _chance(misses: int, tests: int, rate: float) -> float:
    """A bound on the chance of so few misses or fewer in so many tests that each hit at this rate."""
    if not 0 < rate < 1:
        return rate
    odds = tests * math.log(rate), math.log1p(-rate) - math.log(rate)
    least = (math.lgamma(tests + 1) - math.lgamma(k + 1) - math.lgamma(tests - k + 1) for k in range(misses + 1))
    return (misses + 1) * math.exp(min(0.0, max(ways + odds[0] + k * odds[1] for k, ways in enumerate(least))))


def _majority(code: np.ndarray, value: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per code: its most frequent value, its rows, and whether it has no other value."""
    size = int(code.max()) + 1
    joint, rows = np.unique(code[chosen] * (value.max() + 1) + value[chosen], return_counts=True)
    owner, held = joint // (value.max() + 1), joint % (value.max() + 1)
    top, best = np.full(size, -1), np.zeros(size, np.int64)
    order = np.argsort(rows, kind="stable")
    top[owner[order]], best[owner[order]] = held[order], rows[order]
    total = np.bincount(code[chosen], minlength=size)
    return top, total, (total > 0) & (best == total)
