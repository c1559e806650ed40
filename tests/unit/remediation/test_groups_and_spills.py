"""Slips repaired by the rest of their group, and values that stand at the end of their neighbour's text."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from _support.tables import put

from airflow_provider_dqheal import api
from airflow_provider_dqheal.remediation.bench.plans import violations
from airflow_provider_dqheal.remediation.kernels.spelling import is_mistyped, look_random

STATES = ("AL", "GA", "TN", "FL", "MS", "NC")
SYLLABLES = ("bir", "ming", "ham", "mont", "gom", "ery", "hun", "ts", "ville", "mo", "bile", "dal", "ton")
COLUMNS = ("site", "town", "state", "visits")


def visits(index: int, sites: int = 25, rows_each: int = 8) -> pa.Table:
    """Rows of sites that are new in every batch: what a site's town is only its other rows tell."""
    rng = random.Random(index)
    rows = []
    for number in range(sites):
        town = "".join(rng.choices(SYLLABLES, k=3))
        state = rng.choice(STATES)
        rows += [(f"S{index:02d}{number:03d}", town, state, str(rng.randrange(1, 90))) for _ in range(rows_each)]
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(COLUMNS)})


def mistyped(table: pa.Table, rows: list[int], sign: str = "x") -> pa.Table:
    towns = table["town"].to_pylist()
    typed = {row: towns[row][: 1 + row % 4] + sign + towns[row][2 + row % 4 :] for row in rows}
    return put(table, "town", {row: text for row, text in typed.items() if text != towns[row]})


SLIPS = [1, 18, 35, 50, 67, 82, 99, 115]


def repaired(batch: pa.Table, history: list[pa.Table]) -> tuple[list[tuple[str, str]], api.Healed]:
    healed = api.heal(batch, api.learn(history))
    lines = [line for line in healed.ledger.to_pylist() if line["column"] == "town"]
    return [(line["before"], line["after"]) for line in lines], healed


@pytest.mark.parametrize("own_slips", [False, True])
def test_slips_come_back_by_their_group_also_after_a_history_with_slips(own_slips):
    history = [visits(index) for index in range(8)]
    if own_slips:
        history = [mistyped(table, SLIPS[index % 3 :: 2]) for index, table in enumerate(history)]
    clean = visits(8)
    batch = mistyped(clean, SLIPS)
    found, healed = repaired(batch, history)
    wanted = [
        pair for pair in zip(batch["town"].to_pylist(), clean["town"].to_pylist(), strict=True) if pair[0] != pair[1]
    ]
    assert len(wanted) > 5
    assert sorted(found) == sorted(wanted)
    assert healed.table["town"].to_pylist() == clean["town"].to_pylist()


def test_a_value_that_differs_everywhere_in_the_same_way_is_another_value():
    clean = visits(8)
    towns = clean["town"].to_pylist()
    batch = put(clean, "town", {row: towns[row].replace("m", "ä", 1) for row in range(0, 200, 8)})
    assert sum(a != b for a, b in zip(batch["town"].to_pylist(), towns, strict=True)) > 4
    assert repaired(batch, [visits(index) for index in range(8)])[0] == []


def test_slipslook_random():
    assert look_random([("yex", "yes"), ("xes", "yes")])
    assert not look_random([(f"ak_{n}", f"al_{n}") for n in range(9)])
    assert is_mistyped("birminghxm", "birmingham")
    assert not is_mistyped("12", "17")


def test_a_spilled_value_goes_back_where_an_earlier_row_lacks_its_neighbour():
    history = [visits(index) for index in range(8)]
    history[3] = put(put(history[3], "town", {5: "AL"}), "state", {5: ""})  # no town before it: no spill
    clean = visits(8)
    rows = range(3, 200, 17)
    towns, states = clean["town"].to_pylist(), clean["state"].to_pylist()
    batch = put(clean, "town", {row: f"{towns[row]} {states[row]}" for row in rows})
    healed = api.heal(put(batch, "state", dict.fromkeys(rows, "")), api.learn(history))
    assert not healed.held, healed.validation
    assert healed.table["town"].to_pylist() == towns
    assert healed.table["state"].to_pylist() == states


def test_nan_in_a_held_batch_is_as_it_came():
    table = pa.table({"a": pa.array([1.0, float("nan")]), "b": ["x", None]})
    held = api.heal(table, api.learn([table]))
    assert held.held
    assert violations(table, held, api.learn([table])) == []


def listed(index: int, share: float, slip: str = "random") -> tuple[pa.Table, list[str]]:
    """Rows with a kind out of a short list, some of them mistyped; and what they were."""
    rng = random.Random(500 + index)
    kinds = rng.choices(("heart attack", "heart failure", "pneumonia", "surgical infection"), [5, 3, 3, 2], k=200)
    typed = []
    for kind in kinds:
        at = rng.randrange(len(kind))
        sign = rng.choice("qxyzjkw") if slip == "random" else "B"
        wrong = kind[:at] + sign + kind[at + 1 :] if slip == "random" else f"{kind[:-1]}{sign}"
        typed.append(wrong if rng.random() < share else kind)
    ids = [str(index * 200 + row) for row in range(200)]
    return pa.table({"id": ids, "kind": typed, "amount": [str(rng.randrange(9, 99)) for _ in ids]}), kinds


def test_errors_in_a_list_are_repaired_where_the_history_has_such_errors():
    history = [listed(index, 0.04)[0] for index in range(8)]
    batch, meant = listed(8, 0.05)
    healed = api.heal(batch, api.learn(history))
    after = [(line["before"], line["after"]) for line in healed.ledger.to_pylist() if line["column"] == "kind"]
    wrong = [(typed, kind) for typed, kind in zip(batch["kind"].to_pylist(), meant, strict=True) if typed != kind]
    assert len(wrong) > 5
    assert set(after) <= set(wrong)
    assert len(after) >= 0.7 * len(wrong)  # some were in the history already, and are usual


def test_rare_values_of_a_list_are_no_errors():
    history = [listed(index, 0.03, "same")[0] for index in range(8)]
    healed = api.heal(listed(8, 0.03, "same")[0], api.learn(history))
    assert healed.ledger.num_rows == 0
