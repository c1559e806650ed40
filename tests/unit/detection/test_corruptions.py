"""The corruption library keeps its word: labels are true, effects are visible, equal seeds give equal batches."""

from collections import Counter
from decimal import Decimal
from functools import lru_cache
from itertools import cycle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.types import ISSUE_ORDER
from airflow_provider_dqheal.detection.corpus import as_text
from airflow_provider_dqheal.detection.corruptions import (
    SEVERITIES,
    CorruptionRefused,
    combine,
    draw,
    families,
    inject,
    registry,
)
from airflow_provider_dqheal.detection.generators import registry as generators

KITCHEN = (
    "shop_orders", "customers", "oddments", "invoices", "machine_fleet", "addresses", "date_formats", "flags",
    "event_log",
)  # fmt: skip
ENOUGH = 2
"""Batches on which a family is looked at closely."""


def oddments(count: int, batches: int) -> list[pa.Table]:
    """Columns that the generators have in no table: a flag never set, a closed share, signed counts."""
    rng = np.random.default_rng(9)
    return [
        pa.table(
            {
                "deleted": [False] * count,
                "share": rng.beta(2, 5, count).round(3),
                "balance": rng.integers(-50, 50, count),
                "people": rng.integers(200, 900_000, count),
                "stars": rng.integers(1, 6, count),
                "text": [f"some words about {value} things of this kind" for value in rng.integers(0, 900, count)],
            }
        )
        for _ in range(batches)
    ]


@lru_cache(maxsize=64)
def episode(name: str, text: bool, seed: int = 3, rows: int = 120) -> tuple[list[pa.Table], pa.Table]:
    batches = oddments(rows, 7) if name == "oddments" else generators.get(name).generate(seed, 7, rows)
    if text:
        batches = [as_text(batch) for batch in batches]
    return batches[:-1], batches[-1]


def prices(count: int = 200, batches: int = 6) -> list[pa.Table]:
    rng = np.random.default_rng(5)
    return [
        pa.table(
            {
                "id": [str(step * count + row) for row in range(count)],
                "price": [f"{value:.2f}" for value in rng.normal(100, 5, count)],
                "country": rng.choice(["DE", "FR", "US"], count, p=[0.5, 0.3, 0.2]).tolist(),
            }
        )
        for step in range(batches)
    ]


def test_every_issue_type_has_at_least_sixteen_documented_families():
    counts = Counter(family.issue for family in families())
    assert set(counts) == set(ISSUE_ORDER)
    assert min(counts.values()) >= 16
    assert all(family.description and family.source for family in families())


def test_the_page_on_detection_counts_families_and_groups_right():
    page = (Path(__file__).resolve().parents[3] / "docs" / "detection.md").read_text(encoding="utf-8")
    assert f"{len(families())} families of faults" in page
    assert f"{len({family.group for family in families()})} groups" in page


def test_relatives_form_groups_and_are_left_out_together():
    sizes = Counter(family.group for family in families())
    assert 40 <= len(sizes) <= 60
    assert max(sizes.values()) <= 12
    assert min(sizes.values()) >= 2
    rest = {family.name for family in families(exclude=("words_for_nothing", "sign_flip"))}
    assert not rest & {"redacted", "token_composed", "sign_flip"}
    assert "negative_values" in rest


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_family_applies_somewhere_and_its_labels_are_true(family):
    applied = 0
    graded = cycle(("high", "medium", "low", "high"))
    for text in (True, False):
        for name in KITCHEN:
            severity = next(graded)
            history, batch = episode(name, text)
            found = family.apply(batch, np.random.default_rng(11), severity, history)
            if found is None:
                continue
            applied += 1
            if applied > ENOUGH:
                return
            assert found.issues
            assert found.issues == set(found.columns)
            assert not found.issues & found.tolerated
            assert not found.table.equals(batch)
            known = set(found.table.column_names) | set(batch.column_names)
            assert all(column in known for columns in found.columns.values() for column in columns)
            again = family.apply(batch, np.random.default_rng(11), severity, history)
            assert again is not None
            assert repr(again.table.to_pydict()) == repr(found.table.to_pydict())
    assert applied > 0


@pytest.mark.parametrize("family", families("type_mismatch"), ids=lambda family: family.name)
def test_changed_cells_are_listed_with_what_they_were(family):
    for name in KITCHEN:
        history, batch = episode(name, text=True)
        found = family.apply(batch, np.random.default_rng(2), "medium", history)
        if found is not None and found.cells is not None:
            break
    if found is None or found.cells is None:
        assert found is None or found.table.num_rows > batch.num_rows
        return
    assert found.cells.num_rows > 0
    for row, column, before, after in zip(
        *(found.cells[name].to_pylist() for name in found.cells.column_names), strict=True
    ):
        assert batch[column][row].as_py() == before
        assert found.table[column][row].as_py() == after
        assert before != after
    touched = set(found.cells["column"].to_pylist())
    assert set(found.columns["type_mismatch"]) <= touched
    untouched = [name for name in batch.column_names if name not in touched]
    assert found.table.select(untouched).equals(batch.select(untouched))


@pytest.mark.parametrize("style", ["8.2", "8.20", "8.0"])
def test_numbers_are_written_as_the_column_writes_them(style):
    rng = np.random.default_rng(1)
    values = rng.gamma(2.0, 20.0, 300).round(2)
    values[:40] = np.round(values[:40])
    write = {"8.20": lambda x: f"{x:.2f}", "8.0": repr, "8.2": lambda x: repr(x).removesuffix(".0")}[style]
    table = pa.table({"x": [write(value) for value in values.tolist()]})
    for name in ("mean_shift", "variance_change", "clipped", "just_out_of_range"):
        found = inject(table, name, "medium", seed=2, history=[table])
        before, after = Counter(), Counter()
        for counts, texts in ((before, table["x"]), (after, found.table["x"])):
            counts.update({len(text.partition(".")[2]) for text in texts.to_pylist()})
            assert not any(text.endswith(".0") for text in texts.to_pylist()) or style == "8.0"
        assert set(after) <= set(before) | {0} if style == "8.2" else set(after) <= set(before)


def test_dates_are_written_as_the_column_writes_them():
    table = pa.table({"day": [f"{1 + row % 12}/{1 + row % 28}/2024 {row % 24}:05" for row in range(200)]})
    found = inject(table, "date_offset", "high", seed=1, history=[table])
    assert all(not part.startswith("0") for text in found.table["day"].to_pylist() for part in text[:5].split("/")[:2])
    assert found.cells.num_rows == 200


def test_typed_column_becomes_text_when_its_values_no_longer_fit():
    batches = [pa.table({"price": [value / 4 for value in range(step, step + 50)]}) for step in range(5)]
    found = inject(batches[-1], "currency_sign", "high", seed=1, history=batches[:-1])
    assert found.table.schema.field("price").type == pa.string()
    assert "schema_drift" in found.tolerated
    assert not found.hard


def test_whole_numbers_that_gain_decimals_become_floats_not_text():
    table = pa.table({"n": pa.array(range(60), pa.int32()), "tag": pa.array(["a", "b"] * 30).dictionary_encode()})
    found = inject(table, "int_as_float", "high", seed=1, history=[table], columns=["n"])
    assert found.table.schema.field("n").type == pa.float64()
    assert found.issues == {"schema_drift"}
    assert "type_mismatch" in found.tolerated
    swapped = inject(table, "category_mix", "high", seed=1, history=[table])
    assert pa.types.is_dictionary(swapped.table.schema.field("tag").type)


def test_moved_times_keep_their_zone():
    kind = pa.timestamp("us", tz="UTC")
    table = pa.table({"at": pa.array(range(0, 200_000_000_000, 1_000_000_000), pa.int64()).cast(kind)})
    found = inject(table, "time_zone_shift", "medium", seed=1, history=[table])
    assert found.table.schema.field("at").type == kind


def test_empty_cells_look_as_they_do_in_the_table():
    typed = pa.table({"x": [1.5, 2.5] * 30, "t": ["a", "b"] * 30})
    found = inject(typed, "empty_scattered", "high", seed=1, history=[typed], columns=["t"])
    assert found.table["t"].null_count > 0
    text = pa.table({"x": ["1.5", ""] * 30, "t": ["a", "b"] * 30})
    found = inject(text, "empty_scattered", "high", seed=1, history=[text], columns=["t"])
    assert found.table["t"].null_count == 0
    assert "" in found.table["t"].to_pylist()


def test_scale_is_exactly_invertible_and_visible():
    *history, batch = prices()
    found = inject(batch, "scale_power_of_ten", "medium", seed=4, history=history)
    assert found.columns == {"distribution_shift": ("price",)}
    assert found.repairable
    assert found.inverse in ("divide by 100", "multiply by 100")
    assert not found.hard


def test_outlier_inside_the_historical_range_is_marked_hard():
    history = [pa.table({"x": [str(value) for value in range(1_000)]}) for _ in range(5)]
    batch = pa.table({"x": ["500", "512", "498", "505"] * 50})
    down = [inject(batch, "decimal_shift_down", "medium", seed=seed, history=history) for seed in range(5)]
    assert all(found.hard for found in down)
    assert not inject(batch, "overflow_scale", "medium", seed=1, history=history).hard


def test_shift_within_the_batch_to_batch_variation_is_marked_hard():
    rng = np.random.default_rng(0)
    wild = [pa.table({"x": rng.normal(level, 1.0, 300).round(3)}) for level in (0, 40, -30, 25, -10, 12)]
    calm = [pa.table({"x": rng.normal(0, 1.0, 300).round(3)}) for _ in range(6)]
    assert inject(wild[-1], "mean_shift", "low", seed=3, history=wild[:-1]).hard
    assert not inject(calm[-1], "mean_shift", "high", seed=3, history=calm[:-1]).hard


def test_missing_rate_below_the_historical_one_is_hard_and_above_it_is_not():
    rng = np.random.default_rng(1)
    history = [pa.table({"x": [None if flag else 1.5 for flag in rng.random(400) < 0.3]}) for _ in range(6)]
    full = pa.table({"x": [1.5] * 400})
    assert inject(full, "empty_scattered", "low", seed=2, history=history).hard
    clean = [pa.table({"x": [1.5] * 400}) for _ in range(6)]
    assert not inject(full, "empty_scattered", "low", seed=2, history=clean).hard


def test_repeated_rows_are_hard_where_rows_repeat_anyway():
    rng = np.random.default_rng(4)
    narrow = [pa.table({"kind": rng.choice(["a", "b", "c"], size).tolist()}) for size in (300, 400, 500, 350, 420)]
    keyed = [table.append_column("id", pa.array(rng.permutation(10**6)[: table.num_rows])) for table in narrow]
    for name in ("rows_repeated", "join_explosion"):
        assert inject(narrow[-1], name, "low", seed=1, history=narrow[:-1]).hard
        assert not inject(keyed[-1], name, "medium", seed=1, history=keyed[:-1]).hard
    assert inject(narrow[-1], "old_rows_mixed_in", "low", seed=1, history=narrow[:-1]).hard
    assert not inject(keyed[-1], "old_rows_mixed_in", "low", seed=1, history=keyed[:-1]).hard


def test_lost_rows_are_hard_within_the_usual_volume():
    def sized(sizes):
        return [pa.table({"x": np.arange(size)}) for size in sizes]

    steady, wild = sized((500, 500, 500, 500, 500)), sized((500, 900, 150, 700, 500))
    assert not inject(steady[-1], "partial_load", "low", seed=2, history=steady[:-1]).hard
    assert inject(wild[-1], "partial_load", "low", seed=2, history=wild[:-1]).hard


def test_texts_are_compared_by_their_words_and_lengths():
    history, batch = episode("tickets", text=True, rows=200)
    for name in ("text_vocabulary", "text_length"):
        assert not inject(batch, name, "high", seed=3, history=history, columns=["text"]).hard


def test_nothing_is_returned_where_nothing_would_change():
    constant = [pa.table({"x": ["7"] * 60}) for _ in range(4)]
    for name in ("default_fill", "rounded", "cells_swapped", "association_broken", "relabelled", "columns_swapped"):
        assert registry.get(name).apply(constant[-1], np.random.default_rng(0), "high", constant[:-1]) is None


def test_rows_lost_and_repeated_say_which_rows_are_left():
    *history, batch = prices()
    for name in ("partial_load", "segment_rows_lost", "rows_repeated", "sampling_bias"):
        found = inject(batch, name, "medium", seed=6, history=history)
        assert found.rows is not None
        assert found.table.equals(batch.take(pa.array(found.rows)))
        assert found.table.num_rows != batch.num_rows


def test_low_touches_fewer_cells_than_high():
    *history, batch = prices(2_000)

    def touched(severity):
        found = [inject(batch, "not_available_words", severity, seed=seed, history=history) for seed in range(8)]
        return np.median([one.cells.num_rows / len(one.columns["missing_data"]) for one in found])

    assert touched("low") < touched("medium") < touched("high")


def test_combined_faults_keep_both_labels():
    *history, batch = prices()
    found = combine(["currency_sign", "columns_added"], batch, "high", seed=1, history=history)
    assert found.issues == {"type_mismatch", "schema_drift"}
    assert found.columns["type_mismatch"] == ("price",)
    assert found.family == "currency_sign+columns_added"
    assert found.original.equals(batch)


def test_draw_leaves_out_excluded_families_and_adds_a_second_issue():
    *history, batch = prices()
    excluded = {family.name for family in families("outliers")} - {"sign_flip"}
    for seed in range(10):
        one = draw(batch, np.random.default_rng(seed), "high", history, issue="outliers", exclude=excluded)
        assert one is not None
        assert one.family == "sign_flip"
    two = draw(batch, np.random.default_rng(1), "high", history, issue="type_mismatch", several=1.0)
    assert two is not None
    assert len(two.issues) == 2


def test_unknown_name_and_severity_are_refused_with_the_choices():
    *history, batch = prices()
    with pytest.raises(CorruptionRefused, match=r"no corruption called 'currency_sing'.*such as currency_sign"):
        inject(batch, "currency_sing", history=history)
    with pytest.raises(CorruptionRefused, match=r"no column called nothing; expected of id, price, country"):
        inject(batch, "currency_sign", history=history, columns=["nothing"])
    with pytest.raises(CorruptionRefused, match="low, medium, high"):
        inject(batch, "currency_sign", "enormous", history=history)  # type: ignore[arg-type]
    with pytest.raises(CorruptionRefused, match="does not apply"):
        inject(pa.table({"name": ["a", "b"] * 20}), "currency_sign", history=[])


def test_new_columns_are_typed_in_a_typed_table_and_text_in_a_text_table():
    for text in (True, False):
        history, batch = episode("shop_orders", text)
        kinds = set()
        for seed in range(8):
            found = inject(batch, "column_replaced", "high", seed=seed, history=history)
            new = [name for name in found.table.column_names if name not in batch.column_names]
            kinds |= {found.table.schema.field(name).type for name in new}
        assert (kinds == {pa.string()}) == text


@pytest.mark.parametrize("issue", ISSUE_ORDER)
def test_only_the_columns_asked_for_are_hit(issue):
    history, batch = episode("shop_orders", text=True)
    for seed in range(6):
        found = inject(batch, issue, "high", seed=seed, history=history, columns=["price", "status"])
        others = [name for name in batch.column_names if name not in ("price", "status")]
        if issue != "schema_drift":
            assert {name for names in found.columns.values() for name in names} <= {"price", "status"}
            assert found.rows is not None or found.table.select(others).equals(batch.select(others))


def test_columns_of_every_arrow_type_are_hit_or_left_alone():
    rows = 40

    def made(seed):
        rng = np.random.default_rng(seed)
        amounts = [Decimal(f"{value:.2f}") for value in rng.normal(50, 5, rows)]
        moments = pa.array(range(1_700_000_000_123, 1_700_000_000_123 + rows * 7_000, 7_000), pa.timestamp("ms"))
        return pa.table(
            {
                "decimal": pa.array(amounts, pa.decimal128(10, 2)),
                "small": pa.array(rng.integers(0, 200, rows), pa.uint8()),
                "single": pa.array(rng.normal(0, 1, rows).astype(np.float32)),
                "large": pa.array([f"a{row % 5}" for row in range(rows)], pa.large_string()),
                "labels": pa.array(["x", "y"] * (rows // 2)).dictionary_encode(),
                "view": pa.array(["q", "r"] * (rows // 2), pa.string_view()),
                "items": [[1, 2]] * rows,
                "nested": [{"a": row, "b": "z"} for row in range(rows)],
                "clock": pa.array(range(rows), pa.time32("s")),
                "span": pa.array(range(rows), pa.duration("s")),
                "bytes": [b"ab%d" % row for row in range(rows)],
                "nothing": pa.nulls(rows),
                "day": pa.array(range(0, rows * 86_400_000, 86_400_000), pa.date64()),
                "moment": moments,
                "zoned": pa.array(range(rows), pa.timestamp("us", tz="Europe/Berlin")),
            }
        )

    history = [made(seed) for seed in range(4)]
    for family in families():
        found = family.apply(history[-1], np.random.default_rng(1), "high", history[:-1])
        moved = family.issue in ("type_mismatch", "schema_drift")
        if found is not None and found.cells is not None and found.rows is None and not moved:
            assert not set(found.cells["column"].to_pylist()) & {"items", "span", "bytes"}
    moved = inject(history[-1], "time_zone_shift", "medium", seed=1, history=history, columns=["moment"])
    assert moved.table.schema.field("moment").type == pa.timestamp("ms")
    assert all(value.microsecond == 123_000 for value in moved.table["moment"].to_pylist())


def test_tiny_and_odd_batches_do_not_break_any_family():
    odd = [
        pa.table({"x": ["1"]}),
        pa.table({"x": pa.array([None] * 5, pa.string()), "y": [""] * 5}),
        pa.table({"x": [1.0, float("nan"), float("inf"), None], "y": [True, None, False, True]}),
        pa.table({"ä b": ["1e999", "x", "-", "0x1"], "": ["a", "b", "c", "d"]}),
    ]
    for batch in odd:
        for family in families():
            for severity in SEVERITIES[::2]:
                family.apply(batch, np.random.default_rng(0), severity, [batch, batch])
