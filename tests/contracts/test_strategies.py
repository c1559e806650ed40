"""Every registered strategy: named like its file, known issue and rung, idempotent, conserving."""

from __future__ import annotations

import importlib
import inspect
import random

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import ISSUE_ORDER, RUNG_ORDER, BatchRef, Evidence, Issue, Verdict
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.remediation._base import Context, registry
from airflow_provider_dqheal.remediation.history import TableHistory
from airflow_provider_dqheal.remediation.working import Working

CITIES = {"DE": "Berlin", "FR": "Paris", "IT": "Rome"}


def day(index, rows=250):
    rng = random.Random(index)
    countries = rng.choices(list(CITIES), [5, 3, 2], k=rows)
    return pa.table(
        {
            "order_id": [str(index * rows + row) for row in range(rows)],
            "born": [
                f"{rng.randrange(1950, 2000)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
                for _ in range(rows)
            ],
            "price": [f"{rng.lognormvariate(3, 0.4):.2f}" for _ in range(rows)],
            "country": countries,
            "city": [CITIES[country] for country in countries],
            "express": [rng.choice(["true", "false"]) for _ in range(rows)],
            "zip": [rng.choice(["01234", "00501", "90210"]) for _ in range(rows)],
        }
    )


def dirty():
    """A batch with a little of everything."""
    table = day(9)
    values = {name: table[name].to_pylist() for name in table.column_names}
    values["price"][:6] = ["EUR 12.50", "-999", "-20.00", "9,000.00", "tall", ""]
    values["born"][:2] = ["13/02/1970", "N/A"]
    values["city"][:4] = ["", "BERLIN", "Parris", "N/A"]
    values["express"][:2] = ["yes", "0"]
    values["zip"][:2] = ["501", "90210.0"]
    values["country"][10], values["city"][10] = values["city"][10], values["country"][10]
    names = ["Price" if name == "price" else name for name in reversed(table.column_names)]
    return pa.table({name: values["price" if name == "Price" else name] for name in names})


@pytest.fixture(scope="module")
def context():
    baseline = Baseline.build("orders", [profile_table(day(index)) for index in range(6)])
    raw = dirty()
    issues = tuple(
        Issue(type=name, score=0.9, severity="high", evidence=(Evidence(metric="m", sentence="found"),))
        for name in ISSUE_ORDER
    )
    return Context(
        Working.start(raw),
        TableHistory.of(baseline),
        baseline,
        profile_table(raw),
        Verdict(status="scored", issues=issues),
        Policy(),
        BatchRef(dataset="orders", batch_id="b", uri="memory"),
    )


@pytest.mark.parametrize("name", registry.names())
def test_strategy_is_named_like_its_file_and_heals_a_known_issue(name):
    strategy = registry.get(name)
    assert inspect.getmodule(type(strategy)).__name__.rpartition(".")[2] == name == strategy.name
    assert strategy.heals in ISSUE_ORDER
    assert strategy.rung in RUNG_ORDER
    assert type(strategy).__doc__


def test_every_issue_type_has_at_least_two_strategies():
    heals = [strategy.heals for strategy in registry.values()]
    assert all(heals.count(issue) >= 2 for issue in ISSUE_ORDER)


@pytest.mark.parametrize("name", registry.names())
def test_steps_are_pure_idempotent_and_conserve_rows(name, context):
    strategy = registry.get(name)
    before = context.working.table
    steps = strategy.propose(context)
    assert steps == strategy.propose(context)
    assert context.working.table is before
    for step in steps:
        once = strategy.apply(context.working, step)
        twice = strategy.apply(once, step)
        assert twice.table.equals(once.table)
        assert twice.ledger.equals(once.ledger)
        rows = np.sort(np.concatenate([once.row_ids.to_numpy(), once.quarantine["row_id"].to_numpy()]))
        assert np.array_equal(rows, np.arange(once.raw.num_rows))
        assert importlib.import_module("json").dumps(step.params)
