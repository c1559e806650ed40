"""What the rest of a row says of a number decides whether it slipped, and how far a whole column has moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 250, 8
Columns = Mapping[str, list[str]]
PRICES = np.round(np.random.default_rng(5).lognormal(3, 1.2, 40), 2)


def people(seed: int) -> dict[str, list[str]]:
    """Heights, weights, and the bmi that both give."""
    rng = np.random.default_rng(seed)
    height, weight = rng.normal(170, 9, ROWS).round(0), rng.lognormal(4.3, 0.18, ROWS).round(1)
    return {
        "height": [f"{value:.0f}" for value in height],
        "weight": [f"{value:.1f}" for value in weight],
        "bmi": [f"{value:.2f}" for value in weight / (height / 100) ** 2],
    }


def orders(seed: int) -> dict[str, list[str]]:
    """Articles, each with its price, and what so many pieces of it cost."""
    rng = np.random.default_rng(seed)
    article, pieces = rng.integers(0, len(PRICES), ROWS), rng.integers(1, 30, ROWS)
    return {
        "article": [f"A{number:03d}" for number in article],
        "pieces": [str(number) for number in pieces],
        "price": [f"{price:.2f}" for price in PRICES[article]],
        "total": [f"{total:.2f}" for total in PRICES[article] * pieces],
    }


def healed(draw: Callable[[int], Columns], column: str, texts: list[str]) -> api.Healed:
    """The batch after the history, with other texts in one column."""
    baseline = api.learn([pa.table(draw(seed)) for seed in range(HISTORY)], dataset="rows")
    return api.heal(pa.table({**draw(HISTORY), column: texts}), baseline)


def changes(done: api.Healed) -> dict[str, str]:
    assert not done.held
    return {line["before"]: line["after"] for line in done.ledger.to_pylist()}


@pytest.mark.parametrize(
    ("draw", "column", "row", "factor"),
    [
        (people, "weight", 3, 0.01),
        (people, "bmi", 7, 10),
        (orders, "total", 12, 100),
        (orders, "total", 40, 1000),
        (orders, "price", 21, 100),
        (orders, "pieces", 2, 100),
    ],
)
def test_point_is_moved_back_where_the_row_says_so(draw, column, row, factor):
    texts = list(draw(HISTORY)[column])
    truth, texts[row] = texts[row], f"{float(texts[row]) * factor:.10g}"
    [(before, after)] = changes(healed(draw, column, texts)).items()
    assert before == texts[row]
    assert float(after) == float(truth)


def test_point_is_not_moved_to_a_number_that_the_row_contradicts():
    texts = list(people(HISTORY)["bmi"])
    truth, texts[3] = float(texts[3]), "239.80"  # 23.98 is a usual bmi, and not of this weight and height
    assert abs(truth - 23.98) > 4
    done = healed(people, "bmi", texts)
    assert changes(done) == {}
    assert done.quarantine["row_id"].to_pylist() == [3]


def test_number_that_its_row_agrees_with_is_no_slip():
    batch = orders(HISTORY)
    pieces, total = list(batch["pieces"]), list(batch["total"])
    pieces[5], total[5] = "1500", f"{float(batch['price'][5]) * 1500:.2f}"
    baseline = api.learn([pa.table(orders(seed)) for seed in range(HISTORY)], dataset="rows")
    done = api.heal(pa.table({**batch, "pieces": pieces, "total": total}), baseline)
    assert done.ledger.num_rows == 0


@pytest.mark.parametrize(("column", "factor"), [("weight", 2.54), ("height", 2.204622621848776)])
def test_column_goes_back_by_the_factor_that_its_rows_say(column, factor):
    truth = people(HISTORY)[column]
    places = len(truth[0].partition(".")[2])
    done = healed(people, column, [f"{float(text) * factor:.{places}f}" for text in truth])
    assert not done.held
    assert [float(value) for value in done.table[column].to_pylist()] == [float(text) for text in truth]


@pytest.mark.parametrize("factor", [1.7, 2.0, 3.0])
def test_column_that_moved_by_another_factor_is_left_to_a_person(factor):
    done = healed(people, "weight", [f"{float(text) * factor:.1f}" for text in people(HISTORY)["weight"]])
    assert done.held
    assert not [step for step in done.plan.steps if step.strategy == "undo_scale"]


def test_columns_that_moved_together_contradict_no_other_proof():
    batch = orders(HISTORY)
    cents = {name: [f"{float(text) * 100:.0f}" for text in batch[name]] for name in ("price", "total")}
    baseline = api.learn([pa.table(orders(seed)) for seed in range(HISTORY)], dataset="rows")
    done = api.heal(pa.table({**batch, **cents}), baseline)
    assert not done.held
    for name in cents:
        assert [float(value) for value in done.table[name].to_pylist()] == [float(text) for text in batch[name]]
