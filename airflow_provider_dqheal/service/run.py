"""Runs the service in this process."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.errors import ConfigError
from airflow_provider_dqheal.service.app import create_app
from airflow_provider_dqheal.service.socket import MAX_MESSAGE_BYTES

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI


def run_service(settings: Settings) -> None:
    """Serves dashboard, REST and socket until the process is told to stop.

    Raises:
        ConfigError: when the address cannot be bound, a token is missing, or the dashboard is not installed.
    """
    host, port = settings.service.host, settings.service.port
    server = server_for(create_app(settings), host, port)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            server.run()
        except SystemExit as stop:
            if stop.code:
                raise ConfigError(
                    f"service: {host}:{port} cannot be bound; another process may listen there, set service.port"
                ) from None


def server_for(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """The server of an application: small frames only, no compression, dead clients found within 40 s."""
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            ws="auto",
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            ws_ping_interval=20.0,
            ws_ping_timeout=20.0,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
