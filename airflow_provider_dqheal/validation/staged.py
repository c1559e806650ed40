"""What the judge needs to see of a staged batch."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa


class Staged(Protocol):
    """A batch after healing, beside what it was. Rows of ``table`` are ``row_ids`` of ``raw``."""

    @property
    def raw(self) -> pa.Table:
        """The batch as it came."""
        ...

    @property
    def table(self) -> pa.Table:
        """The batch as it would be published, in the raw representation."""
        ...

    @property
    def row_ids(self) -> pa.Array:
        """int64, position in ``raw`` of each row of ``table``."""
        ...

    @property
    def ledger(self) -> pa.Table:
        """row_id, column, before, after, strategy, ..."""
        ...

    @property
    def quarantine(self) -> pa.Table:
        """row_id, reasons, then the raw columns."""
        ...

    @property
    def origins(self) -> tuple[tuple[str, str | None], ...]:
        """(current column, raw column or None) pairs."""
        ...
