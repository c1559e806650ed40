"""How far two batches' mixes of values are apart: total variation, and chi-square beyond chance.

Both are sums over values. A value that only one of the batches has adds what depends on its share alone, so values of
equal share are counted, not looked at one by one; only those that both have are compared.

Source: Pearson 1900, two samples pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from airflow_provider_dqheal.detection.segments import segment_sums

_MOST_POOLED = 0.9
_LEAST_VARIANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Tallies:
    """The shares in [0, 1] that occur in each of N mixes, and how many values have each.

    ``shares`` and ``counts`` of all mixes follow each other, ``sizes`` (N) of each. ``total`` (N): the sum of all
    shares, ``distinct`` (N) the number of values.
    """

    shares: np.ndarray
    counts: np.ndarray
    sizes: np.ndarray
    total: np.ndarray
    distinct: np.ndarray

    @classmethod
    def of(cls, mix: np.ndarray) -> Tallies:
        """Of one mix, from the share of each value; values of share 0 are not there."""
        shares, counts = np.unique(mix[mix > 0], return_counts=True)
        total, distinct = (shares * counts).sum(), counts.sum()
        return cls(shares, counts, *(np.asarray([one]) for one in (len(shares), total, distinct)))

    @classmethod
    def joined(cls, parts: Sequence[Tallies]) -> Tallies:
        """The mixes of several, one after the other."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))


@dataclass(frozen=True, eq=False)
class Mixes:
    """M mixes, each to be compared with N others.

    ``own`` (L) shares of the values that the others may have, ``sizes`` (M) of each mix, ``theirs`` (N, L) those of the
    others. ``tally``: all values of the M mixes; ``tallies``: of their M * N others.
    """

    own: np.ndarray
    sizes: np.ndarray
    theirs: np.ndarray
    tally: Tallies
    tallies: Tallies


def mix_distances(mixes: Mixes, present: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(M, 2, N) total variation, and chi-square over its degrees of freedom in standard deviations, at least 0.

    Args:
        mixes: M batches, each to be compared with N others.
        present: (M) present cells.
        others: (M, N) present cells of the others; nan where there is no such batch.
    """
    together = np.maximum(present[:, None] + others, 1.0)
    weight, rest = present[:, None] / together, others / together
    own, theirs, sizes, mine, every = mixes.own, mixes.theirs, mixes.sizes, mixes.tally, mixes.tallies
    both = (theirs > 0) & (own > 0)
    pooled_own, pooled_theirs = np.repeat([weight.T, rest.T], sizes, axis=2)
    pooled_own *= own
    pooled_theirs *= theirs
    surplus = (
        _spread(own - theirs, pooled_own + pooled_theirs) - _spread(own, pooled_own) - _spread(theirs, pooled_theirs)
    )
    by_value = np.empty((3, *theirs.shape))
    np.minimum(own, theirs, out=by_value[0])
    by_value[1] = both
    np.multiply(surplus, both, out=by_value[2])
    common, matched, chi = segment_sums(by_value, sizes).swapaxes(1, 2)
    chi = chi + _alone(mine, weight.T).T + _alone(every, rest.ravel()).reshape(rest.shape)
    freedom = np.maximum(mine.distinct[:, None] + every.distinct.reshape(rest.shape) - matched, 1.0)
    beyond = np.maximum(chi * present[:, None] * rest - freedom, 0.0) / np.sqrt(2.0 * freedom)
    whole = mine.total[:, None] + every.total.reshape(rest.shape)
    variation = np.maximum(0.5 * whole - common, 0.0)
    found: np.ndarray = np.where(np.isnan(others)[:, None, :], np.nan, np.stack([variation, beyond], axis=1))
    return found


def _alone(tallies: Tallies, weight: np.ndarray) -> np.ndarray:
    """(..., mixes) what the values of each mix add to chi-square where the other batch has none of them.

    ``weight`` (..., mixes): the share of the pooled cells that are the mix's.
    """
    pooled = np.repeat(weight, tallies.sizes, axis=-1) * tallies.shares
    return segment_sums(_spread(tallies.shares, pooled) * tallies.counts, tallies.sizes)


def _spread(gap: np.ndarray, pooled: np.ndarray) -> np.ndarray:
    """The square of a difference of shares over its variance, by the pooled share."""
    variance = np.minimum(pooled, _MOST_POOLED)
    np.subtract(1.0, variance, out=variance)
    variance *= pooled
    np.maximum(variance, _LEAST_VARIANCE, out=variance)
    result: np.ndarray = np.square(gap) / variance
    return result
