"""An Iceberg catalog of a test's own: SQLite for its records, a folder for its files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyiceberg.catalog
from pyiceberg.utils.config import Config


@contextmanager
def configured(root: Path) -> Iterator[None]:
    """The catalog ``lake``, for this process. PyIceberg reads its configuration once, when it is imported."""
    root.mkdir(exist_ok=True)
    named = {
        "PYICEBERG_CATALOG__LAKE__TYPE": "sql",
        "PYICEBERG_CATALOG__LAKE__URI": f"sqlite:///{root / 'catalog.db'}",
        "PYICEBERG_CATALOG__LAKE__WAREHOUSE": f"file://{root / 'warehouse'}",
    }
    with mock.patch.dict(os.environ, named), mock.patch.object(pyiceberg.catalog, "_ENV_CONFIG", Config()):
        yield


def read(table: str) -> pa.Table:
    """All rows of a table's ``main``, as any reader sees them."""
    catalog = pyiceberg.catalog.load_catalog(table.partition(".")[0])
    try:
        return catalog.load_table(table.partition(".")[2]).scan().to_arrow()
    finally:
        catalog.close()
