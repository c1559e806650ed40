"""Features compare a batch with its history: deterministic, finite, and free of the table's scale."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.detection.context import BATCH_FEATURES
from airflow_provider_dqheal.detection.describe import describer
from airflow_provider_dqheal.detection.features import NAMES, SELF_TESTED, features_of, featurize
from airflow_provider_dqheal.detection.stack import build_stack
from airflow_provider_dqheal.detection.texts import shape
from airflow_provider_dqheal.detection.view import view_batch, view_table
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.local import profile_table


def orders(day: int, rows: int = 300, factor: float = 1.0) -> pa.Table:
    rng = np.random.default_rng(day)
    return pa.table(
        {
            "order_id": pa.array(np.arange(day * rows, (day + 1) * rows)),
            "price": pa.array(np.round(rng.lognormal(3, 0.4, rows), 2) * factor),
            "country": pa.array(rng.choice(["DE", "FR", "IT"], rows, p=[0.6, 0.3, 0.1]).tolist()),
        }
    )


def features(batch: pa.Table, history: list[pa.Table]):
    return features_of(view_table(batch), build_stack([view_table(table) for table in history]))


@pytest.fixture(scope="module")
def history() -> list[pa.Table]:
    return [orders(day) for day in range(8)]


def test_features_are_finite_named_and_equal_when_repeated(history):
    one, two = features(orders(8), history), features(orders(8), history)
    assert one.values.shape == (3, len(NAMES))
    assert one.context.shape == (len(BATCH_FEATURES),)
    assert np.isfinite(one.values).all()
    assert np.isfinite(one.context).all()
    assert np.array_equal(one.values, two.values)
    assert len(one.self_values) == min(len(history), SELF_TESTED)


def test_profile_and_table_give_the_same_features(history):
    baseline = Baseline.build("orders", [profile_table(table) for table in history])
    from_profile = featurize(profile_table(orders(8)), baseline)
    assert np.array_equal(from_profile.values, features(orders(8), history).values)


def test_row_order_does_not_matter(history):
    batch = orders(8)
    mixed = batch.take(pa.array(np.random.default_rng(1).permutation(batch.num_rows)))
    assert np.allclose(features(batch, history).values, features(mixed, history).values)


def test_scale_of_a_column_does_not_matter(history):
    factor = 1024.0
    scaled = [orders(day, factor=factor) for day in range(8)]
    one, two = features(orders(8), history), features(orders(8, factor=factor), scaled)
    price = one.columns.index("price")
    at = [i for i, name in enumerate(NAMES) if name.startswith(("median.", "upper.", "kolmogorov.", "wasserstein."))]
    assert np.allclose(one.values[price, at], two.values[price, at], atol=1e-4)


def test_a_shifted_column_stands_out_and_the_others_do_not(history):
    batch = orders(8)
    moved = batch.set_column(1, "price", pa.array(np.asarray(batch["price"]) * 3))
    found = features(moved, history)
    at = NAMES.index("wasserstein.excess")
    assert found.raw[found.columns.index("price"), at] > 1
    assert found.raw[found.columns.index("country"), at] == 0


def test_an_id_that_goes_on_is_quiet_even_when_batches_were_skipped(history):
    near, far = features(orders(8), history), features(orders(20), history)
    row = near.columns.index("order_id")
    at = NAMES.index("median.own")
    assert abs(near.raw[row, at]) < 2
    assert abs(far.raw[row, at]) < 2


def test_schema_difference_is_exact(history):
    renamed = features(orders(8).rename_columns(["order_id", "Price ", "country"]), history).schema
    assert renamed.renamed == {"price": "Price "}
    assert (renamed.added, renamed.removed) == (("Price ",), ("price",))
    assert not features(orders(8), history).schema.any
    assert features(orders(8).select(["price", "order_id", "country"]), history).schema.reordered


def test_columns_that_all_got_one_prefix_are_told_apart_by_name(history):
    names = orders(8).column_names
    batch = orders(8).rename_columns([f"x_{name}" for name in names])
    assert features(batch, history).schema.renamed == {name: f"x_{name}" for name in names}


def test_a_name_that_two_columns_are_built_on_is_not_said_to_be_renamed(history):
    batch = orders(8)
    twice = batch.drop_columns(["country"])
    for name in ("country_x", "country_y"):
        twice = twice.append_column(name, batch["country"])
    assert features(twice, history).schema.renamed == {}


@pytest.mark.parametrize("batch", [orders(8).slice(0, 0), orders(8).rename_columns(["a", "b", "c"])])
def test_empty_and_foreign_batches_have_features(batch, history):
    found = features(batch, history)
    assert np.isfinite(found.context).all()
    assert len(found.table_facts) == 5
    assert found.table_facts.max() > 1


def test_shapes_tell_literal_forms_apart():
    assert {shape(text) for text in ("12.34", "7.5")} == {"9.9"}
    assert len({shape(text) for text in ("12.34", "12,34", "EUR 12.34", "1.2e5", "(12.34)", "12.34%")}) == 6


def test_view_reads_missing_words_and_weights():
    table = pa.table({"x": ["1", "1", "N/A", "", "2", "2", "2", None], "y": ["a"] * 8})
    view = view_batch(profile_table(table)).columns["x"]
    assert (view.null, view.empty, view.word, view.present) == (1, 1, 1, 5)
    assert dict(zip(view.values, view.counts, strict=True)) == {"2": 3, "1": 2}


def test_values_that_moved_equally_are_shown_in_their_order(history):
    found = features(orders(8).set_column(2, "country", pa.array(["NL", "BE"] * 150)), history)
    describe = describer(found.view.columns["country"], found.stack.columns["country"], None)
    assert describe("mix").examples[1:] == ("BE 0% -> 50%", "NL 0% -> 50%")
