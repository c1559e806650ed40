"""Which broker a command talks to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_dqheal.core.config import Settings


def settings_with_broker() -> Settings:
    """The settings; where they name no broker, with the one that `dqheal kafka start` left running, if any."""
    from airflow_provider_dqheal.core.config import load_settings
    from airflow_provider_dqheal.embedded.broker import status

    settings = load_settings()
    if settings.kafka.bootstrap_servers is not None:
        return settings
    running = status(settings.home)
    if running is None:
        return settings
    kafka = settings.kafka.model_copy(update={"bootstrap_servers": running.bootstrap_servers})
    return settings.model_copy(update={"kafka": kafka})
