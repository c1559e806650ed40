"""Batches as Arrow record batches: CSV, JSON lines, Parquet and ORC, a file or a folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast, get_args

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.core.paths import local_path
from airflow_provider_dqheal.core.types import BatchFormat, BatchRef
from airflow_provider_dqheal.profiling.sources._base import Source, Split, list_files
from airflow_provider_dqheal.profiling.sources.csv import CsvSource
from airflow_provider_dqheal.profiling.sources.jsonl import JsonlSource
from airflow_provider_dqheal.profiling.sources.orc import OrcSource
from airflow_provider_dqheal.profiling.sources.parquet import ParquetSource

__all__ = ["Source", "Split", "as_batch_ref", "open_source", "read_raw"]

_SOURCES: dict[str, type[Source]] = {
    "csv": CsvSource,
    "jsonl": JsonlSource,
    "parquet": ParquetSource,
    "orc": OrcSource,
}
_EXTENSIONS: dict[str, BatchFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".orc": "orc",
}


def open_source(batch: BatchRef, allowed_roots: Sequence[Path] = ()) -> Source:
    """The source of a batch; reads nothing yet.

    Raises:
        BatchUnreadable: when the path is missing, empty, outside the allowed roots, or the format is unknown.
    """
    if batch.format not in _SOURCES:
        raise BatchUnreadable(
            f"{batch.key}: format {batch.format!r} has no files, expected {', '.join(_SOURCES)}; pass the table itself"
        )
    root = local_path(batch.uri, allowed_roots)
    try:
        return _SOURCES[batch.format](root, batch.options)
    except OSError as error:
        raise BatchUnreadable(f"{root}: cannot be listed ({error.strerror}); check the permissions") from error


def read_raw(batch: BatchRef, allowed_roots: Sequence[Path] = ()) -> pa.Table:
    """All rows in raw order: text for CSV and JSON lines, Arrow types for Parquet.

    Raises:
        BatchUnreadable: when the batch cannot be read.
    """
    source = open_source(batch, allowed_roots)
    return pa.Table.from_batches(list(source.record_batches()), schema=source.field_types)


def as_batch_ref(
    path: str | Path, dataset: str, batch_id: str | None = None, format: str | None = None, **options: Any
) -> BatchRef:
    """A reference to a file or folder: format from the extension, batch_id from the stem.

    Raises:
        BatchUnreadable: when there is nothing there, or the extension says no format.
    """
    place = local_path(str(path))
    if format is None:
        first = list_files(place)[0]
        suffixes = [s.lower() for s in first.suffixes if s.lower() != ".gz"]
        format = _EXTENSIONS.get(suffixes[-1]) if suffixes else None
        if format is None:
            raise BatchUnreadable(
                f"{first}: the extension names no format, expected {', '.join(_EXTENSIONS)} (and .gz); pass the format"
            )
    if format not in get_args(BatchFormat):
        raise BatchUnreadable(f"{place}: unknown format {format!r}, expected {', '.join(_SOURCES)}; correct it")
    stem = re.sub(rf"({'|'.join(re.escape(e) for e in _EXTENSIONS)})?(\.gz)?$", "", place.name, flags=re.IGNORECASE)
    return BatchRef(
        dataset=dataset,
        batch_id=batch_id or stem or place.name,
        uri=str(place),
        format=cast("BatchFormat", format),
        options=options,
    )
