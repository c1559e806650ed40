"""One value that is none of its column's costs its row, not the batch; many of them cost no rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.strangers import strangers

ROWS = 300
NAMES = ["anna", "bob", "carla", "dan", "eva"]


def batch(number: int, **cells: str) -> pa.Table:
    """Text, as from CSV; ``cells`` are written into row 3."""
    rng = np.random.default_rng(number)
    columns = {
        "id": np.arange(number * ROWS, number * ROWS + ROWS).astype(str),
        "price": np.round(rng.lognormal(3, 0.5, ROWS), 2).astype(str),
        "city": rng.choice(["Rome", "Oslo", "Bern", "Kiel"], ROWS),
        "due": (np.datetime64("2026-03-01") + number + rng.integers(0, 30, ROWS)).astype(str),
        "zip": rng.integers(10_000, 99_999, ROWS).astype(str).astype(object) + "-X",
        "mail": [
            f"{name}{n}@mail.com" for name, n in zip(rng.choice(NAMES, ROWS), rng.integers(0, 99, ROWS), strict=True)
        ],
    }
    for name, text in cells.items():
        columns[name] = np.array(columns[name], object)
        columns[name][3] = text
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


@pytest.fixture(scope="module")
def baseline():
    return api.learn([batch(number) for number in range(8)])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("id", "-2403"),
        ("id", "2403000"),
        ("price", "(25.04)"),
        ("price", "<25.04"),
        ("city", "Paris"),
        ("due", "1926-03-17"),
        ("due", "0026-03-17"),
        ("due", "2062-03-17"),
        ("mail", "<b>anna at mail</b>"),
        ("zip", "98103-X-1234"),
    ],
)
def test_a_row_with_one_strange_value_is_set_aside(baseline, column, text):
    last = batch(8, **{column: text})
    done = api.heal(last, baseline)
    assert not done.held, (done.plan.hold_reasons, done.validation.failures)
    assert done.quarantine["row_id"].to_pylist() == [3]
    assert done.quarantine[column].to_pylist() == [text]
    assert done.ledger.num_rows == 0


def test_zeros_before_a_key_are_taken_off(baseline):
    done = api.heal(batch(8, id="0002403"), baseline)
    assert not done.held
    assert done.ledger["after"].to_pylist() == ["2403"]


def test_many_strange_values_cost_no_rows(baseline):
    last = batch(8)
    city = ["Wien" if row % 10 == 0 else text for row, text in enumerate(last["city"].to_pylist())]
    done = api.heal(last.set_column(2, "city", pa.array(city)), baseline)
    assert done.quarantine.num_rows == 0


def _column(*batches, type="int"):
    return ColumnHistory("c", type, tuple(dict.fromkeys(map(str, texts), 1) for texts in batches))


def test_strangers_among_keys_are_those_that_no_row_of_keys_reaches():
    keys = _column(*(range(n * 100, n * 100 + 100) for n in range(8)))
    assert keys.is_key
    moved_on = [*range(90_000, 90_100), *range(800, 900)]
    assert strangers(dict.fromkeys(map(str, moved_on), 1), keys) == set()
    assert strangers(dict.fromkeys(map(str, [*moved_on, -850, 7_000_000]), 1), keys) == {"-850", "7000000"}


def test_more_than_a_few_are_no_strangers():
    labels = ColumnHistory("c", "string", tuple({"a": 60, "b": 40} for _ in range(8)))
    assert strangers({"a": 90, "x": 1, "y": 2}, labels) == {"x", "y"}
    assert strangers({"a": 90, "x": 2, "y": 2}, labels) == set()
    assert strangers({"a": 1990, "x": 5, "y": 4}, labels) == {"x", "y"}
    counts = ColumnHistory("c", "int", tuple({"1": 60, "2": 40, "3": 20} for _ in range(8)))
    assert strangers({"1": 90, "2": 9, "5": 1}, counts) == {"5"}


def test_numbers_of_another_size_are_strangers_also_where_new_codes_come_all_the_time():
    codes = ColumnHistory(
        "zip", "string", tuple({"98101": 50, "98102-1234": 1, f"981{10 + n}": 9, "98103": 40} for n in range(8))
    )
    new = {"98130": 1, "98131": 1, "98132": 2, "98133": 1}
    assert strangers({"98101": 90, **new, "9810100": 2, "-98103": 1}, codes) == {"9810100", "-98103"}
    assert strangers({"98101": 90, **new, "9810100": 9}, codes) == set()


def test_different_dates_of_another_time_may_be_more_than_a_few():
    days = tuple({f"2026-03-{1 + at:02d}": 100} for at in range(8))
    dates = ColumnHistory("day", "date", days)
    batch = {"2026-03-09": 95, "2206-03-09": 2, "2062-03-09": 2, "1926-03-09": 1}
    assert strangers(batch, dates) == {"2206-03-09", "2062-03-09", "1926-03-09"}
    assert strangers({"2026-03-09": 95, "2099-12-31": 5}, dates) == set(), "it may stand for something"
    assert (
        strangers({"2026-03-09": 90, **dict.fromkeys((f"20{year}-03-09" for year in range(60, 70)), 1)}, dates) == set()
    )
