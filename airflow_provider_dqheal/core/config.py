"""One typed configuration: defaults, then a YAML file, then the environment. Unknown keys are rejected.

Environment variables are ``DQHEAL_<FIELD>`` and ``DQHEAL_<SECTION>__<FIELD>`` (``DQHEAL_SERVICE__PORT=8002``);
``DQHEAL_CONFIG`` names the YAML file; ``KAFKA_BOOTSTRAP_SERVERS`` is read as well.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal

import platformdirs
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.core.paths import slug
from airflow_provider_dqheal.core.policy import Policy, load_policy
from airflow_provider_dqheal.core.types import Fraction

_FILE: ContextVar[dict[str, Any]] = ContextVar("dqheal_configuration_file", default={})  # noqa: B039 - never changed
"""What the YAML file says, while :func:`load_settings` reads it."""


class Section(BaseModel):
    """A group of settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class KafkaSettings(Section):
    """How to reach Kafka. ``bootstrap_servers`` None means: no Kafka, status goes to the store and the log."""

    bootstrap_servers: str | None = Field(default=None, description="host:port,...; none: no Kafka")
    group_prefix: str = Field(default="dqheal", description="consumer groups are named <prefix>-<part>")
    batches_topic: str = Field(default="data-quality-batches", description="new batches")
    metrics_topic: str = Field(default="data-quality-metrics", description="profiles for the stream detector")
    alerts_topic: str = Field(default="data-quality-alerts", description="verdicts with issues")
    status_topic: str = Field(default="data-quality-status", description="what happens to each batch")
    dlq_topic: str = Field(default="data-quality-dlq", description="messages put aside, with the reason")
    partitions: int = Field(default=3, ge=1, description="parallel consumers per topic on one machine")
    replication_factor: int = Field(default=1, ge=1, description="one broker in the demo; 3 in production")
    max_message_bytes: int = Field(default=900_000, description="below the broker's default limit of 1 MB")
    timeout_s: float = Field(default=5.0, gt=0, description="a status message is not worth a longer wait")
    client: dict[str, str] = Field(default_factory=dict, description="further librdkafka properties (SASL, TLS)")

    @property
    def topics(self) -> tuple[str, ...]:
        """All five topics."""
        return (self.batches_topic, self.metrics_topic, self.alerts_topic, self.status_topic, self.dlq_topic)


class ProfileSettings(Section):
    """How batches are profiled."""

    driver: Literal["auto", "spark", "local"] = Field(
        default="auto", description="auto, spark or local; auto: local up to local_max_bytes"
    )
    local_max_bytes: int = Field(default=256 * 1024 * 1024, description="above it `auto` takes Spark: fits in memory")
    spark_master: str = Field(
        default="local[2]", description="any Spark master URL, or a Spark Connect server (sc://host:15002)"
    )
    spark_conf: dict[str, str] = Field(default_factory=dict, description="further Spark properties")


class DetectionSettings(Section):
    """The promises the detector keeps."""

    false_alarm_rate: Fraction = Field(default=0.03, description="of clean batches, all issue types together")
    watch_rate: Fraction = Field(default=0.10, description="shown, never acted on")
    min_history: int = Field(default=5, ge=2, description="fewer accepted batches: insufficient_history, held")
    history_size: int = Field(default=30, ge=2, description="recent accepted batches that form the baseline")
    weights: Path | None = Field(default=None, description="folder with weights; None: those in the wheel")


class ServiceSettings(Section):
    """The status service and where people reach it."""

    host: str = Field(default="127.0.0.1", description="loopback needs no token")
    port: int = Field(default=8001, description="of the dashboard, REST and the socket")
    token: str | None = Field(default=None, description="needed when host is not loopback")
    allowed_origins: tuple[str, ...] = Field(default=(), description="pages beside our own that may connect")
    frame_ancestors: tuple[str, ...] = Field(
        default=("http://127.0.0.1:8080", "http://localhost:8080"), description="pages that may embed it: Airflow's UI"
    )
    public_url: str = Field(default="http://localhost:8001", description="what a browser opens")
    airflow_url: str | None = Field(default=None, description="base address of Airflow's UI, for links to runs")
    airflow_username: str | None = Field(
        default=None, description="with the password: decisions made here wake the run that waits for them"
    )
    airflow_password: str | None = Field(default=None, description="of that user, who may answer required actions")


def default_home() -> Path:
    """Where state and logs live when DQHEAL_HOME is not set: the platform's user data folder."""
    return Path(platformdirs.user_data_dir("dqheal"))


class Settings(BaseSettings):
    """Everything that can be configured. See docs/configuration.md."""

    model_config = SettingsConfigDict(
        env_prefix="DQHEAL_", env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    home: Path = Field(default_factory=default_home, description="folder of state, staged and published batches")
    store_url: str | None = Field(default=None, description="SQLAlchemy URL; none: SQLite under home")
    published_root: Path | None = Field(default=None, description="folder to publish into; none: under home")
    allowed_roots: tuple[Path, ...] = Field(default=(), description="empty: any path the worker may read")
    policies: Path | None = Field(
        default=None, description="folder with <dataset>.yaml and default.yaml, or one file for every data set"
    )
    retention_days: int = Field(default=30, ge=1, description="staged files older than this may be removed")
    kafka: KafkaSettings = KafkaSettings()
    profile: ProfileSettings = ProfileSettings()
    detection: DetectionSettings = DetectionSettings()
    service: ServiceSettings = ServiceSettings()

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the store: ``store_url``, or a SQLite file under ``home``."""
        return self.store_url or f"sqlite:///{self.home / 'dqheal.db'}"

    @property
    def staging(self) -> Path:
        """Folder of staged, not yet published output."""
        return self.home / "staging"

    @property
    def published(self) -> Path:
        """Folder the default sink publishes into."""
        return self.published_root or self.home / "published"

    @property
    def quarantine(self) -> Path:
        """Folder of quarantined rows."""
        return self.home / "quarantine"

    def policy_for(self, dataset: str) -> Policy:
        """The data set's own policy file, else ``default.yaml``, else the built-in default.

        Raises:
            ConfigError: when a policy file is invalid.
        """
        if self.policies is not None:
            if self.policies.is_file():
                return load_policy(self.policies)
            if not self.policies.is_dir():
                raise ConfigError(f"policies: {self.policies} is neither a folder nor a file; correct the setting")
            for name in (slug(dataset), "default"):
                path = self.policies / f"{name}.yaml"
                if path.is_file():
                    return load_policy(path)
        return Policy()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller states wins over the environment, which wins over the YAML file."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _FILE.get())


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Reads the configuration: ``overrides`` (ready values) win over the environment, which wins over YAML.

    Raises:
        ConfigError: naming the file or variable, the key and what was expected.
    """
    given = os.environ.get("DQHEAL_CONFIG")
    path = path or (Path(given) if given else None)
    raw: dict[str, Any] = {}
    if path is not None:
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigError(f"{path}: the configuration cannot be read ({error}); expected a YAML mapping") from error
        if not isinstance(raw, dict):
            raise ConfigError(f"{path}: expected a YAML mapping, got {type(raw).__name__}")
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if servers and "DQHEAL_KAFKA__BOOTSTRAP_SERVERS" not in os.environ:
        raw = {**raw, "kafka": {**(raw.get("kafka") or {}), "bootstrap_servers": servers}}
    try:
        token = _FILE.set(raw)
        try:
            return Settings().model_copy(update=overrides)
        finally:
            _FILE.reset(token)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{path or 'environment'}: setting {where!r}: {first['msg']}; see docs/configuration.md"
        ) from error
