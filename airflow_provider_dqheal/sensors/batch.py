"""Waits until a batch, or an alert about one, is announced on Kafka."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.exceptions import AirflowSkipException

from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.triggers.kafka import KafkaBatchTrigger


class BatchSensor(BaseSensorOperator):
    """Defers until the dispatcher's group has an uncommitted message; skips when none comes in ``wait_s``.

    It only says that there is something to do: the task behind it reads what is there, does it, and commits.

    Args:
        wait_s: Seconds to wait, as a number or its text (templated).
        topics: Topics to watch; empty means the batches topic and the alerts topic of the settings.
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
        kafka_conn_id: Connection of the Kafka provider; None takes the one named by ``dqheal_conn_id``.
        group_id: Consumer group whose offsets count; None is the dispatcher's.
    """

    template_fields: Sequence[str] = ("wait_s", "topics")
    ui_color = "#dbeafe"

    def __init__(
        self,
        *,
        wait_s: float | str = 600.0,
        topics: Sequence[str] = (),
        dqheal_conn_id: str = DQHealHook.default_conn_name,
        kafka_conn_id: str | None = None,
        group_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.wait_s = wait_s
        self.topics = topics
        self.dqheal_conn_id = dqheal_conn_id
        self.kafka_conn_id = kafka_conn_id
        self.group_id = group_id

    def execute(self, context: Any) -> None:
        """Defers to the trigger; the deadline is the trigger's own."""
        hook = DQHealHook(self.dqheal_conn_id, self.kafka_conn_id)
        with airflow_failures():
            kafka = hook.settings.kafka
        self.defer(
            trigger=KafkaBatchTrigger(
                topics=list(self.topics) or [kafka.batches_topic, kafka.alerts_topic],
                deadline=time.time() + float(self.wait_s),
                kafka_conn_id=hook.kafka_conn_id,
                group_id=self.group_id,
            ),
            method_name="execute_complete",
        )

    def execute_complete(self, context: Any, event: dict[str, Any] | None = None) -> dict[str, Any]:
        """Returns where the first message lies.

        Raises:
            AirflowSkipException: when the deadline passed without a message.
        """
        if not event or not event.get("found"):
            raise AirflowSkipException((event or {}).get("reason", "the trigger ended without a message"))
        self.log.info("message at %s[%s]@%s", event["topic"], event["partition"], event["offset"])
        return {key: event[key] for key in ("topic", "partition", "offset")}
