"""From messages to runs: one run a batch, nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from airflow_provider_dqheal.core.errors import BatchUnreadable, DQHealError
from airflow_provider_dqheal.core.events import batch_event
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.hooks.kafka import dispatch_group
from airflow_provider_dqheal.operators._runs import run_id_of, trigger_run

if TYPE_CHECKING:
    from airflow_provider_dqheal.messaging.consumer import Received
    from airflow_provider_dqheal.messaging.schemas import AlertMessage
    from airflow_provider_dqheal.pipeline.services import Services

CONF_FIELDS = ("dataset", "batch_id", "uri", "format", "options", "produced_at", "topic", "partition", "offset")
"""What a run is told of its batch; digest and attempt it finds out itself."""


class DispatchBatches(BaseOperator):
    """Drains the batches topic and the alerts topic to their end and starts one healing run per batch.

    For each message: received (digest, attempt), a run with a deterministic id created, runs that exist left alone;
    what cannot be read goes to the dead-letter topic and blocks nothing. Each offset is committed after that, so a
    crash anywhere before repeats the message, and the repetition changes nothing.

    Args:
        trigger_dag_id: DAG that heals one batch.
        max_messages: Most messages of one run; what is left wakes the next one at once.
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
        kafka_conn_id: Connection of the Kafka provider; None takes the one named by ``dqheal_conn_id``.
        group_id: Consumer group; None is the dispatcher's. The same as the sensor's.
    """

    ui_color = "#dbeafe"

    def __init__(
        self,
        *,
        trigger_dag_id: str = "dqheal_heal",
        max_messages: int = 1000,
        dqheal_conn_id: str = DQHealHook.default_conn_name,
        kafka_conn_id: str | None = None,
        group_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.trigger_dag_id = trigger_dag_id
        self.max_messages = max_messages
        self.dqheal_conn_id = dqheal_conn_id
        self.kafka_conn_id = kafka_conn_id
        self.group_id = group_id

    def execute(self, context: Any) -> dict[str, Any]:
        """Returns the ids of the runs, and how many messages were started, known, held, noted and rejected.

        Raises:
            BrokerUnavailable: when Kafka cannot be read or an offset cannot be committed (retried).
        """
        from airflow_provider_dqheal.messaging.consumer import read_pending

        hook = DQHealHook(self.dqheal_conn_id, self.kafka_conn_id)
        counts: Counter[str] = Counter()
        runs: list[str] = []
        with airflow_failures(), hook.services() as services:
            kafka = services.settings.kafka
            group = self.group_id or dispatch_group(kafka)
            with read_pending(kafka, (kafka.batches_topic, kafka.alerts_topic), group) as pending:
                for message in pending.messages(self.max_messages):
                    outcome, ref = self._receive(services, message)
                    if ref is not None:
                        run_id = run_id_of(ref.dataset, ref.batch_id, ref.attempt)
                        conf = ref.model_dump(mode="json", include=set(CONF_FIELDS), exclude_none=True)
                        outcome = "started" if trigger_run(self.trigger_dag_id, run_id, conf) else "known"
                        runs.append(run_id)
                    counts[outcome] += 1
                    pending.commit(message)
        self.log.info("dispatched: %s", dict(counts))
        return {"runs": runs, **counts}

    def _receive(self, services: Services, message: Received) -> tuple[str, BatchRef | None]:
        """What became of the message when no run is to be started, else the received batch.

        Whatever is wrong with one message must not block those behind it; only what passes by itself is raised.
        """
        from airflow_provider_dqheal.messaging.schemas import parse_message
        from airflow_provider_dqheal.pipeline.receive import match_batch, receive

        try:
            if message.topic == services.settings.kafka.alerts_topic:
                alert = parse_message("alert", message.value)
                if alert.uri is None:
                    note_alert(services, alert)
                    return "noted", None
                ref = alert.batch()
            else:
                ref = match_batch(message.value)
            place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
            return "received", receive(services, ref.model_copy(update=place))
        except BatchUnreadable as error:
            self.log.warning("held: %s", error)
            return "held", None
        except Exception as error:
            if isinstance(error, DQHealError) and error.retryable:
                raise
            self._put_aside(services, message, error)
            return "rejected", None

    def _put_aside(self, services: Services, message: Received, error: Exception) -> None:
        from airflow_provider_dqheal.messaging.dead_letter import dead_letter
        from airflow_provider_dqheal.messaging.producer import Producer

        reason = str(error)
        if not isinstance(error, DQHealError):
            self.log.exception("message %s[%s]@%s failed", message.topic, message.partition, message.offset)
            reason = f"{type(error).__name__} while it was received: see the log of task {self.task_id}"
        kafka = services.settings.kafka
        with Producer(kafka) as producer:
            producer.send(kafka.dlq_topic, dead_letter(message, reason), key=f"{message.topic}/{message.partition}")


def note_alert(services: Services, alert: AlertMessage) -> None:
    """Opens an incident for an alert without rows to heal; the batch, when it is not known yet, is held."""
    record = services.store.batch(alert.dataset, alert.batch_id)
    if record is not None:
        ref = record.ref
    else:
        ref = services.store.receive(alert.batch())
        services.store.set_status(
            ref,
            "held",
            issues=[issue.type for issue in alert.verdict.issues],
            quality_score=alert.verdict.quality_score,
            reason="raised by the stream detector; there are no rows to heal",
        )
    services.store.open_incident(ref, alert.verdict)
    services.events.emit(
        batch_event(
            "detect",
            "alert",
            ref.dataset,
            ref.batch_id,
            ref.attempt,
            issues=[{"type": i.type, "severity": i.severity, "columns": list(i.columns)} for i in alert.verdict.issues],
        )
    )
