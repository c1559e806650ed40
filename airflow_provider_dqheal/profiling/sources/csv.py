"""CSV, plain or gzip: every cell is text, the empty cell is the empty text."""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.profiling.sources._base import (
    READERS,
    SPLIT_BYTES,
    Source,
    Split,
    bad_line,
    check_names,
    check_same,
    without_values,
)

BLOCK_BYTES = 32 * 1024 * 1024
"""A row cannot be larger."""
OPTIONS = ("delimiter", "header", "quote")


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked."""
    if path.suffix.lower() == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")


class CsvSource(Source):
    """Options: ``delimiter`` (one character; comma, or tab for .tsv), ``header`` (true), ``quote`` (")."""

    format = "csv"

    def __init__(self, root: Path, options: Any = None) -> None:
        super().__init__(root, options)
        unknown = sorted(set(self.options) - set(OPTIONS))
        if unknown:
            raise BatchUnreadable(
                f"{root}: unknown CSV options {unknown}, expected {list(OPTIONS)}; correct the message"
            )
        self.options.setdefault("delimiter", "\t" if ".tsv" in self.files[0].name.lower() else ",")
        for name in ("delimiter", "quote"):
            if len(str(self.options.get(name, '"') or '"')) != 1:
                raise BatchUnreadable(f"{root}: option {name} must be one character; correct the message")
        header = self.options.get("header", True)
        self.options["header"] = header if isinstance(header, bool) else str(header).lower() not in ("false", "0", "no")

    @cached_property
    def field_types(self) -> pa.Schema:
        """All columns are strings. Without a header they are called column_1, column_2, ..."""
        first: list[str] | None = None
        for path in self.files:
            names, _ = _header(path, self.options)
            check_names(path, names)
            if first is None:
                first = names
            check_same(path, names, self.files[0], first)
        return pa.schema([pa.field(name, pa.string()) for name in first or []])

    def splits(self) -> list[Split]:
        """Ranges of whole rows; a line break inside quotes never ends one. Gzip files are one split each."""
        found = []
        for split in self.whole_files():
            path = Path(split.path)
            size = path.stat().st_size
            if path.suffix.lower() == ".gz" or size <= 2 * SPLIT_BYTES:
                found.append(split)
                continue
            bounds = [0, *row_starts(path, SPLIT_BYTES, str(self.options.get("quote") or '"')), size]
            found += [
                Split("csv", split.path, split.schema, start, end, self.options) for start, end in pairwise(bounds)
            ]
        return found


def row_starts(path: Path, step: int, quote: str) -> list[int]:
    """Byte offsets of rows, about ``step`` apart: line breaks with an even number of quotes before them.

    None at all when the quotes of the file do not pair up (then the file is read as one).
    """
    sign, starts, inside, at, due = quote.encode(), [], False, 0, step
    with path.open("rb") as stream:
        while line_block := stream.read(1 << 20):
            begin = 0
            while due < at + len(line_block):
                begin_due = max(due - at, begin)
                inside ^= bool(line_block.count(sign, begin, begin_due) & 1)
                begin = begin_due
                while (brk := line_block.find(b"\n", begin)) >= 0:
                    inside ^= bool(line_block.count(sign, begin, brk) & 1)
                    begin = brk + 1
                    if not inside:
                        starts.append(at + begin)
                        due = at + begin + step
                        break
                else:
                    due = at + len(line_block)
            inside ^= bool(line_block.count(sign, begin) & 1)
            at += len(line_block)
    return [] if inside else [start for start in starts if start < at]


def _header(path: Path, options: Any) -> tuple[list[str], int]:
    """Column names and the number of physical lines that the header takes."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, delimiter=str(options["delimiter"]), quotechar=str(options.get("quote") or '"'))
            for row in reader:
                if row:
                    break
            else:
                raise BatchUnreadable(
                    f"{path}: the file is empty, expected {'a header line' if options['header'] else 'rows'}; "
                    "check that the producer finished writing"
                )
            lines = reader.line_num
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except (OSError, EOFError, zlib.error) as error:
        raise BatchUnreadable(
            f"{path}: cannot be read ({type(error).__name__}: {error}); check that the file is complete"
        ) from error
    except csv.Error as error:
        raise BatchUnreadable(f"{path}: the header is no CSV ({error}); check delimiter and quotes") from error
    finally:
        csv.field_size_limit(limit)
    if options["header"]:
        return row, lines
    return [f"column_{number}" for number in range(1, len(row) + 1)], 0


def _not_utf8(path: Path) -> BatchUnreadable:
    try:
        place = bad_line(path, open_bytes)
    except (OSError, EOFError, zlib.error):
        place = "an unknown line"
    return BatchUnreadable(f"{path}: {place} is not UTF-8; convert the file (for example with iconv -t UTF-8)")


def read_split(split: Split) -> Iterator[pa.RecordBatch]:
    """The rows of a CSV file or of a byte range of it."""
    path, names, options = Path(split.path), split.schema.names, split.options
    skipped = _header(path, options)[1] if split.start == 0 else 0
    # Arrow counts physical rows from 1, the header's among them.
    before = skipped if split.start == 0 else None
    try:
        with _stream(path, split) as stream:
            if split.start == 0 and skipped and not _has_rows(path, skipped):
                return
            reader = pa_csv.open_csv(
                stream,
                read_options=pa_csv.ReadOptions(
                    column_names=names, skip_rows=skipped, block_size=BLOCK_BYTES, use_threads=False
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=str(options["delimiter"]),
                    quote_char=str(options.get("quote") or '"'),
                    newlines_in_values=True,
                    ignore_empty_lines=len(names) > 1,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
                ),
            )
            yield from reader
    except pa.ArrowInvalid as error:
        raise _explain(path, split, str(error), before) from error
    except (OSError, EOFError, zlib.error) as error:
        raise BatchUnreadable(
            f"{path}: cannot be read to its end ({type(error).__name__}: {error}); check that the file is complete"
        ) from error


def _has_rows(path: Path, header_lines: int) -> bool:
    with open_bytes(path) as stream:
        for _ in range(header_lines):
            stream.readline()
        while block := stream.read(1 << 16):
            if block.strip(b"\r\n"):
                return True
    return False


def _stream(path: Path, split: Split) -> Any:
    if split.end is None:
        return pa.PythonFile(open_bytes(path), mode="r") if path.suffix.lower() == ".gz" else pa.OSFile(str(path), "rb")
    with path.open("rb") as stream:
        stream.seek(split.start)
        return pa.BufferReader(stream.read(split.end - split.start))


def _explain(path: Path, split: Split, message: str, before: int | None) -> BatchUnreadable:
    if "UTF8" in message or "UTF-8" in message:
        return _not_utf8(path)
    if "straddl" in message:
        return BatchUnreadable(
            f"{path}: a row is larger than {BLOCK_BYTES // 2**20} MB, or a quote is not closed; check the quotes"
        )
    found = re.search(r"Row #(\d+)", message)
    where = f"row {int(found.group(1)) - (before or 0)}" if found and before is not None else "a row"
    if found is None and split.end is not None:
        where = f"a row between bytes {split.start} and {split.end}"
    columns = re.search(r"Expected (\d+) columns?, got (\d+)", message)
    if columns:
        return BatchUnreadable(
            f"{path}: {where} has {columns.group(2)} cells, expected {columns.group(1)} as in the header; "
            "check the delimiter, and quote cells that hold it"
        )
    return BatchUnreadable(f"{path}: {where}: {without_values(message)}; expected CSV; check delimiter and quotes")


READERS["csv"] = read_split
