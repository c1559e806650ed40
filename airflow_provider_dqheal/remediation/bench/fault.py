"""What an injected fault is, with the truth about it, and the registry of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.remediation.bench.view import View

FaultKind = Literal["cells", "column", "schema", "rows", "open", "person"]
"""cells, column, schema, rows: exactly repairable. open: cells that no rule restores for sure; any change must be
right. person: only a person can decide, the batch should be held."""


@dataclass(frozen=True)
class Fault:
    """A faulty batch.

    Attributes:
        table: the batch as it comes.
        wanted: what should be published, one row for each row of ``table``; None when it is the clean batch.
        extra: bool per row of ``table``, rows that should be taken out; None when there are none.
        blurred: (column, bool per row of ``table``): changed cells that nothing tells the original of for sure.
    """

    table: pa.Table
    wanted: pa.Table | None = None
    extra: np.ndarray | None = None
    blurred: tuple[str, np.ndarray] | None = None


Make = Callable[[View, np.random.Generator], Fault]
"""Makes the fault of a clean batch.

Raises:
    LookupError: when the batch has no place for it.
"""


@dataclass(frozen=True)
class FaultFamily:
    """One way in which batches go wrong."""

    name: str
    kind: FaultKind
    make: Make


FAMILIES: dict[str, FaultFamily] = {}


def fault(name: str, kind: FaultKind) -> Callable[[Make], Make]:
    """Registers a fault maker under ``name``."""

    def add(make: Make) -> Make:
        if name in FAMILIES:
            raise ValueError(f"fault {name!r} is registered twice")
        FAMILIES[name] = FaultFamily(name, kind, make)
        return make

    return add
