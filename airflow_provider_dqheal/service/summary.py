"""The figures of the overview: tiles, timelines, expected bands and health, from the store's records."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta

from airflow_provider_dqheal.core.types import Severity
from airflow_provider_dqheal.service.progress import ENDED
from airflow_provider_dqheal.service.views import (
    Band,
    DatasetView,
    Health,
    IncidentView,
    SeverityCounts,
    Tiles,
)
from airflow_provider_dqheal.storage.records import BatchRecord, IncidentRecord

GRADES: dict[str | None, int] = {None: 0, "low": 1, "medium": 2, "high": 3, "critical": 4}
BAND_FROM = 4
"""Fewer clean scores say nothing of their spread."""
_SPREAD = 3 * 1.4826
_SLACK = 0.02


def worst(severities: Sequence[Severity | None]) -> Severity | None:
    """The gravest of them."""
    return max(severities, key=GRADES.__getitem__, default=None)


def expected_band(clean_scores: Sequence[float]) -> Band | None:
    """Where scores of clean batches lie: their median, three robust standard deviations around it.

    Source: the median absolute deviation times 1.4826 estimates a normal's standard deviation (Hampel, 1974).
    """
    if len(clean_scores) < BAND_FROM:
        return None
    middle = statistics.median(clean_scores)
    spread = _SPREAD * statistics.median(abs(score - middle) for score in clean_scores) + _SLACK
    return Band(low=max(0.0, middle - spread), high=min(1.0, middle + spread))


def health_of(dataset_incidents: Sequence[IncidentView], judged: bool) -> Health:
    """The health of the worst open incident; unknown before a batch was judged."""
    open_ones = [incident for incident in dataset_incidents if incident.state != "resolved"]
    gravest = GRADES[worst([incident.severity for incident in open_ones])]
    if gravest >= GRADES["high"]:
        return "critical"
    if open_ones:
        return "warning"
    return "healthy" if judged else "unknown"


def tiles(
    datasets: Sequence[DatasetView], batches: Sequence[BatchRecord], incidents: Sequence[IncidentRecord], now: datetime
) -> Tiles:
    """The figures at the top.

    Args:
        datasets: all of them.
        batches: the newest attempt of every batch that came through the loop.
        incidents: the known ones, resolved or not.
        now: the end of the 24 hours.
    """
    scores = [dataset.score for dataset in datasets if dataset.score is not None]
    open_ones = [incident for incident in incidents if incident.state != "resolved"]
    counts = {name: sum(1 for i in open_ones if i.severity == name) for name in ("critical", "high", "medium", "low")}
    recent = [batch for batch in batches if batch.updated_at >= now - timedelta(hours=24)]
    published = [batch for batch in recent if batch.status == "published"]
    healed = [batch for batch in published if batch.issues or batch.healed_cells or batch.quarantined_rows]
    times = [(batch.updated_at - batch.created_at).total_seconds() for batch in healed]
    return Tiles(
        mean_score=statistics.fmean(scores) if scores else None,
        scored_datasets=len(scores),
        open_incidents=len(open_ones),
        open_by_severity=SeverityCounts(**counts),
        held_batches=sum(1 for batch in batches if batch.status == "held"),
        running_batches=sum(1 for batch in batches if batch.status not in ENDED),
        healed_batches_24h=len(healed),
        healed_cells_24h=sum(batch.healed_cells or 0 for batch in healed),
        quarantined_rows_24h=sum(batch.quarantined_rows or 0 for batch in healed),
        median_heal_s=statistics.median(times) if times else None,
        batches_24h=len(recent),
        published_24h=len(published),
    )
