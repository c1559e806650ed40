"""Publishes into a folder: each batch is a link to a finished version, swapped in one step."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from airflow_provider_dqheal.core.errors import PublishError
from airflow_provider_dqheal.core.paths import slug
from airflow_provider_dqheal.core.types import BatchRef, TableSchema
from airflow_provider_dqheal.profiling.sources import open_source
from airflow_provider_dqheal.remediation.working import Working
from airflow_provider_dqheal.storage.sinks.rows import rows_of, typed_rows
from airflow_provider_dqheal.storage.sinks.writers import write_table

ASIDE = "_dqheal"
"""Beside the data: quarantine and ledger, in a folder whose name readers of data skip."""

KEPT_VERSIONS = 2
"""A reader that opened the version before goes on reading it."""


@dataclass(frozen=True)
class PublishedFiles:
    """Where a batch was published: a folder of data files, and beside it what was taken out and changed.

    ``table``: the Iceberg table that has its rows as well.
    """

    uri: str
    quarantine_uri: str | None = None
    ledger_uri: str | None = None
    table: str | None = None


class FolderSink:
    """``<root>/<dataset>/<batch>/part-0000.csv``: data only, so that any reader can be pointed at it.

    ``<batch>`` is a symbolic link to a version under ``<root>/<dataset>/.versions``; publishing writes a new
    version, makes it durable and renames the link. A reader sees the old version or the new one, never a half.
    Publishing again replaces.

    Args:
        root: where to publish.
        format: of the published files; ``same`` keeps the batch's own, and untouched batches byte for byte.
    """

    def __init__(self, root: Path, format: str = "same") -> None:
        self.root = root
        self.format = format

    def publish(
        self, ref: BatchRef, working: Working | None, schema: TableSchema | None, keep_aside: bool = False
    ) -> PublishedFiles:
        """Publishes the healed batch, or the raw one when ``working`` is None: byte for byte in its own format.

        Quarantine and ledger are written before the rows. ``keep_aside``: raw files in any case, and those that lay
        beside the version before, as the record of what was done.

        Raises:
            PublishError: when anything cannot be written; what was published before stays.
            BatchUnreadable: when the raw batch is gone.
            ValidationFailed: when it is to be written in another format and a cell does not read as accepted.
        """
        home = self.root / slug(ref.dataset)
        versions = home / ".versions" / slug(ref.batch_id)
        version = versions / f"{ref.attempt:04d}-{uuid.uuid4().hex[:12]}"
        link = home / slug(ref.batch_id)
        source = open_source(ref)
        format = None if keep_aside or self.format in ("same", ref.format) else self.format
        table = None if format is None and working is None else _table(working, ref, schema, format)
        try:
            (version / ASIDE).mkdir(parents=True)
            if table is None:
                for path in source.files:
                    name = path.name if source.root.is_file() else path.relative_to(source.root).as_posix()
                    (version / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, version / name)
                if keep_aside:
                    for path in (link / ASIDE).glob("*.parquet"):
                        shutil.copyfile(path, version / ASIDE / path.name)
            else:
                if working is not None:
                    parquet.write_table(
                        _told(_storable(working.quarantine), ref), version / ASIDE / "quarantine.parquet"
                    )
                    parquet.write_table(working.ledger, version / ASIDE / "ledger.parquet")
                write_table(table, ref, schema, version, source.files[0], format)
            _make_durable(version)
            _swap(link, version)
        except OSError as error:
            shutil.rmtree(version, ignore_errors=True)
            raise PublishError(
                f"{ref.key}: cannot be published to {link} ({error.strerror or error}); what was there before is "
                "untouched. Free disk space or correct the permissions, then run the batch again"
            ) from error
        _forget_old(versions, version)
        beside = {name: link / ASIDE / f"{name}.parquet" for name in ("quarantine", "ledger")}
        return PublishedFiles(
            uri=str(link), **{f"{name}_uri": str(path) for name, path in beside.items() if path.exists()}
        )

    def aside_files(self, ref: BatchRef, name: str) -> list[Path]:
        """The files ``name`` (quarantine, ledger) beside every version of a batch that is kept."""
        versions = self.root / slug(ref.dataset) / ".versions" / slug(ref.batch_id)
        return sorted(versions.glob(f"*/{ASIDE}/{name}.parquet"))

    @classmethod
    def of(cls, published_uri: str, format: str = "same") -> FolderSink:
        """The sink that published to ``published_uri``."""
        return cls(Path(published_uri).parent.parent, format)


def _table(working: Working | None, ref: BatchRef, schema: TableSchema | None, format: str | None) -> pa.Table:
    """What is written: in the accepted types where the format is another than the batch's."""
    table = rows_of(working, ref)
    return table if format is None or schema is None else typed_rows(table, schema, ref, format)


def _told(quarantine: pa.Table, ref: BatchRef) -> pa.Table:
    """The quarantined rows with what batch they are of, and which message announced it, in the file's metadata."""
    fields = ("dataset", "batch_id", "attempt", "uri", "digest", "topic", "partition", "offset")
    known = {f"dqheal.{name}": str(getattr(ref, name)) for name in fields if getattr(ref, name) is not None}
    return quarantine.replace_schema_metadata(known)


def _storable(table: pa.Table) -> pa.Table:
    """Parquet has no column type for nulls only."""
    for index, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            table = table.set_column(index, field.name, table.column(index).cast(pa.string()))
    return table


def _make_durable(version: Path) -> None:
    for path in version.rglob("*"):
        if path.is_file():
            with path.open("rb") as written:
                os.fsync(written.fileno())
    for folder in (version, version.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _swap(link: Path, version: Path) -> None:
    fresh = link.with_name(f".{link.name}.{uuid.uuid4().hex[:12]}")
    fresh.symlink_to(os.path.relpath(version, link.parent), target_is_directory=True)
    try:
        fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def _forget_old(versions: Path, newest: Path) -> None:
    with contextlib.suppress(OSError):
        others = sorted((p for p in versions.iterdir() if p != newest), key=lambda p: p.stat().st_mtime)
        for old in others[: max(0, len(others) - KEPT_VERSIONS + 1)]:
            shutil.rmtree(old, ignore_errors=True)
