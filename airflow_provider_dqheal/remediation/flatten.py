"""Takes nested columns apart when the accepted table was flat."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.profiling.kinds import is_text
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.kernels.names import plain_name
from airflow_provider_dqheal.remediation.kernels.text import is_blank, text_of
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working


@register
class Flatten(Strategy):
    """A struct, or JSON objects in text, whose fields bear the names of accepted columns that are missing.

    Every field must be a missing column, by its own name or by ``column_field``; fields that nobody knows are dropped.
    A nested column that bears the name of a missing one is that column, written otherwise.
    """

    name = "flatten"
    heals = "schema_drift"
    order = 4

    def propose(self, context: Context) -> list[Step]:
        """One step a nested column."""
        table = context.working.table
        missing = [name for name in context.history.columns if name not in table.column_names]
        steps = []
        for column in table.column_names:
            if column in context.history.columns or not missing:
                continue
            if plain_name(column) in map(plain_name, missing):
                continue  # it is that column, under another name
            fields = _fields(table.column(column))
            mapping = {field: name for field in fields if (name := _match(column, field, missing)) is not None}
            if not mapping or len(set(mapping.values())) < len(mapping):
                continue
            missing = [name for name in missing if name not in mapping.values()]
            reason = f"column {column!r} is nested and holds {', '.join(map(repr, mapping.values()))}"
            params = {"nested": column, "fields": mapping}
            steps.append(self.step(context, (*mapping.values(), column), params, 0.99, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Puts the fields in place of the nested column, one ledger line each."""
        column, mapping = step.params["nested"], step.params["fields"]
        if column not in working.table.column_names:
            return working
        nested = working.table.column(column)
        table, lines = working.table.drop_columns([column]), []
        for field, name in mapping.items():
            values = _values(nested, field)
            table = table.append_column(pa.field(name, values.type), values)
            lines.append(ledger_lines(step, name, [None], [f"{column}.{field}"], [name]))
        origins = tuple(pair for pair in working.origins if pair[0] != column)
        return working.replace(
            table=table,
            ledger=pa.concat_tables([working.ledger, *lines]),
            origins=(*origins, *((name, None) for name in mapping.values())),
        )


def _match(column: str, field: str, missing: list[str]) -> str | None:
    options = {plain_name(field), plain_name(f"{column}_{field}")}
    found = [name for name in missing if plain_name(name) in options]
    return found[0] if len(found) == 1 else None


def _fields(array: pa.ChunkedArray) -> list[str]:
    if pa.types.is_struct(array.type):
        return [array.type.field(index).name for index in range(array.type.num_fields)]
    if not is_text(array.type):
        return []
    names: dict[str, None] = {}
    for text in text_of(array).to_pylist():
        if is_blank(text):
            continue
        if not text.lstrip().startswith("{"):
            return []
        value = _object(text)
        if value is None:
            return []
        names |= dict.fromkeys(value)
    return list(names)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _values(array: pa.ChunkedArray, field: str) -> pa.ChunkedArray:
    if pa.types.is_struct(array.type):
        return pa.chunked_array([pc.struct_field(chunk, field) for chunk in array.chunks])
    texts = []
    for text in text_of(array).to_pylist():
        value = None if is_blank(text) else (_object(text) or {}).get(field)
        texts.append(value if value is None or isinstance(value, str) else json.dumps(value))
    return pa.chunked_array([pa.array(texts, pa.string())])
