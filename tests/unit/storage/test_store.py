"""The store keeps what it is told, once, whoever tells it and how often."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pyarrow as pa
import pytest
from _support.orders import orders
from _support.store_race import append_events, migrate_and_receive

from airflow_provider_dqheal.core.errors import StoreError, UnknownDataset
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef, ColumnSchema, Issue, TableSchema, Verdict
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.storage.store import Store

SCHEMA = TableSchema(columns=(ColumnSchema(name="a", type="int"),))
VERDICT = Verdict(status="scored", issues=(Issue(type="outliers", score=0.9, severity="high", columns=("a",)),))


def _ref(batch_id: str = "d1", digest: str | None = "x", dataset: str = "orders") -> BatchRef:
    return BatchRef(dataset=dataset, batch_id=batch_id, uri=f"/in/{batch_id}.csv", digest=digest)


def _accept(store: Store, batch_id: str, table: pa.Table) -> BatchRef:
    ref = store.receive(_ref(batch_id))
    store.put_profile(ref, profile_table(table, ref))
    store.accept(ref, by="test")
    return ref


def test_same_content_is_the_same_attempt(store: Store) -> None:
    assert [store.receive(_ref()).attempt for _ in range(3)] == [1, 1, 1]
    assert store.receive(_ref(digest="y")).attempt == 2
    assert store.receive(_ref(digest="y"), rerun=True).attempt == 3
    assert len(store.history("orders")) == 1


def test_processes_that_migrate_and_receive_at_once_get_one_attempt(store_url: str) -> None:
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        attempts = list(pool.map(migrate_and_receive, [store_url] * 8))
    assert attempts == [1] * 8
    with Store(store_url) as store:
        assert [record.attempt for record in store.batches()] == [1]


def test_events_of_several_processes_form_one_sequence(store: Store, store_url: str) -> None:
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        places = [place for found in pool.map(append_events, [store_url] * 3, range(3)) for place in found]
    assert len(set(places)) == 60
    seen = [record.seq for record in store.events(limit=100)]
    assert seen == sorted(places)
    assert store.last_seq() == seen[-1]
    assert [record.seq for record in store.events(after=seen[9], limit=5)] == seen[10:15]


def test_event_told_twice_keeps_its_place(store: Store) -> None:
    event = batch_event("profile", "done", "orders", "d1")
    first = store.append_event(event)
    store.append_event(batch_event("detect", "done", "orders", "d1"))
    assert store.append_event(event) == first
    assert len(store.events()) == 2


def test_stage_keeps_its_first_document(store: Store) -> None:
    ref = store.receive(_ref())
    store.put_stage(ref, "profile", {"rows": 1}, 0.5)
    store.put_stage(ref, "profile", {"rows": 2}, 9.0)
    stage = store.stage(ref, "profile")
    assert stage is not None
    assert (stage.document, stage.seconds) == ({"rows": 1}, 0.5)
    assert store.stage(ref, "detect") is None


def test_attempt_that_was_never_received_is_refused(store: Store) -> None:
    for call in (
        lambda: store.set_status(_ref(), "held"),
        lambda: store.put_stage(_ref(), "profile", {}),
        lambda: store.open_incident(_ref(), VERDICT),
        lambda: store.accept(_ref(), by="test"),
    ):
        with pytest.raises(StoreError, match="never received"):
            call()


def test_status_and_counts_are_kept_and_others_left_alone(store: Store) -> None:
    ref = store.receive(_ref())
    store.set_status(ref, "detected", issues=["outliers"], quality_score=0.25, rows_in=10)
    store.set_status(ref, "held", reason="waits for a person")
    record = store.batch("orders", "d1")
    assert record is not None
    assert (record.status, record.issues, record.quality_score, record.rows_in) == ("held", ("outliers",), 0.25, 10)
    with pytest.raises(TypeError, match="colour"):
        store.set_status(ref, "held", colour="red")


def test_baseline_is_the_newest_accepted_batches_oldest_first(store: Store) -> None:
    store.put_dataset("orders", SCHEMA)
    with pytest.raises(UnknownDataset):
        store.baseline("orders")
    refs = [_accept(store, f"d{day}", orders(day, rows=40)) for day in range(4)]
    store.receive(_ref("not-accepted"))
    baseline = store.baseline("orders", size=3)
    assert [p.batch.batch_id for p in baseline.profiles if p.batch] == ["d1", "d2", "d3"]
    assert store.accepted_count("orders") == 4
    again = store.receive(refs[0], rerun=True)  # its place in the order stays
    store.put_profile(again, profile_table(orders(9, rows=40), again))
    store.accept(again, by="test")
    profiles = store.baseline("orders", size=9).profiles
    assert next((p.batch.batch_id, p.batch.attempt) for p in profiles if p.batch) == ("d0", 2)
    assert len(profiles) == 4


def test_profile_comes_back_as_it_was(store: Store) -> None:
    ref = store.receive(_ref())
    profile = profile_table(orders(1, rows=40), ref)
    store.put_profile(ref, profile)
    assert store.profile(ref) == profile
    assert store.profile(_ref("other")) is None


def test_changed_schema_is_a_new_version(store: Store) -> None:
    assert store.put_dataset("orders", SCHEMA).table_schema.version == 1
    assert store.put_dataset("orders", SCHEMA).table_schema.version == 1
    wider = TableSchema(columns=(*SCHEMA.columns, ColumnSchema(name="b", type="string")))
    assert store.put_dataset("orders", wider).table_schema.version == 2
    assert [schema.names for schema in store.schemas("orders")] == [("a",), ("a", "b")]


def test_incident_is_one_per_attempt_and_refuses_a_stale_change(store: Store) -> None:
    ref = store.receive(_ref())
    incident = store.open_incident(ref, VERDICT)
    assert store.open_incident(ref, VERDICT) == incident
    done = store.set_incident(incident.id, incident.version, "acknowledged", actor="ann")
    assert done is not None
    assert (done.state, done.version, done.timeline[-1].actor) == ("acknowledged", 2, "ann")
    assert store.set_incident(incident.id, incident.version, "resolved", actor="bob") is None
    assert [found.state for found in store.incidents(dataset="orders", state="acknowledged")] == ["acknowledged"]
    assert store.incidents(state="open") == ()


def test_text_beyond_ascii_and_of_great_length_is_kept(store: Store) -> None:
    ref = store.receive(_ref("日付 ' \" \\ 🌧"))
    store.put_stage(ref, "detect", {"text": "ü" * 2_000_000})
    stage = store.stage(ref, "detect")
    assert stage is not None
    assert len(stage.document["text"]) == 2_000_000
    assert store.batch("orders", "日付 ' \" \\ 🌧") is not None


def test_row_is_readmitted_once_and_not_fixed_afterwards(store: Store) -> None:
    ref = store.receive(BatchRef(dataset="orders", batch_id="d1", uri="/in/d1.csv", digest="a" * 64))
    assert store.fix_row(ref, 7, {"price": "1"}, by="ada")
    assert store.fix_row(ref, 7, {"name": None}, by="ada")
    assert [row.cells for row in store.handled_rows(ref)] == [{"price": "1", "name": None}]
    assert store.readmit_rows(ref, [9, 7], by="grace") == (7, 9)
    assert store.readmit_rows(ref, [7, 8], by="grace") == (8,)
    assert not store.fix_row(ref, 7, {"price": "2"}, by="ada")
    assert [(row.row_id, row.state) for row in store.handled_rows(ref)] == [(n, "readmitted") for n in (7, 8, 9)]
    again = store.receive(ref, rerun=True)
    assert store.handled_rows(again) == ()


def test_forgotten_stage_runs_again(store: Store) -> None:
    ref = store.receive(BatchRef(dataset="orders", batch_id="d1", uri="/in/d1.csv", digest="a" * 64))
    store.put_stage(ref, "validate", {"passed": False})
    store.put_stage(ref, "decide", {"steps": []})
    store.forget_stages(ref, ("validate", "publish"))
    assert [stage.stage for stage in store.stages(ref)] == ["decide"]
    store.put_stage(ref, "validate", {"passed": True})
    assert store.stage(ref, "validate").document == {"passed": True}  # type: ignore[union-attr]
