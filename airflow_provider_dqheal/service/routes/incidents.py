"""``/api/v1/incidents``: the list, one incident, its rows, and acknowledging or resolving it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, HTTPException

from airflow_provider_dqheal.core.types import Severity
from airflow_provider_dqheal.service.answers import IncidentAction, IncidentDetail, Page, RowsPage
from airflow_provider_dqheal.service.routes._base import Limit, Name, Offset, Running
from airflow_provider_dqheal.service.views import IncidentState, IncidentView

router = APIRouter(tags=["incidents"], prefix="/incidents")


@router.get("")
def incidents(
    running: Running,
    dataset: Name = None,
    state: IncidentState | None = None,
    severity: Severity | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[IncidentView]:
    """Incidents, the gravest first, then the newest."""
    return running.reader.incidents(dataset, state, severity, limit, offset)


@router.get("/{incident_id}")
def incident(running: Running, incident_id: str, reveal: bool = False) -> IncidentDetail:
    """One incident: evidence, before and after, what changed. ``reveal`` shows example values unmasked."""
    found = running.reader.incident(incident_id, reveal)
    if found is None:
        raise HTTPException(404, f"no incident {incident_id!r}")
    return found


@router.get("/{incident_id}/rows/{kind}")
def rows(
    running: Running,
    incident_id: str,
    kind: Literal["ledger", "quarantine"],
    limit: Limit = 50,
    offset: Offset = 0,
    reveal: bool = False,
) -> RowsPage:
    """Changed cells or quarantined rows, values masked unless ``reveal``."""
    found = running.reader.rows(incident_id, kind, limit, offset, reveal)
    if found is None:
        raise HTTPException(404, f"incident {incident_id!r} has no {kind}")
    return found


@router.post("/{incident_id}")
def change(running: Running, incident_id: str, action: IncidentAction) -> IncidentView:
    """Acknowledges, resolves or reopens an incident; 409 when somebody else changed it meanwhile."""
    changed = running.reader.set_incident(incident_id, action.version, action.state)
    if changed is None:
        raise HTTPException(404, f"no incident {incident_id!r}")
    running.wake()
    return changed
