"""Inject: write a copy of a batch with a fault in it, to try the loop on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from airflow_provider_dqheal.core.errors import ConfigError, PublishError
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.detection.corruptions import Corrupted, Severity, inject
from airflow_provider_dqheal.profiling.local import profile_table
from airflow_provider_dqheal.profiling.schema import infer_schema
from airflow_provider_dqheal.profiling.sources import read_raw
from airflow_provider_dqheal.storage.sinks.writers import WRITERS

_FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
            ".parquet": "parquet", ".pq": "parquet", ".orc": "orc"}  # fmt: skip


def inject_batch(
    ref: BatchRef,
    out: Path,
    fault: str,
    severity: Severity = "medium",
    seed: int = 0,
    history: Sequence[BatchRef] = (),
    columns: Collection[str] | None = None,
    allowed_roots: Sequence[Path] = (),
) -> Corrupted:
    """Writes the batch with one fault to the file ``out``; the batch itself is only read.

    Args:
        ref: the batch.
        out: the file to write, in the format its extension names.
        fault: a corruption family, or an issue type.
        severity: how much.
        seed: equal seeds give equal faults.
        history: accepted batches, oldest first: what is visible depends on them.
        columns: columns that may be hit; None for all.
        allowed_roots: folders that may be read; empty for all.

    Raises:
        BatchUnreadable: when a batch cannot be read.
        ConfigError: when the extension of ``out`` names no format, or ``out`` is the batch itself.
        CorruptionRefused: when the fault is unknown or does not apply.
        PublishError: when ``out`` cannot be written.
    """
    suffixes = [suffix.lower() for suffix in out.suffixes if suffix.lower() != ".gz"]
    format = _FORMATS.get(suffixes[-1] if suffixes else "")
    if format is None:
        raise ConfigError(f"{out}: the extension names no format, expected {', '.join(_FORMATS)}; rename the output")
    if out.resolve() == Path(ref.uri).resolve():
        raise ConfigError(f"{out}: is the batch itself, which is never changed; name another file")
    table = read_raw(ref, allowed_roots)
    earlier = [read_raw(one, allowed_roots) for one in history]
    bad = inject(table, fault, severity, seed, earlier, columns)
    schema = infer_schema([profile_table(table)]) if format == "jsonl" else None
    written = ref if format == ref.format else ref.model_copy(update={"format": format, "options": {}})
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[format](bad.table, out, written, schema, None)
    except OSError as error:
        raise PublishError(f"{out}: cannot be written ({error.strerror or error}); check the folder") from error
    return bad
