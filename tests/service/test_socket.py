from __future__ import annotations

import asyncio
import contextlib
import json
import socket as sockets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import websockets
from _support.serving import Player, Served, outliers, serving
from websockets.asyncio.client import ClientConnection

from airflow_provider_dqheal.service.messages import EventItem
from airflow_provider_dqheal.service.socket import SocketLimits
from airflow_provider_dqheal.service.views import EventView
from airflow_provider_dqheal.storage.store import Store


async def say(connection: ClientConnection, **message: Any) -> None:
    await connection.send(json.dumps(message))


async def hear(connection: ClientConnection, timeout_s: float = 10.0) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(connection.recv(), timeout_s))
    return message


async def greet(connection: ClientConnection, **hello: Any) -> dict[str, Any]:
    await say(connection, type="hello", **hello)
    snapshot = await hear(connection)
    assert snapshot["type"] == "snapshot"
    return snapshot


async def events_until(connection: ClientConnection, seq: int) -> list[dict[str, Any]]:
    """The events of all deltas until ``seq`` is reached."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["seq"] < seq:
        message = await hear(connection)
        found += [item["event"] for item in message.get("items", ()) if item["kind"] == "event"]
    return found


async def closed_with(connection: ClientConnection, timeout_s: float = 10.0) -> int | None:
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await asyncio.wait_for(connection.recv(), timeout_s)
    return connection.close_code


async def test_snapshot_holds_the_board(served: Served, player: Player) -> None:
    player.dataset()
    ref = player.receive("b1")
    player.profile(ref)
    player.detect(ref, outliers())
    last = player.store.last_seq()
    async with websockets.connect(served.socket) as connection:
        snapshot = await greet(connection)
        while snapshot["seq"] < last or not snapshot["board"]["incidents"]:  # the feed may not have read it yet
            async with websockets.connect(served.socket) as again:
                snapshot = await greet(again)
    assert [batch["batch_id"] for batch in snapshot["board"]["batches"]] == ["b1"]
    assert snapshot["board"]["incidents"][0]["severity"] == "high"
    assert snapshot["board"]["tiles"]["open_incidents"] == 1
    assert [event["seq"] for event in snapshot["events"]] == list(range(1, last + 1))
    stages = {stage["stage"]: stage["state"] for stage in snapshot["board"]["batches"][0]["stages"]}
    assert stages["detect"] == "done"
    assert stages["validate"] == "waiting"


async def test_deltas_come_in_order_and_once(served: Served, player: Player) -> None:
    async with websockets.connect(served.socket) as connection:
        await greet(connection)
        player.clean("b1")
        player.clean("b2")
        last = player.store.last_seq()
        events = await events_until(connection, last)
        assert [event["seq"] for event in events] == list(range(1, last + 1))
        batches: dict[str, str] = {}
        while batches != {"b1": "published", "b2": "published"}:
            message = await hear(connection)
            for item in message["items"]:
                if item["kind"] == "batch":
                    batches[item["batch"]["batch_id"]] = item["batch"]["status"]


async def test_resume_sends_only_what_was_missed(served: Served, player: Player) -> None:
    player.clean("b1")
    seen = player.store.last_seq()
    async with websockets.connect(served.socket) as connection:
        first = await greet(connection)
        if first["seq"] < seen:
            await events_until(connection, seen)
    player.clean("b2")
    last = player.store.last_seq()
    async with websockets.connect(served.socket) as connection:
        resumed = await greet(connection, last_seq=seen, epoch=first["epoch"])
        assert resumed["resumed"]
        events = resumed["events"]
        if resumed["seq"] < last:
            events += await events_until(connection, last)
    assert [event["seq"] for event in events] == list(range(seen + 1, last + 1))


async def test_restart_loses_nothing(home: Path, player: Player) -> None:
    player.clean("b1")
    seen = player.store.last_seq()
    with serving(home) as served:
        async with websockets.connect(served.socket) as connection:
            first = await greet(connection)
            assert first["seq"] == seen
            served.stop()
        player.clean("b2")
        last = player.store.last_seq()
        served.start()
        async with websockets.connect(served.socket) as connection:
            resumed = await greet(connection, last_seq=seen, epoch=first["epoch"])
    assert resumed["epoch"] == first["epoch"]
    assert resumed["resumed"]
    assert [event["seq"] for event in resumed["events"]] == list(range(seen + 1, last + 1))
    assert {batch["batch_id"] for batch in resumed["board"]["batches"]} == {"b1", "b2"}


async def test_another_store_is_not_resumed(served: Served, player: Player) -> None:
    player.clean("b1")
    async with websockets.connect(served.socket) as connection:
        snapshot = await greet(connection, last_seq=3, epoch="somewhere else")
    assert not snapshot["resumed"]


async def test_ping_is_answered(served: Served) -> None:
    async with websockets.connect(served.socket) as connection:
        await greet(connection)
        await say(connection, type="ping", id=7, rtt_ms=1.5)
        assert await hear(connection) == {"type": "pong", "id": 7, "seq": 0}


async def test_deflate_is_off(served: Served) -> None:
    async with websockets.connect(served.socket) as connection:
        assert connection.protocol.extensions == []


@pytest.mark.parametrize(
    "first",
    ["not json", '{"type":"ping","id":1}', '{"type":"hello","unknown":1}', '{"type":"hello","last_seq":-1}', "[]"],
)
async def test_bad_hello_is_refused(served: Served, first: str) -> None:
    async with websockets.connect(served.socket) as connection:
        await connection.send(first)
        assert await closed_with(connection) == 4400


async def test_silence_is_refused(home: Path, store: Store) -> None:
    assert SocketLimits().hello_s == 5.0
    with serving(home, limits=SocketLimits(hello_s=0.2)) as served:
        async with websockets.connect(served.socket) as connection:
            assert await closed_with(connection) == 4400


async def test_oversized_frame_is_refused(served: Served) -> None:
    async with websockets.connect(served.socket) as connection:
        await connection.send('{"type":"hello","token":"' + "x" * 10_000 + '"}')
        assert await closed_with(connection) == 1009


async def test_flood_is_refused(served: Served) -> None:
    async with websockets.connect(served.socket) as connection:
        await greet(connection)
        with contextlib.suppress(websockets.ConnectionClosed):
            for number in range(60):
                await say(connection, type="ping", id=number)
        assert await closed_with(connection) == 4400


async def test_foreign_origin_is_refused(served: Served) -> None:
    async with websockets.connect(served.socket, origin="https://evil.example") as connection:  # type: ignore[arg-type]
        assert await closed_with(connection) == 4403
    async with websockets.connect(served.socket, origin=f"http://127.0.0.1:{served.port}") as connection:  # type: ignore[arg-type]
        await greet(connection)


async def test_token_is_asked_for_when_configured(home: Path, store: Store) -> None:
    with serving(home, service={"token": "open sesame"}) as served:
        for token in (None, "wrong"):
            async with websockets.connect(served.socket) as connection:
                await say(connection, type="hello", token=token)
                assert await closed_with(connection) == 4401
        async with websockets.connect(served.socket) as connection:
            assert (await greet(connection, token="open sesame"))["seq"] == 0


async def test_client_that_reads_nothing_is_evicted_and_others_go_on(home: Path, store: Store) -> None:
    """The lazy one fills every buffer on its way; the other sees all items meanwhile."""
    with serving(home, limits=SocketLimits(send_s=0.5), ring_items=100_000) as served:
        raw = sockets.socket()
        raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", served.port))
        raw.setblocking(False)
        async with (
            websockets.connect(served.socket, sock=raw, max_queue=1, close_timeout=0.1) as lazy,
            websockets.connect(served.socket, max_size=None) as keen,
        ):
            await greet(lazy)
            await greet(keen)
            lazy.transport.pause_reading()
            hub, loop = served.running.hub, served.loop
            event = EventView(seq=0, id="e", type="test", time=datetime.now(UTC), text="x" * 200_000)
            seen = 0
            for seq in range(1, 200):
                item = EventItem(event=event.model_copy(update={"seq": seq}))
                loop.call_soon_threadsafe(hub.publish, [item], seq)
                seen = (await events_until(keen, seq))[-1]["seq"]
                if hub.counters.evicted:
                    break
            assert hub.counters.evicted == 1
            assert seen == seq
            assert len(hub.clients) == 1


async def test_client_behind_the_ring_gets_a_snapshot(home: Path, store: Store) -> None:
    with serving(home, ring_items=8) as served:
        async with websockets.connect(served.socket) as connection:
            await greet(connection)
            hub, loop = served.running.hub, served.loop
            event = EventView(seq=1, id="e", type="test", time=datetime.now(UTC), text="x")
            loop.call_soon_threadsafe(hub.publish, [EventItem(event=event)] * 20, 1)
            assert (await hear(connection))["type"] == "snapshot"
            assert hub.counters.dropped_to_snapshot == 1
