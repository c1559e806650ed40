"""What a source is: the files of a batch, read as Arrow record batches, whole or in splits."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from airflow_provider_dqheal.core.errors import BatchUnreadable

SPLIT_BYTES = 32 * 1024 * 1024
"""Text files are cut into ranges of about this size for Spark."""
Options = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True)
class Split:
    """A part of one file that an executor reads by itself; picklable.

    ``start`` and ``end`` are bytes (text formats) or row groups (Parquet); ``schema`` is the whole source's.
    """

    format: str
    path: str
    schema: pa.Schema
    start: int = 0
    end: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def record_batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of the split, in order.

        Raises:
            BatchUnreadable: when they cannot be read.
        """
        return READERS[self.format](self)


READERS: dict[str, Callable[[Split], Iterator[pa.RecordBatch]]] = {}
"""How each format reads a split."""


class Source(ABC):
    """The files of one batch in one format."""

    format: str

    def __init__(self, root: Path, options: Options | None = None) -> None:
        """Lists the files.

        Raises:
            BatchUnreadable: when there is no file, or an option is unknown.
        """
        self.root = root
        self.options = dict(options or {})
        self.files = list_files(root)

    @cached_property
    @abstractmethod
    def field_types(self) -> pa.Schema:
        """Names and Arrow types of the columns, in order."""

    @abstractmethod
    def splits(self) -> list[Split]:
        """Parts that can be read independently; together, in order, the whole batch."""

    def whole_files(self) -> list[Split]:
        """One split a file."""
        return [Split(self.format, str(path), self.field_types, options=self.options) for path in self.files]

    def record_batches(self) -> Iterator[pa.RecordBatch]:
        """All rows in raw order: files in sorted order, rows as they stand.

        Raises:
            BatchUnreadable: when a file cannot be read to its end.
        """
        for split in self.whole_files():
            yield from split.record_batches()

    @property
    def size_bytes(self) -> int:
        """Size of the files on disk."""
        return sum(path.stat().st_size for path in self.files)

    def digest(self) -> str:
        """SHA-256 (hex) over the files' relative names, sizes and bytes, in sorted order."""
        total = hashlib.sha256()
        for path in self.files:
            name = path.name if self.root.is_file() else path.relative_to(self.root).as_posix()
            total.update(f"{len(name)}:{name}:{path.stat().st_size}:".encode())
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    total.update(block)
        return total.hexdigest()


def list_files(root: Path) -> list[Path]:
    """The file itself, or the files below a folder in sorted order; names that start with . or _ are skipped.

    Raises:
        BatchUnreadable: when there is nothing there.
    """
    if root.is_file():
        return [root]
    if not root.exists():
        raise BatchUnreadable(
            f"{root}: there is no such file or folder; check the path in the message that announced it"
        )
    found = [
        path
        for path in root.rglob("*")
        if path.is_file() and not any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
    ]
    if not found:
        raise BatchUnreadable(
            f"{root}: the folder holds no data files, expected at least one; wait until it is written"
        )
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def check_names(path: Path, names: list[str]) -> None:
    """Refuses duplicate and unnamed columns.

    Raises:
        BatchUnreadable: naming the file and the columns.
    """
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise BatchUnreadable(f"{path}: columns {twice[:5]} occur more than once, expected distinct names; rename them")


def check_same(path: Path, names: list[str], first: Path, expected: list[str]) -> None:
    """Refuses a file of a folder whose columns differ from the first file's.

    Raises:
        BatchUnreadable: naming both files.
    """
    if names != expected:
        raise BatchUnreadable(
            f"{path}: has columns {names[:8]}, expected {expected[:8]} as in {first.name}; "
            "put files of another layout into a batch of their own"
        )


def bad_line(path: Path, opener: Callable[[Path], Any]) -> str:
    """Where the first bytes lie that are not UTF-8, in words."""
    with opener(path) as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"line {number}, byte {error.start + 1} of the line"
    return "an unknown line"


def without_values(message: str) -> str:
    """An error message of Arrow without the row it quotes."""
    message = re.sub(r"(Expected \d+ columns?, got \d+).*", r"\1", message, flags=re.DOTALL)
    return message.splitlines()[0][:200] if message else message
