"""What a corruption is, what it gives back, and the registry of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from airflow_provider_dqheal.core.registry import Registry
from airflow_provider_dqheal.detection.corruptions._arrow import texts_of
from airflow_provider_dqheal.detection.corruptions._frame import Frame
from airflow_provider_dqheal.detection.corruptions._groups import group_of
from airflow_provider_dqheal.detection.corruptions._hard import undecidable

Severity = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")


@dataclass(frozen=True)
class Draft:
    """What a family's function made of a batch, before it is checked and labelled.

    Attributes:
        table: the corrupted batch.
        columns: the columns each issue touches, by their names in ``table`` where they are still there.
        params: what was drawn, JSON-safe.
        measure: how visibility is judged, a name in ``_hard``: cells, rows, volume, association, fact.
        cellwise: rows and column names are as before, so changed cells can be listed.
        inverse: how to undo it exactly, in words; None when it cannot be undone.
        tolerated: issue types that also describe it and must not count as a false alarm.
        rows: position in the original batch of each row, when rows were dropped, repeated or moved.
    """

    table: pa.Table
    columns: Mapping[str, tuple[str, ...]]
    params: Mapping[str, Any] = field(default_factory=dict)
    measure: str = "cells"
    cellwise: bool = True
    inverse: str | None = None
    tolerated: frozenset[str] = frozenset()
    rows: np.ndarray | None = None


@dataclass(frozen=True)
class Corrupted:
    """A batch with something wrong, and the truth about it.

    Attributes:
        table: the corrupted batch.
        issues: the issue types that are now true of it.
        columns: per issue the columns it touches; empty for what concerns rows or the whole batch.
        family: name of the corruption; joined by ``+`` for combinations.
        severity: as asked for.
        params: what was drawn: where, how much, in which literal form.
        hard: undecidable from the history, by the rule in ``_hard`` (kept, reported apart).
        repairable: the exact original can be computed back (``inverse`` says how).
        inverse: how, in words.
        tolerated: issue types that also describe it; neither required nor a false alarm.
        original: the batch before.
        rows: int64 position in ``original`` of each row of ``table``; None when rows are as before.
        cellwise: whether :attr:`cells` lists the changed cells.
    """

    table: pa.Table
    issues: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    family: str
    severity: Severity
    params: Mapping[str, Any]
    hard: bool
    repairable: bool
    inverse: str | None
    tolerated: frozenset[str]
    original: pa.Table
    rows: np.ndarray | None = None
    cellwise: bool = True

    @cached_property
    def cells(self) -> pa.Table | None:
        """The changed cells: row_id (int64, place in ``table``), column, before, after (text); None if not cell-wise.

        A row that was repeated or moved is compared with the row it came from.
        """
        if not self.cellwise:
            return None
        parts = []
        for name in self.table.column_names:
            if name not in self.original.column_names:
                continue
            source = self.original[name]
            if self.rows is not None:
                source = source.take(pa.array(self.rows))
            if source.equals(self.table[name]):
                continue
            before, after = texts_of(source), texts_of(self.table[name])
            ids = np.flatnonzero(np.asarray(before != after))
            parts.append(
                pa.table(
                    {
                        "row_id": pa.array(ids, pa.int64()),
                        "column": pa.array([name] * len(ids), pa.string()),
                        "before": pa.array(before[ids].tolist(), pa.string()),
                        "after": pa.array(after[ids].tolist(), pa.string()),
                    }
                )
            )
        empty = {"row_id": pa.int64(), "column": pa.string(), "before": pa.string(), "after": pa.string()}
        return pa.concat_tables(parts) if parts else pa.schema(empty).empty_table()


Make = Callable[[Frame, np.random.Generator, Severity], Draft | None]


@dataclass(frozen=True)
class Corruption:
    """One family of faults.

    Attributes:
        name: unique; equals what a verdict on left-out families is reported under.
        issue: the issue type it is of.
        group: its relatives, left out together in evaluation; see ``_groups``.
        description: one line: what goes wrong.
        source: the kind of report or paper it is from.
        make: the function that draws and makes it.
    """

    name: str
    issue: str
    group: str
    description: str
    source: str
    make: Make

    def apply(
        self,
        table: pa.Table,
        rng: np.random.Generator,
        severity: Severity = "medium",
        history: Sequence[pa.Table] = (),
        frame: Frame | None = None,
    ) -> Corrupted | None:
        """The corrupted batch, or None where the corruption does not apply or would change nothing.

        Args:
            table: the clean batch, text or typed columns; never changed.
            rng: seeded generator; equal seeds give equal results.
            severity: how much: low touches about 1 to 4 % of the cells or moves a little, high most of it.
            history: the accepted batches, oldest first: what is possible and what is visible depends on them.
            frame: of the same batch and history, where several families are tried on them; made when None.
        """
        if table.num_rows == 0 or table.num_columns == 0:
            return None
        frame = frame or Frame(table, history)
        table = frame.table
        draft = self.make(frame, rng, severity)
        if draft is None or draft.table.equals(table):
            return None
        hard = undecidable(frame, draft.table, draft.columns, draft.measure)
        if hard is None:
            return None
        return Corrupted(
            table=draft.table,
            issues=frozenset(draft.columns),
            columns=dict(draft.columns),
            family=self.name,
            severity=severity,
            params=dict(draft.params),
            hard=hard,
            repairable=draft.inverse is not None,
            inverse=draft.inverse,
            tolerated=(draft.tolerated | _retyped(table, draft.table)) - frozenset(draft.columns),
            original=table,
            rows=draft.rows,
            cellwise=draft.cellwise,
        )


def _retyped(before: pa.Table, after: pa.Table) -> frozenset[str]:
    """A typed column that became text is a change of schema and of type too."""
    common = [name for name in before.column_names if name in after.column_names]
    if any(before.schema.field(name).type != after.schema.field(name).type for name in common):
        return frozenset({"schema_drift", "type_mismatch"})
    return frozenset()


registry: Registry[Corruption] = Registry("corruption", "airflow_provider_dqheal.detection.corruptions")


def corruption(name: str, issue: str, description: str, source: str) -> Callable[[Make], Make]:
    """Registers a function as a corruption family."""

    def add(make: Make) -> Make:
        registry.register(name)(Corruption(name, issue, group_of(name), description, source, make))
        return make

    return add


def chain(first: Corrupted, second: Corrupted) -> Corrupted:
    """Two corruptions one after the other as one; ``second`` was applied to ``first.table``."""
    columns: dict[str, tuple[str, ...]] = dict(first.columns)
    for issue, names in second.columns.items():
        columns[issue] = tuple(dict.fromkeys((*columns.get(issue, ()), *names)))
    rows = second.rows if first.rows is None else (first.rows if second.rows is None else first.rows[second.rows])
    both = first.inverse is not None and second.inverse is not None
    return replace(
        second,
        issues=first.issues | second.issues,
        columns=columns,
        family=f"{first.family}+{second.family}",
        params={first.family: first.params, second.family: second.params},
        hard=first.hard and second.hard,
        repairable=both,
        inverse=f"{second.inverse}; then {first.inverse}" if both else None,
        tolerated=(first.tolerated | second.tolerated) - first.issues - second.issues,
        original=first.original,
        rows=rows,
        cellwise=first.cellwise and second.cellwise,
    )
