"""Takes columns of another physical type back to the accepted one when no value is lost."""

from __future__ import annotations

from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from airflow_provider_dqheal.core.types import ColumnType, Step
from airflow_provider_dqheal.detection.widening import widens
from airflow_provider_dqheal.profiling.kinds import decimal_of, doubles, is_text, physical_name
from airflow_provider_dqheal.profiling.parsing import EXACT
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import replace_column
from airflow_provider_dqheal.remediation.kernels.text import is_missing_word, text_of
from airflow_provider_dqheal.remediation.working import Working

_TARGETS: dict[ColumnType, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
}

_KINDS: dict[str, ColumnType] = {str(target): kind for kind, target in _TARGETS.items()}
"""What a column that never held a value is stored as."""


@register
class CastPhysical(Strategy):
    """Typed batches only (Parquet, tables): a column that came as text or as another number type is cast back.

    A wider type is left alone; a cast that would change or lose a value is not made.
    """

    name = "cast_physical"
    heals = "type_mismatch"
    order = 60

    def propose(self, context: Context) -> list[Step]:
        """One step a column whose physical type is not what the last accepted batch had, nor any before it."""
        steps = []
        usual = {pair for profile in context.baseline.profiles for pair in profile.table_schema}
        for name, history, _ in context.columns():
            column = context.working.table.column(name)
            now, was = physical_name(column.type), context.history.physical.get(name)
            if was is None or was in (now, "string") or widens(was, now) or (name, now) in usual:
                continue
            kind = history.type if history.present else _KINDS.get(was, history.type)
            target = decimal_of(was) or _TARGETS.get(kind)
            if target is None or now == str(target) or _cast(column, target) is None:
                continue
            accepted = kind if decimal_of(was) is None else was
            reason = f"column {name!r} came as {now}, the accepted type is {accepted}; every value casts back exactly"
            steps.append(self.step(context, (name,), {"type": accepted, "from": now}, 1.0, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Casts the column: one ledger line."""
        column = step.columns[0]
        kind: str = step.params["type"]
        array = _cast(working.table.column(column), decimal_of(kind) or _TARGETS[cast(ColumnType, kind)])
        return working if array is None else replace_column(working, step, column, array, f"cast to {kind}")


def _most(array: pa.Array | pa.ChunkedArray) -> float:
    """The largest size of any number; 0 where there is none."""
    return max((abs(end) for end in pc.min_max(array).as_py().values() if end is not None), default=0)


def _cast(array: pa.ChunkedArray, target: pa.DataType) -> pa.Array | None:
    """The cast column, None when a value would be lost or changed."""
    try:
        if is_text(array.type) or types.is_dictionary(array.type):
            texts = [None if is_missing_word(text) else text for text in text_of(array).to_pylist()]
            flat = pa.array(texts, pa.string())
            if types.is_integer(target):
                pointed = pc.match_substring(flat, ".")
                found = pc.cast(pc.replace_substring_regex(flat, r"\.0+$", ""), target)
                if _most(found.filter(pointed)) > EXACT:
                    return None  # it was a float, which does not keep the digits of so large a number
            else:
                found = pc.cast(flat, target)
        else:
            if types.is_floating(array.type) and types.is_integer(target) and _most(array) > EXACT:
                return None
            whole = array.combine_chunks()
            if types.is_decimal(target):
                found = pc.cast(text_of(whole), target)
            else:
                found = doubles(whole) if types.is_floating(target) else pc.cast(whole, target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found
