"""Retention: remove what holds values of rows and is older than the policy keeps it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow_provider_dqheal.core.events import StatusEvent, now
from airflow_provider_dqheal.core.types import Frozen
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.storage.records import BatchRecord
from airflow_provider_dqheal.storage.sinks import FolderSink

ENDED = ("published", "held", "failed", "undone")
PAGE = 500


class Expired(Frozen):
    """What was removed of a data set, or would be: staged attempts, and batches whose files beside them went."""

    dataset: str
    staged: int = 0
    quarantines: int = 0
    ledgers: int = 0
    bytes: int = 0


def expire(services: Services, dataset: str | None = None, dry_run: bool = False) -> tuple[Expired, ...]:
    """Removes what is too old, by data set; of all when none is named. Raw and published rows are never touched.

    A batch that is still on its way keeps its staged files. Undo goes on to work: it needs the raw batch only.

    Raises:
        ConfigError: when a policy is invalid; nothing was removed of that data set.
    """
    found: dict[str, Expired] = {}
    for record in _records(services, dataset):
        gone = _expire_batch(services, record, dry_run)
        before = found.get(record.dataset, Expired(dataset=record.dataset))
        sums = {name: getattr(before, name) + count for name, count in gone.items()}
        found[record.dataset] = before.model_copy(update=sums)
    for one in found.values():
        if not dry_run and (one.staged or one.quarantines or one.ledgers):
            data = one.model_dump()
            services.events.emit(StatusEvent(type="dqheal.retention.removed", subject=one.dataset, data=data))
    return tuple(found[name] for name in sorted(found))


def _records(services: Services, dataset: str | None) -> Iterator[BatchRecord]:
    offset = 0
    known: list[BatchRecord] = []
    while page := services.store.batches(dataset=dataset, limit=PAGE, offset=offset):
        known += page
        offset += len(page)
    yield from known


def _expire_batch(services: Services, record: BatchRecord, dry_run: bool) -> dict[str, int]:
    rules = services.settings.policy_for(record.dataset).retention
    gone = {"staged": 0, "quarantines": 0, "ledgers": 0, "bytes": 0}
    staged_days = services.settings.retention_days if rules.staged_days is None else rules.staged_days
    if record.status in ENDED:
        folders = [path for path in services.staging(record.ref).parent.glob("attempt-*") if _is_old(path, staged_days)]
        gone["staged"] = len(folders)
        gone["bytes"] += sum(_size(path) for path in folders)
        if not dry_run:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
    if record.published_uri is None:
        return gone
    sink = FolderSink.of(record.published_uri)
    fields: dict[str, None] = {}
    for name, days in (("quarantine", rules.quarantine_days), ("ledger", rules.ledger_days)):
        files = [] if days is None else [p for p in sink.aside_files(record.ref, name) if _is_old(p, days)]
        if not files:
            continue
        gone[f"{name}s"] = 1
        gone["bytes"] += sum(_size(path) for path in files)
        if not dry_run:
            _remove(files)
            fields[f"{name}_uri"] = None
    if fields:
        services.store.set_status(record.ref, record.status, **fields)
    return gone


def _is_old(path: Path, days: int) -> bool:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return changed <= now() - timedelta(days=days)


def _size(path: Path) -> int:
    files: Iterable[Path] = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())


def _remove(files: Iterable[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
