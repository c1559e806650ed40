"""Parquet: Arrow types are kept; row groups are the splits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.profiling.sources._base import READERS, Source, Split, check_names, check_same

SPLIT_ROWS = 262_144
READ_ROWS = 131_072


class ParquetSource(Source):
    """Takes no options."""

    format = "parquet"

    def __init__(self, root: Path, options: Any = None) -> None:
        super().__init__(root, options)
        if self.options:
            raise BatchUnreadable(f"{root}: Parquet takes no options, got {sorted(self.options)}; correct the message")

    @cached_property
    def field_types(self) -> pa.Schema:
        """The first file's schema, without metadata; the other files must have it too."""
        first: pa.Schema | None = None
        for path in self.files:
            schema = _open(path).schema_arrow.remove_metadata()
            schema = pa.schema([pa.field(f.name, f.type) for f in schema])
            check_names(path, schema.names)
            if first is None:
                first = schema
            check_same(path, schema.names, self.files[0], first.names)
            changed = [f.name for f, g in zip(schema, first, strict=True) if f.type != g.type]
            if changed:
                raise BatchUnreadable(
                    f"{path}: columns {changed[:5]} have other types than in {self.files[0].name}; "
                    "put files of another layout into a batch of their own"
                )
        if first is None or not len(first):
            raise BatchUnreadable(f"{self.root}: the file has no columns; check the producer")
        return first

    def splits(self) -> list[Split]:
        """Runs of row groups of about 256 k rows."""
        found = []
        for split in self.whole_files():
            meta = _open(Path(split.path)).metadata
            start, rows = 0, 0
            for group in range(meta.num_row_groups):
                rows += meta.row_group(group).num_rows
                if rows >= SPLIT_ROWS or group == meta.num_row_groups - 1:
                    found.append(Split("parquet", split.path, split.schema, start, group + 1))
                    start, rows = group + 1, 0
        return found


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        size = path.stat().st_size if path.exists() else 0
        what = "the file is empty" if not size else f"is no complete Parquet file ({type(error).__name__})"
        raise BatchUnreadable(f"{path}: {what}; check that the producer finished writing") from error


def read_split(split: Split) -> Iterator[pa.RecordBatch]:
    """The rows of a file or of some of its row groups."""
    file = _open(Path(split.path))
    groups = list(range(split.start, file.num_row_groups if split.end is None else split.end))
    if not groups:
        return
    try:
        for batch in file.iter_batches(batch_size=READ_ROWS, row_groups=groups, use_threads=False):
            yield pa.RecordBatch.from_arrays(batch.columns, schema=split.schema)
    except (pa.ArrowException, OSError) as error:
        raise BatchUnreadable(
            f"{split.path}: row groups {split.start} to {groups[-1]} cannot be read ({type(error).__name__}); "
            "check that the file is complete"
        ) from error


READERS["parquet"] = read_split
