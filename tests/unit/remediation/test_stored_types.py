"""Every stored type passes through unchanged when the batch is clean, and comes back when it was changed."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.profiling.kinds import decimal_of, doubles, physical_name, render
from airflow_provider_dqheal.remediation.kernels.text import text_of, to_array

ROWS = 200
MONEY = pa.decimal128(10, 2)


def prices(seed):
    return [round(float(value), 2) for value in np.random.default_rng(seed).normal(5, 1, ROWS)]


def table(day, **columns):
    random = np.random.default_rng(day)
    return pa.table(
        {
            "id": np.arange(day * ROWS, (day + 1) * ROWS),
            "kind": random.choice(["aa", "bb", "cc"], ROWS),
            "count": random.integers(0, 9, ROWS),
            **columns,
        }
    )


def money(values):
    return pa.array([Decimal(f"{value:.2f}") for value in values], MONEY)


def moments(day):
    return [datetime(2026, 3, 1 + day, 1, row % 60) for row in range(ROWS)]


MAKERS = {
    "decimal": lambda day: money(prices(day)),
    "float32": lambda day: pa.array(prices(day), pa.float32()),
    "int8": lambda day: pa.array(np.random.default_rng(day).integers(0, 9, ROWS), pa.int8()),
    "uint64": lambda day: pa.array(np.random.default_rng(day).integers(0, 9, ROWS), pa.uint64()),
    "struct": lambda day: pa.array([{"a": 1, "b": "q"}] * ROWS),
    "list": lambda day: pa.array([[1, 2]] * ROWS),
    "map": lambda day: pa.array([[("a", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())),
    "binary": lambda day: pa.array([b"\x00\xff"] * ROWS),
    "time": lambda day: pa.array([time(1, 2, 3)] * ROWS),
    "duration": lambda day: pa.array([timedelta(seconds=5)] * ROWS),
    "millis": lambda day: pa.array(moments(day), pa.timestamp("ms")),
    "nanos": lambda day: pa.array(moments(day), pa.timestamp("ns")),
    "zoned": lambda day: pa.array(moments(day), pa.timestamp("us", "Europe/Rome")),
    "date64": lambda day: pa.array([date(2026, 3, 1 + day)] * ROWS, pa.date64()),
    "large": lambda day: pa.array([f"t{i % 7}" for i in range(ROWS)], pa.large_string()),
    "coded": lambda day: pa.array([f"t{i % 7}" for i in range(ROWS)]).dictionary_encode(),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_clean_batch_of_any_stored_type_is_left_alone(name):
    make = MAKERS[name]
    baseline = api.learn([table(day, x=make(day)) for day in range(8)])
    healed = api.heal(table(8, x=make(8)), baseline)
    assert healed.plan.steps == ()
    assert healed.published
    assert healed.ledger.num_rows == healed.quarantine.num_rows == 0


@pytest.mark.parametrize("name", MAKERS)
def test_history_and_batch_tell_the_same_text_of_a_cell(name):
    array = MAKERS[name](3)
    assert text_of(array).equals(render(array))


@pytest.mark.parametrize("name", ["struct", "list", "binary", "decimal", "float32", "int8", "zoned"])
def test_the_text_of_a_cell_reads_back(name):
    array = MAKERS[name](3)
    assert to_array(text_of(array).to_pylist(), array.type).equals(array)


def test_a_text_that_is_none_of_the_type_is_refused():
    for text, kind in (("{", pa.struct([("a", pa.int64())])), ("zz", pa.binary()), ("[1", pa.list_(pa.int64()))):
        with pytest.raises(pa.ArrowInvalid):
            to_array([text], kind)


WIDER = [
    (pa.int8(), pa.int64()),
    (pa.int32(), pa.int64()),
    (pa.float32(), pa.float64()),
    (MONEY, pa.decimal128(12, 2)),
]


@pytest.mark.parametrize(("before", "after"), WIDER)
def test_a_wider_type_is_accepted(before, after):
    values = [Decimal(f"{int(value)}.00") for value in prices(0)]
    whole = pa.array(values, MONEY)
    old, new = whole.cast(before), whole.cast(before).cast(after)
    baseline = api.learn([table(day, x=old) for day in range(8)])
    healed = api.heal(table(8, x=new), baseline)
    assert healed.verdict.issues == ()
    assert healed.plan.steps == ()
    assert healed.published


@pytest.mark.parametrize(("before", "after"), [pair[::-1] for pair in WIDER])
def test_a_narrower_type_is_named_and_cast_back(before, after):
    values = [Decimal(f"{int(value)}.00") for value in prices(0)]
    whole = pa.array(values, MONEY)
    baseline = api.learn([table(day, x=whole.cast(before)) for day in range(8)])
    healed = api.heal(table(8, x=whole.cast(before).cast(after)), baseline)
    assert healed.verdict.issue("schema_drift").columns == ("x",)
    if healed.verdict.issue("type_mismatch") is not None:
        assert healed.verdict.issue("type_mismatch").concerned == ("x",)
    assert [step.step_id for step in healed.plan.steps] == ["cast_physical.x"]
    assert healed.published


def test_a_short_float_is_the_number_that_its_text_says():
    assert doubles(pa.array([4.58, None, 0.1], pa.float32())).to_pylist() == [4.58, None, 0.1]
    history = [table(day, x=pa.array(prices(day))) for day in range(8)]
    healed = api.heal(table(8, x=pa.array(prices(8), pa.float32())), api.learn(history))
    assert healed.table["x"].to_pylist() == prices(8)


@pytest.mark.parametrize("came", ["double", "text", "float32"])
def test_decimals_that_came_as_something_else_are_decimals_again(came):
    history = [table(day, x=money(prices(day))) for day in range(8)]
    baseline = api.learn(history)
    assert dict(baseline.profiles[-1].table_schema)["x"] == "decimal128(10, 2)"
    whole = pa.array(prices(8))
    array = {"double": whole, "text": whole.cast(pa.string()), "float32": whole.cast(pa.float32())}[came]
    healed = api.heal(table(8, x=array), baseline)
    assert [step.params["type"] for step in healed.plan.steps] == ["decimal128(10, 2)"]
    assert healed.published
    assert [round(value, 2) for value in healed.table["x"].to_pylist()] == prices(8)


def test_numbers_with_more_digits_than_the_decimals_hold_are_not_cut():
    baseline = api.learn([table(day, x=money(prices(day))) for day in range(8)])
    healed = api.heal(table(8, x=pa.array([value + 0.001 for value in prices(8)])), baseline)
    assert healed.held
    assert not [step for step in healed.plan.steps if step.step_id == "cast_physical.x"]


def test_slips_among_decimals_and_short_floats_are_repaired():
    slipped = [value * 100 if row < 5 else value for row, value in enumerate(prices(8))]
    for make in (money, lambda values: pa.array(values, pa.float32())):
        baseline = api.learn([table(day, x=make(prices(day))) for day in range(8)])
        healed = api.heal(table(8, x=make(slipped)), baseline)
        assert healed.published
        assert healed.ledger.num_rows == 5
        assert [round(float(value), 2) for value in healed.table["x"].to_pylist()] == prices(8)


def test_names_of_stored_types():
    assert decimal_of("decimal256(40, 3)") == pa.decimal256(40, 3)
    assert decimal_of("string") is None
    assert physical_name(pa.dictionary(pa.int32(), MONEY)) == "decimal128(10, 2)"
