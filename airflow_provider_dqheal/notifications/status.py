"""A callback that tells the dashboard: ``on_failure_callback=StatusNotifier()`` on any DAG or task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseNotifier

from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.hooks.dqheal import DQHealHook


class StatusNotifier(BaseNotifier):
    """Sends one status event to the store, the log and (when there is one) the status topic.

    The event's type is ``dqheal.run.<status>``; its subject ``dataset/batch_id`` where the run's conf names a batch,
    else the DAG's id.

    Args:
        status: Last part of the type; None takes the state of the run or task.
        message: Words for a person (templated); never put row values into it.
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
    """

    template_fields: Sequence[str] = ("message",)

    def __init__(
        self,
        status: str | None = None,
        message: str = "",
        dqheal_conn_id: str = DQHealHook.default_conn_name,
    ) -> None:
        super().__init__()
        self.status = status
        self.message = message
        self.dqheal_conn_id = dqheal_conn_id

    def event(self, context: Any) -> StatusEvent:
        """The event for a callback's context."""
        run, task = context.get("dag_run"), context.get("ti")
        conf = dict((run.conf if run else None) or {})
        dag_id = run.dag_id if run else getattr(context.get("dag"), "dag_id", "unknown")
        state = self.status or str(getattr(task, "state", None) or getattr(run, "state", None) or "failed")
        named = "dataset" in conf and "batch_id" in conf
        data = {
            "dag_id": dag_id,
            "run_id": run.run_id if run else None,
            "task_id": getattr(task, "task_id", None),
            "status": state,
            "message": self.message or str(context.get("reason") or ""),
        }
        if named:
            data |= {"dataset": conf["dataset"], "batch_id": conf["batch_id"]}
        subject = f"{conf['dataset']}/{conf['batch_id']}" if named else dag_id
        return StatusEvent(type=f"dqheal.run.{state}", subject=subject, data=data)

    def notify(self, context: Any) -> None:
        """Delivers the event."""
        with DQHealHook(self.dqheal_conn_id).services() as services:
            services.events.emit(self.event(context))
