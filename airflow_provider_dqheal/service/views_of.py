"""Views of the store's records: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from airflow_provider_dqheal.core.types import BatchStatus, Severity, TableSchema
from airflow_provider_dqheal.service.progress import ENDED, StageFact, Started, stage_views
from airflow_provider_dqheal.service.summary import expected_band, health_of, worst
from airflow_provider_dqheal.service.views import BatchView, DatasetView, IncidentView, IssueView, ScorePoint
from airflow_provider_dqheal.storage.records import BatchRecord, IncidentRecord, StageRecord


def is_running(record: BatchRecord) -> bool:
    """Whether the batch is still on its way; one that only the stream detector judged has a reason to stay there."""
    return record.status not in ENDED and not (record.status == "detected" and record.reason)


def is_judged(record: BatchRecord) -> bool:
    """Whether the batch came through the loop; one that was only learned as history did not."""
    return record.quality_score is not None or bool(record.issues) or record.status != "published"


def newest_attempts(records: Iterable[BatchRecord]) -> list[BatchRecord]:
    """One record a batch, its newest attempt, newest first."""
    newest: dict[tuple[str, str], BatchRecord] = {}
    for record in records:
        key = (record.dataset, record.batch_id)
        if key not in newest or newest[key].attempt < record.attempt:
            newest[key] = record
    return sorted(newest.values(), key=lambda record: record.id, reverse=True)


def issue_views(incident: IncidentRecord | None, names: Sequence[str]) -> tuple[IssueView, ...]:
    """The issues of a batch: with severity and columns where its incident tells them."""
    if incident is None:
        return tuple(IssueView(type=name) for name in names)
    return tuple(
        IssueView(type=issue.type, severity=issue.severity, columns=issue.columns) for issue in incident.verdict.issues
    ) or tuple(IssueView(type=name) for name in names)


def batch_view(
    record: BatchRecord, stages: Sequence[StageRecord], started: Mapping[str, Started], incident: IncidentRecord | None
) -> BatchView:
    """A batch and how far it has come."""
    facts = [StageFact(stage.stage, stage.seconds, stage.document) for stage in stages]
    detect = next((stage for stage in stages if stage.stage == "detect"), None)
    verdict = detect.document.get("status") if detect else None
    issues = issue_views(incident, record.issues)
    ended = not is_running(record)
    closing = next((stage for stage in stages if stage.stage == "publish"), None)
    end = closing.created_at if closing else record.updated_at
    return BatchView(
        dataset=record.dataset,
        batch_id=record.batch_id,
        attempt=record.attempt,
        status=record.status,
        quality_score=record.quality_score,
        verdict=verdict if isinstance(verdict, str) else None,
        issues=issues,
        severity=worst([issue.severity for issue in issues]) if issues else None,
        stages=stage_views(record.status, facts, started),
        rows_in=record.rows_in,
        rows_published=record.rows_published,
        healed_cells=record.healed_cells,
        quarantined_rows=record.quarantined_rows,
        seconds=max(0.0, (end - record.created_at).total_seconds()) if ended else None,
        reason=record.reason,
        incident_id=str(incident.id) if incident else None,
        running=not ended,
        received_at=record.created_at,
        updated_at=record.updated_at,
    )


def incident_view(record: IncidentRecord, batch_status: BatchStatus | None) -> IncidentView:
    """An incident as a line of a list."""
    verdict = record.verdict
    issues = issue_views(record, record.issues)
    undecided: Severity | None = record.severity if verdict.issues else None
    first = max(verdict.issues, key=lambda issue: issue.score, default=None)
    sentence = first.sentence if first else verdict.reason or "The batch could not be judged"
    return IncidentView(
        id=str(record.id),
        dataset=record.dataset,
        batch_id=record.batch_id,
        attempt=record.attempt,
        state=record.state,
        version=record.version,
        severity=undecided,
        issues=issues,
        sentence=sentence,
        batch_status=batch_status,
        opened_at=record.opened_at,
        updated_at=record.updated_at,
    )


def dataset_view(
    name: str,
    schema: TableSchema | None,
    batches: Sequence[BatchRecord],
    incidents: Sequence[IncidentRecord],
    points: int,
) -> DatasetView:
    """A data set. ``batches``: the newest attempts, in any order."""
    by_batch = {(incident.batch_id, incident.attempt): incident for incident in incidents}
    ordered = sorted((batch for batch in batches if is_judged(batch)), key=lambda batch: batch.id)
    clean = [
        batch.quality_score
        for batch in ordered
        if batch.quality_score is not None and not batch.issues and batch.status == "published"
    ]
    scored = [batch.quality_score for batch in ordered if batch.quality_score is not None]
    timeline = []
    for batch in ordered[-points:]:
        incident = by_batch.get((batch.batch_id, batch.attempt))
        timeline.append(
            ScorePoint(
                batch_id=batch.batch_id,
                attempt=batch.attempt,
                time=batch.created_at,
                score=batch.quality_score,
                status=batch.status,
                issues=batch.issues,
                severity=incident.severity if incident and incident.verdict.issues else None,
                incident_id=str(incident.id) if incident else None,
            )
        )
    views = [incident_view(incident, None) for incident in incidents]
    last = ordered[-1] if ordered else max(batches, key=lambda batch: batch.id, default=None)
    return DatasetView(
        name=name,
        health=health_of(views, bool(scored)),
        score=scored[-1] if scored else None,
        band=expected_band(clean),
        timeline=tuple(timeline),
        batch_count=len(batches),
        accepted_count=sum(1 for batch in batches if batch.accepted_by is not None),
        columns=len(schema.columns) if schema else 0,
        schema_version=schema.version if schema else 1,
        open_incidents=sum(1 for view in views if view.state != "resolved"),
        last_batch=last.batch_id if last else None,
        last_seen=last.created_at if last else None,
    )
