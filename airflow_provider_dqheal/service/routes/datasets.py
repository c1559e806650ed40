"""``GET /api/v1/datasets`` and ``GET /api/v1/batches``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from airflow_provider_dqheal.core.types import BatchStatus
from airflow_provider_dqheal.service.answers import DatasetDetail, Page
from airflow_provider_dqheal.service.routes._base import Limit, Name, Running
from airflow_provider_dqheal.service.views import BatchView, DatasetView

router = APIRouter(tags=["data sets"])


@router.get("/datasets")
def datasets(running: Running) -> Page[DatasetView]:
    """All data sets, the least healthy first."""
    found = running.reader.datasets()
    return Page(items=found, limit=len(found), total=len(found))


@router.get("/datasets/{name}")
def dataset(running: Running, name: str, points: Annotated[int, Query(ge=1, le=1000)] = 200) -> DatasetDetail:
    """One data set: its timeline with the expected band, its batches, incidents and schema."""
    found = running.reader.dataset(name, points)
    if found is None:
        raise HTTPException(404, f"no data set called {name!r}; `dqheal learn` makes one")
    return found


@router.get("/batches")
def batches(
    running: Running, dataset: Name = None, status: BatchStatus | None = None, limit: Limit = 50
) -> Page[BatchView]:
    """Batches, newest first."""
    return Page(items=running.reader.batches(dataset, status, limit), limit=limit)
