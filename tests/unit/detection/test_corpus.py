"""The recipe names the tables, and cutting follows whole periods without mixing them."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.detection.corpus import (
    CorpusError,
    LoadRecipe,
    PreparedTable,
    TableRecipe,
    as_text,
    cut,
    episode,
    load_table,
    prepare,
    seed_for,
    tables,
)


def recipe(batching="time", **changes) -> TableRecipe:
    values = {
        "key": "t", "package": "p==1", "licence": "none", "family": "f", "rows": 1, "columns": 1, "batching": batching,
        "load": LoadRecipe(reader="csv", package="p", path="t.csv"),
    }  # fmt: skip
    return TableRecipe(**(values | changes))


def by_period(sizes) -> PreparedTable:
    period = np.repeat(np.arange(len(sizes)), sizes)
    return PreparedTable(pa.table({"period": period, "row": np.arange(len(period))}), period)


def test_recipe_lists_126_tables_and_the_demo_family_can_be_left_out():
    assert len(tables()) == 126
    rest = tables(exclude_families=("nyc13",))
    assert len(rest) == 124
    assert not any(one.family == "nyc13" for one in rest)
    assert len({one.key for one in tables()}) == 126


def test_bad_recipe_file_is_refused(tmp_path):
    path = tmp_path / "corpus.json"
    path.write_text('{"tables": [{"key": "x"}]}')
    with pytest.raises(ConfigError, match="not a corpus recipe"):
        tables(path=path)


def test_missing_package_says_what_to_install():
    missing = recipe(
        load=LoadRecipe(reader="csv", package="no_such_package_here", path="x.csv"), package="no-such==1.0"
    )
    with pytest.raises(CorpusError, match=r"needs the packages no-such==1.0.*requirements-corpus"):
        load_table(missing)


def test_small_periods_stay_whole_and_in_order():
    table = by_period([20, 25, 30, 22, 28] * 12)
    batches = cut(table, recipe(), np.random.default_rng(0), rows=100)
    assert len(batches) >= 8
    spans = [(batch["period"].to_numpy().min(), batch["period"].to_numpy().max()) for batch in batches]
    assert all(later[0] > earlier[1] for earlier, later in pairwise(spans))
    for batch in batches:
        for one in set(batch["period"].to_pylist()):
            assert batch["period"].to_pylist().count(one) == int((table.period == one).sum())


def test_large_period_is_split_at_random_never_mixed():
    table = by_period([3_000, 3_000, 3_000])
    for seed in range(6):
        batches = cut(table, recipe(), np.random.default_rng(seed), rows=200)
        assert len(batches) >= 12
        assert all(len(set(batch["period"].to_pylist())) == 1 for batch in batches)
        rows = batches[0]["row"].to_numpy()
        assert rows.max() > 1_500


def test_ties_inside_a_period_are_shuffled():
    batches = cut(by_period([60] * 10), recipe(), np.random.default_rng(1), rows=60)
    rows = batches[0]["row"].to_numpy()
    assert not np.all(np.diff(rows) > 0)
    assert sorted(rows.tolist()) == list(range(rows.min(), rows.max() + 1))


def test_unordered_tables_are_shuffled_and_each_row_used_once():
    table = PreparedTable(pa.table({"row": np.arange(2_000)}), np.arange(2_000))
    batches = cut(table, recipe("none"), np.random.default_rng(2), rows=150)
    rows = np.concatenate([batch["row"].to_numpy() for batch in batches])
    assert len(set(rows.tolist())) == len(rows)
    assert not np.all(np.diff(batches[0]["row"].to_numpy()) > 0)
    ordered = cut(table, recipe("row"), np.random.default_rng(2), rows=150)
    assert np.all(np.diff(ordered[0]["row"].to_numpy()) == 1)


def test_every_batch_has_at_least_thirty_rows():
    for batching in ("time", "none"):
        for seed in range(5):
            batches = cut(by_period([4, 9, 2, 40, 7, 11] * 40), recipe(batching), np.random.default_rng(seed))
            assert min(batch.num_rows for batch in batches) >= 30


def test_text_has_blanks_for_nulls_and_the_asked_for_booleans():
    typed = pa.table(
        {"a": [1, None], "b": [True, False], "c": pa.array([0, 10**6], pa.timestamp("us")), "d": ["x", None]}
    )
    text = as_text(typed, ("No", "Yes"))
    assert text.to_pydict() == {
        "a": ["1", ""],
        "b": ["Yes", "No"],
        "c": ["1970-01-01 00:00:00", "1970-01-01 00:00:01"],
        "d": ["x", ""],
    }
    assert set(text.schema.types) == {pa.string()}


def test_seeds_are_the_same_in_another_process():
    code = "from airflow_provider_dqheal.detection.corpus import seed_for; print(seed_for('orders', 3))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == seed_for("orders", 3)
    assert seed_for("orders", 3) != seed_for("orders", "3")


def test_real_table_is_sorted_by_time_and_episodes_repeat():
    source = next(one for one in tables() if one.key == "nycflights13__weather")
    table = prepare(source)
    assert np.all(np.diff(table.period) >= 0)
    hours = table.table["time_hour"].to_pylist()
    assert hours == sorted(hours)
    first, second = (episode(source, np.random.default_rng(4)) for _ in range(2))
    assert first.batch.equals(second.batch)
    assert len(first.history) == len(second.history) >= 3
    assert first.ordered
    last = max(first.history[-1]["time_hour"].to_pylist())
    assert min(first.batch["time_hour"].to_pylist()) >= last
