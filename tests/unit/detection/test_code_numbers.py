"""Codes that happen to read as numbers are judged as codes; a column of numbers, or many more of them, as they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from airflow_provider_dqheal import api
from airflow_provider_dqheal.detection.code_numbers import without_code_numbers
from airflow_provider_dqheal.detection.features import stack_of
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.view import view_table

ROWS = 300


def hashes(seed, length=8):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("0123456789abcdef"), length)) for _ in range(ROWS)]


def table(seed, codes):
    rng = np.random.default_rng(seed)
    return pa.table({"trace": codes, "took": rng.gamma(3, 20, ROWS).round(1), "kind": rng.choice(["a", "b"], ROWS)})


def unread(history, codes):
    """Whether the numbers among a batch's codes are read as codes."""
    stack = build_stack([view_table(table(day, one)) for day, one in enumerate(history)])
    view = view_table(table(9, codes))
    read, past = without_code_numbers(view, stack)
    assert (read is view) == (past is stack)
    if read is view:
        return False
    assert all(column.kinds["number"] == 0 and not len(column.numbers) for column in past.columns["trace"].views)
    return read.columns["trace"].kinds["number"] == 0 and not len(read.columns["trace"].numbers)


def test_a_few_numbers_among_codes_are_codes():
    assert unread([hashes(day) for day in range(8)], hashes(9))


def test_so_they_are_where_the_history_had_none():
    letters = [["f" + code[1:] for code in hashes(day)] for day in range(8)]
    assert unread(letters, [*letters[0][1:], "48213907"])
    assert not unread(letters, letters[1])


@pytest.mark.parametrize(
    "codes",
    [
        [f"{number:08d}" for number in range(ROWS)],
        [code[:7] for code in hashes(9)],
        [*hashes(9)[1:], "no code!"],
        [f"{number}" for number in range(ROWS)],
    ],
    ids=["numbers", "shorter", "text", "counts"],
)
def test_other_batches_are_read_as_they_are(codes):
    assert not unread([hashes(day) for day in range(8)], codes)


@pytest.mark.parametrize(
    "column",
    [
        [str(number) for number in range(1000, 1000 + ROWS)],
        ["north" if row % 2 else "south" for row in range(ROWS)],
        [f"{row % 90 + 10}A" if row % 3 else f"{row % 90 + 100}" for row in range(ROWS)],
    ],
    ids=["numbers", "words", "half numbers"],
)
def test_other_columns_are_read_as_they_are(column):
    assert not unread([column] * 8, column)


def test_no_alarm_for_what_a_few_codes_read_as():
    days = [table(day, hashes(day)) for day in range(24)]
    for day in range(8, 24):
        assert api.check(days[day], api.learn(days[day - 8 : day])).issues == ()


def test_text_files_are_read_alike(tmp_path):
    """A CSV file stores no types: its texts are texts as those of a table are."""
    paths = [tmp_path / f"{day}.csv" for day in range(9)]
    for day, path in enumerate(paths):
        csv.write_csv(table(day, [*hashes(day)[1:], "1234567e" if day < 8 else "92953195"]), path)
    baseline = api.learn(paths[:8])
    assert not any(column.is_typed for view in stack_of(baseline).batches for column in view.columns.values())
    assert api.check(paths[8], baseline).issues == ()


def test_codes_all_turned_into_numbers_are_found():
    baseline = api.learn([table(day, hashes(day)) for day in range(8)])
    numbers = [str(int(code, 16)) for code in hashes(9)]
    assert "trace" in {name for issue in api.check(table(9, numbers), baseline).issues for name in issue.columns}
