"""The stream detector: profiles in, one alert out for each that is wrong, whatever comes twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from _support.kafka import read_all
from _support.orders import orders
from _support.waiting import until
from pyarrow import csv

from airflow_provider_dqheal.core.config import KafkaSettings, Settings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.messaging.metrics import metrics_message
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import MetricsMessage, parse_message
from airflow_provider_dqheal.messaging.topics import describe_topics
from airflow_provider_dqheal.pipeline.learn import learn_batches
from airflow_provider_dqheal.pipeline.receive import receive
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.profiling.sources import as_batch_ref, read_raw
from airflow_provider_dqheal.stream.detector import run_stream

DAYS = 10


def _write(folder: Path, name: str, table: pa.Table) -> BatchRef:
    path = folder / f"{name}.csv"
    csv.write_csv(table, path)
    return as_batch_ref(path, "orders")


def _profile(ref: BatchRef) -> Profile:
    return profile_table(read_raw(ref), ref)


def _without_amounts(table: pa.Table) -> pa.Table:
    return table.set_column(2, "amount", pa.nulls(table.num_rows, pa.float64()))


@pytest.fixture
def stream_settings(kafka_settings: KafkaSettings, tmp_path: Path) -> Settings:
    """A home in which ten days of orders are learned."""
    settings = Settings(home=tmp_path / "home", kafka=kafka_settings)
    with Services.open(settings) as services:
        learn_batches(services, "orders", [_write(tmp_path, f"d{day:02d}", orders(day)) for day in range(DAYS)])
    return settings


@pytest.fixture
def send(stream_settings: Settings) -> Callable[[MetricsMessage], None]:
    """Sends to the metrics topic."""

    def deliver(message: MetricsMessage) -> None:
        with Producer(stream_settings.kafka) as producer:
            producer.send(stream_settings.kafka.metrics_topic, message)

    return deliver


def test_wrong_batch_raises_one_alert_and_a_clean_one_none(
    stream_settings: Settings, send: Callable[[MetricsMessage], None], tmp_path: Path
) -> None:
    bad = _write(tmp_path, "bad", _without_amounts(orders(DAYS)))
    clean = _write(tmp_path, "clean", orders(DAYS + 1))
    for ref in (bad, clean, bad):
        send(metrics_message(stream_settings.kafka, _profile(ref)))
    assert run_stream(stream_settings, max_messages=3) == 3
    kafka = stream_settings.kafka
    (alert,) = [parse_message("alert", data) for data in read_all(kafka, kafka.alerts_topic)]
    assert (alert.batch().key, alert.batch().uri) == ("orders/bad", bad.uri)
    assert [issue.type for issue in alert.verdict.issues] == ["missing_data"]
    with Services.open(stream_settings) as services:
        attempt = receive(services, bad)  # what the healing run does: it works on the attempt that was judged
        assert attempt.attempt == 1
        stage = services.store.stage(attempt, "stream")
        assert stage is not None
        assert stage.document == alert.verdict.model_dump(mode="json")
        assert services.store.stage(attempt, "detect") is None
        assert [incident.batch_id for incident in services.store.incidents()] == ["bad"]
        judged = [r.event.subject for r in services.store.events() if r.event.type == "dqheal.stream.judged"]
        assert judged == ["orders/bad", "orders/clean"]


def test_window_without_rows_opens_an_incident_and_names_no_uri(
    stream_settings: Settings, send: Callable[[MetricsMessage], None]
) -> None:
    profile = _profile_of(_without_amounts(orders(DAYS)))
    for _ in range(2):
        send(MetricsMessage(dataset="orders", batch_id="window-1", profile=profile))
    run_stream(stream_settings, max_messages=2)
    kafka = stream_settings.kafka
    (alert,) = [parse_message("alert", data) for data in read_all(kafka, kafka.alerts_topic)]
    assert alert.uri is None
    with Services.open(stream_settings) as services:
        record = services.store.batch("orders", "window-1")
        assert record is not None
        assert (record.attempt, record.status, record.issues) == (1, "held", ("missing_data",))
        assert [incident.batch_id for incident in services.store.incidents()] == ["window-1"]


def _profile_of(table: pa.Table) -> Profile:
    columns = [pa.array(["" if v is None else str(v) for v in column.to_pylist()]) for column in table.columns]
    return profile_table(pa.table(columns, names=table.column_names))


def test_unknown_data_set_is_undecided_and_bad_messages_are_put_aside(
    stream_settings: Settings, send: Callable[[MetricsMessage], None]
) -> None:
    kafka = stream_settings.kafka
    send(MetricsMessage(dataset="unheard-of", batch_id="w", profile=_profile_of(orders(1))))
    with Producer(kafka) as producer:
        producer.send_bytes(kafka.metrics_topic, b"no profile")
        lost = {"dataset": "orders", "batch_id": "nowhere"}
        producer.send(kafka.metrics_topic, MetricsMessage.model_validate({"reference": lost}))
    assert run_stream(stream_settings, max_messages=3) == 3
    assert read_all(kafka, kafka.alerts_topic) == []
    letters = [parse_message("dead_letter", data) for data in read_all(kafka, kafka.dlq_topic)]
    assert [letter.offset for letter in letters] == [1, 2]
    assert "the store holds no such profile" in letters[1].reason
    with Services.open(stream_settings) as services:
        record = services.store.batch("unheard-of", "w")
        assert record is not None
        assert (record.status, record.quality_score) == ("held", None)


def test_large_profile_is_judged_by_reference(
    stream_settings: Settings, send: Callable[[MetricsMessage], None], tmp_path: Path
) -> None:
    bad = _write(tmp_path, "bad", _without_amounts(orders(DAYS)))

    def keep(profile: Profile) -> BatchRef:
        with Services.open(stream_settings) as services:
            known = receive(services, bad)
            services.store.put_profile(known, profile)
            return known

    send(metrics_message(stream_settings.kafka.model_copy(update={"max_message_bytes": 100}), _profile(bad), keep))
    run_stream(stream_settings, max_messages=1)
    kafka = stream_settings.kafka
    (alert,) = [parse_message("alert", data) for data in read_all(kafka, kafka.alerts_topic)]
    assert alert.uri == bad.uri


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_command_stops_on_a_signal_with_its_work_committed(
    stream_settings: Settings, send: Callable[[MetricsMessage], None], tmp_path: Path, sign: int
) -> None:
    bad = _write(tmp_path, "bad", _without_amounts(orders(DAYS)))
    send(metrics_message(stream_settings.kafka, _profile(bad)))
    kafka = stream_settings.kafka
    names = {name: getattr(kafka, name) for name in KafkaSettings.model_fields if name.endswith("_topic")}
    names |= {"bootstrap_servers": kafka.bootstrap_servers, "group_prefix": kafka.group_prefix}
    env = {**os.environ, "DQHEAL_HOME": str(stream_settings.home)}
    env |= {f"DQHEAL_KAFKA__{name.upper()}": str(value) for name, value in names.items()}
    arguments = [sys.executable, "-m", "airflow_provider_dqheal.cli", "stream", "--json"]
    command = subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, text=True)
    try:
        until(lambda: _kept(kafka, kafka.alerts_topic) == 1 or command.poll() is not None, 60)
        command.send_signal(sign)
        shown, _ = command.communicate(timeout=30)
    finally:
        command.kill()
    assert command.returncode == 0
    assert '"judged": 1' in shown
    send(metrics_message(kafka, _profile(bad)))
    assert run_stream(stream_settings, max_messages=1) == 1  # the first one does not come again
    assert _kept(kafka, kafka.alerts_topic) == 1


def _kept(kafka: KafkaSettings, topic: str) -> int:
    return {row["topic"]: row["messages"] for row in describe_topics(kafka)}[topic]
