"""Judges the profiles of the metrics topic as they come and raises alerts."""

from __future__ import annotations

import hashlib
import threading

import structlog

from airflow_provider_dqheal.core.config import Settings
from airflow_provider_dqheal.core.errors import BatchUnreadable, MessageRejected
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.detection.verdict import judge
from airflow_provider_dqheal.messaging.consumer import Received, consume
from airflow_provider_dqheal.messaging.producer import Producer
from airflow_provider_dqheal.messaging.schemas import AlertMessage, MetricsMessage, parse_message
from airflow_provider_dqheal.pipeline.detect import unknown_verdict
from airflow_provider_dqheal.pipeline.receive import receive
from airflow_provider_dqheal.pipeline.services import Services
from airflow_provider_dqheal.profiling.profile import Profile
from airflow_provider_dqheal.stream.history import Histories

GROUP = "stream"
VERDICT_STAGE = "stream"
"""The stage under which a streamed verdict is stored: the healing run judges the batch itself again."""
ALERT_STAGE = "alert"


class StreamDetector:
    """Judges metrics messages; every effect comes before the commit of the offset and is idempotent.

    A verdict with issues opens an incident and raises one alert, also when the message comes twice. A batch whose
    rows can be read is left to the healing run that the alert starts.
    """

    def __init__(self, services: Services, producer: Producer) -> None:
        self._services = services
        self._producer = producer
        self._histories = Histories(services)

    def handle(self, message: Received) -> Verdict:
        """Judges the profile in a message and stores, tells and raises what follows from it.

        Raises:
            MessageRejected: when the message is malformed, or refers to a profile that the store does not hold.
            BrokerUnavailable, StoreError: when an alert or the verdict cannot be delivered; the message comes again.
            ModelLoadError: when the weights are missing or altered.
            ConfigError: when the data set's policy is invalid.
        """
        kafka = self._services.settings.kafka
        read = parse_message("metrics", message.value, kafka.max_message_bytes)
        ref, profile = self._profiled(read)
        baseline = self._histories.baseline_for(ref)
        verdict = (
            unknown_verdict(self._services, ref)
            if baseline is None
            else judge(profile, baseline, self._services.settings.detection)
        )
        alert_id = _digest("alert", ref, profile, verdict.model_id)
        kept = self._keep(ref, profile, verdict, stored=read.reference is not None)
        self._tell(kept or ref, profile, verdict)
        if verdict.issues and not self._is_raised(kept, alert_id):
            self._producer.send(kafka.alerts_topic, alert_for(ref, verdict, alert_id), key=ref.key)
            if kept is not None:
                self._services.store.put_stage(kept, ALERT_STAGE, {"alert_id": alert_id})
            structlog.get_logger().info("alert_raised", batch=ref.key, issues=[issue.type for issue in verdict.issues])
        return verdict

    def _profiled(self, message: MetricsMessage) -> tuple[BatchRef, Profile]:
        """The batch and its profile, read from the store where the message refers to it."""
        if message.profile is not None:
            return message.batch(), message.profile
        reference = message.batch()
        record = self._services.store.batch(reference.dataset, reference.batch_id, reference.attempt)
        profile = self._services.store.profile(record.ref) if record is not None else None
        if record is None or profile is None:
            raise MessageRejected(
                f"metrics message: {reference.key} attempt {reference.attempt}: the store holds no such profile; "
                "store it before it is announced"
            )
        return record.ref, profile

    def _keep(self, ref: BatchRef, profile: Profile, verdict: Verdict, stored: bool) -> BatchRef | None:
        """Stores the verdict with an attempt of the batch; None where there is no attempt to store it with.

        A batch without rows lives from its profile. One with rows gets an attempt only when there is an issue, under
        the digest of its content: the attempt that the healing run works on. ``stored``: it has one already.
        """
        store = self._services.store
        if stored:
            kept = ref
            store.put_profile(kept, profile)
        elif not has_rows(ref):
            kept = store.receive(ref.model_copy(update={"digest": _digest("profile", ref, profile)}))
            store.put_profile(kept, profile)
        elif verdict.issues:
            try:
                kept = receive(self._services, ref)
            except BatchUnreadable as error:
                structlog.get_logger().warning("rows_unreadable", batch=ref.key, why=str(error))
                return None
        else:
            return None
        if not (has_rows(ref) and verdict.issues):
            self._close(kept, profile, verdict)
        if verdict.issues or verdict.status != "scored":
            store.open_incident(kept, verdict)
        store.put_stage(kept, VERDICT_STAGE, verdict.model_dump(mode="json"))
        return kept

    def _close(self, kept: BatchRef, profile: Profile, verdict: Verdict) -> None:
        """Ends an attempt that no healing run will take up; one that the loop has taken up is left alone."""
        record = self._services.store.batch(kept.dataset, kept.batch_id, kept.attempt)
        if record is None or record.status not in ("received", "profiled"):
            return
        clean = verdict.status == "scored" and not verdict.issues
        judged = "judged by its profile and found clean; no run was asked for"
        self._services.store.set_status(
            kept,
            "detected" if clean else "held",
            issues=[issue.type for issue in verdict.issues],
            quality_score=verdict.quality_score,
            rows_in=profile.row_count,
            reason=judged if clean else verdict.reason or "raised by the stream detector; there are no rows to heal",
        )

    def _is_raised(self, kept: BatchRef | None, alert_id: str) -> bool:
        stage = self._services.store.stage(kept, ALERT_STAGE) if kept is not None else None
        return stage is not None and stage.document.get("alert_id") == alert_id

    def _tell(self, ref: BatchRef, profile: Profile, verdict: Verdict) -> None:
        if verdict.status == "insufficient_history":
            structlog.get_logger().info("insufficient_history", batch=ref.key, why=verdict.reason)
        self._services.events.emit(
            StatusEvent(
                id=_digest("judged", ref, profile, verdict.model_id),
                type="dqheal.stream.judged",
                subject=ref.key,
                data={
                    "dataset": ref.dataset,
                    "batch_id": ref.batch_id,
                    "attempt": ref.attempt,
                    "verdict": verdict.status,
                    "issues": [issue.type for issue in verdict.issues],
                    "quality_score": verdict.quality_score,
                },
            )
        )


def has_rows(ref: BatchRef) -> bool:
    """Whether the batch lies somewhere; a window of a stream lies nowhere."""
    return ref.format != "table"


def alert_for(ref: BatchRef, verdict: Verdict, alert_id: str) -> AlertMessage:
    """The alert for a verdict with issues; without a uri when there are no rows to heal."""
    return AlertMessage(
        alert_id=alert_id,
        dataset=ref.dataset,
        batch_id=ref.batch_id,
        uri=ref.uri if has_rows(ref) else None,
        format=ref.format,
        options=ref.options,
        produced_at=ref.produced_at,
        verdict=verdict,
    )


def _digest(kind: str, ref: BatchRef, profile: Profile, model_id: str | None = None) -> str:
    """The same for the same profile of the same batch, whatever message brought it."""
    content = hashlib.sha256(f"{kind}\n{ref.key}\n{model_id}\n".encode())
    content.update(profile.model_copy(update={"batch": None}).to_bytes())
    return content.hexdigest()[:32]


def run_stream(settings: Settings, stop: threading.Event | None = None, max_messages: int | None = None) -> int:
    """Consumes data-quality-metrics until ``stop`` is set; returns how many messages were handled.

    Setting ``stop`` (the command line does on SIGTERM and SIGINT) ends it after the message at hand. A broker or a
    store that is away is waited for.

    Raises:
        ConfigError: when no broker is configured.
        StoreError: when the store cannot be opened at the start.
        ModelLoadError: when the weights are missing or altered; the message comes again.
    """
    with Services.open(settings) as services, Producer(settings.kafka) as producer:
        detector = StreamDetector(services, producer)

        def handle(message: Received) -> None:
            detector.handle(message)

        structlog.get_logger().info("stream_started", topic=settings.kafka.metrics_topic)
        return consume(settings.kafka, (settings.kafka.metrics_topic,), GROUP, handle, stop, max_messages)
