"""Rows, nulls, NaN and infinities."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Self

import numpy as np

from airflow_provider_dqheal.profiling.states._base import Metrics, registry, share
from airflow_provider_dqheal.profiling.view import ColumnView


@registry.register("rows")
@dataclass(frozen=True)
class Rows:
    """How many rows there are, and how many hold no value or no finite number."""

    rows: int = 0
    nulls: int = 0
    nans: int = 0
    infinite: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No rows."""
        return cls()

    def update(self, view: ColumnView) -> Self:
        """With the rows of ``view``."""
        nans = infinite = 0
        if view.kind == "float":
            odd = ~np.isfinite(view.valid)
            if odd.any():
                nans = int(np.isnan(view.valid[odd]).sum())
                infinite = int(odd.sum()) - nans
        return self + type(self)(view.row_count, view.null_count, nans, infinite)

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def to_json(self) -> Any:
        """[rows, nulls, nans, infinite]."""
        return list(astuple(self))

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """From :meth:`to_json`."""
        return cls(*value) if value else cls()

    def metrics(self, row_count: int) -> Metrics:
        """row_count, null_fraction, nan_fraction, infinite_fraction."""
        return {
            "row_count": float(self.rows),
            "null_fraction": share(self.nulls, self.rows),
            "nan_fraction": share(self.nans, self.rows),
            "infinite_fraction": share(self.infinite, self.rows),
        }
