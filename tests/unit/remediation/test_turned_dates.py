"""Day and month that changed places: all of a column go back, of a few only those that can be read in one way."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 200, 8
START = dt.date(2025, 1, 6)


def invoices(index: int, days: int, written: str = "%d/%m/%Y") -> dict[str, list[str]]:
    """A batch of invoices of so many days, one batch after the other."""
    rng = np.random.default_rng(index)
    on = [START + dt.timedelta(days=days * index + int(one)) for one in rng.integers(0, days, ROWS)]
    return {
        "number": [f"F-{10_000 + index * ROWS + row}" for row in range(ROWS)],
        "on": [one.strftime(written) for one in on],
        "amount": [f"{one:.2f}" for one in rng.lognormal(4, 0.6, ROWS)],
    }


def moments(batch: dict[str, list[str]], written: str = "%d/%m/%Y") -> list[dt.date]:
    return [dt.datetime.strptime(text, written).date() for text in batch["on"]]


def learned(days: int, written: str = "%d/%m/%Y"):
    return api.learn([pa.table(invoices(index, days, written)) for index in range(HISTORY)], dataset="invoices")


@pytest.mark.parametrize("days", [11, 12])
@pytest.mark.parametrize(("written", "turned"), [("%d/%m/%Y", "%m/%d/%Y"), ("%m/%d/%Y", "%d/%m/%Y")])
def test_all_dates_of_a_column_go_back_into_its_order(days, written, turned):
    baseline = learned(days, written)
    clean, batch = invoices(HISTORY, days, written), invoices(HISTORY, days, turned)
    assert not api.check(pa.table(clean), baseline).issues
    assert api.check(pa.table(batch), baseline).issue("type_mismatch").columns == ("on",)
    healed = api.heal(pa.table(batch), baseline)
    assert not healed.held
    assert healed.table["on"].to_pylist() == moments(clean, written)
    assert healed.quarantine.num_rows == 0


def test_dates_of_one_day_that_may_be_either_go_back_where_only_that_fits_the_history():
    baseline = learned(1)
    clean, batch = invoices(28, 1), invoices(28, 1, "%m/%d/%Y")
    assert (clean["on"][0], batch["on"][0]) == ("03/02/2025", "02/03/2025")
    history = api.learn([pa.table(invoices(index, 1)) for index in range(20, 28)], dataset="invoices")
    assert not api.check(pa.table(clean), history).issues
    healed = api.heal(pa.table(batch), history)
    assert not healed.held
    assert healed.table["on"].to_pylist() == moments(clean)
    assert api.heal(pa.table(invoices(40, 1)), baseline).ledger.num_rows == 0


def test_a_few_turned_dates_go_back_alone():
    baseline = learned(12)
    batch, turned = invoices(HISTORY, 12), invoices(HISTORY, 12, "%m/%d/%Y")["on"]
    right = moments(batch)
    for row in range(0, ROWS, 5):
        if right[row].day > 12:
            batch["on"][row] = turned[row]
    assert api.check(pa.table(batch), baseline).issue("type_mismatch").columns == ("on",)
    healed = api.heal(pa.table(batch), baseline)
    assert not healed.held
    assert healed.table["on"].to_pylist() == right
