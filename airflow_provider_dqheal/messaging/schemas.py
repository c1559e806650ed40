"""The messages of the topics: versioned pydantic models, read strictly.

Unknown fields, versions and types are rejected: a message is either understood in full, or put aside.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, overload

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, model_validator

from airflow_provider_dqheal.core.errors import MessageRejected, ProfileError
from airflow_provider_dqheal.core.events import now
from airflow_provider_dqheal.core.types import BatchFormat, BatchRef, Frozen, Verdict
from airflow_provider_dqheal.profiling.profile import Profile

VERSION = 1
MAX_MESSAGE_BYTES = 900_000
MAX_PROFILE_BYTES = 64_000_000
"""A deflated profile that grows beyond it is refused before it fills the memory."""

Options = dict[str, str | int | float | bool | None]
Name = Annotated[str, Field(min_length=1, max_length=200)]
MessageKind = Literal["batch", "metrics", "alert", "dead_letter"]


def _unpack(value: Any) -> Any:
    """Base64 of :meth:`Profile.to_bytes` as a Profile; a Profile or its plain JSON goes through."""
    if not isinstance(value, str):
        return value
    try:
        packed = base64.b64decode(value, validate=True)
        inflate = zlib.decompressobj()
        inflate.decompress(packed, MAX_PROFILE_BYTES)
        if inflate.unconsumed_tail:
            raise ValueError(f"the profile is larger than {MAX_PROFILE_BYTES} bytes")
        return Profile.from_bytes(packed)
    except (binascii.Error, zlib.error, ProfileError) as error:
        raise ValueError("expected base64 of a deflated profile") from error


PackedProfile = Annotated[
    Profile,
    BeforeValidator(_unpack),
    PlainSerializer(lambda p: base64.b64encode(p.to_bytes()).decode(), return_type=str, when_used="json"),
]


class Message(Frozen):
    """What all messages share."""

    version: Literal[1] = 1


class BatchMessage(Message):
    """Topic data-quality-batches: a new batch is there. ``uri`` is a path or ``file://``, a file or a folder."""

    dataset: Name
    batch_id: Name
    uri: str = Field(min_length=1, max_length=4096)
    format: BatchFormat = "csv"
    options: Options = Field(default_factory=dict)
    produced_at: datetime | None = None


class ProfileReference(Frozen):
    """A profile that is in the store: it was too large for a message."""

    dataset: Name
    batch_id: Name
    attempt: int = Field(default=1, ge=1)


class MetricsMessage(Message):
    """Topic data-quality-metrics: the profile of a batch or window, inline (base64) or by reference to the store.

    ``dataset`` and ``batch_id`` are needed where the profile does not name its batch. Without a place to read the
    rows from (``profile.batch`` of format ``table``, or none) an alert starts nothing.
    """

    dataset: Name | None = None
    batch_id: Name | None = None
    profile: PackedProfile | None = None
    reference: ProfileReference | None = None
    produced_at: datetime | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> MetricsMessage:
        if (self.profile is None) == (self.reference is None):
            raise ValueError("expected either profile or reference")
        if self.profile is not None and self.profile.batch is None and not (self.dataset and self.batch_id):
            raise ValueError("the profile names no batch: dataset and batch_id are needed")
        return self

    def batch(self) -> BatchRef:
        """The batch that was profiled."""
        if self.profile is not None and self.profile.batch is not None:
            named = {"dataset": self.dataset, "batch_id": self.batch_id}
            return self.profile.batch.model_copy(update={key: value for key, value in named.items() if value})
        if self.reference is not None:
            return rowless(self.reference.dataset, self.reference.batch_id, self.reference.attempt)
        assert self.dataset is not None
        assert self.batch_id is not None
        return rowless(self.dataset, self.batch_id)


class AlertMessage(Message):
    """Topic data-quality-alerts: a verdict with issues. ``alert_id`` is the same each time an alert is raised again.

    ``uri`` None: there are no rows to heal; it opens an incident and starts nothing.
    """

    alert_id: str = Field(min_length=1, max_length=64)
    dataset: Name
    batch_id: Name
    attempt: int = Field(default=1, ge=1)
    uri: str | None = Field(default=None, min_length=1, max_length=4096)
    format: BatchFormat = "csv"
    options: Options = Field(default_factory=dict)
    verdict: Verdict
    produced_at: datetime | None = None

    def batch(self) -> BatchRef:
        """The batch that was judged; of format ``table`` when there are no rows to read."""
        if self.uri is None:
            return rowless(self.dataset, self.batch_id, self.attempt)
        return BatchRef(
            dataset=self.dataset, batch_id=self.batch_id, uri=self.uri, format=self.format, options=self.options,
            produced_at=self.produced_at,
        )  # fmt: skip


class DeadLetter(Message):
    """Topic data-quality-dlq: a message that was put aside, why, and where it stood.

    ``payload`` is base64 of the first bytes; ``payload_bytes`` and ``sha256`` are those of the whole.
    """

    reason: str
    topic: str
    partition: int
    offset: int
    key: str | None = None
    payload: str
    payload_bytes: int = Field(ge=0)
    sha256: str
    truncated: bool = False
    rejected_at: datetime = Field(default_factory=now)


_KINDS: dict[str, type[Message]] = {
    "batch": BatchMessage,
    "metrics": MetricsMessage,
    "alert": AlertMessage,
    "dead_letter": DeadLetter,
}
M = TypeVar("M", bound=Message)


def rowless(dataset: str, batch_id: str, attempt: int = 1) -> BatchRef:
    """A batch of which only the profile is known: no rows can be read."""
    return BatchRef(dataset=dataset, batch_id=batch_id, attempt=attempt, uri="memory", format="table")


def encode(message: Frozen) -> bytes:
    """The message as UTF-8 JSON, without fields that are not set."""
    return message.model_dump_json(exclude_none=True).encode()


@overload
def parse_message(kind: Literal["batch"], data: bytes, max_bytes: int = ...) -> BatchMessage: ...
@overload
def parse_message(kind: Literal["metrics"], data: bytes, max_bytes: int = ...) -> MetricsMessage: ...
@overload
def parse_message(kind: Literal["alert"], data: bytes, max_bytes: int = ...) -> AlertMessage: ...
@overload
def parse_message(kind: Literal["dead_letter"], data: bytes, max_bytes: int = ...) -> DeadLetter: ...
def parse_message(kind: MessageKind, data: bytes, max_bytes: int = MAX_MESSAGE_BYTES) -> Message:
    """Reads one message of a topic.

    >>> parse_message("batch", b'{"version":1,"dataset":"orders","batch_id":"d1","uri":"/in/d1.csv"}').format
    'csv'

    Raises:
        MessageRejected: when it is malformed, larger than ``max_bytes`` or of an unknown version; without its values.
    """
    if len(data) > max_bytes:
        raise MessageRejected(f"{kind} message: {len(data)} bytes, at most {max_bytes} are read; send a reference")
    model = _KINDS[kind]
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise MessageRejected(f"{kind} message: {_first(error)}") from None
    except (RecursionError, OverflowError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
        raise MessageRejected(f"{kind} message: its content cannot be used ({type(error).__name__})") from None


def _first(error: ValidationError) -> str:
    """The first fault in words, without the value that was found (it may be a row's)."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if where == "version":
        return f"version is not known, expected {VERSION}; upgrade dqheal or the producer"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{f'field {where!r}: ' if where else ''}{first['msg']}{more}; correct the producer"
