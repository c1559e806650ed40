"""Columns of texts that write numbers in one format keep it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from _support.tables import indian

from airflow_provider_dqheal import api
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.number_format import formats_of, formatted, have_lost_digits

AMOUNTS = np.random.default_rng(3).lognormal(8, 1.5, (9, 150)).round(2)


def german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


WRITERS = {
    "german": german,
    "french": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", " ,")),
    "swiss": lambda value: f"{value:,.2f}".replace(",", "'"),
    "indian": indian,
    "euro": lambda value: f"{value:,.2f} EUR",
    "dollar": lambda value: f"${value:,.2f}",
    "signed": lambda value: f"({value:,.0f})" if value < 3000 else f"{value:,.0f}",
}


def history_of(write) -> ColumnHistory:
    return ColumnHistory("amount", "string", tuple(Counter(map(write, batch.tolist())) for batch in AMOUNTS[:8]))


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_is_learnt_and_written_back(name):
    write = WRITERS[name]
    style = formats_of(history_of(write))[0]
    for value in AMOUNTS[8].tolist():
        number = style.read(write(value))
        assert number is not None
        assert style.write(number) == write(value)


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "signed"])
def test_plain_numbers_are_written_as_the_history_writes_them(name):
    write = WRITERS[name]
    came = {f"{value:.2f}": write(value) for value in AMOUNTS[8].tolist()}
    found = formatted(Counter(list(came)), history_of(write))
    assert found == {text: after for text, after in came.items() if text != after}


def test_codes_and_lists_are_no_formatted_numbers():
    for make in (lambda n: f"rs{n}", lambda n: f"D{n:05d}", lambda n: f"{n % 40},{n % 17}", lambda n: f"{n:07d}"):
        codes = ColumnHistory(
            "code", "string", tuple(Counter(make(n) for n in range(at * 90, at * 90 + 90)) for at in range(8))
        )
        assert formats_of(codes) == []


def percents(values: np.ndarray) -> ColumnHistory:
    return ColumnHistory("share", "string", tuple(Counter(f"{value:.1f} %" for value in batch) for batch in values[:8]))


def test_shares_of_one_become_percents_and_what_may_be_either_stays():
    values = np.random.default_rng(4).uniform(70, 99, (9, 150)).round(1)
    came = {f"{Decimal(str(value)) / 100}": f"{value:.1f} %" for value in values[8].tolist()}
    assert formatted(Counter(list(came)), percents(values)) == came
    assert formatted(Counter({f"{value:.1f}%": 1 for value in values[8].tolist()}), percents(values)) == {
        f"{value:.1f}%": f"{value:.1f} %" for value in values[8].tolist()
    }
    small = np.random.default_rng(5).uniform(0.1, 1.0, (9, 150)).round(1)
    assert formatted(Counter({f"{value / 100:.3f}": 1 for value in small[8].tolist()}), percents(small)) == {}


def test_another_currency_is_not_read_nor_a_point_that_may_be_either():
    euros = history_of(WRITERS["euro"])
    assert formatted(Counter({f"${value:,.2f}": 1 for value in AMOUNTS[8].tolist()}), euros) == {}
    points = {f"{value:.3f}": 1 for value in (AMOUNTS[8] % 900).tolist()}
    assert formatted(Counter(points), history_of(german)) == {}


def test_what_may_be_thousands_or_thousandths_is_told_by_its_size():
    weights = np.random.default_rng(6).integers(20_000, 90_000, (9, 150))
    history = ColumnHistory(
        "weight",
        "string",
        tuple(Counter(f"{n:,} kg".replace(",", ".") for n in batch) for batch in weights[:8].tolist()),
    )
    assert {style.group for style in formats_of(history)} == {"", "."}
    today = weights[8].tolist()
    assert formatted(Counter(map(str, today)), history) == {str(n): f"{n:,} kg".replace(",", ".") for n in today}
    small = [f"{n / 1000:.3f}" for n in today]
    assert formatted(Counter(small), history) == {text: f"{text} kg" for text in small}, "the unit alone is lost"


def test_the_batch_is_published_in_its_format():
    def day(batch: int, write) -> pa.Table:
        return pa.table(
            {
                "number": [str(batch * 150 + row) for row in range(150)],
                "amount": [write(value) for value in AMOUNTS[batch].tolist()],
            }
        )

    baseline = api.learn([day(batch, german) for batch in range(8)], dataset="bills")
    done = api.heal(day(8, lambda value: f"{value:.2f}"), baseline)
    assert not done.held
    assert done.table["amount"].to_pylist() == [german(value) for value in AMOUNTS[8].tolist()]
    assert set(done.ledger["strategy"].to_pylist()) == {"restore_format"}


def test_numbers_that_were_rounded_on_their_way_are_not_filled_up_but_held():
    history = history_of(german)
    today = AMOUNTS[8].tolist()
    assert formatted(Counter(str(value) for value in today), history), "without the zeros at the end they are exact"
    rounded = Counter(f"{value:.1f}" for value in today)
    assert have_lost_digits(rounded, history)
    assert formatted(rounded, history) == {}
    batches = [
        pa.table({"id": [f"A{n}{row}" for row in range(150)], "amount": list(map(german, AMOUNTS[n].tolist()))})
        for n in range(9)
    ]
    baseline = api.learn(batches[:8], dataset="amounts")
    cut = [text[:-1] if row % 2 else text for row, text in enumerate(batches[8]["amount"].to_pylist())]
    healed = api.heal(batches[8].set_column(1, "amount", pa.array(cut)), baseline)
    assert healed.held
    assert healed.ledger.num_rows == 0
