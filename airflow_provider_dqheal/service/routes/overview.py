"""``GET /api/v1/overview`` and ``GET /api/v1/events``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from airflow_provider_dqheal.service.answers import EventPage
from airflow_provider_dqheal.service.messages import Board
from airflow_provider_dqheal.service.routes._base import Limit, Running

router = APIRouter(tags=["overview"])


@router.get("/overview")
def overview(running: Running) -> Board:
    """Everything the overview shows, as the socket's snapshot carries it."""
    return running.board.view()


@router.get("/events")
def events(running: Running, after: Annotated[int, Query(ge=0)] = 0, limit: Limit = 200) -> EventPage:
    """Events after a sequence number, oldest first."""
    return running.reader.events(after, limit)
