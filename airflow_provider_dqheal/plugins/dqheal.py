"""Shows the dashboard inside Airflow's UI: in the navigation, and on each run of a DAG."""

from __future__ import annotations

import logging
from typing import Any

from airflow.plugins_manager import AirflowPlugin

log = logging.getLogger(__name__)


class DQHealPlugin(AirflowPlugin):
    """Embeds the dashboard (``service.public_url``), which the reader's browser loads."""

    name = "dqheal"

    def __init__(self) -> None:
        self.external_views: list[Any] = []

    def on_load(self, *args: Any, **kwargs: Any) -> None:
        """Builds the views from the configuration; called once in each process that loads plugins."""
        from airflow_provider_dqheal.core.config import ServiceSettings, load_settings
        from airflow_provider_dqheal.core.errors import ConfigError

        try:
            base = load_settings().service.public_url.rstrip("/")
        except ConfigError as error:
            base = ServiceSettings().public_url.rstrip("/")
            log.error("the dashboard is expected at %s because the configuration is invalid: %s", base, error)
        self.external_views = [
            {
                "name": "Data quality",
                "href": f"{base}/",
                "destination": "nav",
                "url_route": "dqheal",
                "nav_top_level": True,
            },
            {
                "name": "Data quality",
                "href": f"{base}/incidents?run={{RUN_ID}}",
                "destination": "dag_run",
                "url_route": "dqheal_run",
            },
        ]
