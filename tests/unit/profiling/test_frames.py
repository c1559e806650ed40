"""Frames of other libraries become tables; what has no Arrow type is told by its text, and never raises."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from airflow_provider_dqheal import api
from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.profiling.frames import frame_table, series_array

pandas = pytest.importorskip("pandas")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([5, "N/A", None, 2.5], ["5", "N/A", None, "2.5"]),
        ([1.0, "abc", float("nan")], ["1.0", "abc", None]),
        ([True, "maybe", pandas.NA], ["True", "maybe", None]),
        ([pandas.Timestamp("2026-03-01 08:00"), "soon", pandas.NaT], ["2026-03-01 08:00:00", "soon", None]),
        ([Decimal("5.01"), 4.25], ["5.01", "4.25"]),
        ([10**30, 1], [str(10**30), "1"]),
        ([b"\xff", 1], ["�", "1"]),
        (["\udcff", "a"], ["���", "a"]),
        ([[1], "x", None], ["[1]", "x", None]),
    ],
)
def test_a_column_of_several_types_is_told_by_its_texts(values, texts):
    assert series_array(pandas.Series(values, dtype=object)).to_pylist() == texts


def test_what_arrow_has_a_type_for_keeps_it():
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    frame = pandas.DataFrame(
        {"i": [1, 2], "f": [1.5, None], "b": [True, False], "t": ["a", None], "m": [at, at], 5: [1, 2]}
    )
    table = frame_table(frame, "orders/1")
    assert table.column_names == ["i", "f", "b", "t", "m", "5"]
    assert table["f"].to_pylist() == [1.5, None]
    assert table["m"].to_pylist() == [at, at]
    assert table["i"].type == pa.int64()
    assert table["b"].type == pa.bool_()


def test_other_kinds_of_columns():
    spans = pandas.cut(pandas.Series([1.0, 9.0]), [0, 5, 10])
    sparse = pandas.Series([0, 0, 7], dtype=pandas.SparseDtype("int64", 0))
    assert series_array(spans).to_pylist() == ["(0, 5]", "(5, 10]"]
    assert series_array(sparse).to_pylist() == [0, 0, 7]
    assert series_array(pandas.Series([1 + 2j])).to_pylist() == ["(1+2j)"]


def test_two_columns_of_one_name_are_refused():
    frame = pandas.DataFrame([[1, 2]], columns=["x", "x"])
    with pytest.raises(BatchUnreadable, match=r"orders/1: column name 'x' occurs twice"):
        frame_table(frame, "orders/1")


class Exported:
    """A frame of a library that is not known here."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def day(number):
    names = pa.array([f"a{row % 4}" for row in range(40)], pa.string_view())
    return Exported(pa.table({"n": pa.array(range(40 * number, 40 * number + 40)), "s": names}))


def test_any_frame_that_exports_arrow_is_a_batch():
    healed = api.heal(day(6), api.learn([day(number) for number in range(6)]))
    assert healed.published
    assert healed.table["s"].to_pylist()[:3] == ["a0", "a1", "a2"]


def test_words_among_numbers_of_a_frame_are_found_and_set_aside():
    frames = [
        pandas.DataFrame({"id": range(i * 100, i * 100 + 100), "k": [j % 9 for j in range(100)]}) for i in range(9)
    ]
    bad = frames[8].astype({"k": object})
    bad.loc[[3, 50], "k"] = "oops"
    healed = api.heal(bad, api.learn(frames[:8]))
    assert healed.verdict.issue("type_mismatch").columns == ("k",)
    assert healed.quarantine["row_id"].to_pylist() == [3, 50]
    assert healed.table["k"].type == pa.int64()
