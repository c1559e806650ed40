"""Publish: promote a proven batch atomically, or hold it."""

from __future__ import annotations

import structlog

from airflow_provider_dqheal.core.errors import DQHealError
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.pipeline._stage import running
from airflow_provider_dqheal.pipeline.budget import spent_by
from airflow_provider_dqheal.pipeline.decide import decide_stage
from airflow_provider_dqheal.pipeline.detect import baseline_for, detect_stage
from airflow_provider_dqheal.pipeline.feedback import may_learn
from airflow_provider_dqheal.pipeline.heal import staged
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.pipeline.untouched import lesson
from airflow_provider_dqheal.pipeline.validate import validate_stage
from airflow_provider_dqheal.profiling.baseline import Baseline
from airflow_provider_dqheal.profiling.conform import conform
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.records import BatchRecord


def publish_stage(services: Services, ref: BatchRef) -> BatchRecord:
    """Publishes what passed validation, untouched raw bytes where nothing was changed; holds the rest.

    A batch that was clean and left alone is accepted into the baseline; of a healed one, at most the rows that nothing
    touched, see :mod:`.untouched`.

    Raises:
        PublishError: when the output cannot be promoted; the attempt can be retried.
    """
    record = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    if record is not None and services.store.stage(ref, "publish") is not None:
        return record
    verdict, plan = detect_stage(services, ref), decide_stage(services, ref)
    validation = validate_stage(services, ref)
    with running(services, ref, "publish") as run:
        if not validation.passed:
            reason = "; ".join(check.observed or check.name for check in validation.failures)
            services.store.set_status(ref, "held", reason=reason)
            services.store.open_incident(ref, verdict)
            run.status, run.summary = "held", {"reason": reason}
        else:
            working = staged(services, ref)
            touched = bool(plan.steps)
            baseline = baseline_for(services, ref)
            healed = None
            if touched and baseline is not None:
                healed = working.replace(table=conform(working.table, baseline, ref.format))
            files = services.sink_for(ref.dataset).publish(ref, healed, baseline.table_schema if baseline else None)
            counts = {
                "published_uri": files.uri,
                "quarantine_uri": files.quarantine_uri,
                "ledger_uri": files.ledger_uri,
                "rows_published": working.table.num_rows,
                "healed_cells": working.healed_cells,
                "quarantined_rows": working.quarantine.num_rows,
            }
            services.store.set_status(ref, "published", reason=None, **counts)
            if may_learn(services, ref):
                _learn(services, ref, working, verdict, baseline if touched else None)
            incident = services.store.incident_of(ref)
            if incident is not None and incident.state != "resolved":
                services.store.set_incident(
                    incident.id, incident.version, "resolved", actor="dqheal", note="healed, validated and published"
                )
            table = {"table": files.table} if files.table is not None else {}
            run.status, run.summary = "published", counts | table
            run.document["spent"] = spent_by(plan, working).model_dump()
        run.document |= {"status": run.status, **run.summary}
    final = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    assert final is not None
    return final


def _learn(services: Services, ref: BatchRef, working: Working, verdict: Verdict, healed_by: Baseline | None) -> None:
    """Accepts a clean batch, or what a healed one teaches; that this cannot be told takes nothing back."""
    if healed_by is None:
        if not verdict.issues:
            services.store.accept(ref, by="clean verdict")
        return
    try:
        part = lesson(services, ref, working, healed_by)
    except DQHealError as error:
        structlog.get_logger().warning("not_learned", batch=ref.key, reason=str(error))
        return
    if part is not None:
        services.store.accept(ref, by="clean rows", part=part)
