"""Thresholds keep the stated rate of clean batches, and survive the metadata file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from airflow_provider_dqheal.core.errors import ModelLoadError
from airflow_provider_dqheal.detection.calibration import (
    CHANNELS,
    Calibration,
    alarms,
    calibrate,
    exceedance,
    fit_columns,
    head_levels,
    likeliest,
    named,
)


def scores(count: int, seed: int, bad: bool = False) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = rng.normal(-2, 1, (count, len(CHANNELS)))
    found[:, 6:] = np.maximum(rng.exponential(0.2, (count, 5)) - 0.1, 0)
    if bad:
        found[:, 2] += 6
        found[:, 5] += 4
    return found


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    clean, bad = scores(2000, 1), scores(1000, 2, bad=True)
    labels = np.zeros((3000, 5), dtype=int)
    labels[2000:, 2] = 1
    is_clean = np.arange(3000) < 2000
    history = np.resize([3, 5, 8, 15, 30], 3000)
    family = [f"family-{i % 40}" for i in range(3000)]
    return calibrate(np.concatenate([clean, bad]), labels, is_clean, history, family)


@pytest.mark.parametrize("rate", [0.01, 0.03, 0.1])
def test_fresh_clean_batches_exceed_the_threshold_at_most_at_the_stated_rate(calibration, rate):
    fresh = alarms(calibration.levels(scores(20_000, 3)))
    observed = (fresh >= calibration.threshold(rate, 8)).mean()
    assert 0.3 * rate < observed < 1.35 * rate


def test_bad_batches_are_found_and_named(calibration):
    levels = calibration.levels(scores(500, 4, bad=True))
    threshold = np.full(500, calibration.threshold(0.03, 8))
    likely = likeliest(head_levels(levels), np.zeros((500, 5)))
    found = named(levels, threshold, calibration.loosen, likely)
    assert found[:, 2].mean() > 0.95
    assert found.sum(axis=1).mean() < 1.2


def test_plain_evidence_names_what_no_head_does():
    probability = np.asarray([[0.1, 0.3, 0.4, 0.2, 0.1]] * 2)
    facts = np.asarray([[0.0, 2.5, 0.0, 2.1, 0.0], [0.0, 1.5, 0.0, 0.0, 0.0]])
    assert likeliest(probability, facts).tolist() == [1, 2]
    levels = np.full((2, 11), -9.0)
    levels[:, 5] = 1.0  # only "something is wrong"
    assert named(levels, np.zeros(2), 1.0, np.asarray([1, 2])).tolist() == [
        [False, True, False, False, False],
        [False, False, True, False, False],
    ]


def test_threshold_falls_with_the_rate(calibration):
    found = [calibration.threshold(rate, 12) for rate in (0.0005, 0.002, 0.01, 0.03, 0.1, 0.4)]
    assert found == sorted(found, reverse=True)


def test_probability_rises_with_the_level(calibration):
    found = [calibration.probability(2, level) for level in (-2.0, 0.0, 3.0, 6.0, 12.0)]
    assert found == sorted(found)
    assert found[-1] > 0.9


def test_exceedance_is_one_for_the_usual_and_falls_beyond_the_largest_seen():
    tail = np.sort(np.random.default_rng(0).normal(size=75))
    shares = exceedance(np.asarray([tail[0] - 1, np.median(tail), tail[-1], tail[-1] + 1, tail[-1] + 2]), tail)
    assert shares[0] == 1
    assert (np.diff(shares) < 0).all()


def test_round_trip_through_json(calibration):
    again = Calibration.from_json(json.loads(json.dumps(calibration.to_json())))
    values = scores(50, 9)
    assert np.allclose(again.levels(values), calibration.levels(values), atol=0.02)
    assert again.threshold(0.03, 8) == pytest.approx(calibration.threshold(0.03, 8), abs=1e-4)


def test_other_channels_are_refused(calibration):
    document = calibration.to_json() | {"channels": ["x"]}
    with pytest.raises(ModelLoadError):
        Calibration.from_json(document)


def test_columns_are_cut_where_the_blame_of_all_named_batches_is_best():
    rng = np.random.default_rng(0)
    labels, said = np.zeros((300, 5), dtype=int), np.zeros((300, 5), dtype=bool)
    labels[:150, 2], said[:250, 2] = 1, True
    truth = [np.zeros((6, 5), dtype=int) for _ in range(300)]
    logits = [rng.normal(-2.0, 0.3, (6, 5)) for _ in range(300)]
    for k in range(150):
        truth[k][0, 2] = 1
        logits[k][0, 2] = 2.0
    for k in range(150, 250):  # named wrongly, and every column is a little odd
        logits[k][:, 2] = 0.5
    assert 0.5 < fit_columns(logits, truth, labels, said)[2] <= 2.0
    assert fit_columns(logits, truth, labels, said & (labels > 0))[2] <= 0.5


def test_columns_of_an_issue_that_no_batch_names_are_cut_at_zero():
    none = np.zeros((3, 5), dtype=int)
    assert fit_columns([np.ones((2, 5))] * 3, [np.zeros((2, 5), dtype=int)] * 3, none, none > 0).tolist() == [0.0] * 5
