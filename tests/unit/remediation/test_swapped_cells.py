"""Cells of a row in each other's column go back where each is at home in the other's alone."""

from __future__ import annotations

import uuid

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 300, 8
SWAPPED = tuple(range(11, 11 + 9 * 29, 29))
AGENTS = [f"A{number}" for number in range(100, 140)]


def calls(seed: int) -> dict[str, list[str]]:
    """Calls of a campaign: texts that are ever new, of a short list, and numbers of very different size."""
    rng = np.random.default_rng(seed)
    return {
        "call": [str(uuid.UUID(bytes=rng.bytes(16))) for _ in range(ROWS)],
        "ticket": [f"TK-{seed * ROWS + row:05d}" for row in range(ROWS)],
        "page": [f"https://shop.example.com/p/{number}" for number in rng.integers(1, 5_000, ROWS)],
        "agent": rng.choice(AGENTS, ROWS).tolist(),
        "queue": rng.choice(["billing", "sales", "technical"], ROWS).tolist(),
        "shown": [f"{number:.0f}" for number in rng.lognormal(7, 1.2, ROWS) + 20],
        "price": [f"{number:.2f}" for number in rng.lognormal(-0.6, 0.4, ROWS)],
    }


@pytest.fixture(scope="module")
def baseline():
    return api.learn([pa.table(calls(seed)) for seed in range(HISTORY)], dataset="calls")


@pytest.mark.parametrize(
    "pair",
    [
        ("agent", "queue"), ("call", "agent"), ("ticket", "queue"), ("page", "agent"), ("ticket", "page"),
        ("shown", "price"), ("price", "queue"),
    ],
    ids="-".join,
)  # fmt: skip
def test_they_go_back(baseline, pair):
    right, wrong = calls(HISTORY), calls(HISTORY)
    left, other = pair
    for row in SWAPPED:
        wrong[left][row], wrong[other][row] = right[other][row], right[left][row]
    done = api.heal(pa.table(wrong), baseline)
    assert done.verdict.issues
    assert done.published
    assert done.quarantine.num_rows == 0
    for name in pair:
        assert [str(one) for one in done.table[name].to_pylist()] == [
            str(one) for one in api.heal(pa.table(right), baseline).table[name].to_pylist()
        ]
    assert {line["strategy"] for line in done.ledger.to_pylist()} == {"swapped_cells"}


def test_a_small_number_alone_is_no_exchange(baseline):
    batch = calls(HISTORY)
    for row in SWAPPED:
        batch["shown"][row] = "0.34"
    done = api.heal(pa.table(batch), baseline)
    assert "swapped_cells" not in {line["strategy"] for line in done.ledger.to_pylist()}


def test_clean_batches_are_untouched(baseline):
    for seed in range(HISTORY, HISTORY + 3):
        done = api.heal(pa.table(calls(seed)), baseline)
        assert (done.ledger.num_rows, done.quarantine.num_rows, done.held) == (0, 0, False)
