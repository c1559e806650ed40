"""The messages of each topic, versioned; docs/messages.md shows an example of each."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, JsonValue, ValidationError, model_validator

from airflow_provider_dqheal.core.errors import MessageRejected
from airflow_provider_dqheal.core.events import StatusEvent
from airflow_provider_dqheal.core.types import BatchFormat, Frozen, Verdict
from airflow_provider_dqheal.profiling.profile import Profile

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""A message above this size is not parsed, whatever the broker let through."""

Name = Field(min_length=1, max_length=200)


class BatchMessage(Frozen):
    """data-quality-batches: a batch is ready to be read."""

    version: Literal[1] = 1
    dataset: str = Name
    batch_id: str = Name
    uri: str = Field(min_length=1, max_length=4096)
    format: BatchFormat = "csv"
    options: dict[str, str | int | float | bool | None] = Field(default_factory=dict, max_length=32)
    produced_at: datetime | None = None


class ProfileReference(Frozen):
    """A profile too large for a message: the attempt in the store that holds it."""

    dataset: str = Name
    batch_id: str = Name
    attempt: int = Field(default=1, ge=1)


class MetricsMessage(Frozen):
    """data-quality-metrics: the profile of a batch or window, from any producer; inline or by reference."""

    version: Literal[1] = 1
    profile: Profile | None = None
    reference: ProfileReference | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> MetricsMessage:
        if (self.profile is None) == (self.reference is None):
            raise ValueError("exactly one of `profile` and `reference` is expected")
        if self.profile is not None and self.profile.batch is None:
            raise ValueError("`profile.batch` is missing: it names the data set and the batch")
        return self


class AlertMessage(Frozen):
    """data-quality-alerts: the stream detector found issues. Without ``uri`` there is nothing to heal."""

    version: Literal[1] = 1
    alert_id: str = Field(min_length=1, max_length=100)
    dataset: str = Name
    batch_id: str = Name
    uri: str | None = Field(default=None, max_length=4096)
    format: BatchFormat = "csv"
    options: dict[str, str | int | float | bool | None] = Field(default_factory=dict, max_length=32)
    produced_at: datetime | None = None
    verdict: Verdict


class DeadLetter(Frozen):
    """data-quality-dlq: a message that could not be handled, where it came from and why.

    ``payload`` is base64, cut to its first bytes; ``payload_bytes`` and ``sha256`` are of the whole.
    """

    version: Literal[1] = 1
    reason: str
    topic: str
    partition: int
    offset: int
    key: str | None = None
    payload: str
    payload_bytes: int
    sha256: str
    truncated: bool
    time: datetime


Message = BatchMessage | MetricsMessage | AlertMessage | StatusEvent | DeadLetter
KINDS: dict[str, type[Frozen]] = {
    "batch": BatchMessage,
    "metrics": MetricsMessage,
    "alert": AlertMessage,
    "status": StatusEvent,
    "dead_letter": DeadLetter,
}


def parse_message(kind: str, payload: bytes) -> Any:
    """The message in ``payload``, of the kind named (a key of :data:`KINDS`).

    Raises:
        MessageRejected: when it is too large, not JSON, of an unknown version, or not of that kind.
    """
    model = KINDS[kind]
    if len(payload) > MAX_MESSAGE_BYTES:
        raise MessageRejected(f"{kind} message: {len(payload)} bytes, at most {MAX_MESSAGE_BYTES} are read; send a reference")
    try:
        document: JsonValue = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise MessageRejected(f"{kind} message: not JSON ({_short(error)}); expected a JSON object in UTF-8") from error
    if not isinstance(document, dict):
        raise MessageRejected(f"{kind} message: {type(document).__name__}, expected a JSON object")
    if "version" in model.model_fields and document.get("version", 1) != 1:
        raise MessageRejected(
            f"{kind} message: version {str(document['version'])[:20]!r} is unknown, expected 1; upgrade dqheal or the producer"
        )
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part)[:50] for part in first["loc"]) or "message"
        raise MessageRejected(f"{kind} message: {where}: {first['msg']}; see docs/messages.md") from error
    except RecursionError as error:
        raise MessageRejected(f"{kind} message: nested too deeply; see docs/messages.md") from error


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
