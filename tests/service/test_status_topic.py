"""Events of other machines arrive by Kafka: a real broker, a real store."""

from __future__ import annotations

from pathlib import Path

import httpx
from _support.serving import Served, serving
from _support.waiting import until

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.events import StatusEvent, batch_event
from airflow_provider_dqheal.messaging.producer import Producer, StatusPublisher
from airflow_provider_dqheal.storage.store import Store


def event(batch_id: str) -> StatusEvent:
    return batch_event("profile", "done", "orders", batch_id, row_count=3, columns=2)


def publish(settings: KafkaSettings, *events: StatusEvent) -> None:
    with StatusPublisher(settings) as publisher:
        for one in events:
            publisher.emit(one)


def ids(store: Store) -> list[str]:
    return [record.event.id for record in store.events()]


def kafka_view(served: Served) -> dict[str, object]:
    view: dict[str, object] = httpx.get(f"{served.base}/api/v1/system", timeout=10).json()["kafka"]
    return view


def test_events_are_taken_once_and_resumed(home: Path, store: Store, kafka_settings: KafkaSettings) -> None:
    first, second, third = event("b1"), event("b2"), event("b3")
    store.append_event(first)
    with serving(home, kafka=kafka_settings) as served:
        publish(kafka_settings, first, second, second)
        until(lambda: ids(store) == [first.id, second.id], 30, "both events, each once")
        with Producer(kafka_settings) as producer:
            producer.send_bytes(kafka_settings.status_topic, b"not an event")
        until(lambda: kafka_view(served)["rejected"] == 1, 30, "the unreadable message to be counted")
        until(lambda: kafka_view(served)["connected"], 30, "the connection to be told")
        served.stop()
        publish(kafka_settings, third)
        served.start()
        until(lambda: ids(store) == [first.id, second.id, third.id], 30, "what came meanwhile")
        until(lambda: kafka_view(served)["lag"] == 0, 30, "the lag to be measured")
        assert kafka_view(served)["consumed"] == 1
        assert kafka_view(served)["dead_letters"] == 0


def test_page_is_served_while_the_broker_is_away(home: Path, store: Store) -> None:
    away = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    with serving(home, kafka=away) as served:
        until(lambda: kafka_view(served)["error"], 30, "the outage to be told")
        assert httpx.get(f"{served.base}/api/v1/overview").status_code == 200
        assert httpx.get(f"{served.base}/api/v1/system").json()["status"] == "degraded"
        assert httpx.get(f"{served.base}/api/v1/health").status_code == 200
