"""Errors as ``application/problem+json``. Source: RFC 9457."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from airflow_provider_dqheal.core.errors import DQHealError, StoreError, UnknownDataset
from airflow_provider_dqheal.core.types import Frozen


class StaleIncident(StoreError):
    """Raised when an incident was changed by somebody else since it was read."""

    retryable = False


class Problem(Frozen):
    """Why a request was not answered."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""


def problem(status: int, title: str, detail: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """An error answer."""
    body = Problem(title=title, status=status, detail=detail).model_dump()
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)


def install(app: FastAPI) -> None:
    """Maps every error of a route to a problem; what is inside the machine never leaves it."""

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        detail = error.detail if isinstance(error.detail, str) else ""
        return problem(error.status_code, _TITLES.get(error.status_code, "Error"), detail, dict(error.headers or {}))

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first: dict[str, Any] = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(422, _TITLES[422], f"{where}: {first['msg']}")

    async def on_domain(request: Request, error: Exception) -> JSONResponse:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 422)
        return problem(status, _TITLES[status], str(error) if status != 503 else "the store does not answer; try again")

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(DQHealError, on_domain)


_STATUS: tuple[tuple[type[DQHealError], int], ...] = ((UnknownDataset, 404), (StaleIncident, 409), (StoreError, 503))
_TITLES = {
    400: "Bad request",
    401: "Token needed",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Stale version",
    422: "Invalid request",
    503: "Store unavailable",
}
