"""A button on each task that opens the batch's incident on the dashboard."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink

from airflow_provider_dqheal.hooks.dqheal import DQHealHook


class BatchLink(BaseOperatorLink):
    """Opens the incident of the batch; a batch without one opens the page of its data set."""

    name = "Data quality"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address on the dashboard; computed by the worker when the task ends."""
        hook = DQHealHook(getattr(operator, "dqheal_conn_id", DQHealHook.default_conn_name))
        base = hook.settings.service.public_url.rstrip("/")
        batch = getattr(operator, "batch", None)
        if not isinstance(batch, dict) or not batch.get("dataset"):
            return f"{base}/"
        incident = self._incident(hook, batch)
        page = f"incidents/{quote(incident, safe='')}" if incident else f"datasets/{quote(batch['dataset'], safe='')}"
        return f"{base}/{page}"

    def _incident(self, hook: DQHealHook, batch: dict[str, Any]) -> str | None:
        from airflow_provider_dqheal.core.types import BatchRef
        from airflow_provider_dqheal.storage.store import Store

        with Store(hook.settings.database_url) as store:
            incident = store.incident_of(BatchRef.model_validate(batch))
        return None if incident is None else str(incident.id)
