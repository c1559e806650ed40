"""What the routes share: who may ask, what they ask, and the limits of a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, HTTPException, Query, Request

from airflow_provider_dqheal.core.errors import UnknownDataset
from airflow_provider_dqheal.service.decisions import OnBatch
from airflow_provider_dqheal.service.runtime import Runtime
from airflow_provider_dqheal.service.security import bearer, origin_allowed, token_matches

if TYPE_CHECKING:
    from airflow_provider_dqheal.core.types import BatchRef
    from airflow_provider_dqheal.pipeline.services import Services


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


@contextmanager
def opened(current: Runtime) -> Iterator[Services]:
    """What the pipeline's functions need, for one request.

    Raises:
        StoreError: when the store cannot be opened.
    """
    from airflow_provider_dqheal.pipeline.services import Services

    with Services.open(current.settings) as services:
        yield services


@contextmanager
def on_batch(current: Runtime, request: OnBatch) -> Iterator[tuple[Services, BatchRef]]:
    """The same, with the newest attempt at the batch that the request names.

    Raises:
        UnknownDataset: when it was never received.
    """
    with opened(current) as services:
        record = services.store.batch(request.dataset, request.batch_id)
        if record is None:
            raise UnknownDataset(f"no batch {request.batch_id!r} of {request.dataset!r}")
        yield services, record.ref


Running = Annotated[Runtime, Depends(runtime)]
Limit = Annotated[int, Query(ge=1, le=500, description="at most this many")]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Name = Annotated[str | None, Query(max_length=200)]
