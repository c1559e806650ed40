"""Writes a table in its batch's own format, or another. Text cells are written as they are."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import orc, parquet

from airflow_provider_dqheal.core.types import BatchRef, TableSchema
from airflow_provider_dqheal.profiling.schema import render
from airflow_provider_dqheal.storage.sinks.rows import plainly_typed

ROWS_AT_ONCE = 50_000
BARE = ("int", "float", "bool")


def write_table(
    table: pa.Table, ref: BatchRef, schema: TableSchema | None, folder: Path, like: Path, format: str | None = None
) -> Path:
    """Writes ``table`` as one file ``part-0000``, in the format of ``ref`` where no other is named.

    ``like`` is a file of the raw batch: in its own format, compression and line ends are taken from it.
    """
    if format is None or format == ref.format:
        packed = like.name.lower().endswith(".gz")
        path = folder / f"part-0000.{ref.format}{'.gz' if packed else ''}"
        WRITERS[ref.format](table, path, ref, schema, like)
    else:
        path = folder / f"part-0000.{format}"
        WRITERS[format](table, path, ref.model_copy(update={"format": format, "options": {}}), schema, None)
    return path


def write_csv(
    table: pa.Table, path: Path, ref: BatchRef, schema: TableSchema | None = None, like: Path | None = None
) -> None:
    """CSV with as few quotes as possible, the raw batch's delimiter and line ends; null is the empty cell."""
    delimiter = str(ref.options.get("delimiter") or ",")
    with _open_text(path) as target:
        writer = csv.writer(target, delimiter=delimiter, lineterminator=_line_end(like))
        if ref.options.get("header", True):
            writer.writerow(table.column_names)
        for columns in _text_columns(table):
            writer.writerows(zip(*columns, strict=True))


def _write_jsonl(table: pa.Table, path: Path, ref: BatchRef, schema: TableSchema | None, like: Path | None) -> None:
    """JSON lines: numbers and booleans bare where they are that, nested values as they were, the rest as strings."""
    types = {column.name: column.type for column in schema.columns} if schema is not None else {}
    bare = [types.get(name) in BARE for name in table.column_names]
    names = [json.dumps(name, ensure_ascii=False) for name in table.column_names]
    with _open_text(path) as target:
        for columns in _text_columns(table, null=None):
            for row in zip(*columns, strict=True):
                cells = (f"{name}:{_json_cell(cell, b)}" for name, cell, b in zip(names, row, bare, strict=True))
                target.write("{" + ",".join(cells) + "}\n")


def _write_parquet(table: pa.Table, path: Path, ref: BatchRef, schema: TableSchema | None, like: Path | None) -> None:
    """Parquet with the table's own types."""
    parquet.write_table(table, path)


def _write_orc(table: pa.Table, path: Path, ref: BatchRef, schema: TableSchema | None, like: Path | None) -> None:
    """ORC with the table's own types, as far as ORC has them."""
    orc.write_table(plainly_typed(table, "ns"), path)


WRITERS: dict[str, Callable[[pa.Table, Path, BatchRef, TableSchema | None, Path | None], None]] = {
    "csv": write_csv,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
    "orc": _write_orc,
    "table": _write_parquet,
}


def _text_columns(table: pa.Table, null: str | None = "") -> Iterable[Sequence[list[str | None]]]:
    for start in range(0, table.num_rows, ROWS_AT_ONCE):
        part = table.slice(start, ROWS_AT_ONCE)
        columns = []
        for column in part.columns:
            text = column if pa.types.is_string(column.type) else render(column.combine_chunks())
            values = text.to_pylist()
            columns.append(values if null is None else [null if value is None else value for value in values])
        yield columns


def _json_cell(cell: str | None, bare: bool) -> str:
    if cell is None:
        return "null"
    if bare or cell[:1] in ("{", "["):
        try:
            json.loads(cell)
        except ValueError:
            pass
        else:
            return cell
    return json.dumps(cell, ensure_ascii=False)


def _line_end(like: Path | None) -> str:
    if like is None:
        return "\n"
    packed = like.name.lower().endswith(".gz")
    with like.open("rb") as plain, gzip.GzipFile(fileobj=plain) if packed else contextlib.nullcontext(plain) as source:
        first = source.readline(1 << 20)
    return "\r\n" if first.endswith(b"\r\n") else "\n"


@contextmanager
def _open_text(path: Path) -> Iterator[IO[str]]:
    if path.name.endswith(".gz"):
        with gzip.open(path, "wt", encoding="utf-8", newline="") as packed:
            yield packed
    else:
        with path.open("w", encoding="utf-8", newline="") as plain:
            yield plain
