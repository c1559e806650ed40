"""Quarantine: look at the rows that were set aside, fix them, take them back in once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from pydantic import Field

from airflow_provider_dqheal.core.errors import QuarantineError, ValidationFailed
from airflow_provider_dqheal.core.events import batch_event, now
from airflow_provider_dqheal.core.types import BatchRef, Frozen, RemediationPlan, Step
from airflow_provider_dqheal.pipeline.detect import baseline_for, detect_stage
from airflow_provider_dqheal.pipeline.rebuild import (
    Decided,
    column_of,
    decided,
    published_batch,
    rebuilt,
    republish,
)
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.pipeline.validate import judged
from airflow_provider_dqheal.remediation.kernels.text import text_of
from airflow_provider_dqheal.storage.records import BatchRecord, HandledRow

MOST_BATCHES = 1000
OWN_COLUMNS = ("row_id", "reasons")


class QuarantinedRow(Frozen):
    """A row that was set aside: every reason, the original values as text, its batch and where that came from.

    ``row_id`` is the 0-based position in the raw batch. ``fixed`` holds what a person gave since, by column.
    """

    dataset: str
    batch_id: str
    attempt: int
    row_id: int
    state: str
    reasons: tuple[str, ...]
    values: dict[str, str | None]
    fixed: dict[str, str | None] = Field(default_factory=dict)
    changed_by: str | None = None
    uri: str
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None


class Readmission(Frozen):
    """What :func:`readmit` did: the rows taken back in now, and those that were before."""

    batch: BatchRecord
    readmitted: tuple[int, ...] = ()
    already: tuple[int, ...] = ()


def quarantined(
    services: Services, dataset: str | None = None, batch_id: str | None = None, limit: int = 100, offset: int = 0
) -> tuple[tuple[QuarantinedRow, ...], int]:
    """Rows that are set aside now, newest batch first, and how many there are."""
    found: list[QuarantinedRow] = []
    total = 0
    for record in _with_quarantine(services, dataset, batch_id):
        count = record.quarantined_rows or 0
        first = max(0, offset - total)
        if first < count and len(found) < limit:
            found += _rows(services, record, first, limit - len(found))
        total += count
    return tuple(found), total


def quarantined_row(services: Services, dataset: str, batch_id: str, row_id: int) -> QuarantinedRow:
    """One row that is set aside.

    Raises:
        QuarantineError: when it is not.
    """
    for record in _with_quarantine(services, dataset, batch_id):
        for row in _rows(services, record, 0, None):
            if row.row_id == row_id:
                return row
    raise QuarantineError(
        f"{dataset}/{batch_id}: row {row_id} is not in quarantine; "
        f"`dqheal quarantine list {dataset} --batch {batch_id}` lists those that are"
    )


def fix(
    services: Services, dataset: str, batch_id: str, row_id: int, cells: Mapping[str, str | None], by: str
) -> QuarantinedRow:
    """Keeps new cells for a row (None is missing), by the name of the accepted or the raw column.

    They are given as they are to be published; nothing is published before :func:`readmit`.

    Raises:
        QuarantineError: when the row is not in quarantine, or there is no such column.
        NothingToUndo, PublishError: when the batch is not published, or its raw files were changed.
    """
    record = published_batch(services, dataset, batch_id)
    ref = record.ref
    if not cells:
        raise QuarantineError(f"{ref.key}: no cell was given for row {row_id}; expected COLUMN=VALUE")
    quarantined_row(services, dataset, batch_id, row_id)
    known = decided(services, ref)
    working = rebuilt(services, ref, known.steps, known.readmitted)
    named = {column_of(working, ref, name): text for name, text in cells.items()}
    if not services.store.fix_row(ref, row_id, named, by):
        raise QuarantineError(f"{ref.key}: row {row_id} was re-admitted already; undo the batch to begin anew")
    services.events.emit(
        batch_event("quarantine", "fixed", dataset, batch_id, ref.attempt, row_id=row_id, columns=sorted(named), by=by)
    )
    return quarantined_row(services, dataset, batch_id, row_id)


def readmit(
    services: Services, dataset: str, batch_id: str, by: str, row_ids: Sequence[int] | None = None
) -> Readmission:
    """Validates rows anew, as part of their batch, and merges them back in raw order: each row once.

    ``row_ids`` None takes all that were fixed. A row that was re-admitted before is left as it is.

    Raises:
        QuarantineError: when there is no such row, or nothing was fixed.
        ValidationFailed: when the batch with them in it would not pass; nothing was changed.
        NothingToUndo, PublishError: when the batch is not published, or its raw files were changed.
    """
    record = published_batch(services, dataset, batch_id)
    ref = record.ref
    known = decided(services, ref)
    before = {row.row_id for row in known.readmitted}
    handled = {row.row_id: row for row in known.rows}
    wanted = [row.row_id for row in known.rows if row.state == "fixed" and row.cells] if row_ids is None else row_ids
    already = tuple(sorted(set(wanted) & before))
    new = sorted(set(wanted) - before)
    if not wanted:
        raise QuarantineError(f"{ref.key}: no row was fixed; `dqheal quarantine fix` does, or name the rows")
    if new:
        candidates = [handled.get(row_id) or _untouched(row_id, by) for row_id in new]
        _pass_or_raise(services, ref, known, candidates)
        new = list(services.store.readmit_rows(ref, new, by))
    record = _publish_all(services, record)
    services.events.emit(batch_event("quarantine", "readmitted", dataset, batch_id, ref.attempt, rows=len(new), by=by))
    return Readmission(batch=record, readmitted=tuple(new), already=already)


def _pass_or_raise(services: Services, ref: BatchRef, known: Decided, candidates: list[HandledRow]) -> None:
    current = rebuilt(services, ref, known.steps, known.readmitted)
    aside = set(current.quarantine["row_id"].to_pylist())
    strangers = [row.row_id for row in candidates if row.row_id not in aside]
    if strangers:
        raise QuarantineError(f"{ref.key}: row {strangers[0]} is not in quarantine, nothing was re-admitted")
    working = rebuilt(services, ref, known.steps, (*known.readmitted, *candidates))
    baseline = baseline_for(services, ref)
    if baseline is None:
        raise ValidationFailed(f"{ref.key}: no accepted history to validate the rows with")
    result = judged(services, ref, working, _with_fixes(known, candidates), detect_stage(services, ref), baseline)
    if not result.passed:
        told = "; ".join(f"{check.name}: {check.observed}, expected {check.expected}" for check in result.failures[:3])
        raise ValidationFailed(f"{ref.key}: with {len(candidates)} rows back it does not pass ({told}); fix the rows")


def _with_fixes(known: Decided, candidates: list[HandledRow]) -> RemediationPlan:
    columns = tuple(sorted({column for row in candidates for column in row.cells}))
    fixes = Step(step_id="fix", issue="quarantine", strategy="person", columns=columns)
    return known.plan.model_copy(update={"steps": (*known.steps, fixes)})


def _publish_all(services: Services, record: BatchRecord) -> BatchRecord:
    """Publishes with every re-admitted row, again when another one was re-admitted meanwhile."""
    ref = record.ref
    known = decided(services, ref)
    while True:
        working = rebuilt(services, ref, known.steps, known.readmitted)
        record = republish(services, record, working, f"{len(known.readmitted)} rows re-admitted from quarantine")
        again = decided(services, ref)
        if (again.readmitted, again.undone) == (known.readmitted, known.undone):
            return record
        known = again


def _untouched(row_id: int, by: str) -> HandledRow:
    return HandledRow(row_id=row_id, state="fixed", changed_by=by, changed_at=now())


def _with_quarantine(services: Services, dataset: str | None, batch_id: str | None) -> Iterator[BatchRecord]:
    if dataset is not None and batch_id is not None:
        record = services.store.batch(dataset, batch_id)
        records: tuple[BatchRecord, ...] = (record,) if record is not None else ()
    else:
        records = services.store.batches(dataset=dataset, status="published", limit=MOST_BATCHES)
    for record in records:
        there = record.quarantine_uri is not None and Path(record.quarantine_uri).is_file()
        if record.status == "published" and record.quarantined_rows and there:
            yield record


def _rows(services: Services, record: BatchRecord, first: int, limit: int | None) -> list[QuarantinedRow]:
    assert record.quarantine_uri is not None
    table = parquet.read_table(record.quarantine_uri)
    table = table.slice(first, limit) if limit is not None else table.slice(first)
    handled = {row.row_id: row for row in services.store.handled_rows(record.ref)}
    texts = {name: _texts(table, index) for index, name in enumerate(table.column_names) if index >= len(OWN_COLUMNS)}
    rows = []
    for at, (row_id, reasons) in enumerate(zip(table.column(0).to_pylist(), table.column(1).to_pylist(), strict=True)):
        person = handled.get(row_id)
        rows.append(
            QuarantinedRow(
                dataset=record.dataset,
                batch_id=record.batch_id,
                attempt=record.attempt,
                row_id=row_id,
                state="fixed" if person is not None and person.cells else "waiting",
                reasons=tuple(reasons),
                values={name: column[at] for name, column in texts.items()},
                fixed=person.cells if person is not None else {},
                changed_by=person.changed_by if person is not None else None,
                **record.ref.model_dump(include={"uri", "topic", "partition", "offset"}),
            )
        )
    return rows


def _texts(table: pa.Table, index: int) -> list[str | None]:
    texts: list[str | None] = text_of(table.column(index)).to_pylist()
    return texts
