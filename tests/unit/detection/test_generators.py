"""Generators give clean, typed, repeatable batches with one schema."""

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_dqheal.detection.corpus import episode
from airflow_provider_dqheal.detection.generators import generators, registry


def test_there_are_at_least_fifty_five_families_of_their_own():
    names = [generator.family for generator in generators()]
    assert len(set(names)) == len(names) >= 55
    assert "generated:payments" not in [one.family for one in generators(exclude_families=("generated:payments",))]


@pytest.mark.parametrize("generator", generators(), ids=lambda generator: generator.name)
def test_equal_seeds_give_equal_batches_of_one_schema(generator):
    first, second = generator.generate(7, 5, 60), generator.generate(7, 5, 60)
    assert len(first) == 5
    assert all(left.equals(right) for left, right in zip(first, second, strict=True))
    assert {batch.schema for batch in first} == {first[0].schema}
    assert all(batch.num_rows >= 10 for batch in first)
    other = generator.generate(8, 5, 60)
    assert not (other[0].schema == first[0].schema and other[0].equals(first[0]))


def test_small_orders_have_a_growing_id_and_a_date_that_is_constant_in_a_batch():
    for seed in range(20):
        batches = registry.get("small_orders").generate(seed, 4, 80)
        ids = pa.concat_tables(batches).column(0).to_numpy()
        assert np.all(np.diff(ids) == 1)
        assert 3 <= batches[0].num_columns <= 6
        for name in ("date", "day", "order_date"):
            if name in batches[0].column_names:
                days = [set(batch[name].to_pylist()) for batch in batches]
                assert all(len(day) == 1 for day in days)
                assert [min(day) for day in days] == sorted({min(day) for day in days})


def test_tables_put_together_at_random_differ_in_number_and_kind_of_columns():
    widths, kinds = set(), set()
    for name in ("anything_narrow", "anything_medium", "anything_wide", "anything_small"):
        for seed in range(3):
            first = registry.get(name).generate(seed, 2, 40)[0]
            widths.add(first.num_columns)
            kinds.update(str(kind) for kind in first.schema.types)
    assert min(widths) <= 7
    assert max(widths) >= 16
    assert len(kinds) >= 4


def test_clean_batches_hold_trend_new_categories_and_growth():
    signups = registry.get("signups").generate(2, 30, 200)
    assert signups[-1].num_rows > signups[0].num_rows
    versions = [set(batch["plan"].to_pylist()) for batch in signups]
    assert versions[0] != versions[-1]
    prices = registry.get("price_trend").generate(3, 30, 400)
    levels = [float(np.median(batch["list_price"].to_numpy())) for batch in prices]
    assert abs(np.log(levels[-1] / levels[0])) > 0.08
    spend = registry.get("ad_spend").generate(1, 20, 300)
    assert set(spend[-1]["campaign"].to_pylist()) - set(spend[0]["campaign"].to_pylist())


def test_exact_relations_between_columns_hold():
    batch = registry.get("invoices").generate(1, 1, 200)[0]
    net, tax, gross = (batch[name].to_numpy() for name in ("net", "tax", "gross"))
    assert np.allclose(net + tax, gross, atol=0.011)


def test_generated_episode_is_text_or_typed_throughout():
    source = registry.get("flags")
    text = episode(source, np.random.default_rng(1), text=True)
    assert all(kind == pa.string() for batch in (*text.history, text.batch) for kind in batch.schema.types)
    typed = episode(source, np.random.default_rng(1), text=False)
    assert typed.batch.schema.field("key").type == pa.int64()
    assert typed.ordered
    assert typed.family == "generated:flags"
