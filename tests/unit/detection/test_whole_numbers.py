"""Decimals that are all whole: the column was rounded, unless chance makes it so."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.whole_numbers import is_narrowed


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ([0.0, 0.1, 0.05, 0.0, 0.1], True),
        ([0.5, 0.55, 0.45, 0.5, 0.5], True),  # halves: always about as many whole ones
        ([0.5, 0.9, 0.2, 0.5, 0.5], False),
        ([0.95, 0.95, 0.95, 0.95, 0.95], False),
    ],
)
def test_all_whole_is_no_chance_where_few_or_about_as_many_were(shares, found):
    assert is_narrowed((90, 90), [(100 * share, 100) for share in shares]) == found
    assert not is_narrowed((89, 90), [(100 * share, 100) for share in shares])


def weights(seed: int, rows: int = 200) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "item": [str(seed * rows + row) for row in range(rows)],
            "weight": [f"{one:.2f}" for one in rng.gamma(9, 8, rows)],
            "pieces": [str(one) for one in rng.poisson(30, rows)],
        }
    )


@pytest.mark.parametrize("write", ["{:.0f}", "{:.0f}.00"])
def test_rounded_decimals_are_a_shift_that_is_held(write):
    baseline = api.learn([weights(seed) for seed in range(8)], dataset="weights")
    clean = weights(8)
    rounded = [write.format(round(float(text))) for text in clean["weight"].to_pylist()]
    batch = clean.set_column(1, "weight", pa.array(rounded))
    assert not api.check(clean, baseline).issues
    verdict = api.check(batch, baseline)
    assert "weight" in verdict.issue("distribution_shift").columns
    assert "rounded" in verdict.issue("distribution_shift").sentence
    assert api.heal(batch, baseline).held
