"""Profiles as messages: inline where they fit, else by reference to the store."""

from __future__ import annotations

from collections.abc import Callable

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import MessageRejected
from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.messaging.schemas import MetricsMessage, ProfileReference, encode
from airflow_provider_dqheal.profiling.profile import Profile


def metrics_message(
    settings: KafkaSettings, profile: Profile, keep: Callable[[Profile], BatchRef] | None = None
) -> MetricsMessage:
    """The message for a profile. Above ``settings.max_message_bytes`` it refers to the store.

    ``keep`` puts the profile into the store and returns the attempt that holds it.

    Raises:
        MessageRejected: when the profile is too large and there is no ``keep``.
    """
    message = MetricsMessage(profile=profile)
    size = len(encode(message))
    if size <= settings.max_message_bytes:
        return message
    if keep is None:
        raise MessageRejected(
            f"profile of {len(profile.columns)} columns: {size} bytes, at most {settings.max_message_bytes} are sent; "
            "store it and send a reference"
        )
    ref = keep(profile)
    return MetricsMessage(reference=ProfileReference(dataset=ref.dataset, batch_id=ref.batch_id, attempt=ref.attempt))
