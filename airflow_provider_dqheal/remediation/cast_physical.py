"""Takes columns of another physical type back to the accepted one when no value is lost."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from airflow_provider_dqheal.core.types import ColumnType, Step
from airflow_provider_dqheal.profiling.parsing import EXACT
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.edits import replace_column
from airflow_provider_dqheal.remediation.kernels.text import is_missing_word, is_text, text_of
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

    Widening that the accepted type holds is left alone; a cast that would change or lose a value is not made.
    """

    name = "cast_physical"
    heals = "type_mismatch"
    order = 60

    def propose(self, context: Context) -> list[Step]:
        """One step a column whose physical type is not what the last accepted batch had, nor any before it."""
        steps = []
        usual = {pair for profile in context.baseline.profiles for pair in profile.table_schema}
        for name, history, _ in context.columns():
            now = context.working.table.schema.field(name).type
            was = context.history.physical.get(name)
            kind = history.type if history.present else _KINDS.get(str(was), history.type)
            target = _TARGETS.get(kind)
            if target is None or was is None or was == str(now) or was in ("string", "large_string"):
                continue
            if now == target or (name, str(now)) in usual or _cast(context.working.table.column(name), target) is None:
                continue
            reason = f"column {name!r} came as {now}, the accepted type is {kind}; every value casts back exactly"
            steps.append(self.step(context, (name,), {"type": kind, "from": str(now)}, 1.0, reason))
        return steps

    def change(self, working: Working, step: Step) -> Working:
        """Casts the column: one ledger line."""
        column = step.columns[0]
        kind: ColumnType = step.params["type"]
        array = _cast(working.table.column(column), _TARGETS[kind])
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
                cast = pc.cast(pc.replace_substring_regex(flat, r"\.0+$", ""), target)
                if _most(cast.filter(pointed)) > EXACT:
                    return None  # it was a float, which does not keep the digits of so large a number
            else:
                cast = pc.cast(flat, target)
        else:
            if types.is_floating(array.type) and types.is_integer(target) and _most(array) > EXACT:
                return None
            cast = pc.cast(array.combine_chunks(), target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return pa.concat_arrays(cast.chunks) if isinstance(cast, pa.ChunkedArray) else cast
