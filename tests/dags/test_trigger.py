"""The trigger without a broker: it keeps its deadline, and it can be serialised and cancelled."""

from __future__ import annotations

import asyncio
import importlib
import socket
import time
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("airflow")


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free.getsockname()[1]}")


def _trigger(**kwargs: Any) -> Any:
    from airflow_provider_dqheal.triggers.kafka import KafkaBatchTrigger

    return KafkaBatchTrigger(["batches"], **kwargs)


def test_trigger_comes_back_as_it_was() -> None:
    before = _trigger(deadline=12.5, kafka_conn_id="mine", group_id="g")
    path, kwargs = before.serialize()
    module, _, name = path.rpartition(".")
    after = getattr(importlib.import_module(module), name)(**kwargs)
    assert after.serialize() == before.serialize()


@pytest.mark.usefixtures("no_broker")
def test_deadline_holds_while_the_broker_is_away() -> None:
    started = time.monotonic()

    async def first() -> Any:
        return await anext(_trigger(deadline=time.time() + 1.0).run())

    event = asyncio.run(first())
    assert event.payload["found"] is False
    assert 0.9 < time.monotonic() - started < 10


@pytest.mark.usefixtures("no_broker")
def test_a_cancelled_trigger_ends_at_once() -> None:
    async def go() -> float:
        task = asyncio.create_task(anext(_trigger().run()))
        await asyncio.wait([task], timeout=0.5)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    assert asyncio.run(go()) < 7


def test_sensor_defers_and_skips_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred

    from airflow_provider_dqheal.sensors.batch import BatchSensor

    sensor = BatchSensor(task_id="wait", wait_s="30")
    with pytest.raises(TaskDeferred) as deferred:
        sensor.execute({})
    trigger = deferred.value.trigger
    assert trigger.topics == ["data-quality-batches", "data-quality-alerts"]
    assert 25 < trigger.deadline - time.time() <= 30
    with pytest.raises(AirflowSkipException, match="no message"):
        sensor.execute_complete({}, {"found": False, "reason": "no message"})
    found = {"found": True, "topic": "t", "partition": 0, "offset": 7}
    assert sensor.execute_complete({}, found) == {"topic": "t", "partition": 0, "offset": 7}
