"""How far two batches' mixes of values are apart: total variation, and chi-square beyond chance.

Both are sums over values. A value that only one of the batches has adds what depends on its share alone, so values of
equal share are counted, not looked at one by one; only those that both have are compared.

Source: Pearson 1900, two samples pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from airflow_provider_dqheal.detection.segments import segment_sums, sizes_of

_MOST_POOLED = 0.9
_LEAST_VARIANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Tally:
    """The shares in [0, 1] that occur in a mix, ascending, and how many values have each."""

    shares: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, mix: np.ndarray) -> Tally:
        """Of the share of each value; values of share 0 are not there."""
        return cls(*np.unique(mix[mix > 0], return_counts=True))

    @cached_property
    def total(self) -> float:
        """The sum of all shares."""
        return float((self.shares * self.counts).sum())

    @cached_property
    def distinct(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())


@dataclass(frozen=True, eq=False)
class Mix:
    """What a batch's mix is compared with: ``own`` (L) shares of values that the N others may have, ``theirs`` (N, L).

    ``tally``: all values of the batch; ``tallies`` (N): all of each other batch.
    """

    own: np.ndarray
    theirs: np.ndarray
    tally: Tally
    tallies: Sequence[Tally]


def mix_distances(mixes: Sequence[Mix], present: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(M, 2, N) total variation, and chi-square over its degrees of freedom in standard deviations, at least 0.

    Args:
        mixes: M batches, each to be compared with N others.
        present: (M) present cells.
        others: (M, N) present cells of the others; nan where there is no such batch.
    """
    weight = present[:, None] / np.maximum(present[:, None] + others, 1.0)
    rest = others / np.maximum(present[:, None] + others, 1.0)
    own, theirs = np.concatenate([mix.own for mix in mixes]), np.concatenate([mix.theirs for mix in mixes], axis=1)
    sizes = sizes_of([mix.own for mix in mixes])
    pooled_own = np.repeat(weight, sizes, axis=0).T * own
    pooled_theirs = np.repeat(rest, sizes, axis=0).T * theirs
    both = (theirs > 0) & (own > 0)
    surplus = (
        _spread(own - theirs, pooled_own + pooled_theirs) - _spread(own, pooled_own) - _spread(theirs, pooled_theirs)
    )
    common = segment_sums(np.where(both, np.minimum(own, theirs), 0.0), sizes).T
    matched = segment_sums(both.astype(float), sizes).T
    mine = [mix.tally for mix in mixes for _ in mix.tallies]
    every = [tally for mix in mixes for tally in mix.tallies]
    chi = segment_sums(np.where(both, surplus, 0.0), sizes).T + _alone(mine, weight) + _alone(every, rest)
    whole, values = (
        np.asarray([getattr(one, name) + getattr(other, name) for one, other in zip(mine, every, strict=True)])
        for name in ("total", "distinct")
    )
    freedom = np.maximum(values.reshape(others.shape) - matched, 1.0)
    effective = present[:, None] * rest
    beyond = np.maximum(chi * effective - freedom, 0.0) / np.sqrt(2.0 * freedom)
    variation = np.maximum(0.5 * whole.reshape(others.shape) - common, 0.0)
    found: np.ndarray = np.where(np.isnan(others)[:, None, :], np.nan, np.stack([variation, beyond], axis=1))
    return found


def _alone(tallies: Sequence[Tally], weight: np.ndarray) -> np.ndarray:
    """What the values of each tally add to chi-square where the other batch has none of them; as ``weight`` (M, N)."""
    sizes = np.asarray([len(tally.shares) for tally in tallies])
    shares = np.concatenate([tally.shares for tally in tallies])
    counts = np.concatenate([tally.counts for tally in tallies])
    terms = _spread(shares, np.repeat(weight.ravel(), sizes) * shares) * counts
    return segment_sums(terms, sizes).reshape(weight.shape)


def _spread(gap: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """The square of a difference of shares over its variance, by the pooled share."""
    variance = pooled * (1.0 - np.minimum(pooled, _MOST_POOLED))
    result: np.ndarray = gap**2 / np.maximum(variance, _LEAST_VARIANCE)
    return result
