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


def environment(root: Path, name: str = "lake") -> dict[str, str]:
    """What names the catalog to PyIceberg, as a user would."""
    root.mkdir(exist_ok=True)
    prefix = f"PYICEBERG_CATALOG__{name.upper()}__"
    return {
        f"{prefix}TYPE": "sql",
        f"{prefix}URI": f"sqlite:///{root / 'catalog.db'}",
        f"{prefix}WAREHOUSE": f"file://{root / 'warehouse'}",
    }


@contextmanager
def configured(root: Path) -> Iterator[None]:
    """The catalog ``lake``, for this process. PyIceberg reads its configuration once, when it is imported."""
    with (
        mock.patch.dict(os.environ, environment(root)),
        mock.patch.object(pyiceberg.catalog, "_ENV_CONFIG", _config(root)),
    ):
        yield


def _config(root: Path) -> Config:
    with mock.patch.dict(os.environ, environment(root)):
        return Config()


def read(table: str) -> pa.Table:
    """All rows of a table's ``main``, as any reader sees them."""
    catalog = pyiceberg.catalog.load_catalog(table.partition(".")[0])
    try:
        return catalog.load_table(table.partition(".")[2]).scan().to_arrow()
    finally:
        catalog.close()
