"""Numbers with weights: the numeric view of a column, for quantiles and distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_dqheal.profiling.dates import MICROS_A_DAY
from airflow_provider_dqheal.profiling.rowsample import RowSample
from airflow_provider_dqheal.profiling.view import ColumnView

if TYPE_CHECKING:
    from airflow_provider_dqheal.profiling.profile import ColumnProfile


@dataclass(frozen=True)
class WeightedNumbers:
    """``values`` float64 (n,) ascending, ``weights`` float64 (n,) rows each; ``exact``: nothing was left out."""

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    exact: bool

    def quantiles(self, probs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The smallest value whose cumulative weight reaches each probability (inverse of the distribution)."""
        cumulative = np.cumsum(self.weights)
        rank = np.searchsorted(cumulative, probs * cumulative[-1] * (1 - 1e-12), side="left")
        return self.values[np.minimum(rank, len(self.values) - 1)]


def uses_dates(column: ColumnProfile) -> bool:
    """Whether the numeric view of a column is its dates: when more values are dates than numbers."""
    return int(column.state("calendar").power.count) > int(column.state("moments").power.count)


def numeric_view(column: ColumnProfile, rows: RowSample | None) -> WeightedNumbers | None:
    """The numeric view: from the values where they are complete, else from the row sample."""
    dates = uses_dates(column)
    power = column.state("calendar").power if dates else column.state("moments").power
    if not power.count:
        return None
    known = column.state("values")
    if known.kept.complete:
        kind, keys, counts, exact = known.kind, known.kept.keys.tolist(), known.kept.counts, True
        array = {
            "int": lambda: pa.array(keys, pa.int64()),
            "float": lambda: pa.array(keys, pa.float64()),
            "bool": lambda: pa.array([bool(k) for k in keys], pa.bool_()),
            "date": lambda: pa.array(keys, pa.int32()).cast(pa.date32()),
            "datetime": lambda: pa.array(keys, pa.int64()).cast(pa.timestamp("us")),
            "text": lambda: pa.array(keys, pa.string()),
        }[kind]()
    elif rows is not None and column.name in rows.table.schema.names:
        chunked = rows.table.column(column.name)
        array, counts, exact = pa.concat_arrays(chunked.chunks), rows.counts, rows.complete
    else:
        return None
    values, weights = _read(array, counts, dates, column)
    if not len(values):
        return None
    order = np.argsort(values, kind="stable")
    return WeightedNumbers(values[order], weights[order].astype(np.float64), exact)


def _read(
    array: pa.Array, counts: NDArray[np.int64], dates: bool, column: ColumnProfile
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values and weights of the cells that have one, ascending order not needed; null cells drop out."""
    there = array.is_valid().to_numpy(zero_copy_only=False)
    view = ColumnView(array.filter(pa.array(there)))
    held: NDArray[np.float64] = counts[there].astype(np.float64)
    if view.kind != "text":
        if not dates:
            raw = np.asarray(view.valid, np.float64)
            finite = np.isfinite(raw)
            return raw[finite] + 0.0, held[finite]
        scale = 1.0 if view.kind == "date" else float(MICROS_A_DAY)
        return np.asarray(view.valid, np.float64) / scale, held
    codes = view._encoded.indices.to_numpy()
    weights = np.bincount(codes, weights=held, minlength=len(view.texts)).astype(np.float64)
    if not dates:
        which, numbers = view.number_rows
        return numbers, weights[which]
    found, _ = view.dates
    which = view.date_rows
    swap = column.state("calendar").month_comes_first
    micros: Any = np.where(found.kind == 4, found.swapped if swap else found.micros, found.micros)
    good = found.kind > 0
    return micros[good] / MICROS_A_DAY, weights[which[good]]
