"""What the routes share: who may ask, what they ask, and the limits of a page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Query, Request

from airflow_provider_dqheal.service.runtime import Runtime
from airflow_provider_dqheal.service.security import bearer, origin_allowed, token_matches


def runtime(request: Request) -> Runtime:
    """The running service behind a request.

    Raises:
        HTTPException: 401 without the token where one is configured; 403 for a change asked for by a foreign page.
    """
    current: Runtime = request.app.state.runtime
    if not token_matches(current.settings.service, bearer(request.headers)):
        raise HTTPException(401, "send the token as 'Authorization: Bearer'", {"WWW-Authenticate": "Bearer"})
    if request.method not in ("GET", "HEAD") and not origin_allowed(current.settings.service, request.headers):
        raise HTTPException(403, "this page's origin is not allowed; add it to service.allowed_origins")
    return current


Running = Annotated[Runtime, Depends(runtime)]
Limit = Annotated[int, Query(ge=1, le=500, description="at most this many")]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Name = Annotated[str | None, Query(max_length=200)]
