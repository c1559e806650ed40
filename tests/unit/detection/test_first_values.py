"""The first other digits of a column that only ever held one are no outliers; nor are they taken for anything else."""

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.first_values import first_values
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table

ROWS = 300


def table(day, flags):
    random = np.random.default_rng(day)
    return pa.table(
        {
            "id": np.arange(day * ROWS, (day + 1) * ROWS),
            "kind": random.choice(["aa", "bb", "cc"], ROWS),
            "price": random.normal(5, 1, ROWS).round(2),
            "flag": pa.array(flags),
        }
    )


def some(usual, other, rows):
    return [other] * rows + [usual] * (ROWS - rows)


def found(usual, flags):
    stack = build_stack([view_table(table(day, [usual] * ROWS)) for day in range(6)])
    return first_values(view_table(table(6, flags)), stack)


@pytest.mark.parametrize(("usual", "other"), [(0, 1), (1, 0), ("0", "1"), (3, 4), (0.0, 1.0)])
def test_few_other_digits_are_the_first_of_their_kind(usual, other):
    assert found(usual, some(usual, other, 1)) == {"flag"}
    assert found(usual, some(usual, other, 30)) == {"flag"}


@pytest.mark.parametrize(
    ("usual", "flags"),
    [
        (0, [0] * ROWS),
        (0, some(0, 1, 31)),
        (0, [1] * ROWS),
        (0, some(0, -1, 3)),
        (0, some(0, 10, 3)),
        (0, some(0, None, 3)),
        (12, some(12, 1, 3)),
        ("a", some("a", "b", 3)),
        ("0", some("0", "x", 3)),
    ],
)
def test_everything_else_is_judged(usual, flags):
    assert found(usual, flags) == frozenset()


def test_a_column_of_two_digits_is_judged():
    stack = build_stack([view_table(table(day, some(0, 1, day))) for day in range(6)])
    assert first_values(view_table(table(6, some(0, 2, 3))), stack) == frozenset()


@pytest.mark.parametrize("rows", [1, 9, 30])
def test_the_first_returns_are_published_as_they_came(rows):
    flags = some(0, 1, rows)
    healed = api.heal(table(8, flags), api.learn([table(day, [0] * ROWS) for day in range(8)]))
    assert healed.verdict.issues == ()
    assert healed.published
    assert healed.table["flag"].to_pylist() == flags


@pytest.mark.parametrize(("other", "rows"), [(-1, 3), (-1, 15), (99, 5)])
def test_another_code_beside_an_only_one_is_not_made_that_one(other, rows):
    healed = api.heal(table(8, some(0, other, rows)), api.learn([table(day, [0] * ROWS) for day in range(8)]))
    assert healed.verdict.issues
    assert healed.ledger.num_rows == 0
    assert healed.held or healed.quarantine.num_rows == rows


def test_nines_that_stand_for_nothing_are_still_told():
    healed = api.heal(table(8, some(0, -999, 9)), api.learn([table(day, [0] * ROWS) for day in range(8)]))
    assert "sentinel.flag" in [step.step_id for step in healed.plan.steps]
