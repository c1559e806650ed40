"""A history with errors of its own: left alone when it is trusted, repaired when the policy calls it dirty."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from _support.tables import put

from airflow_provider_dqheal import api
from airflow_provider_dqheal.core.policy import Policy
from airflow_provider_dqheal.remediation.bench.pairs import bench_pair
from airflow_provider_dqheal.remediation.cleaned import believed, cleaned
from airflow_provider_dqheal.remediation.history import TableHistory

DIRTY = Policy(history="dirty")
CITIES = {f"C{number:02d}": (town, state) for number, (town, state) in enumerate(
    [("Portland", "OR"), ("Denver", "CO"), ("Boulder", "CO"), ("San Diego", "CA"), ("Houston", "TX"), ("Austin", "TX"),
     ("Madison", "WI"), ("Eugene", "OR"), ("Fresno", "CA"), ("Dallas", "TX"), ("Golden", "CO"), ("Salem", "OR")]
)}  # fmt: skip
SIZES, SPELLINGS = ("12.0", "16.0", "8.4", "24.0"), ("oz", "oz.", "ounce", "OZ.")


def breweries(index: int, rows: int = 240) -> pa.Table:
    """A day of sales, without an error."""
    rng = random.Random(40 + index)
    sites = [rng.choice(list(CITIES)) for _ in range(rows)]
    return pa.table(
        {
            "id": [str(index * rows + row) for row in range(rows)],
            "site": sites,
            "city": [CITIES[site][0] for site in sites],
            "state": [CITIES[site][1] for site in sites],
            "open": ["yes" if site < "C09" else "no" for site in sites],
            "kind": ["independent brewing company"] * rows,
            "size": [rng.choice(SIZES).removesuffix(".0") for _ in range(rows)],
            "bitter": [str(rng.randrange(5, 90)) if rng.random() < 0.6 else "" for _ in range(rows)],
        }
    )


def every(table: pa.Table, column: str, step: int, change, start: int = 0) -> pa.Table:
    cells = table[column].to_pylist()
    return put(table, column, {row: change(cells[row], row) for row in range(start, len(cells), step)})


def slip(text: str, row: int) -> str:
    at = row % len(text)
    return f"{text[:at]}x{text[at + 1 :]}"


def mistyped(table: pa.Table, index: int) -> pa.Table:
    for column, start in (("open", 3), ("kind", 11), ("city", 19)):
        table = every(table, column, 40, slip, start + index % 3)
    return table


def in_units(table: pa.Table, index: int) -> pa.Table:
    return every(table, "size", 1, lambda text, row: f"{float(text)} {SPELLINGS[(row + index) % 4]}")


def in_words(table: pa.Table, index: int) -> pa.Table:
    return every(table, "bitter", 1, lambda text, row: text or "N/A")


def spilled(table: pa.Table, index: int) -> pa.Table:
    states = table["state"].to_pylist()
    table = every(table, "city", 30, lambda text, row: f"{text} {states[row]}", index)
    return every(table, "state", 30, lambda text, row: "", index)


def files(folder, tables):
    return [write(folder, f"{number}.csv", table) for number, table in enumerate(tables)]


def write(folder, name, table):
    from airflow_provider_dqheal.remediation.bench.episodes import write_csv

    return write_csv(table, folder / name)


@pytest.mark.parametrize("spoil", [mistyped, in_units, in_words, spilled])
def test_errors_that_the_history_has_as_well_are_repaired_when_it_is_called_dirty(tmp_path, spoil):
    baseline = api.learn(files(tmp_path, [spoil(breweries(index), index) for index in range(8)]))
    clean = breweries(8)
    batch = spoil(clean, 8)
    faulty = sum(
        a != b
        for name in clean.column_names
        for a, b in zip(batch[name].to_pylist(), clean[name].to_pylist(), strict=True)
    )
    path = write(tmp_path, "batch.csv", batch)
    trusting, healed = api.heal(path, baseline), api.heal(path, baseline, policy=DIRTY)
    assert not healed.held, healed.validation.failures
    clean_cells = {(row, name): text for name in clean.column_names for row, text in enumerate(clean[name].to_pylist())}
    changed = {(line["row_id"], line["column"]): line["after"] or "" for line in healed.ledger.to_pylist()}
    assert {cell: after for cell, after in changed.items() if clean_cells[cell] != after} == {}
    assert len(changed) >= 0.9 * faulty
    assert trusting.ledger.num_rows <= 0.5 * faulty


def test_a_history_without_errors_is_the_same_and_cleaning_twice_changes_nothing(tmp_path):
    tables = [breweries(index) for index in range(8)]
    clean = api.learn(files(tmp_path, tables))
    assert cleaned(clean) is clean
    once = cleaned(api.learn(files(tmp_path, [in_units(mistyped(t, i), i) for i, t in enumerate(tables)])))
    assert cleaned(once) is once
    healed = api.heal(write(tmp_path, "batch.csv", breweries(8)), clean, policy=DIRTY)
    assert not healed.held
    assert healed.ledger.num_rows == healed.quarantine.num_rows == 0


def test_cleaned_columns_are_profiled_again_and_the_others_are_as_they_were(tmp_path):
    before = api.learn(files(tmp_path, [in_units(breweries(index), index) for index in range(8)]))
    after = believed(before, DIRTY)
    assert believed(before, Policy()) is before
    assert {c.name: c.type for c in before.table_schema.columns}["size"] == "string"
    assert {c.name: c.type for c in after.table_schema.columns}["size"] == "float"
    for old, new in zip(before.profiles, after.profiles, strict=True):
        assert old.row_count == new.row_count
        assert {name for name in old.columns if old.columns[name] != new.columns[name]} == {"size"}


def test_a_declared_type_stays(tmp_path):
    schema = [{"name": name, "type": "string", "nullable": True} for name in breweries(0).column_names]
    tables = [in_units(breweries(index), index) for index in range(8)]
    assert cleaned(api.learn(files(tmp_path, tables), schema)).table_schema == api.as_schema(schema)


def kept(tables: list[pa.Table], column: str) -> bool:
    """Whether a dirty history leaves the column as it is."""
    before = api.learn(tables)
    return TableHistory.of(cleaned(before)).columns[column].pooled == TableHistory.of(before).columns[column].pooled


def sized(write) -> list[pa.Table]:
    rng = random.Random(3)
    return [
        every(breweries(index), "size", 1, lambda text, row: write(rng.choice((9, 40, 70, 700, 900, 1500, 23000)), rng))
        for index in range(8)
    ]


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda number, rng: f"{number} kg", id="one unit"),
        pytest.param(lambda number, rng: f"{number} kg" if rng.random() < 0.95 else f"{number} Kg.", id="nearly one"),
        pytest.param(lambda number, rng: f"{number}%", id="percent"),
        pytest.param(lambda number, rng: f"{number:,}", id="large numbers have separators"),
        pytest.param(lambda number, rng: f"{number} {rng.choice(('kg', 'g'))}", id="two units"),
        pytest.param(lambda number, rng: f"{number} {rng.choice(('seats', 'rooms'))}", id="words"),
    ],
)
def test_a_way_to_write_numbers_is_no_error(write):
    assert kept(sized(write), "size")


def test_a_doubtful_word_for_a_missing_number_is_left():
    assert kept([every(breweries(i), "bitter", 1, lambda text, row: text or "unknown") for i in range(8)], "bitter")


def test_units_and_separators_in_some_cells_are_read_as_the_plain_ones_are():
    rng = random.Random(4)
    tables = [
        every(breweries(index), "size", 1, lambda text, row: rng.choice((text, text, text, text, f"{text} oz")))
        for index in range(8)
    ]
    after = TableHistory.of(cleaned(api.learn(tables))).columns["size"]
    assert set(after.present) == {"12", "16", "8.4", "24"}


def test_a_seldom_value_that_is_the_rule_of_its_own_group_is_none_mistyped():
    names = dict.fromkeys(CITIES, "")
    names |= {site: ("Iraq" if site < "C06" else "Chile") for site in names}
    tables = []
    for index in range(8):
        table = breweries(index)
        sites = table["site"].to_pylist()
        sites[5] = sites[6] = "C99"
        table = put(table, "site", {5: "C99", 6: "C99"})
        countries = ["Iran" if site == "C99" else names[site] for site in sites]
        tables.append(table.append_column("country", pa.array(countries)))
    assert kept(tables, "country")
    assert kept(tables, "site")


def test_another_word_is_no_misspelling_of_what_its_group_holds():
    tables = []
    for index in range(8):
        table = breweries(index)
        towns = [f"{city} Dist." for city in table["city"].to_pylist()]
        table = table.append_column("district", pa.array(towns))
        odd = next(row for row, town in enumerate(towns) if town == "Fresno Dist.")
        tables.append(put(table, "district", {odd: "Lodiaa Dist."}) if index == 4 else table)
    assert kept(tables, "district")


def test_a_few_alike_values_of_a_list_are_no_misspellings():
    tables = []
    for index in range(8):
        table = breweries(index)
        rng = random.Random(index)
        countries = [rng.choice(("Slovenia", "Portugal", "Norway")) for _ in range(table.num_rows)]
        countries[7] = "Slovakia"
        tables.append(table.append_column("country", pa.array(countries)))
    assert kept(tables, "country")


def test_a_pair_is_measured_after_a_history_with_its_errors(tmp_path):
    dirty = pa.concat_tables([in_units(mistyped(breweries(index), index), index) for index in range(9)])
    clean = pa.concat_tables([breweries(index) for index in range(9)])
    paths = [write(tmp_path, f"{name}.csv", table) for name, table in (("dirty", dirty), ("clean", clean))]
    result = bench_pair(api.learn, api.heal, *paths, dirty_history=True)
    assert result["history"] == "dirty"
    assert result["precision"] == 1.0
    assert result["recall"] > 0.9
