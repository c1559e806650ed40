"""The dispatcher against a real broker: one run a batch, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_dqheal.core.config import KafkaSettings, load_settings
from airflow_provider_dqheal.core.types import Issue, Verdict
from airflow_provider_dqheal.messaging.consumer import read_pending
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import AlertMessage, BatchMessage, parse_message
from airflow_provider_dqheal.storage.store import Store

VERDICT = Verdict(status="scored", issues=(Issue(type="outliers", score=0.9, severity="high"),))


@pytest.fixture
def kafka_env(kafka_settings: KafkaSettings, tmp_path: Path) -> dict[str, str]:
    """The environment that points dqheal at this test's topics and at a store of its own."""
    fields = (
        "bootstrap_servers",
        "group_prefix",
        *(f"{kind}_topic" for kind in ("batches", "alerts", "status", "dlq")),
    )
    env = {f"DQHEAL_KAFKA__{field.upper()}": str(getattr(kafka_settings, field)) for field in fields}
    return {**env, "DQHEAL_HOME": str(tmp_path / "home")}


@pytest.fixture
def here(airflow: Any, kafka_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for this process."""
    for name, value in kafka_env.items():
        monkeypatch.setenv(name, value)


def _batch(folder: Path, batch_id: str) -> BatchMessage:
    path = folder / f"{batch_id}.csv"
    path.write_text(f"a,b\n1,{batch_id}\n")
    return BatchMessage(dataset="parcels", batch_id=batch_id, uri=str(path))


def _uncommitted(settings: KafkaSettings) -> int:
    group = f"{settings.group_prefix}-dispatch"
    with read_pending(settings, (settings.batches_topic, settings.alerts_topic), group) as pending:
        return len(list(pending.messages(1000)))


def _first_event(settings: KafkaSettings, wait_s: float) -> Any:
    from airflow_provider_dqheal.triggers.kafka import KafkaBatchTrigger

    trigger = KafkaBatchTrigger([settings.batches_topic, settings.alerts_topic], deadline=time.time() + wait_s)

    async def first() -> Any:
        return (await anext(trigger.run())).payload

    return asyncio.run(first())


def test_every_message_gets_its_run_its_incident_or_its_place_among_the_dead_letters(
    airflow: Any, kafka_settings: KafkaSettings, kafka_env: dict[str, str], tmp_path: Path
) -> None:
    with Producer(kafka_settings) as producer:
        for batch_id in ("d1", "d2"):
            producer.send(kafka_settings.batches_topic, _batch(tmp_path, batch_id))
        producer.send_bytes(kafka_settings.batches_topic, b"not a message")
        producer.send(kafka_settings.batches_topic, BatchMessage(dataset="parcels", batch_id="d0", uri="/no/such.csv"))
        producer.send(kafka_settings.batches_topic, _batch(tmp_path, "d1"))
        alert = AlertMessage(alert_id="a1", dataset="parcels", batch_id="window", verdict=VERDICT)
        producer.send(kafka_settings.alerts_topic, alert)
    airflow("dags", "test", "dqheal_dispatch", "-c", '{"wait_s": 60}', env=kafka_env)

    with sqlite3.connect(Path(airflow.env["AIRFLOW_HOME"]) / "airflow.db") as database:
        query = "select run_id, conf from dag_run where dag_id = 'dqheal_heal' and run_id like 'dqheal__parcels__%'"
        runs = dict(database.execute(query).fetchall())
    assert set(runs) == {"dqheal__parcels__d1__1", "dqheal__parcels__d2__1"}
    conf = json.loads(runs["dqheal__parcels__d1__1"])
    assert (conf["batch_id"], conf["format"], conf["topic"]) == ("d1", "csv", kafka_settings.batches_topic)
    assert _uncommitted(kafka_settings) == 0
    with read_pending(kafka_settings, (kafka_settings.dlq_topic,), "reader") as letters:
        (letter,) = [parse_message("dead_letter", message.value) for message in letters.messages(10)]
    assert (letter.topic, letter.offset) == (kafka_settings.batches_topic, 2)
    with Store(load_settings(home=tmp_path / "home").database_url) as store:
        statuses = {record.batch_id: record.status for record in store.batches("parcels")}
        assert statuses == {"d1": "received", "d2": "received", "d0": "held", "window": "held"}
        assert any(incident.batch_id == "window" for incident in store.incidents("parcels"))


def test_without_a_message_the_dispatcher_ends_cleanly(airflow: Any, kafka_env: dict[str, str]) -> None:
    airflow("dags", "test", "dqheal_dispatch", "-c", '{"wait_s": 1}', env=kafka_env)
    with sqlite3.connect(Path(airflow.env["AIRFLOW_HOME"]) / "airflow.db") as database:
        (run_id,) = database.execute(
            "select run_id from dag_run where dag_id = 'dqheal_dispatch' order by id desc limit 1"
        ).fetchone()
        rows = database.execute("select task_id, state from task_instance where run_id = ?", (run_id,)).fetchall()
    assert dict(rows) == {"await_message": "skipped", "dispatch": "skipped"}


@pytest.mark.usefixtures("here")
def test_the_trigger_fires_again_at_what_was_not_committed(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    with Producer(kafka_settings) as producer:
        producer.send(kafka_settings.batches_topic, _batch(tmp_path, "t1"))
    first = _first_event(kafka_settings, 30)
    assert first == {"found": True, "topic": kafka_settings.batches_topic, "partition": 0, "offset": 0}
    assert _first_event(kafka_settings, 30) == first
    assert _uncommitted(kafka_settings) == 1


@pytest.mark.usefixtures("here")
def test_many_triggers_wake_together(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    from airflow_provider_dqheal.triggers.kafka import KafkaBatchTrigger

    async def all_of_them() -> list[Any]:
        triggers = [KafkaBatchTrigger([kafka_settings.batches_topic], deadline=time.time() + 60) for _ in range(20)]
        waiting = [asyncio.ensure_future(anext(trigger.run())) for trigger in triggers]
        await asyncio.wait(waiting, timeout=2.0)
        assert not any(task.done() for task in waiting)
        with Producer(kafka_settings) as producer:
            producer.send(kafka_settings.batches_topic, _batch(tmp_path, "t1"))
        started = time.monotonic()
        events = await asyncio.gather(*waiting)
        assert time.monotonic() - started < 20
        return [event.payload["found"] for event in events]

    assert asyncio.run(all_of_them()) == [True] * 20


@pytest.mark.usefixtures("here")
def test_a_message_whose_run_was_not_created_comes_again(
    kafka_settings: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow_provider_dqheal.operators import dispatch

    with Producer(kafka_settings) as producer:
        for batch_id in ("r1", "r2"):
            producer.send(kafka_settings.batches_topic, _batch(tmp_path, batch_id))
    created: list[str] = []

    def only_the_first(dag_id: str, run_id: str, conf: dict[str, Any]) -> bool:
        if created:
            raise RuntimeError("the API server is away")
        created.append(run_id)
        return True

    monkeypatch.setattr(dispatch, "trigger_run", only_the_first)
    with pytest.raises(RuntimeError, match="API server"):
        dispatch.DispatchBatches(task_id="dispatch").execute({})
    assert created == ["dqheal__parcels__r1__1"]
    assert _uncommitted(kafka_settings) == 1

    monkeypatch.setattr(dispatch, "trigger_run", lambda dag_id, run_id, conf: created.append(run_id) or True)
    assert dispatch.DispatchBatches(task_id="dispatch").execute({})["started"] == 1
    assert created == ["dqheal__parcels__r1__1", "dqheal__parcels__r2__1"]
    assert _uncommitted(kafka_settings) == 0
