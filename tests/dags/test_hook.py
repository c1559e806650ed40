"""Settings come from configuration; Airflow connections win where they are defined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_dqheal.core.errors import BrokerUnavailable, ConfigError, UnknownDataset


@pytest.fixture
def hook(airflow: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    from airflow_provider_dqheal.hooks.dqheal import DQHealHook

    return DQHealHook


def _connection(**fields: Any) -> str:
    return json.dumps({"conn_type": "dqheal", **fields})


def test_without_connections_the_configuration_counts(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DQHEAL_STORE_URL", "sqlite:////tmp/a.db")
    settings = hook().settings
    assert settings.database_url == "sqlite:////tmp/a.db"
    assert settings.kafka.bootstrap_servers is None


def test_connection_wins_over_the_configuration(hook: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DQHEAL_STORE_URL", "sqlite:////tmp/a.db")
    monkeypatch.setenv(
        "AIRFLOW_CONN_DQHEAL_DEFAULT",
        _connection(
            host="quality.example", password="s3cret", extra={"store_url": "sqlite:////tmp/b.db", "home": str(tmp_path)}
        ),
    )
    settings = hook().settings
    assert settings.database_url == "sqlite:////tmp/b.db"
    assert settings.home == tmp_path
    assert settings.service.public_url == "http://quality.example"
    assert settings.service.token == "s3cret"


def test_unknown_extra_is_refused(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DQHEAL_DEFAULT", _connection(extra={"stor_url": "x"}))
    with pytest.raises(ConfigError, match="stor_url"):
        _ = hook().settings


def test_kafka_connection_wins_over_the_configured_broker(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_dqheal.hooks.kafka import consumer_config

    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "configured:9092")
    extra = {"bootstrap.servers": "connected:9092", "group.id": "other", "security.protocol": "PLAINTEXT"}
    monkeypatch.setenv("AIRFLOW_CONN_KAFKA_DEFAULT", json.dumps({"conn_type": "kafka", "extra": extra}))
    kafka = hook().settings.kafka
    assert kafka.bootstrap_servers == "connected:9092"
    assert kafka.client == {"security.protocol": "PLAINTEXT"}
    config = consumer_config(kafka)
    assert config["bootstrap.servers"] == "connected:9092"
    assert config["group.id"] == "dqheal-dispatch"
    assert config["enable.auto.commit"] is False


def test_no_broker_anywhere_says_what_to_do(hook: Any) -> None:
    from airflow_provider_dqheal.hooks.kafka import consumer_config

    with pytest.raises(ConfigError, match="KAFKA_BOOTSTRAP_SERVERS"):
        consumer_config(hook().settings.kafka)


def test_errors_are_mapped_once(airflow: Any) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from airflow_provider_dqheal.hooks.failures import airflow_failures

    with pytest.raises(AirflowFailException, match="UnknownDataset: orders"), airflow_failures():
        raise UnknownDataset("orders: never learned")
    with pytest.raises(BrokerUnavailable), airflow_failures():
        raise BrokerUnavailable("no answer")
