"""Day after day a few cells of a table are wrong: they are put right or set aside, and no day is held for them."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api

ROWS, HISTORY = 300, 8
Slip = tuple[str, str]
"""A column, and what is made of its text: ``{}`` is the text, ``!`` something for which a row is set aside."""

DAYS: tuple[tuple[Slip, ...], ...] = (
    (("price", "${}"), ("city", "{} "), ("id", "!-{}")),
    (("price", "!<{}"), ("city", "!Paris"), ("qty", "!two")),
    (("due", "{:%d %b %Y}"), ("mail", "!{} at home"), ("id", "000{}")),
    (("due", "!{:19%y-%m-%d}"), ("price", "{}#"), ("city", "{:x}")),
    (("due", "{:%m/%d/%Y}"), ("due", "!2026-13-40"), ("zip", "!{}-1234")),
    (("price", "!({})"), ("qty", "!70"), ("city", "{:U}")),
    (("price", "{:1000}"), ("mail", "<p>{}</p>"), ("due", "!2062-03-17")),
)


def day(number: int) -> dict[str, list[str]]:
    """The true texts of a day."""
    rng = np.random.default_rng(number)
    first = datetime.date(2026, 3, 1) + datetime.timedelta(number)
    return {
        "id": [str(number * ROWS + row) for row in range(ROWS)],
        "price": [f"{price:.2f}" for price in rng.lognormal(3, 0.3, ROWS)],
        "qty": rng.integers(1, 9, ROWS).astype(str).tolist(),
        "city": rng.choice(["Rome", "Oslo", "Bern", "Kiel"], ROWS).tolist(),
        "due": [(first + datetime.timedelta(int(days))).isoformat() for days in rng.integers(13, 30, ROWS)],
        "mail": [
            f"{name}@mail.com"
            for name in np.char.add(rng.choice(["ann", "bo"], ROWS), rng.integers(9, 99, ROWS).astype(str))
        ],
        "zip": rng.integers(10_000, 99_999, ROWS).astype(str).tolist(),
    }


def table(columns: dict[str, list[str]]) -> pa.Table:
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


def slipped(text: str, column: str, form: str) -> str:
    """The text as ``form`` makes it."""
    match form.lstrip("!"):
        case "{:x}":
            return text[0] + "x" + text[2:]
        case "{:U}":
            return text.upper()
        case "{:1000}":
            return f"{float(text) * 1000:.2f}"
        case other:
            return other.format(datetime.date.fromisoformat(text) if column == "due" else text)


@pytest.fixture(scope="module")
def history() -> list[pa.Table]:
    return [table(day(number)) for number in range(HISTORY)]


@pytest.mark.parametrize("number", range(len(DAYS)))
def test_slips_of_a_day_are_put_right_or_set_aside(history: list[pa.Table], number: int) -> None:
    true = day(HISTORY + number)
    dirty = {name: list(texts) for name, texts in true.items()}
    for row, (column, form) in enumerate(DAYS[number], start=20):
        dirty[column][row] = slipped(true[column][row], column, form)
        assert dirty[column][row] != true[column][row]
    done = api.heal(table(dirty), api.learn(history))
    assert not done.held, (done.plan.hold_reasons, done.validation.failures)
    aside = [row for row, (_, form) in enumerate(DAYS[number], start=20) if form.startswith("!")]
    assert sorted(done.quarantine["row_id"].to_pylist()) == aside
    wanted = table({name: [text for row, text in enumerate(texts) if row not in aside] for name, texts in true.items()})
    assert done.table.equals(wanted.cast(done.table.schema))
