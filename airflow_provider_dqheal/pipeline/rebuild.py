"""Rebuild: what a published batch is, made again from the raw one and from what was decided since.

The raw batch, the plan, the steps that were undone and the rows that were re-admitted are all there is: each time the
same comes out, so that whatever is interrupted can be done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from airflow_provider_dqheal.core.errors import (
    NothingToUndo,
    PublishError,
    QuarantineError,
    RemediationRefused,
    UnknownDataset,
)
from airflow_provider_dqheal.core.types import BatchRef, RemediationPlan, Step
from airflow_provider_dqheal.pipeline.detect import baseline_for
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.conform import conform
from airflow_provider_dqheal.profiling.sources import open_source, read_raw
from airflow_provider_dqheal.remediation._base import registry
from airflow_provider_dqheal.remediation.edits import positions_of, set_cells
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.records import BatchRecord, HandledRow

UNDONE = "undo"
"""Prefix of the stages that say which steps were undone."""


@dataclass(frozen=True)
class Decided:
    """What was decided of a published batch since."""

    plan: RemediationPlan
    undone: frozenset[str]
    rows: tuple[HandledRow, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that still hold."""
        return tuple(step for step in self.plan.steps if step.step_id not in self.undone)

    @property
    def readmitted(self) -> tuple[HandledRow, ...]:
        """The rows that were taken back in."""
        return tuple(row for row in self.rows if row.state == "readmitted")


def decided(services: Services, ref: BatchRef) -> Decided:
    """Reads what was decided of an attempt.

    Raises:
        NothingToUndo: when nothing was planned for it.
    """
    stages = services.store.stages(ref)
    plan = next((record.document for record in stages if record.stage == "decide"), None)
    if plan is None:
        raise NothingToUndo(f"{ref.key}: nothing was planned for it, it was learned or accepted as it is")
    prefix = f"{UNDONE}:"
    return Decided(
        plan=RemediationPlan.model_validate(plan),
        undone=frozenset(record.document["step"] for record in stages if record.stage.startswith(prefix)),
        rows=services.store.handled_rows(ref),
    )


def published_batch(services: Services, dataset: str, batch_id: str) -> BatchRecord:
    """A batch that is published, its raw files as they were then.

    Raises:
        UnknownDataset: when it was never received.
        NothingToUndo: when it is not published.
        PublishError: when the raw batch is gone or was changed.
    """
    record = services.store.batch(dataset, batch_id)
    if record is None:
        raise UnknownDataset(f"{dataset}/{batch_id}: no such batch; `dqheal history {dataset}` lists those there are")
    if record.status != "published":
        raise NothingToUndo(f"{dataset}/{batch_id}: status is {record.status}, only a published batch can be undone")
    if record.published_uri is None:
        raise NothingToUndo(f"{dataset}/{batch_id}: it was learned as it is, nothing was published or changed")
    ref = record.ref
    if open_source(ref, services.settings.allowed_roots).digest() != ref.digest:
        raise PublishError(
            f"{ref.key}: the raw batch at {ref.uri} has changed since it was healed; "
            "restore it, or publish it as a new batch"
        )
    return record


def carried_out(raw: pa.Table, steps: Iterable[Step]) -> Working:
    """The batch after ``steps``, in order.

    Raises:
        RemediationRefused: when a step cannot be applied to what the others leave.
    """
    working = Working.start(raw)
    for step in steps:
        try:
            working = registry.get(step.strategy).apply(working, step)
        except (KeyError, ValueError, IndexError, pa.ArrowException) as error:
            raise RemediationRefused(
                f"step {step.step_id!r} cannot be applied without those before it ({type(error).__name__}); "
                "undo it as well, or the whole batch"
            ) from error
    return working


def rebuilt(services: Services, ref: BatchRef, steps: Sequence[Step], readmitted: Collection[HandledRow]) -> Working:
    """The batch after ``steps`` with the re-admitted rows in it, their cells as they were fixed.

    Raises:
        BatchUnreadable: when the raw batch is gone.
        RemediationRefused: when a step cannot be applied.
        QuarantineError: when a row stays out, or a fix names a column that there is not.
    """
    back = {row.row_id for row in readmitted}
    working = carried_out(
        read_raw(ref, services.settings.allowed_roots), [_without_rows(step, back) for step in steps] if back else steps
    )
    kept_out = back & set(working.quarantine["row_id"].to_pylist())
    if kept_out:
        raise QuarantineError(f"{ref.key}: row {min(kept_out)} is taken out by a step for the whole table")
    for row in sorted(readmitted, key=lambda one: one.row_id):
        for name, text in row.cells.items():
            column = column_of(working, ref, name)
            reason = f"fixed in quarantine by {row.changed_by}"
            step = Step(step_id="fix", issue="quarantine", strategy="person", columns=(column,), reason=reason)
            working = set_cells(working, step, column, positions_of(working, [row.row_id]), [text])
    return working


def column_of(working: Working, ref: BatchRef, name: str) -> str:
    """The published column called ``name``, or the one that came from the raw column of that name.

    Raises:
        QuarantineError: when there is neither.
    """
    if name in working.table.column_names:
        return name
    found = next((column for column, origin in working.origins if origin == name), None)
    if found is None:
        raise QuarantineError(f"{ref.key}: no column {name!r}; expected one of {working.table.column_names[:20]}")
    return found


def _without_rows(step: Step, back: set[int]) -> Step:
    """A step that leaves these rows in; steps of other rungs name no rows to take out."""
    if step.rung != "quarantine" or "row_ids" not in step.params:
        return step
    kept = [row_id for row_id in step.params["row_ids"] if row_id not in back]
    return step.model_copy(update={"params": {**step.params, "row_ids": kept}})


def republish(services: Services, record: BatchRecord, working: Working, reason: str | None) -> BatchRecord:
    """Publishes ``working`` in place of what is there, atomically, and keeps the new counts.

    Raises:
        PublishError: when it cannot be written; what was published before stays.
    """
    ref = record.ref
    assert record.published_uri is not None
    baseline = baseline_for(services, ref)
    schema = baseline.table_schema if baseline is not None else None
    ready = working.replace(table=conform(working.table, baseline, ref.format)) if baseline is not None else working
    files = services.sink_for(ref.dataset, record.published_uri).publish(ref, ready, schema)
    services.store.set_status(
        ref,
        "published",
        published_uri=files.uri,
        quarantine_uri=files.quarantine_uri,
        ledger_uri=files.ledger_uri,
        rows_published=working.table.num_rows,
        healed_cells=working.healed_cells,
        quarantined_rows=working.quarantine.num_rows,
        reason=reason,
    )
    done = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
    assert done is not None
    return done
