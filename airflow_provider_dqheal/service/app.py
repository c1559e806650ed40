"""The application: routes, socket, feed and pages around one store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from airflow_provider_dqheal import __version__
from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.service import openapi, problems
from airflow_provider_dqheal.service.assets import Prefix, dashboard_router, prefix_of
from airflow_provider_dqheal.service.feed import POLL_S
from airflow_provider_dqheal.service.hub import RING_ITEMS
from airflow_provider_dqheal.service.reader import Reader
from airflow_provider_dqheal.service.routes import datasets, decisions, incidents, overview, quarantine, system
from airflow_provider_dqheal.service.runtime import Runtime
from airflow_provider_dqheal.service.security import BrowserHeaders, require_safe_binding
from airflow_provider_dqheal.service.socket import SocketLimits, socket_router


def api_router() -> APIRouter:
    """The REST routes."""
    router = APIRouter(prefix="/api/v1")
    for part in (
        overview.router,
        datasets.router,
        incidents.router,
        decisions.router,
        quarantine.router,
        system.router,
    ):
        router.include_router(part)
    return router


def create_app(
    settings: Settings,
    limits: SocketLimits | None = None,
    ring_items: int = RING_ITEMS,
    poll_s: float = POLL_S,
) -> FastAPI:
    """The service for one store. The store is opened when the application starts, and tried again until it answers.

    Raises:
        ConfigError: when it would listen to the network without a token, or the built dashboard is missing.
    """
    require_safe_binding(settings.service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        reader = Reader(settings)
        running = Runtime(settings, reader, ring_items, poll_s)
        app.state.runtime = running
        feed = asyncio.create_task(running.feed.run())
        running.topic.start(asyncio.get_running_loop(), running.feed.nudge)
        try:
            yield
        finally:
            feed.cancel()
            await asyncio.gather(feed, return_exceptions=True)
            await asyncio.to_thread(running.topic.stop)
            reader.close()

    app = FastAPI(
        title="dqheal",
        version=__version__,
        description="Status of self-healing data quality: data sets, batches, incidents, events.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    problems.install(app)
    openapi.install(app)
    app.include_router(api_router())
    app.include_router(socket_router(limits or SocketLimits()))
    app.include_router(dashboard_router(settings.service))
    app.add_middleware(BrowserHeaders, settings=settings.service)
    app.add_middleware(Prefix, prefix=prefix_of(settings.service))
    return app
