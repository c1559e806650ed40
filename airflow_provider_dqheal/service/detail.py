"""Everything about one incident: the verdict, the contrast of its columns, the plan and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.types import Issue, RemediationPlan, ValidationResult, Verdict
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.remediation.cleaned import believed
from airflow_provider_dqheal.service.answers import (
    ColumnDetail,
    EvidenceView,
    HealPart,
    IncidentDetail,
    IssueDetail,
    RemediationView,
    StepDetail,
    ValidationView,
    VerdictView,
)
from airflow_provider_dqheal.service.contrast import column_details, metric_label
from airflow_provider_dqheal.service.mask import masked
from airflow_provider_dqheal.service.views import BatchView, EventView, IncidentView
from airflow_provider_dqheal.storage.records import BatchRecord, IncidentRecord, StageRecord
from airflow_provider_dqheal.storage.store import Store

PUBLISHED_MAX_BYTES = 32 * 1024 * 1024
"""A published batch up to this size is profiled for the picture of what healing did; about a second of work."""
EVIDENCE_SHOWN = 8
CONTRASTS_KEPT = 32
"""Merging thirty profiles takes longer than showing them; a page asks again at every change of its batch."""

Contrast = tuple[tuple[ColumnDetail, ...], int]


class Details:
    """Builds the answer for one incident."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._contrasts: dict[tuple[object, ...], Contrast] = {}

    def incident(
        self,
        record: IncidentRecord,
        view: IncidentView,
        batch: BatchRecord | None,
        batch_view: BatchView | None,
        events: Sequence[EventView],
        reveal: bool,
    ) -> IncidentDetail:
        """The whole answer."""
        stages = {stage.stage: stage for stage in self._store.stages(batch.ref)} if batch else {}
        decide = stages.get("decide")
        plan = RemediationPlan.model_validate(decide.document) if decide else None
        verdict = record.verdict
        columns, history = self._columns(record, batch)
        return IncidentDetail(
            incident=view,
            batch=batch_view,
            verdict=verdict_view(verdict, reveal),
            columns=columns,
            remediation=remediation_view(plan, stages, batch),
            validation=_validation(stages.get("validate")),
            events=tuple(events),
            has_ledger=bool(batch and batch.ledger_uri and batch.healed_cells),
            has_quarantine=bool(batch and batch.quarantine_uri and batch.quarantined_rows),
            history_batches=history,
            airflow_url=_run_address(self._settings.service.airflow_url, batch),
        )

    def _columns(self, record: IncidentRecord, batch: BatchRecord | None) -> Contrast:
        if batch is None:
            return (), 0
        state = (record.id, record.version, batch.updated_at, self._store.accepted_count(record.dataset))
        if state not in self._contrasts:
            while len(self._contrasts) >= CONTRASTS_KEPT:
                self._contrasts.pop(next(iter(self._contrasts)))
            self._contrasts[state] = self._contrast(record, batch)
        return self._contrasts[state]

    def _contrast(self, record: IncidentRecord, batch: BatchRecord) -> Contrast:
        issues: tuple[Issue, ...] = record.verdict.issues
        baseline = self._baseline(record)
        profile = self._store.profile(batch.ref)
        after = self._published(batch)
        return column_details(issues, profile, baseline, after), len(baseline.profiles) if baseline else 0

    def _baseline(self, record: IncidentRecord) -> Baseline | None:
        try:
            history = self._store.baseline(record.dataset, self._settings.detection.history_size)
            return believed(history, self._settings.policy_for(record.dataset))
        except DQHealError:
            return None

    def _published(self, batch: BatchRecord) -> Profile | None:
        """The profile of what was published in place of the raw batch; None when nothing was changed."""
        if batch.status != "published" or not batch.published_uri or not batch.healed_cells:
            return None
        try:
            return _profile_published(batch.published_uri, batch.dataset, batch.updated_at.isoformat())
        except Exception as error:  # the picture is a courtesy: the page is shown without it
            structlog.get_logger().info("published_not_profiled", batch=batch.ref.key, kind=type(error).__name__)
            return None


@lru_cache(maxsize=64)
def _profile_published(uri: str, dataset: str, changed_at: str) -> Profile | None:
    from airflow_provider_dqheal.core.paths import local_path
    from airflow_provider_dqheal.profiling.local import profile_source
    from airflow_provider_dqheal.profiling.sources import as_batch_ref, open_source

    if _size(local_path(uri)) > PUBLISHED_MAX_BYTES:
        return None
    ref = as_batch_ref(uri, dataset)
    return profile_source(open_source(ref), ref)


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def verdict_view(verdict: Verdict, reveal: bool) -> VerdictView:
    """The verdict; example values masked unless ``reveal``."""
    return VerdictView(
        status=verdict.status,
        quality_score=verdict.quality_score,
        model_id=verdict.model_id,
        reason=verdict.reason,
        issues=tuple(_issue(issue, verdict.thresholds, reveal) for issue in verdict.issues),
        watch=tuple(_issue(issue, verdict.thresholds, reveal) for issue in verdict.watch),
    )


def _issue(issue: Issue, thresholds: dict[str, float], reveal: bool) -> IssueDetail:
    threshold = thresholds.get(issue.type)
    return IssueDetail(
        type=issue.type,
        severity=issue.severity,
        score=issue.score,
        threshold=threshold if threshold is not None and 0.0 <= threshold <= 1.0 else None,
        columns=issue.columns,
        evidence=tuple(
            EvidenceView(
                **one.model_dump(exclude={"examples"}),
                label=metric_label(one.metric),
                examples=tuple(example if reveal else str(masked(example)) for example in one.examples),
            )
            for one in issue.evidence[:EVIDENCE_SHOWN]
        ),
    )


def remediation_view(
    plan: RemediationPlan | None, stages: dict[str, StageRecord], batch: BatchRecord | None
) -> RemediationView:
    """The plan, and for each issue type that was healed what its steps did."""
    if plan is None:
        return RemediationView()
    parts = {name.partition(":")[2]: stage for name, stage in stages.items() if name.startswith("heal:")}
    done = {step for stage in parts.values() for step in stage.document.get("steps") or ()}
    return RemediationView(
        mode=plan.mode,
        hold_reasons=plan.hold_reasons,
        steps=tuple(
            StepDetail(
                step_id=step.step_id,
                issue=step.issue,
                strategy=step.strategy,
                columns=step.columns,
                rung=step.rung,
                confidence=step.confidence,
                reason=step.reason,
                needs_approval=step.needs_approval,
                state="done"
                if step.step_id in done
                else "refused"
                if step.issue in parts and "refused" in parts[step.issue].document
                else "planned",
            )
            for step in plan.steps
        ),
        parts=tuple(_part(issue, stage) for issue, stage in parts.items()),
    )


def _part(issue: str, stage: StageRecord) -> HealPart:
    document: dict[str, Any] = stage.document
    return HealPart(
        issue=issue,
        seconds=stage.seconds,
        rows_in=document.get("rows_in"),
        rows_out=document.get("rows_out"),
        cells_changed=document.get("cells_changed"),
        rows_quarantined=document.get("rows_quarantined"),
        refused=document.get("refused"),
    )


def _validation(stage: StageRecord | None) -> ValidationView | None:
    if stage is None:
        return None
    result = ValidationResult.model_validate(stage.document)
    return ValidationView(passed=result.passed, checks=result.checks)


def _run_address(airflow_url: str | None, batch: BatchRecord | None) -> str | None:
    """The heal DAG's runs in Airflow's UI; links are https or loopback http only."""
    if not airflow_url or batch is None or not airflow_url.startswith(("https://", "http://")):
        return None
    return f"{airflow_url.rstrip('/')}/dags/dqheal_heal/runs"
