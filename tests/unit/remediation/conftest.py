"""A table of orders with eight days of history, made fresh and seeded."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.core.types import BatchRef, Evidence, Issue, RemediationPlan, ValidationResult, Verdict
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.remediation.plan import plan
from airflow_provider_dqheal.remediation.runner import apply_steps
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.validation.judge import validate

CITIES = {"DE": "Berlin", "FR": "Paris", "IT": "Rome", "ES": "Madrid"}
ROWS = 300


def orders(index: int, rows: int = ROWS) -> pa.Table:
    """One day of orders as text, as a CSV reader gives it."""
    rng = random.Random(1000 + index)
    day = dt.date(2026, 3, 1) + dt.timedelta(days=index)
    countries = rng.choices(list(CITIES), [5, 3, 2, 1], k=rows)
    return pa.table(
        {
            "order_id": [str(index * rows + row) for row in range(rows)],
            "day": [str(day)] * rows,
            "born": [str(dt.date(1950, 1, 1) + dt.timedelta(days=rng.randrange(20000))) for _ in range(rows)],
            "price": [f"{rng.lognormvariate(3, 0.4):.2f}" for _ in range(rows)],
            "height": [f"{rng.gauss(172, 8):.1f}" for _ in range(rows)],
            "quantity": [str(rng.randrange(1, 9)) for _ in range(rows)],
            "country": countries,
            "city": [CITIES[country] for country in countries],
            "express": [rng.choice(["true", "false"]) for _ in range(rows)],
            "zip": [rng.choice(["01234", "00501", "90210", "10115", "75001"]) for _ in range(rows)],
            "note": [rng.choice(["", "", "ok", "call back"]) for _ in range(rows)],
        }
    )


def verdict(**issues: tuple[str, ...]) -> Verdict:
    """A scored verdict with these acted-on issues and the columns they blame."""
    return Verdict(
        status="scored",
        issues=tuple(
            Issue(
                type=name,
                score=0.95,
                severity="high",
                columns=columns,
                evidence=(Evidence(metric="test", sentence=f"{name} was found"),),
            )
            for name, columns in issues.items()
        ),
    )


CLEAN = verdict()


class Bench:
    """Plans, applies and validates one batch against the orders' history."""

    def __init__(self, history: list[pa.Table]) -> None:
        self.baseline = Baseline.build("orders", [profile_table(table) for table in history])

    def plan(
        self, raw: pa.Table, said: Verdict = CLEAN, policy: Policy | None = None, format: Any = "csv"
    ) -> RemediationPlan:
        ref = BatchRef(dataset="orders", batch_id="today", uri="memory", format=format)
        return plan(raw, profile_table(raw), self.baseline, said, policy or Policy(), ref)

    def apply(self, raw: pa.Table, made: RemediationPlan, policy: Policy | None = None) -> Working:
        return apply_steps(Working.start(raw), made.steps, policy or Policy(), self.baseline)

    def heal(
        self, raw: pa.Table, said: Verdict = CLEAN, policy: Policy | None = None, format: Any = "csv"
    ) -> tuple[RemediationPlan, Working, ValidationResult]:
        made = self.plan(raw, said, policy, format)
        working = self.apply(raw, made, policy)
        return made, working, validate(working, made, said, self.baseline, policy or Policy(), lambda table: CLEAN)


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench([orders(index) for index in range(8)])


@pytest.fixture(scope="session")
def clean() -> pa.Table:
    return orders(8)


def _put(table: pa.Table, column: str, change: Callable[[str], str | None], share: float = 1.0) -> pa.Table:
    rng = random.Random(5)
    values = [change(value) if rng.random() < share else value for value in table[column].to_pylist()]
    return table.set_column(table.column_names.index(column), column, pa.array(values, pa.string()))


@pytest.fixture(scope="session")
def put() -> Callable[..., pa.Table]:
    return _put


@pytest.fixture(scope="session")
def said() -> Callable[..., Verdict]:
    return verdict


@pytest.fixture(scope="session")
def day_of_orders() -> Callable[..., pa.Table]:
    return orders


@pytest.fixture(scope="session")
def make_bench() -> type[Bench]:
    return Bench
