"""Puts back accepted columns that the batch lacks."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.profiling.kinds import decimal_of
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.kernels.likeness import content_likeness
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working

_CONSTANT_ROWS = 100


@register
class RestoreRemoved(Strategy):
    """Restores a removed column: its only value where it was constant through the history, else null.

    A column that comes and goes is not missed. Nothing is restored while an unknown column could be the missing one
    under another name.
    """

    name = "restore_removed"
    heals = "schema_drift"
    order = 20

    def propose(self, context: Context) -> list[Step]:
        """One step with all removed columns."""
        names = context.working.table.column_names
        missing = [name for name in context.history.columns if name not in (*names, *context.baseline.optional)]
        added = [name for name in names if name not in context.history.columns]
        if not missing or context.policy.removed_columns == "hold":
            return []
        values: dict[str, str | None] = {}
        for name in missing:
            history = context.history.columns[name]
            if any(content_likeness(context.cells(other).counter, history) > 0.4 for other in added):
                continue
            only = list(history.pooled) if history.rows >= _CONSTANT_ROWS and len(history.pooled) == 1 else [None]
            values[name] = only[0]
        if not values:
            return []
        reason = f"column of the accepted schema is not in the batch: {', '.join(map(repr, values))}"
        types = {name: context.history.physical[name] for name in values if name in context.history.physical}
        return [self.step(context, tuple(values), {"values": values, "types": types}, 0.95, reason)]

    def change(self, working: Working, step: Step) -> Working:
        """Adds the columns at the end; the order is restored by its own step."""
        table, lines = working.table, []
        for name, value in step.params["values"].items():
            if name in table.column_names:
                continue
            filled = _filled(value, table.num_rows, step.params["types"].get(name))
            table = table.append_column(pa.field(name, filled.type), filled)
            lines.append(ledger_lines(step, name, [None], [None], [value]))
        origins = (*working.origins, *((name, None) for name in table.column_names[len(working.origins) :]))
        return working.replace(table=table, origins=origins, ledger=pa.concat_tables([working.ledger, *lines]))


def _filled(value: str | None, rows: int, physical: str | None) -> pa.Array:
    """The value in every row, in the physical type of the last accepted batch where it reads as one, else as text."""
    text = pa.repeat(pa.scalar(value, pa.string()), rows)
    try:
        return pc.cast(text, decimal_of(physical) or pa.type_for_alias(physical)) if physical else text
    except (ValueError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return text
