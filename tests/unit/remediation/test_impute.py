"""Estimates are made only where the policy asks for them and the history proves them."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.policy import IssuePolicy, Policy

ALLOWED = Policy(issues={"missing_data": IssuePolicy(ceiling="imputation")})
FEE = {"card": 1.5, "cash": 0.0, "wire": 9.0}


def day(index, rows=240):
    rng = random.Random(index)
    ways = rng.choices(list(FEE), k=rows)
    amounts = [rng.uniform(10, 500) for _ in range(rows)]
    return pa.table(
        {
            "at": [str(1_700_000_000 + 3600 * (index * rows + row)) for row in range(rows)],
            "amount": [f"{value:.2f}" for value in amounts],
            "tax": [f"{0.19 * value + rng.gauss(0, 0.4):.2f}" for value in amounts],
            "way": ways,
            "fee": [f"{FEE[way] + rng.choice([0, 0, 0, 0.1]):.2f}" for way in ways],
            "noise": [f"{rng.gauss(0, 1):.3f}" for _ in range(rows)],
        }
    )


@pytest.fixture(scope="module")
def table(make_bench):
    return make_bench([day(index) for index in range(8)])


def without(column, share):
    clean = day(9)
    rng = random.Random(3)
    cells = [None if rng.random() < share else text for text in clean[column].to_pylist()]
    return clean, clean.set_column(clean.column_names.index(column), column, pa.array(cells, pa.string()))


@pytest.mark.parametrize(("column", "error"), [("tax", 3.0), ("fee", 0.2)])
def test_cells_are_estimated_within_the_stated_error(table, column, error):
    clean, dirty = without(column, 0.1)
    _, working, validation = table.heal(dirty, policy=ALLOWED)
    assert validation.passed, validation.failures
    lines = working.ledger.to_pylist()
    assert {line["strategy"] for line in lines} == {"impute"}
    assert all(0.9 <= line["confidence"] <= 1 for line in lines)
    truth = clean[column].to_pylist()
    misses = [abs(float(line["after"]) - float(truth[line["row_id"]])) > error for line in lines]
    assert sum(misses) <= 0.1 * len(lines)
    present = [row for row, text in enumerate(dirty[column].to_pylist()) if text is not None]
    healed = working.table[column].to_pylist()
    assert all(healed[row] == truth[row] for row in present)


def test_nothing_is_estimated_under_the_default_policy(table):
    _, dirty = without("tax", 0.1)
    assert not any(step.strategy == "impute" for step in table.plan(dirty).steps)


def test_what_nothing_predicts_is_left_missing(table):
    _, dirty = without("noise", 0.1)
    assert table.plan(dirty, policy=ALLOWED).steps == ()


def test_too_much_missing_is_left_missing(table):
    _, dirty = without("tax", 0.5)
    assert table.plan(dirty, policy=ALLOWED).steps == ()
