"""Judges the profiles of the metrics topic as they come and raises alerts."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import structlog

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.errors import MessageRejected
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.messaging.consumer import consume
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import AlertMessage, MetricsMessage, parse_message
from airflow_provider_dqheal.pipeline.detect import baseline_for, unknown_verdict
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.profile import Profile

GROUP = "stream"
IN_MEMORY = "memory"
"""The uri of a batch that lies nowhere: a window of a stream."""


class StreamDetector:
    """Judges one metrics message at a time. The same message twice gives the same alert id, so one run."""

    def __init__(self, services: Services, producer: Producer) -> None:
        self._services = services
        self._producer = producer

    def handle(self, message: Any) -> None:
        """Judges the profile in a confluent_kafka message; an alert is sent before the offset is committed.

        Raises:
            MessageRejected: when the message is malformed, or refers to a profile that the store does not hold.
            BrokerUnavailable: when the alert is not taken.
        """
        profile = self._profile(parse_message("metrics", message.value() or b""))
        assert profile.batch is not None  # the schema demands it
        verdict = self.judge(profile)
        if verdict.issues:
            alert = alert_for(profile, verdict)
            self._producer.send(self._services.settings.kafka.alerts_topic, alert, key=profile.batch.key)

    def judge(self, profile: Profile) -> Verdict:
        """The verdict on a profile, told as an event of type ``dqheal.stream.judged``."""
        ref = profile.batch
        assert ref is not None
        baseline = baseline_for(self._services, ref)
        settings = self._services.settings.detection
        verdict = unknown_verdict(self._services, ref) if baseline is None else judge(profile, baseline, settings)
        self._services.events.emit(
            StatusEvent(
                id=_digest("judged", profile, verdict),
                type="dqheal.stream.judged",
                subject=ref.key,
                data={
                    "dataset": ref.dataset,
                    "batch_id": ref.batch_id,
                    "verdict": verdict.status,
                    "issues": [issue.type for issue in verdict.issues],
                    "quality_score": verdict.quality_score,
                },
            )
        )
        return verdict

    def _profile(self, message: MetricsMessage) -> Profile:
        if message.profile is not None:
            return message.profile
        reference = message.reference
        assert reference is not None  # the schema demands one of both
        record = self._services.store.batch(reference.dataset, reference.batch_id, reference.attempt)
        profile = self._services.store.profile(record.ref) if record is not None else None
        if profile is None:
            raise MessageRejected(
                f"metrics message: {reference.dataset}/{reference.batch_id} attempt {reference.attempt}: the store holds "
                "no such profile; store it before it is announced"
            )
        return profile.model_copy(update={"batch": record.ref}) if record is not None else profile


def alert_for(profile: Profile, verdict: Verdict) -> AlertMessage:
    """The alert for a verdict with issues; its id is a function of the profile and the verdict."""
    ref = profile.batch or BatchRef(dataset="unknown", batch_id="unknown", uri=IN_MEMORY, format="table")
    return AlertMessage(
        alert_id=_digest("alert", profile, verdict),
        dataset=ref.dataset,
        batch_id=ref.batch_id,
        uri=None if ref.uri == IN_MEMORY or ref.format == "table" else ref.uri,
        format=ref.format,
        options=ref.options,
        produced_at=ref.produced_at,
        verdict=verdict,
    )


def _digest(kind: str, profile: Profile, verdict: Verdict) -> str:
    content = hashlib.sha256(kind.encode())
    content.update(profile.to_bytes())
    content.update(str(verdict.model_id).encode())
    return content.hexdigest()[:32]


def run_stream(settings: Settings, stop: threading.Event | None = None, max_messages: int | None = None) -> int:
    """Consumes data-quality-metrics until ``stop``; returns how many messages were handled.

    Raises:
        BrokerUnavailable: when no broker is configured. One that is away is waited for.
    """
    with Services.open(settings) as services, Producer(settings.kafka) as producer:
        detector = StreamDetector(services, producer)
        structlog.get_logger().info("stream_started", topic=settings.kafka.metrics_topic)
        return consume(
            settings.kafka, (settings.kafka.metrics_topic,), GROUP, detector.handle, stop, max_messages=max_messages
        )
