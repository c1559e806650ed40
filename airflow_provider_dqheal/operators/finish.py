"""The last word on a run: whatever happened, the batch does not stay open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.operators._base import Json, StageOperator
from airflow_provider_dqheal.operators.stages import conf_of

if TYPE_CHECKING:
    from airflow_provider_dqheal.pipeline.services import Services

ENDED = frozenset({"published", "held", "failed", "undone"})


class FinishBatch(StageOperator):
    """Marks a batch that no stage ended as failed (its worker was killed, say), and tells how the run ended.

    Meant as a teardown: it runs when everything else is done, and does not decide the state of the run.
    """

    ui_color = "#e5e7eb"

    def execute(self, context: Any) -> Json:
        """Works without the output of :class:`ReceiveBatch` too: that task may be the one that failed."""
        conf = conf_of(context)
        given = self.batch or {"dataset": conf.get("dataset"), "batch_id": conf.get("batch_id")}
        dataset, batch_id = given.get("dataset"), given.get("batch_id")
        if not isinstance(dataset, str) or not isinstance(batch_id, str):
            return {"status": None, "reason": "the run named no batch"}
        with airflow_failures(), DQHealHook(self.dqheal_conn_id).services() as services:
            record = services.store.batch(dataset, batch_id, given.get("attempt"))
            if record is None:
                return {"status": None, "reason": f"{dataset}/{batch_id} was never received"}
            return self.stage(services, record.ref, context)

    def stage(self, services: Services, ref: BatchRef, context: Any) -> Json:
        """Returns the batch's final status."""
        record = services.store.batch(ref.dataset, ref.batch_id, ref.attempt)
        assert record is not None
        status, reason = record.status, record.reason
        if status not in ENDED:
            run_id = context["run_id"]
            reason = f"run {run_id} ended while the batch was {status}; see the run's task logs, then run it again"
            status = "failed"
            services.store.set_status(ref, status, reason=reason)
            services.events.emit(
                batch_event("publish", status, ref.dataset, ref.batch_id, ref.attempt, reason=reason, run_id=run_id)
            )
        return {"status": status, "reason": reason}
