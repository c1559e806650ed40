"""Mixes of values are compared as if value by value, whatever they have in common."""

from __future__ import annotations

import numpy as np
import pytest

from airflow_provider_dqheal.detection.mixture import Mixes, Tallies, mix_distances
from airflow_provider_dqheal.detection.segments import segment_sums


def value_by_value(mine: np.ndarray, theirs: np.ndarray, present: float, other: float) -> tuple[float, float]:
    used = (mine + theirs) > 0
    pooled = ((present * mine + other * theirs) / (present + other))[used]
    gap = (mine - theirs)[used]
    chi = (gap**2 / (pooled * (1 - np.minimum(pooled, 0.9)))).sum() * present * other / (present + other)
    freedom = max(used.sum(), 1)
    return 0.5 * np.abs(gap).sum(), max(chi - freedom, 0.0) / np.sqrt(2.0 * freedom)


@pytest.mark.parametrize("alphabet", [1, 3, 40, 5_000])
def test_mixes_are_compared_as_if_value_by_value(alphabet):
    rng = np.random.default_rng(alphabet)
    drawn = [rng.integers(0, alphabet, size) for size in (50, 400, 30, 170)]
    shares = np.stack([np.bincount(values, minlength=alphabet) / len(values) for values in drawn])
    present = np.asarray([float(len(values)) for values in drawn])
    others = np.tile(present[1:], (2, 1))
    tallies = [Tallies.of(mix) for mix in shares]
    cases = [0, 1]
    known = [(shares[case] > 0) & (shares[1:] > 0).any(axis=0) for case in cases]
    mixes = Mixes(
        np.concatenate([shares[case][there] for case, there in zip(cases, known, strict=True)]),
        np.asarray([there.sum() for there in known]),
        np.concatenate([shares[1:, there] for there in known], axis=1),
        Tallies.joined([tallies[case] for case in cases]),
        Tallies.joined(tallies[1:] * len(cases)),
    )
    found = mix_distances(mixes, present[cases], others)
    for case in cases:
        for other in (1, 2, 3):
            expected = value_by_value(shares[case], shares[other], present[case], present[other])
            np.testing.assert_allclose(found[case, :, other - 1], expected, rtol=1e-9, atol=1e-12)


def test_a_batch_that_is_not_there_has_no_distance():
    mix = np.asarray([0.5, 0.5])
    tallies = [Tallies.of(mix), Tallies.of(np.zeros(0))]
    theirs = np.asarray([[0.5, 0.5], [0.0, 0.0]])
    mixes = Mixes(mix, np.asarray([2]), theirs, tallies[0], Tallies.joined(tallies))
    found = mix_distances(mixes, np.asarray([4.0]), np.asarray([[4.0, np.nan]]))
    assert found[0, 0, 0] == 0
    assert np.isnan(found[0, :, 1]).all()


def test_sums_of_runs_allow_runs_without_members():
    values = np.arange(12.0).reshape(2, 6)
    sizes = np.asarray([0, 2, 0, 4, 0])
    assert segment_sums(values, sizes).tolist() == [[0, 1, 0, 14, 0], [0, 13, 0, 38, 0]]
    assert segment_sums(np.zeros((3, 0)), np.zeros(2, dtype=int)).shape == (3, 2)
