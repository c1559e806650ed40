"""Columns that make a product in every row: broken ones are found, missing ones filled, exchanged ones put back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.product_fit import fit_products

ROWS, HISTORY = 250, 8


def wages(seed: int, rows: int = ROWS) -> dict[str, list[str]]:
    """Hours and a rate that make the pay, of which a fifth is tax; seats taken of seats in per cent."""
    rng = np.random.default_rng(seed)
    hours = rng.normal(37, 4, rows).clip(8, 60).round(1)
    rate = rng.lognormal(3, 0.3, rows).round(2)
    pay = (hours * rate).round(2)
    tax = (0.21 * pay).round(2)
    seats = rng.integers(400, 2200, rows)
    taken = (seats * rng.beta(8, 3, rows)).astype(int) + 1
    return {
        "number": [str(10_000 + seed * rows + row) for row in range(rows)],
        "hours": [f"{one:.1f}" for one in hours],
        "rate": [f"{one:.2f}" for one in rate],
        "pay": [f"{one:.2f}" for one in pay],
        "tax": [f"{one:.2f}" for one in tax],
        "net": [f"{one:.2f}" for one in pay - tax],
        "seats": [str(one) for one in seats],
        "taken": [str(one) for one in taken],
        "load": [f"{one:.1f}" for one in 100 * taken / seats],
    }


def table(seed: int, **columns: list[str]) -> pa.Table:
    return pa.table({**wages(seed), **columns})


@pytest.fixture(scope="module")
def baseline():
    return api.learn([table(seed) for seed in range(HISTORY)], dataset="wages")


def test_products_are_found_with_the_factor_that_a_person_would_write():
    rng = np.random.default_rng(3)
    batches = [rng.lognormal(3, 0.5, (60, 4)).round(2) for _ in range(8)]
    for batch in batches:
        batch[:, 2] = (100 * batch[:, 0] / batch[:, 1]).round(1)
    [one] = fit_products(batches)
    assert one.columns == (0, 1, 2)
    assert one.written("abcd", 2) == "100 * a / b"
    assert one.written("abcd", 1) == "100 * a / c"
    assert one.expected(batches[0], 0) == pytest.approx(batches[0][:, 0], rel=0.1)
    assert 2 in one.exact
    assert 0 not in one.exact  # the share is rounded too much to tell it


def test_columns_that_only_go_together_make_no_product():
    rng = np.random.default_rng(4)
    batches = [rng.lognormal(3, 0.5, (60, 3)).round(2) for _ in range(8)]
    for batch in batches:
        batch[:, 2] = (batch[:, 0] * batch[:, 1] * rng.lognormal(0, 0.01, 60)).round(2)
    assert fit_products(batches) == ()


def test_clean_batch_is_silent(baseline):
    assert not api.check(table(HISTORY), baseline).issues


def test_few_usual_numbers_that_are_not_the_product_are_outliers_and_set_aside(baseline):
    rate = wages(HISTORY)["rate"]
    wrong = [f"{float(text) * 1.1:.2f}" if row < 5 else text for row, text in enumerate(rate)]
    batch = table(HISTORY, rate=wrong)
    [issue] = api.check(batch, baseline).issues
    assert issue.type == "outliers"
    done = api.heal(batch, baseline)
    assert not done.held
    assert done.ledger.num_rows == 0
    assert set(done.quarantine["row_id"].to_pylist()) == set(range(5))


def test_share_in_per_cent_of_the_next_row_is_told_with_its_formula(baseline):
    load = wages(HISTORY)["load"]
    [issue] = api.check(table(HISTORY, load=[*load[1:], load[0]]), baseline).issues
    assert (issue.type, issue.columns[0]) == ("distribution_shift", "load")
    assert "100 * taken / seats" in issue.sentence


@pytest.mark.parametrize(("column", "share"), [("pay", 0.2), ("hours", 0.3), ("tax", 1.0), ("load", 0.2)])
def test_missing_numbers_are_what_the_row_makes(baseline, column, share):
    clean = wages(HISTORY)[column]
    gone = int(share * ROWS)
    done = api.heal(
        table(HISTORY, **{column: ["" if row < gone else text for row, text in enumerate(clean)]}), baseline
    )
    assert not done.held
    assert done.quarantine.num_rows <= 1  # in the middle of two last digits
    assert done.table[column].to_pylist() == [float(clean[row]) for row in done.row_ids.to_pylist()]
    assert set(done.ledger["strategy"].to_pylist()) == {"fill_from_formula"}


def test_missing_seats_are_not_told_by_a_rounded_share(baseline):
    seats = ["" if row < 60 else text for row, text in enumerate(wages(HISTORY)["seats"])]
    assert api.heal(table(HISTORY, seats=seats), baseline).held


def test_columns_of_one_range_are_exchanged_back_where_the_formulas_say_so(baseline):
    clean = wages(HISTORY)
    done = api.heal(table(HISTORY, pay=clean["net"], net=clean["pay"]), baseline)
    assert not done.held
    assert done.table["pay"].to_pylist() == [float(text) for text in clean["pay"]]
    assert done.table["net"].to_pylist() == [float(text) for text in clean["net"]]
    assert set(done.ledger["strategy"].to_pylist()) == {"swapped_columns"}


def test_cells_of_one_range_are_exchanged_back_where_the_formulas_say_so(baseline):
    clean = wages(HISTORY)
    pay, net = clean["pay"].copy(), clean["net"].copy()
    for row in range(8):
        pay[row], net[row] = net[row], pay[row]
    done = api.heal(table(HISTORY, pay=pay, net=net), baseline)
    assert not done.held
    assert done.quarantine.num_rows == 0
    assert done.table["pay"].to_pylist() == [float(text) for text in clean["pay"]]
    assert set(done.ledger["strategy"].to_pylist()) == {"swapped_cells"}
    assert {line["row_id"] for line in done.ledger.to_pylist()} == set(range(8))


def test_plainly_wrong_numbers_that_no_slip_explains_are_what_the_row_makes(baseline):
    clean = wages(HISTORY)["pay"]
    pay = ["778123456.78" if row in (7, 90, 201) else text for row, text in enumerate(clean)]
    done = api.heal(table(HISTORY, pay=pay), baseline)
    assert not done.held
    assert done.quarantine.num_rows == 0
    assert done.table["pay"].to_pylist() == [float(text) for text in clean]
    assert set(done.ledger["strategy"].to_pylist()) == {"correct_from_formula"}


@pytest.mark.parametrize("column", ["pay", "net"])
def test_a_number_that_stands_for_what_is_missing_gives_way_to_what_the_row_makes(baseline, column):
    clean = wages(HISTORY)
    zeros = ["0" if row % 4 == 0 else text for row, text in enumerate(clean[column])]
    done = api.heal(table(HISTORY, **{column: zeros}), baseline)
    assert not done.held
    assert done.table[column].to_pylist() == [float(text) for text in clean[column]]
    assert done.quarantine.num_rows == 0
    assert done.ledger.num_rows == zeros.count("0")


def test_a_plainly_wrong_number_beside_a_wrong_part_is_set_aside(baseline):
    clean = wages(HISTORY)
    pay = ["778123456.78" if row in (7, 90, 201) else text for row, text in enumerate(clean["pay"])]
    rate = ["912345.67" if row == 7 else text for row, text in enumerate(clean["rate"])]
    net = ["912345.67" if row == 7 else text for row, text in enumerate(clean["net"])]
    tax = ["912345.67" if row == 7 else text for row, text in enumerate(clean["tax"])]
    done = api.heal(table(HISTORY, pay=pay, rate=rate, net=net, tax=tax), baseline)
    assert not done.held
    assert done.quarantine["row_id"].to_pylist() == [7]
    assert done.table["pay"].to_pylist() == [float(clean["pay"][row]) for row in done.row_ids.to_pylist()]


def test_small_numbers_that_an_exchange_would_fit_by_chance_are_set_aside():
    def goals(seed: int) -> dict[str, list[str]]:
        rng = np.random.default_rng(seed)
        home, away = rng.poisson(1.6, ROWS), rng.poisson(1.2, ROWS)
        return {
            "match": [str(1000 + seed * ROWS + row) for row in range(ROWS)],
            "home": [str(one) for one in home],
            "away": [str(one) for one in away],
            "goals": [str(one) for one in home + away],
        }

    baseline = api.learn([pa.table(goals(seed)) for seed in range(HISTORY)], dataset="goals")
    batch = goals(HISTORY)
    wrong = [row for row in range(ROWS) if (batch["home"][row], batch["away"][row]) == ("1", "2")][:5]
    batch["goals"] = ["1" if row in wrong else text for row, text in enumerate(batch["goals"])]
    done = api.heal(pa.table(batch), baseline)
    assert done.ledger.num_rows == 0
    assert done.held or set(wrong) <= set(done.quarantine["row_id"].to_pylist())
