"""A table of mixed columns, for benchmarks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa


def mixed_table(random: np.random.Generator, start: int, rows: int, columns: int) -> pa.Table:
    """``rows`` rows from number ``start`` on: ids, numbers, amounts, categories, codes, moments, truth values."""
    return pa.table({f"c{at:02d}": _column(random, at, start, rows) for at in range(columns)})


def _column(random: np.random.Generator, at: int, start: int, count: int) -> pa.Array:
    kinds: tuple[Callable[[], pa.Array], ...] = (
        lambda: pa.array(np.arange(start, start + count)),
        lambda: pa.array(random.normal(100.0, 15.0, count)),
        lambda: pa.array(np.round(random.lognormal(3.0, 1.0, count), 2), mask=random.random(count) < 0.05),
        lambda: pa.array(random.integers(0, 50, count)),
        lambda: pa.array(random.integers(0, 100_000, count)),
        lambda: pa.array(np.array([f"city {i:04d}" for i in range(300)])[random.integers(0, 300, count)]),
        lambda: pa.array(np.array(["new", "open", "closed", "n/a"])[random.integers(0, 4, count)]),
        lambda: pa.array(np.array([f"AB-{i:06d}" for i in range(50_000)])[random.integers(0, 50_000, count)]),
        lambda: pa.array(random.integers(1_500_000_000, 1_600_000_000, count) * 1_000_000).cast(pa.timestamp("us")),
        lambda: pa.array(random.random(count) < 0.3),
    )
    return kinds[at % len(kinds)]()
