"""``GET /api/v1/health`` (no token: for probes) and ``GET /api/v1/system``."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from airflow_provider_dqheal import __version__
from airflow_provider_dqheal.service.answers import SystemView
from airflow_provider_dqheal.service.routes._base import Running
from airflow_provider_dqheal.service.runtime import Runtime

router = APIRouter(tags=["system"])


@router.get("/health")
def health(request: Request) -> JSONResponse:
    """200 when the store can be read, 503 otherwise: tells a load balancer, and says no more."""
    current: Runtime = request.app.state.runtime
    well = current.feed.store_error is None and current.feed.ready
    body = {"status": "ok" if well else "degraded", "service": "dqheal", "version": __version__}
    return JSONResponse(body, status_code=200 if well else 503)


@router.get("/system")
def system(running: Running) -> SystemView:
    """Connections, counters, the store and the status topic."""
    return running.system()
