"""The bench counts what it should, and random fault plans break no law."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.detection.corpus import Episode, rng_for
from airflow_provider_dqheal.detection.generators import registry
from airflow_provider_dqheal.remediation.bench.baran import bench_baran
from airflow_provider_dqheal.remediation.bench.fault import Fault
from airflow_provider_dqheal.remediation.bench.pairs import bench_pair, read_pair
from airflow_provider_dqheal.remediation.bench.plans import random_plan, violations
from airflow_provider_dqheal.remediation.bench.run import families
from airflow_provider_dqheal.remediation.bench.score import score
from airflow_provider_dqheal.remediation.bench.view import View

PLANS = 96


@dataclass(frozen=True)
class Done:
    table: pa.Table
    row_ids: pa.Array
    held: bool = False


def episode_of(name, rows=90, seed=5):
    *history, batch = registry.get(name).generate(seed, 9, rows)
    return Episode(history, batch, name, f"generated:{name}", True, False)


@pytest.fixture(scope="module")
def shop():
    return episode_of("shop_orders")


def test_every_fault_changes_the_batch_and_is_seeded(shop):
    made = 0
    for name, family in families().items():
        view = View(shop.batch, shop.history)
        try:
            one, two = (family.make(view, rng_for("t", name)).table for _ in range(2))
        except LookupError:
            continue
        made += 1
        assert one.equals(two), name
        assert not one.equals(shop.batch), name
    assert made > 40


def test_what_two_columns_determine_is_not_for_a_person():
    def pizzas(day, told):
        rng = np.random.default_rng(day)
        name, size = rng.integers(0, 12, 200), rng.integers(0, 3, 200)
        price = 700 + 100 * name + 50 * size if told else rng.integers(700, 2000, 200)
        columns = {"name": [f"pizza {one}" for one in name], "size": [f"size {one}" for one in size], "price": price}
        return pa.table(columns)

    for told in (True, False):
        view = View(pizzas(9, told), [pizzas(day, told) for day in range(8)])
        gone = []
        for draw in range(8):
            for family in ("removed", "mostly_missing"):
                try:
                    table = families()[family].make(view, rng_for("t", draw)).table
                except LookupError:
                    continue
                gone.append("price" not in table.column_names or table["price"].null_count > 0)
        assert any(gone) is not told


def test_score_counts_repairs_harm_and_rows(shop):
    schema = api.learn(shop.history).table_schema
    clean = shop.batch
    price = clean["price"].to_pylist()
    at = clean.column_names.index("price")

    def priced(values):
        return clean.set_column(at, "price", pa.array(values))

    every = pa.array(np.arange(clean.num_rows), pa.int64())
    fault = Fault(priced([value * 100 if row < 4 else value for row, value in enumerate(price)]))
    half = Done(priced([value * 100 if row < 2 else value for row, value in enumerate(price)]), every)
    counts = score(fault, clean, half, schema)
    assert (counts.repairable, counts.fixed, counts.changed, counts.right, counts.harmed) == (4, 2, 2, 2, 0)
    harmful = Done(priced([1.0 if row == 9 else value for row, value in enumerate(price)]), every)
    counts = score(fault, clean, harmful, schema)
    assert (counts.fixed, counts.harmed, counts.exact) == (4, 1, False)
    assert score(fault, clean, Done(clean, every), schema).exact
    assert score(fault, clean, Done(fault.table, every, held=True), schema).touched is False
    kept = np.arange(1, clean.num_rows)
    counts = score(fault, clean, Done(clean.slice(1), pa.array(kept, pa.int64())), schema)
    assert (counts.set_aside, counts.wrongly) == (1, 0)


@pytest.mark.parametrize("source", ["shop_orders", "patients", "web_requests"])
def test_random_plans_conserve_rows_and_can_be_undone(source):
    one = episode_of(source)
    baseline = api.learn(one.history)
    done = set()
    for turn in range(PLANS // 3):
        names, table = random_plan(one, rng_for("test plans", source, turn))
        done |= set(names)
        assert violations(table, api.heal(table, baseline), baseline) == [], names
    assert len(done) > 20
    clean = api.heal(one.batch, baseline)
    assert clean.table.equals(one.batch.cast(clean.table.schema))
    assert clean.ledger.num_rows == clean.quarantine.num_rows == 0


def test_pair_is_read_and_counted(tmp_path):
    rows = ["city,code", *(f"{city},{code}" for city, code in [("Berlin", "1"), ("Paris", "2"), ("Rome", "3")] * 60)]
    (tmp_path / "clean.csv").write_text("\n".join(rows), encoding="utf-8")
    rows[7] = rows[7].replace("Berlin", "Berlln")
    (tmp_path / "dirty.csv").write_text("\n".join(rows), encoding="utf-8")
    dirty, clean = read_pair(tmp_path / "dirty.csv", tmp_path / "clean.csv")
    assert dirty.num_rows == clean.num_rows == 180
    result = bench_pair(api.learn, api.heal, tmp_path / "dirty.csv", tmp_path / "clean.csv", dirty_history=False)
    assert (result["errors"], result["right"], result["harmed"]) == (1, 1, 0)


def test_python_without_raha_is_told(tmp_path):
    for name in ("dirty.csv", "clean.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError, match=r"No module named 'raha'.*raha==1\.26"):
        bench_baran(Path(sys.executable), tmp_path / "dirty.csv", tmp_path / "clean.csv")
    with pytest.raises(ConfigError, match="no-python"):
        bench_baran(tmp_path / "no-python", tmp_path / "dirty.csv", tmp_path / "clean.csv")


def test_a_quarantined_row_with_nan_is_as_it_came():
    def day(seed: int, *far: float) -> pa.Table:
        values = np.random.default_rng(seed).normal(20, 1, 200)
        values[: len(far)] = far
        return pa.table({"key": np.arange(200) + 200 * seed, "heat": values})

    baseline = api.learn([day(seed) for seed in range(8)])
    raw = day(8, *[float("nan")] * 8)
    healed = api.heal(raw, baseline)
    assert healed.quarantine.num_rows == 8
    assert violations(raw, healed, baseline) == []
