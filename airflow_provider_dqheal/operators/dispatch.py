"""From messages to runs: one run a batch, nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from airflow_provider_dqheal.core.errors import BatchUnreadable, DQHealError, MessageRejected
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.hooks.kafka import consumer_config
from airflow_provider_dqheal.operators._runs import run_id_of, trigger_run

if TYPE_CHECKING:
    from confluent_kafka import Message

    from airflow_provider_dqheal.pipeline.services import Services

CONF_FIELDS = ("dataset", "batch_id", "uri", "format", "options", "produced_at", "topic", "partition", "offset")
"""What a run is told of its batch; digest and attempt it finds out itself."""


class DispatchBatches(BaseOperator):
    """Drains the batches topic and the alerts topic to their end and starts one healing run per batch.

    For each message: received (digest, attempt), a run with a deterministic id created, runs that exist left alone;
    what cannot be read goes to the dead-letter topic and blocks nothing. Offsets are committed after all that, so a
    crash anywhere before repeats the messages, and the repetition changes nothing.

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
        """Returns the ids of the runs and how many messages were started, known, rejected, held, noted.

        Raises:
            BrokerUnavailable: when Kafka cannot be read or the offsets cannot be committed (retried).
        """
        from airflow_provider_dqheal.hooks.drain import drain

        hook = DQHealHook(self.dqheal_conn_id, self.kafka_conn_id)
        counts: Counter[str] = Counter()
        runs: list[str] = []
        with airflow_failures(), hook.services() as services:
            kafka = services.settings.kafka
            config = consumer_config(kafka, hook.kafka_conn_id, self.group_id)
            with drain(config, (kafka.batches_topic, kafka.alerts_topic), kafka.timeout_s) as drained:
                for message in drained.messages(self.max_messages):
                    outcome, run_id = self._handle(services, message)
                    counts[outcome] += 1
                    if run_id:
                        runs.append(run_id)
                drained.commit()
        self.log.info("dispatched: %s", dict(counts))
        return {"runs": runs, **counts}

    def _handle(self, services: Services, message: Message) -> tuple[str, str | None]:
        """What became of one message, and the id of its run."""
        try:
            ref = self._batch_of(services, message)
            if ref is None:
                return "noted", None
            return self._start(services, ref)
        except BatchUnreadable as error:
            self.log.warning("held: %s", error)
            return "held", None
        except DQHealError as error:
            if error.retryable:
                raise
            self._reject(services, message, error)
            return "rejected", None

    def _start(self, services: Services, ref: BatchRef) -> tuple[str, str]:
        from airflow_provider_dqheal.pipeline.receive import receive

        received = receive(services, ref)
        run_id = run_id_of(received.dataset, received.batch_id, received.attempt)
        conf = received.model_dump(mode="json", include=set(CONF_FIELDS), exclude_none=True)
        return ("started" if trigger_run(self.trigger_dag_id, run_id, conf) else "known"), run_id

    def _batch_of(self, services: Services, message: Message) -> BatchRef | None:
        """The batch that the message announces; None for an alert that names no place (it opens an incident)."""
        from airflow_provider_dqheal.pipeline.receive import match_batch

        payload = message.value() or b""
        if message.topic() == services.settings.kafka.alerts_topic:
            ref = alerted_batch(services, payload)
        else:
            ref = match_batch(payload)
        where = {"topic": message.topic(), "partition": message.partition(), "offset": message.offset()}
        return ref.model_copy(update=where) if ref is not None else None

    def _reject(self, services: Services, message: Message, error: DQHealError) -> None:
        raise NotImplementedError


def alerted_batch(services: Services, payload: bytes) -> BatchRef | None:
    """The batch behind an alert of the stream detector."""
    raise NotImplementedError


__all__: Sequence[str] = ["DispatchBatches", "MessageRejected"]
