"""Messages are understood in full or rejected, in words that hold none of their values."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from _support.orders import orders
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_dqheal.core.config import KafkaSettings
from airflow_provider_dqheal.core.errors import MessageRejected
from airflow_provider_dqheal.core.types import BatchRef, Verdict
from airflow_provider_dqheal.messaging.consumer import Received
from airflow_provider_dqheal.messaging.dead_letter import KEPT_BYTES, dead_letter
from airflow_provider_dqheal.messaging.metrics import metrics_message
from airflow_provider_dqheal.messaging.schemas import (
    AlertMessage,
    BatchMessage,
    MetricsMessage,
    encode,
    parse_message,
)
from airflow_provider_dqheal.profiling.local import profile_table

GOOD = {"version": 1, "dataset": "orders", "batch_id": "d1", "uri": "/in/d1.csv"}
REF = BatchRef(dataset="orders", batch_id="d1", uri="/in/d1.csv")


def test_messages_come_back_as_they_were() -> None:
    profile = profile_table(orders(1, rows=40), REF)
    batch = BatchMessage(dataset="orders", batch_id="d1", uri="/in/d1.csv", options={"delimiter": ";"})
    alert = AlertMessage(alert_id="a", dataset="orders", batch_id="d1", uri="/x", verdict=Verdict(status="scored"))
    assert parse_message("batch", encode(batch)) == batch
    assert parse_message("metrics", encode(MetricsMessage(profile=profile))).profile == profile
    assert parse_message("alert", encode(alert)) == alert


def test_inline_profile_may_be_plain_json() -> None:
    profile = profile_table(orders(1, rows=40), REF)
    data = json.dumps({"version": 1, "profile": profile.model_dump(mode="json")}).encode()
    assert parse_message("metrics", data).profile == profile


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[1, 2]", "object"),
        (b"null", "object"),
        (b'{"version": 1', "JSON"),
        (b"[" * 200_000, "recursion"),
        (json.dumps(GOOD | {"version": 2}).encode(), "version is not known, expected 1"),
        (json.dumps(GOOD | {"version": "one"}).encode(), "version is not known, expected 1"),
        (json.dumps(GOOD | {"colour": "red"}).encode(), "colour"),
        (json.dumps(GOOD | {"format": "xlsx"}).encode(), "format"),
        (json.dumps(GOOD | {"dataset": ""}).encode(), "dataset"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "uri"}).encode(), "uri"),
        (json.dumps(GOOD | {"uri": "x" * 950_000}).encode(), "bytes, at most"),
    ],
)
def test_what_is_not_a_batch_message_is_rejected(data: bytes, says: str) -> None:
    with pytest.raises(MessageRejected, match=says):
        parse_message("batch", data)


@settings(deadline=None)
@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_nothing_else_than_a_rejection_comes_out_of_noise(data: bytes) -> None:
    for kind in ("batch", "metrics", "alert", "dead_letter"):
        with pytest.raises(MessageRejected):
            parse_message(kind, data)  # type: ignore[call-overload]


def test_rejection_does_not_repeat_values() -> None:
    with pytest.raises(MessageRejected) as raised:
        parse_message("batch", json.dumps(GOOD | {"format": "secret-4711"}).encode())
    assert "4711" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("packed", ["!", "AAAA", base64.b64encode(zlib.compress(b"{}")).decode()])
def test_profile_that_is_none_is_rejected(packed: str) -> None:
    with pytest.raises(MessageRejected):
        parse_message(
            "metrics", json.dumps({"version": 1, "dataset": "o", "batch_id": "b", "profile": packed}).encode()
        )


def test_profile_that_would_fill_the_memory_is_rejected() -> None:
    bomb = base64.b64encode(zlib.compress(b" " * 100_000_000, 9)).decode()
    with pytest.raises(MessageRejected, match="larger than"):
        parse_message("metrics", json.dumps({"version": 1, "dataset": "o", "batch_id": "b", "profile": bomb}).encode())


def test_metrics_need_a_profile_or_a_reference_and_a_batch() -> None:
    profile = profile_table(orders(1, rows=40)).model_dump(mode="json")
    reference = {"dataset": "orders", "batch_id": "d1"}
    for message in ({}, {"profile": profile}, {"profile": profile, "reference": reference}):
        with pytest.raises(MessageRejected):
            parse_message("metrics", json.dumps({"version": 1, **message}).encode())


def test_large_profile_is_sent_by_reference() -> None:
    profile = profile_table(orders(1, rows=40), REF)
    small = KafkaSettings(max_message_bytes=500)
    message = metrics_message(small, profile, keep=lambda _: REF.model_copy(update={"attempt": 3}))
    assert message.profile is None
    assert (message.batch().key, message.batch().attempt) == ("orders/d1", 3)
    assert metrics_message(KafkaSettings(), profile).profile == profile
    with pytest.raises(MessageRejected, match="send a reference"):
        metrics_message(small, profile)


def test_alert_without_uri_names_a_batch_without_rows() -> None:
    alert = AlertMessage(alert_id="a", dataset="orders", batch_id="d1", verdict=Verdict(status="scored"))
    assert alert.batch().format == "table"


def test_dead_letter_keeps_length_and_digest_of_what_it_cuts() -> None:
    value = b"x" * (KEPT_BYTES + 1)
    letter = dead_letter(Received("batches", 2, 7, value, b"k"), "why")
    assert letter.truncated
    assert (letter.payload_bytes, len(base64.b64decode(letter.payload))) == (KEPT_BYTES + 1, KEPT_BYTES)
    assert (letter.topic, letter.partition, letter.offset, letter.key) == ("batches", 2, 7, "k")
    assert parse_message("dead_letter", encode(letter)) == letter
