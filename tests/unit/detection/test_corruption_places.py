"""Where a fault hits: each pattern takes about the share asked for, of the rows it may hit, and has its shape."""

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.detection.corruptions._frame import Frame
from airflow_provider_dqheal.detection.corruptions._where import rows_where

ROWS = 400
PATTERNS = ("scattered", "block", "segment", "head", "tail", "by_value", "stride", "ramp", "period")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(2)
    return Frame(
        pa.table(
            {
                "amount": rng.gamma(2.0, 20.0, ROWS).round(2),
                "shop": rng.choice(["a", "b", "c"], ROWS, p=[0.7, 0.2, 0.1]).tolist(),
                "day": [f"2024-03-{1 + row // 20:02d}" for row in range(ROWS)],
            }
        )
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_takes_its_share_of_the_rows_it_may_hit(frame, pattern):
    eligible = np.arange(ROWS) % 4 != 0
    for seed in range(5):
        rows, where = rows_where(frame, np.random.default_rng(seed), eligible, 0.2, pattern)
        assert where == pattern
        assert len(rows) == 60
        assert eligible[rows].all()
        assert np.all(np.diff(rows) > 0)


def test_shapes_of_the_patterns(frame):
    def drawn(pattern, seed=1, share=0.2):
        return rows_where(frame, np.random.default_rng(seed), np.ones(ROWS, dtype=bool), share, pattern)[0]

    assert drawn("block").max() - drawn("block").min() == 79
    assert drawn("head").max() == 79
    assert drawn("tail").min() == 320
    assert set(np.diff(drawn("stride")).tolist()) == {5}
    assert drawn("ramp").mean() > 230
    amounts = frame.table["amount"].to_numpy()
    assert abs(np.median(amounts[drawn("by_value")]) - np.median(amounts)) > 10
    days = frame.table["day"].to_numpy()[drawn("period")]
    assert len(set(days.tolist())) <= 6


def test_a_segment_drawn_freely_is_hit_as_a_whole(frame):
    shops = frame.table["shop"].to_numpy()
    whole = 0
    for seed in range(60):
        rows, where = rows_where(frame, np.random.default_rng(seed), np.ones(ROWS, dtype=bool), 0.2)
        if where == "segment":
            hit = set(shops[rows].tolist())
            whole += len(hit) == 1 and len(rows) == int((shops == next(iter(hit))).sum())
    assert whole >= 3


def test_whole_column_and_single_rows(frame):
    everything = np.ones(ROWS, dtype=bool)
    assert rows_where(frame, np.random.default_rng(0), everything, 1.0)[1] == "column"
    assert len(rows_where(frame, np.random.default_rng(0), everything, 0.0001, "scattered")[0]) == 1
    assert len(rows_where(frame, np.random.default_rng(0), ~everything, 0.5, "scattered")[0]) == 0
