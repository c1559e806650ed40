"""A whole column in quotes, with blanks or in another case goes back to how it was written; anything less does not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.kernels.writing import written_back

BATCHES = tuple({f"AB-{number:04d}": 1 for number in range(60 * day, 60 * day + 60)} for day in range(8))
NEW = [f"AB-{number:04d}" for number in range(900, 960)]


def back(texts, batches=BATCHES, kind="string"):
    return written_back(dict.fromkeys(texts, 1), ColumnHistory("code", kind, batches))


@pytest.mark.parametrize("write", ['"{}"', "'{}'", "[{}]", '="{}"', "  {}", "{} "])
def test_values_that_are_new_are_written_back(write):
    assert back([write.format(text) for text in NEW]) == {write.format(text): text for text in NEW}


def test_letters_in_the_other_case_are_written_back():
    assert back([text.lower() for text in NEW]) == {text.lower(): text for text in NEW}
    lower = tuple({text.lower(): 1 for text in batch} for batch in BATCHES)
    assert back(NEW, lower) == {text: text.lower() for text in NEW}


def test_missing_values_beside_them_stay():
    assert set(back([*(f'"{text}"' for text in NEW), "", "n/a"])) == {f'"{text}"' for text in NEW}


@pytest.mark.parametrize("write", ["[{}]", "<{}>", "{} "])
def test_a_part_of_the_values_is_left_to_others(write):
    assert back([*(write.format(text) for text in NEW[:50]), *NEW[50:]]) == {}


@pytest.mark.parametrize("write", ['"{}"', "'{}'", '="{}"', "<b>{}</b>", "<td class='id'>{}</td>"])
def test_a_part_of_the_values_in_quotes_or_markup_is_written_back(write):
    assert back([*(write.format(text) for text in NEW[:5]), *NEW[5:]]) == {write.format(text): text for text in NEW[:5]}
    assert back([write.format(NEW[0]), *NEW[1:]]) == {}  # one may be meant so


def test_codes_of_chance_letters_are_known_by_their_signs():
    rng = np.random.default_rng(1)
    codes = ["-".join(rng.bytes(3).hex() for _ in range(3)) for _ in range(600)]
    batches = tuple(dict.fromkeys(codes[at : at + 60], 1) for at in range(0, 480, 60))
    assert back([*(f'"{text}"' for text in codes[480:500]), *codes[500:540]], batches) == {
        f'"{text}"': text for text in codes[480:500]
    }


def test_a_column_that_had_it_before_is_left_alone():
    assert back([f'"{text}"' for text in NEW], (*BATCHES[:7], {'"AB-0001"': 1})) == {}
    assert back([text.lower() for text in NEW], (*BATCHES[:7], {"ab-0001": 1})) == {}


def test_values_of_a_form_that_the_history_lacks_are_left_alone():
    assert back([f'"{number}.5%"' for number in range(60)]) == {}
    assert back([f"[{text}, {text}]" for text in NEW]) == {}


def test_values_that_would_become_one_are_left_alone():
    mixed = [text.lower() for text in NEW] + [text.title() for text in NEW]
    assert back(mixed) == {}


def test_a_short_history_is_not_enough():
    assert back([f'"{text}"' for text in NEW], ({"AB-0001": 20},)) == {}


@pytest.mark.parametrize("write", ["'{}'", " {} "])
def test_the_batch_is_published_as_the_clean_one_would_be_and_undone_exactly(write):
    def day(number):
        rng = np.random.default_rng(number)
        codes = [f"L{number:02d}-{row:03d}" for row in range(120)]
        return pa.table({"lot": codes, "at": [f"{h}:{m:02d}" for h, m in rng.integers(0, 60, (120, 2))]})

    baseline = api.learn([day(number) for number in range(8)])
    clean = day(8)
    raw = clean
    for place, name in enumerate(clean.column_names):
        raw = raw.set_column(place, name, [[write.format(text) for text in clean[name].to_pylist()]])
    healed = api.heal(raw, baseline)
    assert not healed.held
    assert healed.table.to_pydict() == clean.to_pydict()
    assert healed.ledger.num_rows == 240
    assert set(healed.ledger["strategy"].to_pylist()) == {"write_back"}
    assert healed.ledger["before"].to_pylist()[0] == write.format(healed.ledger["after"].to_pylist()[0])
    untouched = api.heal(clean, baseline)
    assert (untouched.held, untouched.ledger.num_rows) == (False, 0)
