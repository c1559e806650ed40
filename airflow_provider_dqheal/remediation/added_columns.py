"""Takes out columns that the accepted schema does not know."""

from __future__ import annotations

import pyarrow as pa

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working


@register
class AddedColumns(Strategy):
    """Drops unknown columns from what is published when the policy says so; the raw batch keeps them.

    Where an accepted column is missing and could be one of them, nothing is dropped: a person decides.
    """

    name = "added_columns"
    heals = "schema_drift"
    order = 30

    def propose(self, context: Context) -> list[Step]:
        """One step with all added columns."""
        names = context.working.table.column_names
        added = [name for name in names if name not in context.history.columns]
        if not added or context.policy.added_columns != "drop":
            return []
        reason = f"column that the accepted schema does not know: {', '.join(map(repr, added))}"
        return [self.step(context, tuple(added), {}, 1.0, reason)]

    def change(self, working: Working, step: Step) -> Working:
        """Drops the columns."""
        gone = [name for name in step.columns if name in working.table.column_names]
        lines = [ledger_lines(step, name, [None], [name], [None]) for name in gone]
        return working.replace(
            table=working.table.drop_columns(gone) if gone else working.table,
            ledger=pa.concat_tables([working.ledger, *lines]),
            origins=tuple(pair for pair in working.origins if pair[0] not in gone),
        )
