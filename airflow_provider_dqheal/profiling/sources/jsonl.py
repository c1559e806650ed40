"""JSON lines: one object a line; every value is its text, nested values are JSON text, null and absent are null."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.profiling.kinds import json_text
from airflow_provider_dqheal.profiling.sources._base import READERS, SPLIT_BYTES, Source, Split
from airflow_provider_dqheal.profiling.sources.csv import open_bytes

ROWS = 16_384


class JsonlSource(Source):
    """Takes no options."""

    format = "jsonl"

    def __init__(self, root: Path, options: Any = None) -> None:
        super().__init__(root, options)
        if self.options:
            raise BatchUnreadable(
                f"{root}: JSON lines take no options, got {sorted(self.options)}; correct the message"
            )

    @cached_property
    def field_types(self) -> pa.Schema:
        """The keys of all objects in order of first appearance, as strings."""
        names: dict[str, None] = {}
        for path in self.files:
            for row, _ in _rows(path, 0, None):
                if not row.keys() <= names.keys():
                    names.update(dict.fromkeys(row))
        if not names:
            raise BatchUnreadable(
                f"{self.root}: there are no objects, expected one a line; check that writing finished"
            )
        return pa.schema([pa.field(name, pa.string()) for name in names])

    def splits(self) -> list[Split]:
        """Ranges of whole lines; gzip files are one split each."""
        found = []
        for split in self.whole_files():
            path = Path(split.path)
            size = path.stat().st_size
            if path.suffix.lower() == ".gz" or size <= 2 * SPLIT_BYTES:
                found.append(split)
                continue
            bounds = [0]
            with path.open("rb") as stream:
                while bounds[-1] + SPLIT_BYTES < size:
                    stream.seek(bounds[-1] + SPLIT_BYTES)
                    stream.readline()
                    bounds.append(stream.tell())
            bounds = [*(b for b in bounds if b < size), size]
            found += [Split("jsonl", split.path, split.schema, start, end) for start, end in pairwise(bounds)]
        return found


def read_split(split: Split) -> Iterator[pa.RecordBatch]:
    """The rows of a file or of a byte range of it."""
    names = split.schema.names
    rows: list[list[str | None]] = []
    size = 0
    for row, length in _rows(Path(split.path), split.start, split.end):
        rows.append([row.get(name) for name in names])
        size += length
        if len(rows) == ROWS or size > 32 * 1024 * 1024:
            yield _batch(rows, split)
            rows, size = [], 0
    if rows:
        yield _batch(rows, split)


def _batch(rows: list[list[str | None]], split: Split) -> pa.RecordBatch:
    try:
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    except (UnicodeEncodeError, pa.ArrowInvalid) as error:
        raise BatchUnreadable(
            f"{split.path}: a string is not Unicode text (lone surrogate); repair the producer"
        ) from error
    return pa.RecordBatch.from_arrays(columns, schema=split.schema)


def _rows(path: Path, start: int, end: int | None) -> Iterator[tuple[dict[str, str | None], int]]:
    try:
        with open_bytes(path) as stream:
            if start:
                stream.seek(start)
            left = None if end is None else end - start
            for number, line in enumerate(stream, 1):
                if left is not None and left <= 0:
                    return
                if left is not None:
                    left -= len(line)
                if line.strip():
                    yield _row(path, line, number if not start else None), len(line)
    except (OSError, EOFError, zlib.error) as error:
        raise BatchUnreadable(
            f"{path}: cannot be read to its end ({type(error).__name__}: {error}); check that the file is complete"
        ) from error


def _row(path: Path, line: bytes, number: int | None) -> dict[str, str | None]:
    where = f"line {number}" if number else "a line"
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        pairs = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Pairs)
    except UnicodeDecodeError as error:
        raise BatchUnreadable(f"{path}: {where} is not UTF-8; convert the file (for example with iconv)") from error
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise BatchUnreadable(f"{path}: {where} is no JSON ({reason}), expected one object a line") from error
    if not isinstance(pairs, _Pairs):
        raise BatchUnreadable(f"{path}: {where} is no JSON object, expected one object a line")
    row = dict(pairs)
    if len(row) != len(pairs):
        raise BatchUnreadable(f"{path}: {where} has a key twice, expected distinct keys; repair the producer")
    if any(isinstance(value, _Pairs | list) for value in row.values()):
        plain = json.loads(text)
        row = {k: json_text(plain[k]) if isinstance(v, _Pairs | list) else v for k, v in row.items()}
    return {key: ("true" if value else "false") if isinstance(value, bool) else value for key, value in row.items()}


class _Pairs(list[tuple[str, Any]]):
    """The pairs of an object, so that a key that stands twice is seen."""


READERS["jsonl"] = read_split
