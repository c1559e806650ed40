"""The connection type ``dqheal``: settings from configuration, overridden by Airflow connections where they exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_dqheal.core.config import Settings, load_settings
from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.hooks.kafka import DEFAULT_KAFKA_CONN_ID, kafka_settings

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.services import Services

EXTRA_KEYS = frozenset({"store_url", "home", "kafka_conn_id"})


class DQHealHook(BaseHook):
    """Settings and services for operators.

    Settings come from :func:`~airflow_provider_dqheal.core.config.load_settings` (YAML and environment). When
    the connection ``dqheal_conn_id`` exists, its fields win: host (address of the dashboard), password (token of
    the service), and the extras ``store_url``, ``home`` and ``kafka_conn_id``. When the Kafka provider's
    connection exists, its ``bootstrap.servers`` and further properties win over ``settings.kafka``.
    """

    conn_name_attr = "dqheal_conn_id"
    default_conn_name = "dqheal_default"
    conn_type = "dqheal"
    hook_name = "DQHeal"

    def __init__(self, dqheal_conn_id: str = default_conn_name, kafka_conn_id: str | None = None) -> None:
        super().__init__()
        self.dqheal_conn_id = dqheal_conn_id
        self._kafka_conn_id = kafka_conn_id

    def get_conn(self) -> Settings:
        """The settings: what a connection of this type stands for."""
        return self.settings

    @cached_property
    def connection(self) -> Any | None:
        """The Airflow connection, or None when it is not defined."""
        try:
            return self.get_connection(self.dqheal_conn_id)
        except AirflowNotFoundException:
            return None

    @cached_property
    def kafka_conn_id(self) -> str:
        """Which connection of the Kafka provider is used: the argument, the extra, or ``kafka_default``."""
        extra = self.connection.extra_dejson if self.connection else {}
        return self._kafka_conn_id or extra.get("kafka_conn_id") or DEFAULT_KAFKA_CONN_ID

    @cached_property
    def settings(self) -> Settings:
        """Configuration with the connections' values on top.

        Raises:
            ConfigError: when a setting or a field of the connection is invalid.
        """
        settings = load_settings()
        overrides: dict[str, Any] = {}
        if self.connection is not None:
            overrides |= self._overrides(settings)
        overrides["kafka"] = kafka_settings(settings.kafka, self.kafka_conn_id)
        return settings.model_copy(update=overrides)

    def _overrides(self, settings: Settings) -> dict[str, Any]:
        connection = self.connection
        assert connection is not None
        extra = {key: value for key, value in connection.extra_dejson.items() if value not in (None, "")}
        unknown = set(extra) - EXTRA_KEYS
        if unknown:
            raise ConfigError(
                f"connection {self.dqheal_conn_id!r}: unknown extras {sorted(unknown)}; expected {sorted(EXTRA_KEYS)}"
            )
        found: dict[str, Any] = {}
        if "store_url" in extra:
            found["store_url"] = str(extra["store_url"])
        if "home" in extra:
            found["home"] = Path(extra["home"])
        service = {}
        if connection.host:
            host = connection.host.rstrip("/")
            service["public_url"] = host if "://" in host else f"http://{host}"
        if connection.password:
            service["token"] = connection.password
        if service:
            found["service"] = settings.service.model_copy(update=service)
        return found

    @contextmanager
    def services(self) -> Iterator[Services]:
        """Opens what the stages need (store, status publisher) and closes it at the end.

        Raises:
            StoreError: when the store cannot be opened.
        """
        from airflow_provider_dqheal.pipeline.services import Services

        with Services.open(self.settings) as services:
            yield services

    def test_connection(self) -> tuple[bool, str]:
        """Whether the store can be opened and migrated, and how many data sets it knows."""
        try:
            with self.services() as services:
                return True, f"store reached: {len(services.store.datasets())} data sets"
        except Exception as error:
            return False, str(error)
