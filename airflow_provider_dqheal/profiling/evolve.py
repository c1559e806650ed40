"""How an accepted schema changes when a person accepts a batch that differs from it."""

from __future__ import annotations

from airflow_provider_dqheal.core.types import ColumnSchema, ColumnType, TableSchema

_WIDER: dict[ColumnType, tuple[ColumnType, ...]] = {
    "bool": ("bool", "string"),
    "int": ("int", "float", "string"),
    "float": ("float", "string"),
    "date": ("date", "datetime", "string"),
    "datetime": ("datetime", "string"),
    "string": ("string",),
}
"""Each type with those that hold all its values, nearest first."""


def evolved(accepted: TableSchema, batch: TableSchema, by: str) -> TableSchema:
    """The schema after ``batch`` was accepted: its columns in its order, no type narrower than before.

    A column that the batch lacks is gone; one that is new is taken as the batch has it. When nothing differs, the
    accepted schema comes back as it is.

    >>> old = TableSchema(columns=(ColumnSchema(name="a", type="int", nullable=False),))
    >>> new = TableSchema(columns=(ColumnSchema(name="a", type="float"), ColumnSchema(name="b", type="bool")))
    >>> [(column.name, column.type) for column in evolved(old, new, "ada").columns]
    [('a', 'float'), ('b', 'bool')]
    """
    columns = tuple(_joined(accepted.column(column.name), column) for column in batch.columns)
    if columns == accepted.columns:
        return accepted
    return TableSchema(columns=columns, version=accepted.version, declared=accepted.declared, accepted_by=by)


def _joined(known: ColumnSchema | None, seen: ColumnSchema) -> ColumnSchema:
    if known is None:
        return seen
    type = next(one for one in _WIDER[known.type] if one in _WIDER[seen.type])
    order = seen.month_first if known.month_first is None else known.month_first
    return ColumnSchema(
        name=known.name,
        type=type,
        nullable=known.nullable or seen.nullable,
        month_first=order if type != "string" else None,
    )
