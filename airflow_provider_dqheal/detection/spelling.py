"""How a text is spelled: how likely its characters follow each other, by the other batches of its column.

The surprise of a text is the mean of -log p over its neighbouring characters, where p is estimated from the distinct
texts of the other batches. Keyboard noise, markup, hashes and words of another language stand out; new names do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.detection.scalars import surplus_z

SPELLING = (
    "spelling_share",
    "spelling_loo",
    "spelling_z",
    "spelling_reach",
    "spelling_excess",
    "spelling_shift",
)
LONGEST = 48
"""Bytes of a text that are read."""

_CLASSES = 40
_CLASS = np.full(256, 39, np.uint8)
_CLASS[ord("a") : ord("z") + 1] = np.arange(1, 27)
_CLASS[ord("A") : ord("Z") + 1] = np.arange(1, 27)
_CLASS[ord("0") : ord("9") + 1] = 27
for _place, _signs in enumerate((" \t\n", "-_", ".,;:", "/\\", "@", "'\"`", "()[]{}", "<>=&", "%$#*+!?", "|~^")):
    for _sign in _signs:
        _CLASS[ord(_sign)] = 28 + _place
_PRIOR = 0.3
_MARGIN = 0.25
"""Above the record of the other batches by this much, in nats a character, a text is strange."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """The neighbouring characters of a batch's distinct texts.

    ``codes``: those of all texts, one after the other; ``starts``: where each text begins; ``counts`` (classes squared)
    of each pair over the distinct texts; ``weights``: the cells of each text.
    """

    codes: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    weights: np.ndarray

    @cached_property
    def sizes(self) -> np.ndarray:
        """(texts,) pairs of each text, and one more."""
        return np.diff(np.append(self.starts, len(self.codes))) + 1.0

    @cached_property
    def total(self) -> float:
        """Cells of all texts."""
        return float(self.weights.sum())


@dataclass(frozen=True, eq=False)
class Spelled:
    """The texts of one batch as the other batches expect them: the most surprising, and mean and spread over cells."""

    most: float
    mean: float
    spread: float
    cells: float


NOTHING = Spelled(np.nan, np.nan, np.nan, 0.0)


def pairs_of(texts: tuple[str, ...], weights: np.ndarray) -> Pairs | None:
    """The pairs of the distinct texts of a batch; None where there is no text."""
    if not texts:
        return None
    short = pc.binary_slice(pc.cast(pa.array(texts, pa.string()), pa.binary()), 0, LONGEST)
    lengths = pc.binary_length(short).to_numpy(zero_copy_only=False).astype(np.int64)
    raw = np.frombuffer(b"".join(short.to_pylist()), np.uint8)
    # One 0 before each text and one after the last: a text's pairs begin at its 0 and end at the next.
    ends = np.cumsum(lengths + 1)
    spelled = np.zeros(int(ends[-1]) + 1, np.uint16)
    spelled[np.arange(len(raw)) + np.repeat(np.arange(len(lengths)) + 1, lengths)] = _CLASS[raw]
    codes = spelled[:-1] * _CLASSES + spelled[1:]
    counts = np.bincount(codes, minlength=_CLASSES * _CLASSES).astype(np.float64)
    return Pairs(codes, np.concatenate([[0], ends[:-1]]), counts, weights)


def expectation(counts: np.ndarray) -> np.ndarray:
    """-log p of each pair given its first character, from the counts of pairs."""
    table = counts.reshape(_CLASSES, _CLASSES) + _PRIOR
    return -np.log(table / table.sum(axis=1, keepdims=True)).ravel()


def surprise(pairs: Pairs, expected: np.ndarray) -> np.ndarray:
    """The mean surprise of each text, drawn towards nothing where it is short."""
    found: np.ndarray = np.add.reduceat(expected.take(pairs.codes), pairs.starts) / pairs.sizes
    return found


def spelled_of(pairs: Pairs | None, others: np.ndarray) -> Spelled:
    """The texts of a batch by the pair counts of other batches."""
    if pairs is None or others.sum() <= 0:
        return NOTHING
    found = surprise(pairs, expectation(others))
    total = pairs.weights.sum()
    mean = float((found * pairs.weights).sum() / total)
    spread = float(np.sqrt((pairs.weights * (found - mean) ** 2).sum() / total))
    return Spelled(float(found.max()), mean, spread, float(total))


def leave_one_out(views: list[Pairs | None]) -> tuple[Spelled, ...]:
    """Each batch by all others."""
    known = [pairs for pairs in views if pairs is not None]
    if len(known) < 2:
        return tuple(NOTHING for _ in views)
    total = sum((pairs.counts for pairs in known), np.zeros(_CLASSES * _CLASSES))
    return tuple(spelled_of(pairs, total - pairs.counts) if pairs is not None else NOTHING for pairs in views)


@dataclass(frozen=True, eq=False)
class Expected:
    """What is usual over some batches of a column.

    ``surprise`` (classes squared,) of each pair of characters; ``record`` and ``second``: the most surprising texts of
    two batches; ``loo``: share of the cells of the record's batch that one text is, where it stands out; ``means`` of
    the batches, and their ``spread`` over cells.
    """

    surprise: np.ndarray
    record: float
    second: float
    loo: float
    means: np.ndarray
    spread: float

    @cached_property
    def mean(self) -> float:
        """Of the means."""
        return float(self.means.mean())

    @cached_property
    def variance(self) -> float:
        """Of the means."""
        return float(self.means.var(ddof=1))

    @classmethod
    def of(cls, pairs: Sequence[Pairs | None], spelled: Sequence[Spelled]) -> Expected | None:
        """From the batches' pairs, and each batch by the others; None where fewer than two hold texts."""
        counts = [one.counts for one in pairs if one is not None]
        known = [one for one in spelled if one.cells > 0]
        total = np.sum(counts, axis=0) if counts else np.zeros(0)
        if total.sum() <= 0 or len(known) < 2:
            return None
        most = np.asarray([one.most for one in known])
        second, record = np.sort(most)[-2:].tolist()
        loo = 1.0 / known[int(np.argmax(most))].cells if record > second + _MARGIN else 0.0
        means = np.asarray([one.mean for one in known])
        return cls(expectation(total), record, second, loo, means, float(np.mean([one.spread for one in known])))


def measure_spelling(pairs: Pairs | None, usual: Expected | None) -> list[float]:
    """The measurements :data:`SPELLING` of one batch; all 0 where the column or its history holds no texts."""
    if pairs is None or usual is None:
        return [0.0] * len(SPELLING)
    found, total = surprise(pairs, usual.surprise), pairs.total
    most = float(found.max())
    share = float(pairs.weights[found > usual.record + _MARGIN].sum() / total) if most > usual.record + _MARGIN else 0.0
    mean = float((found * pairs.weights).sum() / total)
    reach = max(most - usual.record, 0.0)
    return [
        share,
        usual.loo,
        max(float(surplus_z(share, usual.loo, total)), 0.0) if share > usual.loo else 0.0,
        reach,
        math.log((reach + 0.1) / (usual.record - usual.second + 0.1)),
        (mean - usual.mean) / math.sqrt(usual.variance + usual.spread**2 / total + 1e-4),
    ]


def strange_texts(counts: Mapping[str, int], batches: Sequence[Mapping[str, int]]) -> list[str]:
    """The texts of a batch that are more surprising than any of the other ``batches``; cells a text in each."""
    own, *others = (pairs_of(tuple(one), np.fromiter(one.values(), np.float64)) for one in (counts, *batches))
    usual = Expected.of(others, leave_one_out(others))
    if own is None or usual is None:
        return []
    texts = list(counts)
    return [texts[place] for place in np.flatnonzero(surprise(own, usual.surprise) > usual.record + _MARGIN)]
