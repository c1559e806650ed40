"""`dqheal profile --publish` and `dqheal kafka ...` against a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _support.kafka import read_all
from _support.orders import orders
from pyarrow import csv

from airflow_provider_dqheal.cli import main
from airflow_provider_dqheal.core.config import KafkaSettings, Settings
from airflow_provider_dqheal.messaging.consumer import consume
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import BatchMessage, encode, parse_message
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.stream.detector import run_stream

Run = Callable[..., Any]


@pytest.fixture
def dqheal(
    kafka_settings: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Runs ``dqheal ARGS --json`` on the test's own topics; returns the document of a command that ends with 0."""
    monkeypatch.setenv("DQHEAL_HOME", str(tmp_path / "home"))
    for name in ("bootstrap_servers", "group_prefix", *(n for n in KafkaSettings.model_fields if "_topic" in n)):
        monkeypatch.setenv(f"DQHEAL_KAFKA__{name.upper()}", str(getattr(kafka_settings, name)))

    def run(*arguments: object) -> Any:
        capfd.readouterr()
        monkeypatch.setattr("sys.argv", ["dqheal", *map(str, arguments), "--json"])
        with pytest.raises(SystemExit) as done:
            main()
        out, err = capfd.readouterr()
        assert not done.value.code, err
        return json.loads(out)

    return run


def _written(folder: Path, name: str, day: int) -> Path:
    path = folder / f"{name}.csv"
    csv.write_csv(orders(day, 200), path)
    return path


def test_dead_letters_are_listed_and_sent_again_once(dqheal: Run, kafka_settings: KafkaSettings) -> None:
    good = encode(BatchMessage(dataset="orders", batch_id="d1", uri="/in/d1.csv"))
    with Producer(kafka_settings) as producer:
        producer.send_bytes(kafka_settings.batches_topic, good.replace(b'"version":1', b'"version":7'), b"orders")
        producer.send_bytes(kafka_settings.batches_topic, b"z" * 300_000)
        producer.send_bytes(kafka_settings.dlq_topic, b"from elsewhere")

    def handle(message: Any) -> None:
        parse_message("batch", message.value)

    consume(kafka_settings, (kafka_settings.batches_topic,), "g", handle, max_messages=2)
    listed = {(letter["topic"], letter["offset"]): letter for letter in dqheal("kafka", "dead-letters")}
    batches = kafka_settings.batches_topic
    assert {place: letter["replay"] for place, letter in listed.items()} == {
        (batches, 0): "waiting",
        (batches, 1): "cut",
        (kafka_settings.dlq_topic, 0): "unreadable",
    }
    assert "version is not known" in listed[batches, 0]["reason"]
    assert "payload" not in listed[batches, 0]
    assert dqheal("kafka", "replay") == {"replayed": 1, "left": 2}
    assert {letter["replay"] for letter in dqheal("kafka", "dead-letters")} == {"done", "unreadable"}
    assert dqheal("kafka", "replay") == {"replayed": 0, "left": 0}
    assert len(dqheal("kafka", "dead-letters", "--limit", 1)) == 1
    assert read_all(kafka_settings, batches)[2:] == [good.replace(b'"version":1', b'"version":7')]


def test_large_profile_is_published_by_reference_and_judged(
    dqheal: Run, kafka_settings: KafkaSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dqheal("learn", "orders", *(_written(tmp_path, f"h{day}", day) for day in range(6)))
    monkeypatch.setenv("DQHEAL_KAFKA__MAX_MESSAGE_BYTES", "2000")
    path = _written(tmp_path, "clean", 6)
    for _ in range(2):
        dqheal("profile", path, "--dataset", "orders", "--publish")
    messages = [parse_message("metrics", data) for data in read_all(kafka_settings, kafka_settings.metrics_topic)]
    assert [(m.profile, m.batch().key, m.batch().attempt) for m in messages] == [(None, "orders/clean", 1)] * 2
    settings = Settings(home=tmp_path / "home", kafka=kafka_settings)
    with Services.open(settings) as services:
        assert services.store.batch("orders", "clean").status == "profiled"  # type: ignore[union-attr]
    assert run_stream(settings, max_messages=2) == 2
    with Services.open(settings) as services:
        record = services.store.batch("orders", "clean")
        assert record is not None
        assert (record.attempt, record.status, record.issues) == (1, "detected", ())
        assert "no run was asked for" in str(record.reason)
    assert dqheal("heal", "orders", path)["status"] == "published"
    dqheal("profile", path, "--dataset", "orders", "--publish")
    assert run_stream(settings, max_messages=1) == 1
    with Services.open(settings) as services:
        assert services.store.batch("orders", "clean").status == "published"  # type: ignore[union-attr]
    assert read_all(kafka_settings, kafka_settings.alerts_topic) == []
