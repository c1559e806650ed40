"""Cells that a label of their row says are there: missing ones are found, and set aside or filled."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.coded import CodedColumn
from airflow_provider_dqheal.detection.presence_fit import fit_presence

ROWS, HISTORY = 300, 8
UNITS = {"Pb": "ug/L", "Cd": "ug/L", "NO3": "mg/L", "Fe": "mg/L", "pH": "-"}


def results(seed: int, lost: int = 0, word: str = "") -> dict[str, list[str]]:
    """Results of a laboratory: a reason for those that were repeated, the unit by what was measured."""
    rng = np.random.default_rng(seed)
    what = rng.choice(list(UNITS), ROWS).tolist()
    repeated = (rng.random(ROWS) < 0.08).tolist()
    units = [UNITS[one] for one in what]
    unusual = [row for row in range(ROWS) if what[row] != "pH"][: 7 * lost : 7]
    for row in unusual:
        units[row] = word
    finished = ["" if again else f"2026-03-{1 + seed:02d} 12:{row % 60:02d}:00" for row, again in enumerate(repeated)]
    return {
        "number": [f"{seed * ROWS + row + 1_000}" for row in range(ROWS)],
        "analyte": what,
        "unit": units,
        "value": [f"{one:.2f}" for one in rng.lognormal(1, 0.8, ROWS)],
        "repeated": ["yes" if again else "no" for again in repeated],
        "finished": finished,
        "reason": [str(rng.choice(["device", "operator"])) if again else "" for again in repeated],
    }


def emptied(seed: int, count: int) -> tuple[dict[str, list[str]], set[int]]:
    """A batch that lacks the end of results that were not repeated, and where."""
    batch = results(seed)
    rows = [row for row in range(ROWS) if batch["repeated"][row] == "no"][: 5 * count : 5]
    for row in rows:
        batch["finished"][row] = ""
    return batch, set(rows)


@pytest.fixture(scope="module")
def baseline():
    return api.learn([pa.table(results(seed)) for seed in range(HISTORY)], dataset="laboratory")


def test_labels_tell_where_a_column_is_there():
    labels = CodedColumn.of((["a", "b", "c"] * 40, np.arange(120)) for _ in range(6))
    there = [np.asarray([True, False, True] * 40) for _ in range(6)]
    fit = fit_presence(labels, there)
    assert fit is not None
    assert fit.told == {"a": 240, "c": 240}
    assert fit.lacking(["a", "b", "c"] * 40, there[0])[0].tolist() == []
    rows, asked = fit.lacking(["a", "b", "c"] * 40, np.asarray([False] * 9 + [True] * 111))
    assert (rows.tolist(), asked) == ([0, 2, 3, 5, 6, 8], 80)
    stopped, asked = fit.lacking(["a", *["c"] * 5] * 20, np.asarray([False, *[True] * 5] * 20))
    assert (stopped.tolist(), asked) == ([], 120)
    everything, _ = fit.lacking(["a", "c"] * 20, np.zeros(40, dtype=bool))
    assert len(everything) == 40
    rng = np.random.default_rng(0)
    assert fit_presence(labels, [rng.random(120) < 0.9 for _ in range(6)]) is None
    assert fit_presence(labels, [np.ones(120, dtype=bool)] * 6) is None


def test_clean_batches_are_silent_and_untouched(baseline):
    for seed in range(HISTORY, HISTORY + 4):
        done = api.heal(pa.table(results(seed)), baseline)
        assert not done.verdict.issues
        assert (done.ledger.num_rows, done.quarantine.num_rows, done.held) == (0, 0, False)


def test_cells_missing_where_they_never_were_are_named_and_set_aside(baseline):
    batch, rows = emptied(HISTORY, 8)
    done = api.heal(pa.table(batch), baseline)
    (issue,) = done.verdict.issues
    assert (issue.type, issue.columns) == ("missing_data", ("finished",))
    assert "where repeated is 'no'" in issue.sentence
    assert set(done.quarantine["row_id"].to_pylist()) == rows
    assert done.published


@pytest.mark.parametrize("word", ["", "N/A"])
def test_what_a_dependency_tells_is_filled_where_the_word_for_nothing_is_a_label(baseline, word):
    right = results(HISTORY)["unit"]
    batch = results(HISTORY, 12, word)
    assert batch["unit"] != right
    done = api.heal(pa.table(batch), baseline)
    assert done.published
    assert done.quarantine.num_rows == 0
    assert done.table["unit"].to_pylist() == right
