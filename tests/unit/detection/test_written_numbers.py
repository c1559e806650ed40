"""Numbers that are all written in one form are judged as numbers; a changed form, codes and texts as texts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from _support.tables import indian

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table
from airflow_provider_dqheal.detection.written_numbers import in_plain_numbers

ROWS = 200
FORMS = {
    "12.50 €": lambda value: f"{value:.2f} €",
    "$1,234.50": lambda value: f"${value:,.2f}",
    "1.234,50": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
    "12,50": lambda value: f"{value:.2f}".replace(".", ","),
    "EUR 12.50": lambda value: f"EUR {value:.2f}",
    "45.1%": lambda value: f"{value / 100:.1f}%",
    "12 kg": lambda value: f"{value:.0f} kg",
}


def values(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(7.2, 0.6, ROWS)


def table(seed: int, texts: list[str]) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table({"id": np.arange(ROWS) + seed * ROWS, "price": texts, "kind": rng.choice(["a", "b", "c"], ROWS)})


def read(history: list[list[str]], texts: list[str]) -> tuple[str, ...] | None:
    """The values by which the column is judged; None where they are the texts."""
    stack = build_stack([view_table(table(day, one)) for day, one in enumerate(history)])
    view = view_table(table(9, texts))
    plain, past = in_plain_numbers(view, stack)
    assert (plain is view) == (past is stack)
    return None if plain is view else plain.columns["price"].values


@pytest.mark.parametrize("form", FORMS)
def test_they_are_judged_as_numbers(form):
    write = FORMS[form]
    baseline = api.learn([table(day, list(map(write, values(day)))) for day in range(8)])
    assert api.check(table(8, list(map(write, values(8)))), baseline).issues == ()
    assert "price" in api.check(table(8, list(map(write, values(8) * 3))), baseline).issue("distribution_shift").columns
    far = np.where(np.arange(ROWS) % 40 == 0, values(8) * 1000, values(8))
    found = api.heal(table(8, list(map(write, far))), baseline)
    assert "price" in found.verdict.issue("outliers").columns
    assert found.held or found.quarantine.num_rows == 5


@pytest.mark.parametrize(("form", "other"), [("12,50", "12.50 €"), ("12.50 €", "12,50"), ("$1,234.50", "1.234,50")])
def test_another_form_is_a_type_mismatch(form, other):
    baseline = api.learn([table(day, list(map(FORMS[form], values(day)))) for day in range(8)])
    some = [FORMS[other if row % 5 == 0 else form](value) for row, value in enumerate(values(8))]
    for texts in (list(map(FORMS[other], values(8))), some):
        assert "price" in api.check(table(8, texts), baseline).issue("type_mismatch").columns


def test_values_are_what_the_form_says():
    history = [list(map(FORMS["1.234,50"], values(day))) for day in range(6)]
    assert set(read(history, ["1.234.567,80", "12,05"] * 100) or ()) == {"1234567.80", "12.05"}
    history = [list(map(FORMS["$1,234.50"], values(day))) for day in range(6)]
    assert set(read(history, ["$-1,234.50", "$0.99"] * 100) or ()) == {"-1234.50", "0.99"}


@pytest.mark.parametrize("odd", ["1,23", "01,234.50", "$", "12.50", "$12.50 each", "€12.50"])
def test_where_any_value_is_of_another_form_all_are_judged_as_texts(odd):
    history = [list(map(FORMS["$1,234.50"], values(day))) for day in range(6)]
    assert read(history, [odd, *map(FORMS["$1,234.50"], values(9)[1:])]) is None


@pytest.mark.parametrize(
    "write",
    ["E{}".format, "M-{}".format, "{:06d}".format, "00{}".format, "{}".format, "{}:30".format, "v1.{}.3".format,
     "10.0.0.{}".format, "room {}b2".format, lambda value: f"{value}.000" if value % 2 else f"{value},000"],
)  # fmt: skip
def test_codes_and_plain_numbers_are_left_as_they_are(write):
    history = [[write(int(value)) for value in values(day)] for day in range(6)]
    assert read(history, [write(int(value)) for value in values(9)]) is None


def amounts(seed: int, write) -> pa.Table:
    values = np.random.default_rng(seed).lognormal(8, 1.6, 150).round(2).tolist()
    return pa.table(
        {"row": [str(seed * 150 + row) for row in range(150)], "amount": [write(value) for value in values]}
    )


def test_thousands_without_their_groups_are_another_form_in_many_cells_and_in_few():
    def grouped(value: float) -> str:
        return f"{value:,.2f}"

    baseline = api.learn([amounts(seed, grouped) for seed in range(8)], dataset="bills")
    for rare in (1, 6):
        batch = amounts(8, lambda value, rare=rare: f"{value:.2f}" if int(value * 100) % rare == 0 else grouped(value))
        [issue] = api.check(batch, baseline).issues
        assert issue.type == "type_mismatch"
        assert "no number as in" in issue.sentence
    assert not api.check(amounts(9, grouped), baseline).issues


def test_groups_as_in_india_are_groups():
    small = [amounts(seed, lambda value: indian(min(value, 99_000.5))) for seed in range(8)]
    assert not [
        issue for issue in api.check(amounts(8, indian), api.learn(small)).issues if issue.type == "type_mismatch"
    ]
