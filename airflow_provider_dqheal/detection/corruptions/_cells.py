"""Faults of single cells: one way to write values wrongly, applied to drawn rows of drawn columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.detection.corruptions._arrow import is_text, numbers_of
from airflow_provider_dqheal.detection.corruptions._base import Draft, Make, Severity, corruption
from airflow_provider_dqheal.detection.corruptions._frame import Column, Frame, Kind, put
from airflow_provider_dqheal.detection.corruptions._where import Where, chance, columns_wanted, few, rows_where, share

Rewritten = Sequence[str | None] | None
Rewrite = Callable[[Column, np.ndarray, "np.random.Generator", Severity], Rewritten]
"""From a column and the rows hit to the new text of those rows; None where the column does not suit."""


def cell_family(
    name: str,
    issue: str,
    description: str,
    source: str,
    kinds: Sequence[Kind],
    inverse: str | None = None,
    whole: float = 0.0,
    rare: bool = False,
    where: Where | None = None,
    tolerated: Sequence[str] = (),
    wide: bool = True,
    absent: bool = False,
) -> Callable[[Rewrite], Rewrite]:
    """Registers a rewrite of cells as a corruption family.

    Args:
        name: of the family.
        issue: its issue type.
        description: one line.
        source: where such faults were reported.
        kinds: kinds of columns it can hit.
        inverse: how to undo it exactly; None when information is lost.
        whole: chance that a high severity hits the whole column.
        rare: hit fewer cells (outliers are rare by nature).
        where: a fixed pattern of rows.
        tolerated: other issue types that also describe it (a shift does where an outlier hits more than 5 % of the
            cells, or a form or token takes a quarter of a column of labels).
        wide: may hit several columns.
        absent: also hits cells that are empty.
    """

    def add(rewrite: Rewrite) -> Rewrite:
        def make(frame: Frame, rng: np.random.Generator, severity: Severity) -> Draft | None:
            table = frame.table
            hit: list[str] = []
            fraction = few(rng, severity) if rare else share(rng, severity)
            if severity == "high" and chance(rng, whole):
                fraction = 1.0
            shared: np.ndarray | None = None
            pattern: Where = "scattered"
            together = chance(rng, 0.4)
            wanted = columns_wanted(rng) if wide else 1
            for column in islice(frame.each_of_kind(rng, *kinds, at_least=3), 12):
                if len(hit) == wanted:
                    break
                eligible = np.ones(frame.row_count, dtype=bool) if absent else column.present
                if shared is None or not together:
                    shared, pattern = rows_where(frame, rng, eligible, fraction, where)
                rows = shared[eligible[shared]]
                if len(rows) == 0:
                    continue
                written = rewrite(column, rows, rng, severity)
                if written is None:
                    continue
                values = column.text.copy()
                values[rows] = written
                if not np.any(values != column.text):
                    continue
                changed = put(table, column.name, values)
                if _unchanged(table, changed, column, issue):
                    continue
                table = changed
                hit.append(column.name)
            if not hit:
                return None
            params = {"where": pattern, "fraction": round(fraction, 4)}
            also = frozenset(tolerated)
            named = {frame.column(name).kind for name in hit} & {"category", "bool"}
            if (issue == "outliers" and fraction >= 0.05) or (issue != "outliers" and named and fraction >= 0.25):
                also |= {"distribution_shift"}
            truth, stored = issue, {table.schema.field(name).type for name in hit}
            if issue == "type_mismatch" and not any(is_text(kind) for kind in stored):
                truth, also = "schema_drift", also | {"type_mismatch"}
            return Draft(table, {truth: tuple(hit)}, params, inverse=inverse, tolerated=also)

        make.__name__ = name
        registered: Make = make
        corruption(name, issue, description, source)(registered)
        return rewrite

    return add


def _unchanged(before: pa.Table, after: pa.Table, column: Column, issue: str) -> bool:
    """Whether nothing came of it; a form that a typed column reads as the same type, or as other numbers, is none."""
    old, new = before.schema.field(column.name).type, after.schema.field(column.name).type
    if issue != "type_mismatch" or not column.typed or is_text(new):
        return bool(old == new and after[column.name].equals(before[column.name]))
    return bool(
        old == new or not np.allclose(numbers_of(after[column.name]), column.numbers, rtol=0.01, equal_nan=True)
    )


def texts(column: Column, rows: np.ndarray) -> list[str]:
    """The text of those rows (never None: only present cells are asked for)."""
    return [str(value) for value in column.text[rows].tolist()]
