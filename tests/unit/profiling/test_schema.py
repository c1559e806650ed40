"""Types: inferred conservatively, declared in a file, applied to text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.types import ColumnSchema
from airflow_provider_dqheal.profiling.evolve import evolved
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.parsing import ARROW_TYPES
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.schema import cast_table, infer_schema, parse_values, read_schema, render


def types_of(*batches: dict[str, list[object]]) -> dict[str, str]:
    return {c.name: c.type for c in infer_schema([profile_table(pa.table(b)) for b in batches]).columns}


@pytest.mark.parametrize(
    ("values", "type"),
    [
        (["1", "-2", "", "n/a"], "int"),
        (["1", "2.5", "3e4"], "float"),
        (["00501", "10001"], "string"),
        (["1", "x"], "string"),
        (["yes", "No", ""], "bool"),
        (["true", "TRUE"], "string"),
        (["2020-01-31", "2020-02-01"], "date"),
        (["2020-01-31 10:00:00", "2020-02-01 11:30:00"], "datetime"),
        (["31/12/2020", "01/02/2020"], "date"),
        (["2020-02-30"], "string"),
        (["", "NA"], "string"),
        (["12%"], "string"),
    ],
)
def test_text_gets_a_type_only_when_every_value_parses(values: list[str], type: str) -> None:
    assert types_of({"x": values}) == {"x": type}


def test_every_batch_counts() -> None:
    assert types_of({"x": ["1", "2"]}, {"x": ["3.5", "4"]}) == {"x": "float"}
    assert types_of({"x": ["1", "2"]}, {"x": ["a", "4"]}) == {"x": "string"}
    assert types_of({"x": ["1", "2"]}, {"x": ["", ""]}) == {"x": "int"}
    assert types_of({"x": [1, 2]}, {"x": [1.5, None]}) == {"x": "float"}


def test_nullable_is_what_was_seen() -> None:
    schema = infer_schema([profile_table(pa.table({"a": ["1", "2"], "b": ["1", ""]}))])
    assert [(c.name, c.nullable) for c in schema.columns] == [("a", False), ("b", True)]


def test_cast_tells_cells_that_do_not_parse_from_cells_that_are_missing() -> None:
    raw = pa.table({"x": ["1", "", "n/a", "two", " 4 "], "s": ["a", "", "NA", "b", "c"], "more": [1, 2, 3, 4, 5]})
    schema = infer_schema([profile_table(pa.table({"x": ["1", ""], "s": ["a", "b"]}))])
    table, failed = cast_table(raw, schema)
    assert table.schema.names == ["x", "s", "more"]
    assert table.column("x").to_pylist() == [1, None, None, None, 4]
    assert failed["x"].tolist() == [False, False, False, True, False]
    assert table.column("s").to_pylist() == raw.column("s").to_pylist()
    assert not failed["s"].any()


def test_ambiguous_dates_are_read_as_the_certain_ones_are() -> None:
    day = dt.date
    assert parse_values(pa.array(["01/02/2020", "13/02/2020"]), "date").to_pylist() == [
        day(2020, 2, 1),
        day(2020, 2, 13),
    ]
    assert parse_values(pa.array(["01/02/2020", "02/13/2020"]), "date").to_pylist() == [
        day(2020, 1, 2),
        day(2020, 2, 13),
    ]
    assert parse_values(pa.array(["01/02/2020"]), "date", month_first=True).to_pylist() == [day(2020, 1, 2)]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-02-29", dt.datetime(2020, 2, 29)),
        ("2020-2-9 7:05", dt.datetime(2020, 2, 9, 7, 5)),
        ("2020-01-02T03:04:05.25Z", dt.datetime(2020, 1, 2, 3, 4, 5, 250_000)),
        ("2020-01-02 03:04:05+02:00", dt.datetime(2020, 1, 2, 1, 4, 5)),
        ("31.12.1999", dt.datetime(1999, 12, 31)),
        ("5 Mar 2021", dt.datetime(2021, 3, 5)),
        ("05-MAR-21", dt.datetime(2021, 3, 5)),
        ("March 5, 2021", dt.datetime(2021, 3, 5)),
        ("0001-01-01", dt.datetime(1, 1, 1)),
        ("2019-02-29", None),
        ("2020-13-01", None),
        ("2020-01-01 25:00", None),
        ("2020-01-01X10:00", None),
        ("5 Foo 2021", None),
        ("20200101", None),
    ],
)
def test_dates_are_read_in_many_formats(text: str, moment: dt.datetime | None) -> None:
    assert parse_values(pa.array([text]), "datetime").to_pylist() == [moment]


def test_numbers_outside_64_bits_do_not_parse_as_int() -> None:
    assert parse_values(pa.array(["9223372036854775807", "9223372036854775808", "5.0", "5.5"]), "int").to_pylist() == [
        2**63 - 1,
        None,
        5,
        None,
    ]


VALUES = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "string": st.text(st.characters(codec="utf-8")),
    "date": st.dates(),
    "datetime": st.datetimes(),
}


@pytest.mark.parametrize("type", VALUES)
def test_rendered_values_parse_back(type: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.none() | VALUES[type], max_size=20))
    def holds(values: list[object]) -> None:
        array = pa.array(values, ARROW_TYPES[type])  # type: ignore[index]
        assert parse_values(render(array), type).to_pylist() == array.to_pylist()  # type: ignore[arg-type]

    holds()


def test_schema_files_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text("- {name: zip, type: string}\n- {name: price, type: float, nullable: false}\n")
    schema = read_schema(path)
    assert schema.declared
    assert [(c.name, c.type, c.nullable) for c in schema.columns] == [
        ("zip", "string", True),
        ("price", "float", False),
    ]
    for text, words in (
        ("- {name: a, type: money}", "types are int"),
        ("- {name: a, type: int}\n- {name: a, type: int}", "declared twice"),
        ("5", "expected a list"),
        ("[", "cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=words):
            read_schema(path)


def daily(first: str, days: int, form: str) -> list[Profile]:
    """Profiles of daily extracts that say their date in every row."""
    when = dt.date.fromisoformat(first)
    return [profile_table(pa.table({"day": [(when + dt.timedelta(days=k)).strftime(form)] * 3})) for k in range(days)]


def test_the_history_tells_how_a_date_that_can_be_read_either_way_is_read() -> None:
    schema = infer_schema(daily("2025-11-24", 7, "%m/%d/%Y"))
    assert schema.column("day") == ColumnSchema(name="day", type="date", nullable=False, month_first=True)
    typed, _ = cast_table(pa.table({"day": ["12/01/2025"]}), schema)
    assert typed["day"].to_pylist() == [dt.date(2025, 12, 1)]
    assert infer_schema(daily("2025-11-24", 7, "%d/%m/%Y")).column("day").month_first is False


def test_dates_of_which_none_tells_day_from_month_stay_text_unless_written_with_points() -> None:
    assert infer_schema(daily("2025-03-01", 8, "%m/%d/%Y")).column("day").type == "string"
    assert infer_schema(daily("2025-03-01", 8, "%d.%m.%Y")).column("day").type == "date"


def test_a_batch_that_does_not_tell_takes_nothing_back() -> None:
    accepted = infer_schema(daily("2025-11-24", 7, "%m/%d/%Y"))
    (december,) = daily("2025-12-01", 1, "%m/%d/%Y")
    assert evolved(accepted, infer_schema((december,), accepted), "ada") is accepted
    assert infer_schema((december,), accepted).column("day") == accepted.column("day")
