"""Messages against a real broker: at least once, nothing blocked, put aside and sent again."""

from __future__ import annotations

import threading
import time

import pytest
from _support.kafka import own_topics, read_all
from _support.waiting import until

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import BrokerUnavailable, MessageRejected, ModelLoadError, StoreError
from airflow_provider_dqheal.core.events import StatusEvent, batch_event
from airflow_provider_dqheal.messaging.consumer import Received, consume
from airflow_provider_dqheal.messaging.dead_letter import KEPT_BYTES
from airflow_provider_dqheal.messaging.producer import Producer, StatusPublisher
from airflow_provider_dqheal.messaging.replay import replay
from airflow_provider_dqheal.messaging.schemas import BatchMessage, encode, parse_message
from airflow_provider_dqheal.messaging.topics import create_topics


def _batch(number: int) -> BatchMessage:
    return BatchMessage(dataset="orders", batch_id=f"d{number}", uri=f"/in/d{number}.csv")


def _send(settings: KafkaSettings, *values: bytes) -> None:
    with Producer(settings) as producer:
        for value in values:
            producer.send_bytes(settings.batches_topic, value, b"orders")


class Seen:
    """A handler that remembers the batches it saw."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def __call__(self, message: Received) -> None:
        self.ids.append(parse_message("batch", message.value, 900_000).batch_id)


def test_bad_messages_are_put_aside_and_those_behind_are_handled(kafka_settings: KafkaSettings) -> None:
    bad = [b"", b"not json", encode(_batch(9)).replace(b'"version":1', b'"version":7'), b"x" * 950_000]
    _send(kafka_settings, encode(_batch(1)), *bad, encode(_batch(2)), encode(_batch(2)))
    seen = Seen()
    assert consume(kafka_settings, (kafka_settings.batches_topic,), "g", seen, max_messages=7) == 7
    assert seen.ids == ["d1", "d2", "d2"]
    letters = [parse_message("dead_letter", data) for data in read_all(kafka_settings, kafka_settings.dlq_topic)]
    assert [(letter.topic, letter.partition, letter.offset) for letter in letters] == [
        (kafka_settings.batches_topic, 0, offset) for offset in (1, 2, 3, 4)
    ]
    assert "version is not known" in letters[2].reason
    assert letters[3].truncated
    assert letters[3].payload_bytes == 950_000 > KEPT_BYTES


def test_offset_is_committed_only_after_the_effect(kafka_settings: KafkaSettings) -> None:
    _send(kafka_settings, *(encode(_batch(i)) for i in range(4)))
    seen, stop = Seen(), threading.Event()

    def fails_on_third(message: Received) -> None:
        if len(seen.ids) == 2:
            stop.set()
            raise StoreError("store: locked")
        seen(message)

    assert consume(kafka_settings, (kafka_settings.batches_topic,), "g", fails_on_third, stop) == 2
    again = Seen()
    consume(kafka_settings, (kafka_settings.batches_topic,), "g", again, max_messages=2)
    assert seen.ids + again.ids == ["d0", "d1", "d2", "d3"]


def test_retryable_error_is_waited_out(kafka_settings: KafkaSettings) -> None:
    _send(kafka_settings, encode(_batch(1)))
    seen, tries = Seen(), []

    def handle(message: Received) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise StoreError("store: locked")
        seen(message)

    consume(kafka_settings, (kafka_settings.batches_topic,), "g", handle, max_messages=1)
    assert (len(tries), seen.ids) == (3, ["d1"])
    assert read_all(kafka_settings, kafka_settings.dlq_topic) == []


def test_handler_that_breaks_does_not_block(kafka_settings: KafkaSettings) -> None:
    _send(kafka_settings, encode(_batch(1)), encode(_batch(2)))
    seen = Seen()

    def handle(message: Received) -> None:
        if message.offset == 0:
            raise KeyError("row value")
        seen(message)

    consume(kafka_settings, (kafka_settings.batches_topic,), "g", handle, max_messages=2)
    assert seen.ids == ["d2"]
    (letter,) = [parse_message("dead_letter", data) for data in read_all(kafka_settings, kafka_settings.dlq_topic)]
    assert "KeyError" in letter.reason
    assert "row value" not in letter.reason


def test_missing_weights_are_not_the_messages_fault(kafka_settings: KafkaSettings) -> None:
    _send(kafka_settings, encode(_batch(1)))

    def handle(_: Received) -> None:
        raise ModelLoadError("weights: altered")

    with pytest.raises(ModelLoadError):
        consume(kafka_settings, (kafka_settings.batches_topic,), "g", handle)
    assert read_all(kafka_settings, kafka_settings.dlq_topic) == []
    seen = Seen()
    consume(kafka_settings, (kafka_settings.batches_topic,), "g", seen, max_messages=1)
    assert seen.ids == ["d1"]


def test_replay_sends_each_letter_once_and_leaves_what_was_cut(kafka_settings: KafkaSettings) -> None:
    _send(kafka_settings, b"bad", b"y" * (KEPT_BYTES + 1))
    consume(kafka_settings, (kafka_settings.batches_topic,), "g", Seen(), max_messages=2)
    assert replay(kafka_settings) == {"replayed": 1, "left": 1}
    assert replay(kafka_settings) == {"replayed": 0, "left": 0}
    assert read_all(kafka_settings, kafka_settings.batches_topic)[2:] == [b"bad"]


def test_status_events_arrive_in_order(kafka_settings: KafkaSettings) -> None:
    sent = [batch_event("profile", "done", "orders", "d1", n=n) for n in range(50)]
    with StatusPublisher(kafka_settings) as publisher:
        for event in sent:
            publisher.emit(event)
    arrived = read_all(kafka_settings, kafka_settings.status_topic)
    assert [StatusEvent.model_validate_json(data) for data in arrived] == sent


def test_message_too_large_is_not_sent(kafka_settings: KafkaSettings) -> None:
    large = BatchMessage(dataset="o", batch_id="b", uri="u", options={"x": "y" * 1_000_000})
    with Producer(kafka_settings) as producer, pytest.raises(MessageRejected, match="send a reference"):
        producer.send(kafka_settings.batches_topic, large)


def test_topic_that_is_missing_is_told(kafka_broker: str) -> None:
    settings = own_topics(kafka_broker, timeout_s=1.0)
    with Producer(settings) as producer, pytest.raises(BrokerUnavailable, match="dqheal kafka topics"):
        producer.send(settings.batches_topic, _batch(1))


def test_processes_may_make_the_topics_at_once(kafka_broker: str) -> None:
    settings = own_topics(kafka_broker)
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(create_topics(settings))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(made) == sorted(settings.topics)


def test_consumer_stops_when_told(kafka_settings: KafkaSettings) -> None:
    stop = threading.Event()
    seen = Seen()
    thread = threading.Thread(target=consume, args=(kafka_settings, (kafka_settings.batches_topic,), "g", seen, stop))
    thread.start()
    _send(kafka_settings, encode(_batch(1)))
    until(lambda: seen.ids == ["d1"])
    started = time.monotonic()
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert time.monotonic() - started < 10
