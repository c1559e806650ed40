"""ORC: Arrow types are kept; stripes are the splits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import orc

from airflow_provider_dqheal.core.errors import BatchUnreadable
from airflow_provider_dqheal.profiling.sources._base import READERS, Source, Split, check_names, check_same


class OrcSource(Source):
    """Takes no options."""

    format = "orc"

    def __init__(self, root: Path, options: Any = None) -> None:
        super().__init__(root, options)
        if self.options:
            raise BatchUnreadable(f"{root}: ORC takes no options, got {sorted(self.options)}; correct the message")

    @cached_property
    def field_types(self) -> pa.Schema:
        """The first file's schema, without metadata; the other files must have it too."""
        first: pa.Schema | None = None
        for path in self.files:
            found = _open(path).schema
            schema = pa.schema([pa.field(field.name, field.type) for field in found])
            check_names(path, schema.names)
            if first is None:
                first = schema
            check_same(path, schema.names, self.files[0], first.names)
            changed = [one.name for one, other in zip(schema, first, strict=True) if one.type != other.type]
            if changed:
                raise BatchUnreadable(
                    f"{path}: columns {changed[:5]} have other types than in {self.files[0].name}; "
                    "put files of another layout into a batch of their own"
                )
        if first is None or not len(first):
            raise BatchUnreadable(f"{self.root}: the file has no columns; check the producer")
        return first

    def splits(self) -> list[Split]:
        """One split a stripe."""
        return [
            Split("orc", split.path, split.schema, stripe, stripe + 1)
            for split in self.whole_files()
            for stripe in range(_open(Path(split.path)).nstripes)
        ]


def _open(path: Path) -> orc.ORCFile:
    try:
        return orc.ORCFile(path)
    except (pa.ArrowException, OSError) as error:
        size = path.stat().st_size if path.exists() else 0
        what = "the file is empty" if not size else f"is no complete ORC file ({type(error).__name__})"
        raise BatchUnreadable(f"{path}: {what}; check that the producer finished writing") from error


def read_split(split: Split) -> Iterator[pa.RecordBatch]:
    """The rows of a file or of some of its stripes."""
    file = _open(Path(split.path))
    try:
        for stripe in range(split.start, file.nstripes if split.end is None else split.end):
            batch = file.read_stripe(stripe)
            yield pa.RecordBatch.from_arrays(batch.columns, schema=split.schema)
    except (pa.ArrowException, OSError) as error:
        raise BatchUnreadable(
            f"{split.path}: its stripes cannot be read ({type(error).__name__}); check that the file is complete"
        ) from error


READERS["orc"] = read_split
