"""Announce: tell the loop, by Kafka, that a batch or a profile is there."""

from __future__ import annotations

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import BatchMessage, MetricsMessage
from airflow_provider_dqheal.profiling.profile import Profile


def announce_batch(settings: Settings, ref: BatchRef) -> None:
    """Sends a batch message and waits until the broker has it.

    Raises:
        BrokerUnavailable: when the broker does not take it within the timeout.
    """
    fields = ref.model_dump(include=set(BatchMessage.model_fields) - {"version"})
    with Producer(settings.kafka) as producer:
        producer.send(settings.kafka.batches_topic, BatchMessage(**fields), key=ref.key)


def announce_profile(settings: Settings, profile: Profile) -> None:
    """Sends a profile to the metrics topic, where the stream detector judges it.

    Raises:
        BrokerUnavailable: when the broker does not take it within the timeout.
    """
    key = profile.batch.key if profile.batch else None
    with Producer(settings.kafka) as producer:
        producer.send(settings.kafka.metrics_topic, MetricsMessage(profile=profile), key=key)
