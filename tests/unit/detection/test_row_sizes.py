"""Numbers that are usual ones of their column, and wrong by the rest of their row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 250, 8


def orders(seed: int) -> dict[str, list[str]]:
    """What so many pieces cost at a price."""
    rng = np.random.default_rng(seed)
    pieces, price = rng.integers(1, 60, ROWS), rng.lognormal(3, 1.2, ROWS).round(2)
    return {
        "number": [str(10_000 + seed * ROWS + row) for row in range(ROWS)],
        "pieces": [str(number) for number in pieces],
        "price": [f"{one:.2f}" for one in price],
        "total": [f"{one:.2f}" for one in price * pieces],
    }


def table(seed: int, **columns: list[str]) -> pa.Table:
    return pa.table({**orders(seed), **columns})


@pytest.fixture(scope="module")
def baseline():
    return api.learn([table(seed) for seed in range(HISTORY)], dataset="orders")


def usual_rows(column: list[str], factor: float) -> list[int]:
    """Three rows that stay among the column's usual numbers."""
    low, high = np.quantile([float(text) for text in column], [0.1, 0.9])
    return [row for row, text in enumerate(column) if low < float(text) and float(text) * factor < high][:3]


def test_usual_number_that_its_row_contradicts_is_an_outlier(baseline):
    total = orders(HISTORY)["total"]
    rows = usual_rows(total, 10)
    wrong = [f"{float(text) * 10:.2f}" if row in rows else text for row, text in enumerate(total)]
    verdict = api.check(table(HISTORY, total=wrong), baseline)
    assert [issue.type for issue in verdict.issues] == ["outliers"]
    [issue] = verdict.issues
    assert "in the same row" in issue.sentence
    assert all(name in issue.sentence for name in ("total", "price", "pieces"))
    assert set(issue.columns) < {"total", "price", "pieces"}


def test_its_row_is_set_aside_since_any_of_its_numbers_may_be_wrong(baseline):
    total = orders(HISTORY)["total"]
    rows = usual_rows(total, 10)
    wrong = [f"{float(text) * 10:.2f}" if row in rows else text for row, text in enumerate(total)]
    done = api.heal(table(HISTORY, total=wrong), baseline)
    assert not done.held
    assert done.ledger.num_rows == 0
    assert sorted(done.quarantine["row_id"].to_pylist()) == rows
    assert done.table.num_rows == ROWS - 3


def test_batches_whose_rows_go_together_raise_nothing(baseline):
    for seed in range(HISTORY + 1, HISTORY + 6):
        assert not api.check(table(seed), baseline).issues


def test_rows_that_were_always_so_are_no_issue():
    def with_discounts(seed: int) -> pa.Table:
        total = orders(seed)["total"]
        return table(
            seed, total=[f"{float(text) / 10:.2f}" if row % 60 == 7 else text for row, text in enumerate(total)]
        )

    baseline = api.learn([with_discounts(seed) for seed in range(HISTORY)], dataset="orders")
    assert not api.check(with_discounts(HISTORY), baseline).issues


def test_column_that_no_longer_goes_with_the_others_has_shifted():
    def prices(seed: int) -> dict[str, list[str]]:
        rng = np.random.default_rng(seed)
        opened = np.exp(rng.normal(4, 1) + rng.normal(0, 0.03, ROWS).cumsum())
        closed = opened * np.exp(rng.normal(0, 0.01, ROWS))
        return {"open": [f"{one:.3f}" for one in opened], "close": [f"{one:.3f}" for one in closed]}

    baseline = api.learn([pa.table(prices(seed)) for seed in range(HISTORY)], dataset="prices")
    clean = prices(HISTORY)
    assert not api.check(pa.table(clean), baseline).issues
    tripled = [f"{float(text) * 3:.3f}" for text in clean["open"]]
    verdict = api.check(pa.table({**clean, "open": tripled}), baseline)
    assert "distribution_shift" in [issue.type for issue in verdict.issues]
    assert "in the same row" in " ".join(issue.sentence for issue in verdict.issues)


def walked(seed: int, factor: float = 1.0) -> pa.Table:
    """Prices that hardly move within a minute."""
    rng = np.random.default_rng(seed)
    first = np.exp(4 + np.cumsum(rng.normal(0, 0.01, ROWS)))
    last = first * np.exp(rng.normal(0, 0.008, ROWS))
    high = np.maximum(first, last) * np.exp(np.abs(rng.normal(0, 0.004, ROWS))) * factor
    return pa.table(
        {name: [f"{one:.2f}" for one in of] for name, of in (("open", first), ("close", last), ("high", high))}
    )


def test_column_that_moved_away_from_those_that_tell_it_is_a_shift():
    baseline = api.learn([walked(seed) for seed in range(HISTORY)], dataset="prices")
    for seed in range(HISTORY, HISTORY + 4):
        assert not api.check(walked(seed), baseline).issues
    issue = api.check(walked(HISTORY, factor=1.15), baseline).issue("distribution_shift")
    assert issue.columns[0] == "high"
    assert "in the same row" in issue.sentence
