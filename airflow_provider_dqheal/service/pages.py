"""Pages of the ledger and the quarantine, read from the files that publishing wrote."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.core.paths import local_path
from airflow_provider_dqheal.service.answers import RowsPage
from airflow_provider_dqheal.service.mask import masked

OPEN_COLUMNS = frozenset({"row_id", "column", "strategy", "confidence", "reason", "reasons", "issue", "step_id"})
"""Columns that dqheal itself wrote: they hold no values of the batch."""
_FORMATS = {".parquet": "parquet", ".csv": "csv", ".jsonl": "json", ".json": "json", ".arrow": "ipc"}


def rows_page(uri: str | None, limit: int, offset: int, reveal: bool) -> RowsPage | None:
    """Rows ``offset`` to ``offset + limit`` as text; None when there is no such file.

    Raises:
        BatchUnreadable: when the file is there and cannot be read.
    """
    if not uri:
        return None
    path = local_path(uri)
    file = _first_file(path)
    if file is None:
        return None
    try:
        table = ds.dataset(str(path if path.is_dir() else file), format=_FORMATS[file.suffix])
        total = table.count_rows()
        taken = table.head(offset + limit).slice(offset)
    except (OSError, pa.ArrowException) as error:
        raise BatchUnreadable(f"{path.name}: the rows cannot be read ({type(error).__name__})") from error
    columns = [_texts(taken.column(name), name, reveal) for name in taken.column_names]
    rows = tuple(zip(*columns, strict=True)) if columns else ()
    return RowsPage(
        columns=tuple(taken.column_names), rows=rows, total=total, offset=offset, limit=limit, masked=not reveal
    )


def _first_file(path: Path) -> Path | None:
    if path.is_file():
        return path if path.suffix in _FORMATS else None
    if path.is_dir():
        return next((file for file in sorted(path.rglob("*")) if file.suffix in _FORMATS), None)
    return None


def _texts(column: pa.ChunkedArray, name: str, reveal: bool) -> list[str | None]:
    if pa.types.is_nested(column.type):
        return [None if value is None else ", ".join(map(str, value)) for value in column.to_pylist()]
    texts: list[str | None] = pc.cast(column, pa.string()).to_pylist()
    if reveal or name in OPEN_COLUMNS:
        return texts
    return [masked(text) for text in texts]
