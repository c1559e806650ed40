"""Announce: tell the loop, by Kafka, that a batch or a profile is there."""

from __future__ import annotations

import hashlib

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.messaging.metrics import metrics_message
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import BatchMessage, MetricsMessage
from airflow_provider_dqheal.pipeline.receive import receive
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.profile import Profile


def announce_batch(settings: Settings, ref: BatchRef) -> None:
    """Sends a batch message and waits until the broker has it.

    Raises:
        BrokerUnavailable: when the broker does not take it within the timeout.
    """
    fields = ref.model_dump(include=set(BatchMessage.model_fields) - {"version"})
    with Producer(settings.kafka) as producer:
        producer.send(settings.kafka.batches_topic, BatchMessage(**fields), key=ref.key)


def announce_profile(settings: Settings, profile: Profile) -> MetricsMessage:
    """Sends a profile to the metrics topic, where the stream detector judges it; returns the message.

    A profile that is too large for a message is put into the store, and the message refers to it.

    Raises:
        BrokerUnavailable: when the broker does not take it within the timeout.
        MessageRejected: when it is too large and names no batch to store it with.
        StoreError: when it is too large and the store cannot be written.
    """
    ref = profile.batch
    keep = None if ref is None else lambda large: keep_for_reference(settings, large, ref)
    message = metrics_message(settings.kafka, profile, keep)
    with Producer(settings.kafka) as producer:
        producer.send(settings.kafka.metrics_topic, message, key=ref.key if ref else None)
    return message


def keep_for_reference(settings: Settings, profile: Profile, ref: BatchRef) -> BatchRef:
    """Stores a profile with an attempt of its batch: the one of its content, or of the profile where it has no rows.

    Raises:
        BatchUnreadable: when the batch has rows that cannot be read (any more).
    """
    with Services.open(settings) as services:
        if ref.format == "table":
            content = profile.model_copy(update={"batch": None}).to_bytes()
            known = services.store.receive(ref.model_copy(update={"digest": hashlib.sha256(content).hexdigest()}))
        else:
            known = receive(services, ref)
        services.store.put_profile(known, profile)
        record = services.store.batch(known.dataset, known.batch_id, known.attempt)
        if record is not None and record.status == "received":
            services.store.set_status(known, "profiled", rows_in=profile.row_count)
    return known
