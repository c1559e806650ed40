"""``/ws/quality``: hello, snapshot, deltas; one task reads, one writes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from airflow_provider_dqheal.service.hub import Client, Hub
from airflow_provider_dqheal.service.messages import (
    CLIENT_MESSAGES,
    CLOSE_BAD_HELLO,
    CLOSE_BUSY,
    CLOSE_FORBIDDEN,
    CLOSE_SLOW,
    CLOSE_UNAUTHORISED,
    Hello,
    Ping,
    Pong,
    SocketError,
)
from airflow_provider_dqheal.service.runtime import Runtime
from airflow_provider_dqheal.service.security import host_allowed, origin_allowed, token_matches

MAX_MESSAGE_BYTES = 4096
"""A hello or a ping is far smaller; the server closes with 1009 above it."""


@dataclass(frozen=True)
class SocketLimits:
    """What one client may take. Times are seconds."""

    hello_s: float = 5.0
    send_s: float = 5.0
    waiting: int = 128
    clients: int = 500
    messages: int = 20
    messages_per_s: float = 2.0


class Refused(Exception):
    """Raised when the connection is to be closed with ``code``."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Allowance:
    """A bucket of messages that refills with time."""

    def __init__(self, size: int, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._size, self._per_s, self._clock = size, per_s, clock
        self._left, self._at = float(size), clock()

    def take(self) -> bool:
        """Whether one more message is allowed now."""
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def socket_router(limits: SocketLimits) -> APIRouter:
    """The socket's route."""
    router = APIRouter()
    waiting = 0

    @router.websocket("/ws/quality")
    async def quality(socket: WebSocket) -> None:
        """Serves one client until it leaves or is refused."""
        nonlocal waiting
        running: Runtime = socket.app.state.runtime
        await socket.accept()
        try:
            if waiting >= limits.waiting or len(running.hub.clients) >= limits.clients:
                raise Refused(CLOSE_BUSY, "too many clients; try again later")
            waiting += 1
            try:
                hello = await _hello(socket, running, limits)
            finally:
                waiting -= 1
            await _serve(socket, running, hello, limits)
        except WebSocketDisconnect:
            pass
        except Refused as refused:
            if refused.code == CLOSE_SLOW:
                running.hub.counters.evicted += 1
            else:
                running.hub.counters.refused += 1
            structlog.get_logger().info("socket_closed", code=refused.code, reason=str(refused))
            await _close(socket, refused, limits)

    return router


async def _hello(socket: WebSocket, running: Runtime, limits: SocketLimits) -> Hello:
    settings = running.settings.service
    if not host_allowed(settings, socket.headers) or not origin_allowed(settings, socket.headers):
        raise Refused(CLOSE_FORBIDDEN, "this page's origin is not allowed; add it to service.allowed_origins")
    try:
        async with asyncio.timeout(limits.hello_s):
            message = _parse(await _receive(socket))
    except TimeoutError:
        raise Refused(CLOSE_BAD_HELLO, f"no hello within {limits.hello_s:g} s") from None
    if not isinstance(message, Hello):
        raise Refused(CLOSE_BAD_HELLO, "the first message must be a hello")
    if not token_matches(settings, message.token):
        raise Refused(CLOSE_UNAUTHORISED, "the token is missing or wrong")
    if not running.feed.ready:
        raise Refused(CLOSE_BUSY, "the store cannot be read yet; try again later")
    return message


async def _serve(socket: WebSocket, running: Runtime, hello: Hello, limits: SocketLimits) -> None:
    same_store = hello.epoch is not None and hello.epoch == running.board.epoch
    client, snapshot = running.hub.join(hello.last_seq if same_store else None)
    try:
        await _send(socket, snapshot, limits)
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(_write(socket, running.hub, client, limits))
            try:
                await _read(socket, running.hub, client, limits)
            finally:
                writer.cancel()
    except* WebSocketDisconnect:
        pass
    except* Refused as group:
        raise _first(group) from None
    finally:
        running.hub.leave(client)


def _first(group: BaseExceptionGroup[Refused]) -> Refused:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, Refused)
    return error


async def _write(socket: WebSocket, hub: Hub, client: Client, limits: SocketLimits) -> None:
    while True:
        await client.wake.wait()
        client.wake.clear()
        while (frame := hub.pending(client)) is not None:
            await _send(socket, frame, limits)


async def _read(socket: WebSocket, hub: Hub, client: Client, limits: SocketLimits) -> None:
    allowance = Allowance(limits.messages, limits.messages_per_s)
    while True:
        message = _parse(await _receive(socket))
        if not allowance.take():
            raise Refused(CLOSE_BAD_HELLO, "too many messages")
        if not isinstance(message, Ping):
            raise Refused(CLOSE_BAD_HELLO, "only pings are expected after the hello")
        client.rtt_ms = message.rtt_ms
        await _send(socket, Pong(id=message.id, seq=hub.seq).model_dump_json(), limits)


async def _receive(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if text is None:
        raise Refused(CLOSE_BAD_HELLO, "messages are JSON text")
    return str(text)


def _parse(text: str) -> Hello | Ping:
    if len(text) > MAX_MESSAGE_BYTES:
        raise Refused(CLOSE_BAD_HELLO, f"a message has at most {MAX_MESSAGE_BYTES} bytes")
    try:
        return CLIENT_MESSAGES.validate_json(text)
    except ValidationError:
        raise Refused(CLOSE_BAD_HELLO, "not a hello or a ping of this protocol") from None


async def _send(socket: WebSocket, text: str, limits: SocketLimits) -> None:
    try:
        async with asyncio.timeout(limits.send_s):
            await socket.send_text(text)
    except TimeoutError:
        raise Refused(CLOSE_SLOW, f"the client took nothing for {limits.send_s:g} s") from None


async def _close(socket: WebSocket, refused: Refused, limits: SocketLimits) -> None:
    if socket.application_state is not WebSocketState.CONNECTED:
        return
    try:
        async with asyncio.timeout(1.0):
            if refused.code != CLOSE_SLOW:
                await socket.send_text(SocketError(code=refused.code, message=str(refused)).model_dump_json())
            await socket.close(refused.code, str(refused)[:120])
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        pass  # the client is gone or takes nothing: the connection ends with this task
