"""Columns and rows that come in another shape are brought back, or left when two shapes are possible."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections import Counter

import pyarrow as pa
import pytest

from airflow_provider_dqheal.remediation.history import ColumnHistory
from airflow_provider_dqheal.remediation.swapped_columns import is_exchanged


def replaced(table, name, *columns):
    """``table`` with one column replaced by others."""
    at = table.column_names.index(name)
    table = table.remove_column(at)
    for place, (new, values) in enumerate(columns):
        table = table.add_column(at + place, new, pa.array(values))
    return table


@pytest.mark.parametrize("mark", ["|", "_", ", "])
def test_merged_columns_are_cut_apart(bench, clean, said, mark):
    joined = [f"{a}{mark}{b}" for a, b in zip(clean["price"].to_pylist(), clean["height"].to_pylist(), strict=True)]
    dirty = replaced(clean.drop_columns(["height"]), "price", ("price_height", joined))
    _, working, validation = bench.heal(dirty, said(schema_drift=()))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_split_date_is_joined(bench, clean, said):
    parts = [text.partition("-") for text in clean["born"].to_pylist()]
    dirty = replaced(clean, "born", ("born_1", [p[0] for p in parts]), ("born_2", [p[2] for p in parts]))
    _, working, validation = bench.heal(dirty, said(schema_drift=()))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_struct_and_json_objects_are_flattened(bench, clean, said):
    names = ["price", "quantity"]
    struct = pa.StructArray.from_arrays([clean[name].combine_chunks() for name in names], names=names)
    nested = clean.drop_columns(names).append_column("payload", struct)
    rows = zip(*(clean[name].to_pylist() for name in names), strict=True)
    text = clean.drop_columns(names).append_column(
        "payload", pa.array([json.dumps(dict(zip(names, row, strict=True))) for row in rows])
    )
    for dirty in (nested, text):
        _, working, validation = bench.heal(dirty, said(schema_drift=("payload",)))
        assert validation.passed, validation.failures
        assert working.table.equals(clean)


def test_flattened_column_may_have_a_few_new_values(bench, clean, said):
    cities = clean["city"].to_pylist()
    moved = clean.set_column(
        clean.column_names.index("city"),
        "city",
        pa.array(["Atlantis" if row % 20 == 0 else city for row, city in enumerate(cities)]),
    )
    struct = pa.StructArray.from_arrays([moved["city"].combine_chunks()], names=["city"])
    dirty = moved.drop_columns(["city"]).append_column("payload", struct)
    _, working, validation = bench.heal(dirty, said(schema_drift=("payload",)))
    assert validation.passed, validation.failures
    assert working.table.equals(moved)


def test_repeated_header_is_set_aside_without_an_alarm(bench, clean):
    line = pa.table({name: [name] for name in clean.column_names})
    dirty = pa.concat_tables([clean.slice(0, 100), line, clean.slice(100)])
    _, working, validation = bench.heal(dirty)
    assert validation.passed, validation.failures
    assert working.table.equals(clean)
    assert working.quarantine["reasons"].to_pylist() == [["repeated header"]]


def test_whole_batch_loaded_twice_is_no_loss(bench, clean):
    _, working, validation = bench.heal(pa.concat_tables([clean, clean]))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)
    assert working.lost_rows == 0


def test_cut_off_decimals_are_held(bench, clean, put):
    made = bench.plan(put(clean, "price", lambda v: v.partition(".")[0]))
    assert any("narrowing" in reason for reason in made.hold_reasons)


@pytest.mark.parametrize("name", ["prce", "unit_price", "born_on", "dob"])
def test_rename_needs_values_of_its_form(bench, clean, said, name):
    column = "price" if name in ("prce", "unit_price") else "born"
    dirty = clean.rename_columns([name if known == column else known for known in clean.column_names])
    _, working, _ = bench.heal(dirty, said(schema_drift=()))
    assert working.table.equals(clean)
    other = replaced(clean, "price", ("prce", ["n.s."] * clean.num_rows))
    made = bench.plan(other, said(schema_drift=()))
    assert not any(step.strategy == "rename" for step in made.steps)


def test_swapped_columns_of_dates_and_numbers_go_back(make_bench, day_of_orders, said):
    def typed(table):
        born = pa.array([dt.date.fromisoformat(text) for text in table["born"].to_pylist()])
        price = pa.array([float(text) for text in table["price"].to_pylist()])
        return table.set_column(2, "born", born).set_column(3, "price", price)

    bench = make_bench([typed(day_of_orders(index)) for index in range(8)])
    clean = typed(day_of_orders(8))
    swap = {"born": "price", "price": "born"}
    dirty = clean.rename_columns([swap.get(name, name) for name in clean.column_names]).select(clean.column_names)
    _, working, validation = bench.heal(dirty, said(schema_drift=("born", "price")), format="table")
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_columns_named_like_the_quarantine_are_no_obstacle(make_bench, day_of_orders, said):
    def named(table):
        return table.rename_columns(
            [{"note": "row_id", "zip": "reasons"}.get(name, name) for name in table.column_names]
        )

    bench = make_bench([named(day_of_orders(index)) for index in range(8)])
    clean = named(day_of_orders(8))
    dirty = clean.set_column(4, "height", pa.array(["tall", *clean["height"].to_pylist()[1:]]))
    _, working, validation = bench.heal(dirty, said(type_mismatch=("height",)))
    assert validation.passed, validation.failures
    assert working.quarantine["row_id"].to_pylist() == [0]
    assert working.quarantine.column_names[2:] == [
        {"row_id": "row_id_", "reasons": "reasons_"}.get(n, n) for n in clean.column_names
    ]


def test_half_of_a_split_column_is_never_taken_for_the_whole(make_bench, day_of_orders, said):
    people = ["Tillim, Guy", "Pak, Ann", "Pak, Sheung Chuen", "Zipp, Tom", "Collective"]

    def named(index):
        table = day_of_orders(index)
        return table.append_column("artist", pa.array([people[row * 7 % 5] for row in range(table.num_rows)]))

    bench = make_bench([named(index) for index in range(8)])
    clean = named(8)
    parts = [text.partition(" ") for text in clean["artist"].to_pylist()]
    dirty = replaced(clean, "artist", ("artist_1", [p[0] for p in parts]), ("artist_2", [p[2] for p in parts]))
    made, working, validation = bench.heal(dirty, said(schema_drift=("artist_1", "artist_2")))
    assert not any(step.strategy == "rename" for step in made.steps)
    assert working.table.equals(clean) or not validation.passed


WORDS = ["late", "parcel", "was", "left", "at", "the", "door", "again", "thanks", "for", "nothing", "good", "box"]


def test_free_text_that_was_cut_at_its_first_blank_is_joined(make_bench, day_of_orders, said):
    def noted(index):
        rng, table = random.Random(index), day_of_orders(index)
        notes = [" ".join(rng.choices(WORDS, k=rng.randint(2, 9))).capitalize() + "." for _ in range(table.num_rows)]
        return table.append_column("remark", pa.array(notes))

    bench = make_bench([noted(index) for index in range(8)])
    clean = noted(8)
    parts = [text.partition(" ") for text in clean["remark"].to_pylist()]
    dirty = replaced(clean, "remark", ("remark_1", [p[0] for p in parts]), ("remark_2", [p[2] for p in parts]))
    _, working, validation = bench.heal(dirty, said(schema_drift=()))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)
    lines = [f"{text} {text}" for text in clean["remark"].to_pylist()]
    two = replaced(clean, "remark", ("remark_1", lines), ("remark_2", lines[::-1]))
    made = bench.plan(two, said(schema_drift=()))
    assert not any(step.strategy == "join_split" for step in made.steps), "two lines of text are not one"


def test_columns_of_another_order_go_back_also_where_both_moved_on(make_bench, said):
    def traded(index):
        rng = random.Random(index)
        high = [100 + 9 * index + rng.random() * 12 for _ in range(120)]
        return pa.table(
            {
                "high": [f"{value:.2f}" for value in high],
                "volume": [f"{round(rng.lognormvariate(4, 0.5))}000000" for _ in high],
            }
        )

    bench = make_bench([traded(index) for index in range(8)])
    clean = traded(8)
    dirty = clean.rename_columns(["volume", "high"]).select(["high", "volume"])
    _, working, validation = bench.heal(dirty, said(distribution_shift=("volume", "high")))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_flags_of_a_period_are_no_swapped_columns(make_bench, day_of_orders, said):
    def flagged(index: int, old: str, new: str) -> pa.Table:
        table = day_of_orders(index)
        return table.append_column("y93", pa.array([old] * table.num_rows)).append_column(
            "y94", pa.array([new] * table.num_rows)
        )

    bench = make_bench([flagged(index, "1", "0") for index in range(8)])
    made = bench.plan(flagged(8, "0", "1"), said(distribution_shift=("y93", "y94")))
    assert made.steps == ()
    assert made.hold_reasons


def test_columns_that_nobody_blames_are_not_exchanged(bench, clean, said):
    names = clean.column_names
    at, other = names.index("price"), names.index("height")
    dirty = clean.set_column(at, "price", clean["height"]).set_column(other, "height", clean["price"])
    assert [step.strategy for step in bench.plan(dirty, said(outliers=("price",))).steps] == ["swapped_columns"]
    assert bench.plan(dirty, said(outliers=("note",))).steps == ()


def test_year_and_label_under_each_others_name_go_back(make_bench, day_of_orders, said):
    def dated(index: int) -> pa.Table:
        table = day_of_orders(index)
        return table.append_column("year", pa.array([str(2010 + index)] * table.num_rows))

    bench = make_bench([dated(index) for index in range(8)])
    clean = dated(8)
    names = clean.column_names
    dirty = clean.set_column(names.index("year"), "year", clean["country"])
    dirty = dirty.set_column(names.index("country"), "country", clean["year"])
    _, working, validation = bench.heal(dirty, said(type_mismatch=("year", "country")))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_renamed_identifiers_are_told_by_what_they_have_in_common(make_bench, day_of_orders, said):
    def with_sessions(index: int) -> pa.Table:
        table, rng = day_of_orders(index), random.Random(index)
        return table.append_column("session", pa.array([str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(300)]))

    bench = make_bench([with_sessions(index) for index in range(8)])
    clean = with_sessions(8)
    dirty = clean.rename_columns([{"session": "sessiion"}.get(name, name) for name in clean.column_names])
    _, working, validation = bench.heal(dirty, said(schema_drift=("session", "sessiion")))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_split_column_comes_back_although_a_row_holds_a_new_value(make_bench, day_of_orders, said):
    def with_events(index: int) -> pa.Table:
        table = day_of_orders(index)
        seen = [f'{{"plan": "pro", "n": {row % 12}}}' for row in range(table.num_rows)]
        return table.append_column("payload", pa.array([*seen[:-1], f'{{"plan": "trial", "n": {index}}}']))

    bench = make_bench([with_events(index) for index in range(8)])
    clean = with_events(8)
    parts = [text.partition(" ") for text in clean["payload"].to_pylist()]
    dirty = replaced(clean, "payload", ("payload_1", [p[0] for p in parts]), ("payload_2", [p[2] for p in parts]))
    _, working, validation = bench.heal(dirty, said(schema_drift=("payload", "payload_1", "payload_2")))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def exchanged(table: pa.Table, left: str, right: str) -> pa.Table:
    swap = {left: right, right: left}
    return table.rename_columns([swap.get(name, name) for name in table.column_names]).select(table.column_names)


def test_codes_and_dates_under_each_others_name_go_back(make_bench, day_of_orders, said):
    def with_codes(index: int) -> pa.Table:
        table, rng = day_of_orders(index), random.Random(index)
        return table.append_column("plz", pa.array([f"{rng.randrange(100_000):05d}" for _ in range(table.num_rows)]))

    bench = make_bench([with_codes(index) for index in range(8)])
    clean = with_codes(8)
    _, working, validation = bench.heal(exchanged(clean, "born", "plz"), said(type_mismatch=("born", "plz")))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_counts_of_few_and_of_many_values_go_back(make_bench, day_of_orders, said):
    def with_counts(index: int) -> pa.Table:
        table, rng = day_of_orders(index), random.Random(index)
        table = table.append_column("images", pa.array([str(rng.choice([0, 0, 0, 1, 2])) for _ in range(300)]))
        return table.append_column("lines", pa.array([str(int(rng.lognormvariate(4, 1))) for _ in range(300)]))

    bench = make_bench([with_counts(index) for index in range(8)])
    clean = with_counts(8)
    alarmed = said(distribution_shift=("images", "lines"))
    _, working, validation = bench.heal(exchanged(clean, "images", "lines"), alarmed)
    assert validation.passed, validation.failures
    assert working.table.equals(clean)
    more = clean.set_column(clean.column_names.index("images"), "images", clean["lines"])
    assert bench.plan(more, alarmed).steps == ()


def test_merged_columns_are_cut_apart_although_a_row_holds_a_new_value(bench, clean, said):
    names = clean.column_names
    clean = clean.set_column(names.index("country"), "country", pa.array(["AT", *clean["country"].to_pylist()[1:]]))
    joined = [f"{a}|{b}" for a, b in zip(clean["country"].to_pylist(), clean["city"].to_pylist(), strict=True)]
    dirty = replaced(clean.drop_columns(["city"]), "country", ("country_city", joined))
    _, working, validation = bench.heal(dirty, said(schema_drift=()))
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def with_numbers(table: pa.Table, **columns: list) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, pa.array([str(value) for value in values]))
    return table


def test_flag_and_count_under_each_others_name_go_back(make_bench, day_of_orders, said):
    def stays(index: int, rows: int = 300) -> pa.Table:
        return with_numbers(day_of_orders(index), flag=[0] * rows, nights=[row * 7 % 9 for row in range(rows)])

    bench = make_bench([stays(index) for index in range(8)])
    clean = stays(8)
    flag, nights = clean["nights"], clean["flag"]
    dirty = clean.drop_columns(["flag", "nights"]).append_column("flag", flag).append_column("nights", nights)
    made, working, validation = bench.heal(dirty, said(distribution_shift=("flag", "nights")))
    assert [step.strategy for step in made.steps] == ["swapped_columns"]
    assert validation.passed, validation.failures
    assert working.table.equals(clean)


def test_year_that_has_moved_on_goes_back_to_its_name(make_bench, day_of_orders, said):
    def yearly(index: int, rows: int = 300) -> pa.Table:
        worth = [round(1.9 ** (row % 20) / 3, 3) for row in range(rows)]
        return with_numbers(day_of_orders(index), year=[1988 + index // 4] * rows, worth=worth)

    bench = make_bench([yearly(index) for index in range(8)])
    clean = yearly(8)
    year, worth = clean["worth"], clean["year"]
    dirty = clean.drop_columns(["year", "worth"]).append_column("year", year).append_column("worth", worth)
    made = bench.plan(dirty, said(distribution_shift=("year", "worth")))
    assert [step.columns for step in made.steps] == [("year", "worth")]


def test_two_years_that_moved_on_are_no_swapped_columns(make_bench, day_of_orders, said):
    def yearly(index: int, rows: int = 300) -> pa.Table:
        starts = [1990 + index + row % 3 for row in range(rows)]
        return with_numbers(day_of_orders(index), start=starts, end=[start + 2 for start in starts])

    bench = make_bench([yearly(index) for index in range(8)])
    assert bench.plan(yearly(11), said(distribution_shift=("start", "end"))).steps == ()


def test_columns_that_all_got_one_prefix_are_renamed_also_where_texts_are_new(make_bench, day_of_orders, said):
    def told(index: int, prefix: str = "") -> pa.Table:
        table = day_of_orders(index)
        texts = [f"note {index * 7919 + row * 104729} of the day" for row in range(table.num_rows)]
        table = table.append_column("text", pa.array(texts))
        return table.rename_columns(
            [prefix + name if name in ("note", "text") else name for name in table.column_names]
        )

    bench = make_bench([told(index) for index in range(8)])
    made = bench.plan(told(8, "x_"), said(schema_drift=("x_note", "x_text")))
    assert made.steps[0].params["names"] == {"x_note": "note", "x_text": "text"}
    assert made.hold_reasons == ()


def test_values_that_are_all_unreadable_are_not_set_aside_row_by_row(make_bench, day_of_orders, said):
    def sparse(index: int) -> pa.Table:
        table = day_of_orders(index)
        units = ["", ""] if index < 8 else [" EUR", " USD"]
        cells = ["" if row % 10 else f"{row / 7:.1f}{units[row % 20 // 10]}" for row in range(table.num_rows)]
        return table.append_column("crp", pa.array(cells))

    bench = make_bench([sparse(index) for index in range(8)])
    made = bench.plan(sparse(8), said(type_mismatch=("crp",)))
    assert made.steps == ()
    assert made.hold_reasons


def test_an_empty_column_is_nobodys_exchange(make_bench, day_of_orders, said):
    def filled(index: int, rows: int = 300) -> pa.Table:
        return with_numbers(day_of_orders(index), nights=[row * 7 % 19 for row in range(rows)])

    bench = make_bench([filled(index) for index in range(8)])
    dirty = filled(8).drop_columns(["price", "nights"])
    empty = pa.array([None] * 300, pa.string())
    for price in (pa.array(["x"] * 300), filled(8)["nights"], empty):
        made = bench.plan(
            dirty.append_column("price", price).append_column("nights", empty),
            said(distribution_shift=("price", "nights")),
        )
        assert not any(step.strategy == "swapped_columns" for step in made.steps)


def test_one_column_like_another_that_holds_nothing_is_no_exchange():
    small = ColumnHistory("a", "int", tuple(Counter({str(value): 2 for value in range(10, 60)}) for _ in range(6)))
    large = ColumnHistory(
        "b", "int", tuple(Counter({str(value): 2 for value in range(900, 1600, 7)}) for _ in range(6))
    )
    assert not is_exchanged((small, large.batches[0]), (large, Counter({None: 100})))


def test_empty_rows_are_set_aside_without_an_alarm(bench, clean):
    blank = pa.table({name: pa.array([""] * 4 + [None] * 3, pa.string()) for name in clean.column_names})
    texts = pa.table({name: clean[name].cast(pa.string()) for name in clean.column_names})
    raw = pa.concat_tables([texts.slice(0, 50), blank, texts.slice(50)])
    plan, working, _ = bench.heal(raw)
    assert [step.strategy for step in plan.steps] == ["empty_rows"]
    assert sorted(working.quarantine["row_id"].to_pylist()) == list(range(50, 57))
    assert working.table.num_rows == clean.num_rows


def test_the_totals_of_a_report_are_set_aside_and_a_large_order_is_not(bench, clean):
    numbers = [name for name in clean.column_names if name in ("price", "quantity", "amount", "total")]
    assert numbers
    texts = {name: clean[name].cast(pa.string()).to_pylist() for name in clean.column_names}
    totals = {name: f"{sum(float(text) for text in texts[name] if text):.2f}" for name in numbers}
    last = {name: totals.get(name, "Total" if place == 0 else "") for place, name in enumerate(texts)}
    plan, working, _ = bench.heal(pa.table({name: [*texts[name], last[name]] for name in texts}))
    assert "footer_rows" in [step.strategy for step in plan.steps]
    assert working.quarantine["row_id"].to_pylist() == [clean.num_rows]
    large = {
        name: [*cells, cells[0] if name not in numbers else f"{float(totals[name]) * 0.9:.2f}"]
        for name, cells in texts.items()
    }
    assert "footer_rows" not in [step.strategy for step in bench.heal(pa.table(large))[0].steps]
