"""Puts the columns back into the accepted order."""

from __future__ import annotations

import pyarrow as pa

from airflow_provider_dqheal.core.types import Step
from airflow_provider_dqheal.remediation._base import Context, Strategy, register
from airflow_provider_dqheal.remediation.ledger import ledger_lines
from airflow_provider_dqheal.remediation.working import Working


@register
class Reorder(Strategy):
    """Accepted columns in accepted order, unknown ones that are kept after them; an order of the history stays."""

    name = "reorder"
    heals = "schema_drift"
    order = 40

    def propose(self, context: Context) -> list[Step]:
        """One step when the order differs."""
        names = context.working.table.column_names
        known = [name for name in context.history.columns if name in names]
        if context.baseline.in_order(names):
            known = [name for name in names if name in known]
        wanted = known + [name for name in names if name not in known]
        if wanted == names:
            return []
        moved = tuple(name for name, old in zip(wanted, names, strict=True) if name != old)
        return [self.step(context, moved, {"order": wanted}, 1.0, "columns are not in the accepted order")]

    def change(self, working: Working, step: Step) -> Working:
        """Selects the columns in the stated order; no cell changes."""
        wanted = [name for name in step.params["order"] if name in working.table.column_names]
        wanted += [name for name in working.table.column_names if name not in wanted]
        before = ", ".join(working.table.column_names)
        origins = dict(working.origins)
        return working.replace(
            table=working.table.select(wanted),
            ledger=pa.concat_tables([working.ledger, ledger_lines(step, "*", [None], [before], [", ".join(wanted)])]),
            origins=tuple((name, origins[name]) for name in wanted),
        )
