"""A batch is judged by those produced before it, in whatever order they were worked on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
from _support.orders import orders

from airflow_provider_dqheal.core.config import load_settings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.pipeline.detect import baseline_for
from airflow_provider_dqheal.pipeline.history import produced_before
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.schema import infer_schema
from airflow_provider_dqheal.stream.history import Histories

START = datetime(2026, 3, 1, tzinfo=UTC)


def ref(day: int, known: bool = True) -> BatchRef:
    moment = START + timedelta(days=day) if known else None
    return BatchRef(dataset="orders", batch_id=f"b{day}", uri=f"/data/b{day}.csv", produced_at=moment)


def profiles(*days: int, known: bool = True):
    return tuple(profile_table(orders(day, rows=30), ref(day, known)) for day in days)


def names(found):
    return [profile.batch.batch_id for profile in found]


def test_later_batches_are_no_history_and_order_is_that_of_production():
    history = profiles(0, 1, 3, 2, 6, 5)
    assert names(produced_before(history, ref(4), 3)) == ["b0", "b1", "b2", "b3"]


def test_all_count_where_too_few_are_earlier_or_a_moment_is_not_known():
    history = profiles(0, 2, 1)
    assert names(produced_before(history, ref(1), 5)) == ["b0", "b1", "b2"]
    assert produced_before(history, ref(1, known=False), 1) == history
    unknown = (*history, *profiles(9, known=False))
    assert produced_before(unknown, ref(1), 1) == unknown


def test_moments_with_and_without_a_zone_compare():
    naive = ref(1).model_copy(update={"produced_at": datetime(2026, 3, 2)})
    assert names(produced_before(profiles(0, 1, 2), naive, 1)) == ["b0", "b1"]


def test_stream_judges_by_the_same_batches_and_keeps_what_it_read(home):
    with Services.open(load_settings()) as services:
        _judged_alike(services)


def _judged_alike(services: Services) -> None:
    known = profiles(*range(8))
    services.store.put_dataset("orders", infer_schema(known))
    for profile in known:
        opened = services.store.receive(profile.batch)
        services.store.put_profile(opened, profile)
        services.store.accept(opened, by="a test")
    histories = Histories(services)
    early, late = histories.baseline_for(ref(6)), histories.baseline_for(ref(9))
    assert names(early.profiles) == [f"b{day}" for day in range(6)] == names(baseline_for(services, ref(6)).profiles)
    assert names(late.profiles) == [f"b{day}" for day in range(8)] == names(baseline_for(services, ref(9)).profiles)
    assert histories.baseline_for(ref(9)) is late


def test_every_stage_has_the_history_that_the_policy_believes(home, tmp_path):
    (tmp_path / "orders.yaml").write_text("history: dirty\n", encoding="utf-8")
    known = tuple(profile_table(with_spelt_currency(orders(day, rows=300), day), ref(day)) for day in range(8))
    with Services.open(load_settings().model_copy(update={"policies": tmp_path})) as services:
        services.store.put_dataset("orders", infer_schema(known))
        for profile in known:
            opened = services.store.receive(profile.batch)
            services.store.put_profile(opened, profile)
            services.store.accept(opened, by="a test")
        found = baseline_for(services, ref(9))
        histories = Histories(services)
        assert histories.baseline_for(ref(9)).profiles == found.profiles
        assert histories.baseline_for(ref(9)) is histories.baseline_for(ref(9))
    assert {column.name: column.type for column in infer_schema(known).columns}["amount"] == "string"
    assert {column.name: column.type for column in found.table_schema.columns}["amount"] == "float"


def with_spelt_currency(table, day):
    """Every amount in euros, spelt in several ways."""
    spelt = [
        ("EUR {}", "{} €", "{} euro")[(row + day) % 3].format(v) for row, v in enumerate(table["amount"].to_pylist())
    ]
    return table.set_column(table.column_names.index("amount"), "amount", pa.array(spelt))
