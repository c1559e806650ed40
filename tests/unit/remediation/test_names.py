"""Columns are renamed where names mean the same thing, in any script, and not where they tell two things apart."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.remediation.kernels.names import are_told_apart, name_likeness


def renamed(table: pa.Table, **names: str) -> pa.Table:
    return table.rename_columns([names.get(name, name) for name in table.column_names])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("budget_2023", "budget_2024"),
        ("q1_sales", "q2_sales"),
        ("price_v1", "price_v2"),
        ("sensor_a", "sensor_b"),
        ("min_temp", "maxTemp"),
        ("start_date", "end_date"),
        ("BuyPrice", "SellPrice"),
        ("home_team", "away_team"),
        ("price", "cost"),
        ("第一产业增加值(万元)", "第三产业增加值(万元)"),
    ],
)
def test_names_that_tell_two_things_apart_are_never_alike(left, right):
    assert are_told_apart(left, right)
    assert are_told_apart(right, left)
    assert name_likeness(left, right) == 0.0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Unit-Price", "\ufeffunitPrice"),
        ("Größe", "GROESSE".replace("OE", "Ö")),
        ("price", "price_v2"),
        ("customer", "custmer"),
        ("min_temp", "minimumTemp"),
        ("start_date", "begin_date"),
        ("地区生产总值(万元)", "地区生产总值（万元）"),
        ("Αριθμός", "αριθμος"),
    ],
)
def test_names_of_one_thing_are_alike(left, right):
    assert not are_told_apart(left, right)
    assert name_likeness(left, right) >= 0.4


@pytest.mark.parametrize(
    ("known", "new"), [("price_2025", "price_2026"), ("min_price", "max_price"), ("price_a", "price_b")]
)
def test_a_column_of_another_name_is_not_taken_for_the_one_that_is_gone(make_bench, day_of_orders, said, known, new):
    bench = make_bench([renamed(day_of_orders(index), price=known) for index in range(8)])
    made = bench.plan(renamed(day_of_orders(8), price=new), said(schema_drift=(new,)))
    assert not any(step.strategy == "rename" for step in made.steps)
    assert made.hold_reasons


def test_names_in_another_script_come_back(make_bench, day_of_orders, said):
    script = {"price": "单价 (元)", "height": "高度 (厘米)", "city": "Stadt – Größe"}
    bench = make_bench([renamed(day_of_orders(index), **script) for index in range(8)])
    clean = renamed(day_of_orders(8), **script)
    spelled = {"单价 (元)": "单价（元）", "高度 (厘米)": "\ufeff高度 (厘米)", "Stadt – Größe": "STADT_GRÖSSE"}
    dirty = clean.rename_columns([spelled.get(name, name) for name in clean.column_names])
    _, working, validation = bench.heal(dirty, said(schema_drift=()))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_fields_with_names_in_another_script_are_flattened(make_bench, day_of_orders, said):
    script = {"price": "单价", "height": "高度"}
    bench = make_bench([renamed(day_of_orders(index), **script) for index in range(8)])
    clean = renamed(day_of_orders(8), **script)
    names = list(script.values())
    struct = pa.StructArray.from_arrays([clean[name].combine_chunks() for name in names], names=names)
    dirty = clean.drop_columns(names).append_column("payload", struct)
    _, working, validation = bench.heal(dirty, said(schema_drift=("payload",)))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_objects_under_a_name_that_got_a_mark_are_renamed_and_not_flattened(make_bench, day_of_orders, said):
    def with_events(index: int) -> pa.Table:
        table = day_of_orders(index)
        events = [("view", "buy", "back")[row % 3] for row in range(table.num_rows)]
        payload = [json.dumps({"event": event, "row": row}) for row, event in enumerate(events)]
        return table.append_column("event", pa.array(events)).append_column("payload", pa.array(payload))

    bench = make_bench([with_events(index) for index in range(8)])
    clean = with_events(8)
    dirty = renamed(clean, event="\ufeffevent", payload="\ufeffpayload")
    _, working, validation = bench.heal(dirty, said(schema_drift=("\ufeffevent", "\ufeffpayload")))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def places(seed: int, rows: int = 120) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "number": [f"K{seed:02d}-{row:03d}" for row in range(rows)],
            "city": rng.choice(["Rome", "Oslo", "Lima"], rows).tolist(),
            "price": [f"{value:.2f}" for value in rng.lognormal(3, 0.5, rows)],
            "day": [f"2026-03-{seed + 1:02d}"] * rows,
        }
    )


@pytest.fixture(scope="module")
def baseline():
    return api.learn([places(seed) for seed in range(8)], dataset="places")


@pytest.mark.parametrize("name", ["column_{}", "_c{}", "{}", "Unnamed: {}"])
def test_names_that_only_count_are_told_by_their_places(baseline, name):
    table = places(8)
    done = api.heal(table.rename_columns([name.format(place) for place in range(4)]), baseline)
    assert not done.held
    assert done.table.column_names == table.column_names
    assert done.table["city"].to_pylist() == table["city"].to_pylist()


def test_counted_names_over_other_columns_are_held(baseline):
    table = places(8).select(["day", "price", "city", "number"])
    assert api.heal(table.rename_columns([f"column_{place}" for place in range(4)]), baseline).held
    fewer = places(8).select(["number", "city", "price"])
    assert api.heal(fewer.rename_columns(["column_0", "column_1", "column_2"]), baseline).held


def test_of_two_equal_columns_one_is_the_renamed_one(baseline):
    table = places(8)
    joined = table.rename_columns(["number", "city_x", "price", "day"]).append_column("city_y", table["city"])
    done = api.heal(joined, baseline)
    assert not done.held
    assert done.table["city"].to_pylist() == table["city"].to_pylist()
