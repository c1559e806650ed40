"""The messages of the socket ``/ws/quality``.

A client says hello within five seconds; the server answers with a snapshot, then with deltas. ``seq`` is the
sequence number of the newest event a message takes into account, ``epoch`` names the store that counts them:
a client that comes back with both is sent only the events it missed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from airflow_provider_dqheal.core.types import Frozen
from airflow_provider_dqheal.service.views import BatchView, DatasetView, EventView, IncidentView, Tiles, View

PROTOCOL = 1

CLOSE_BAD_HELLO = 4400
"""The first message was not a hello, came late, or a later message was malformed or one too many."""
CLOSE_UNAUTHORISED = 4401
"""The token is missing or wrong."""
CLOSE_FORBIDDEN = 4403
"""The page's origin is not allowed."""
CLOSE_BUSY = 1013
"""Try again later: too many clients, or the store cannot be read yet."""
CLOSE_SLOW = 4408
"""The client did not take what it was sent; it may come back and resume."""


class Hello(Frozen):
    """The client's first message."""

    type: Literal["hello"]
    token: str | None = Field(default=None, max_length=500)
    last_seq: int | None = Field(default=None, ge=0)
    epoch: str | None = Field(default=None, max_length=100)


class Ping(Frozen):
    """The client asks for a pong; ``rtt_ms`` tells the server the last round trip."""

    type: Literal["ping"]
    id: int = Field(ge=0)
    rtt_ms: float | None = Field(default=None, ge=0)


class Board(View):
    """Everything the overview shows."""

    tiles: Tiles = Tiles()
    datasets: tuple[DatasetView, ...] = ()
    batches: tuple[BatchView, ...] = ()
    incidents: tuple[IncidentView, ...] = ()


class Snapshot(View):
    """The whole board. ``resumed``: ``events`` are only those the client missed, otherwise the newest."""

    type: Literal["snapshot"] = "snapshot"
    protocol: int = PROTOCOL
    version: str
    epoch: str
    seq: int
    resumed: bool
    time: datetime
    board: Board
    events: tuple[EventView, ...] = ()


class EventItem(View):
    """Something happened."""

    kind: Literal["event"] = "event"
    event: EventView


class TilesItem(View):
    """New figures for the tiles."""

    kind: Literal["tiles"] = "tiles"
    tiles: Tiles


class DatasetItem(View):
    """A data set as it is now."""

    kind: Literal["dataset"] = "dataset"
    dataset: DatasetView


class BatchItem(View):
    """A batch as it is now."""

    kind: Literal["batch"] = "batch"
    batch: BatchView


class IncidentItem(View):
    """An incident as it is now."""

    kind: Literal["incident"] = "incident"
    incident: IncidentView


Item = Annotated[EventItem | TilesItem | DatasetItem | BatchItem | IncidentItem, Field(discriminator="kind")]


class Delta(View):
    """What changed since the last message, in order. Applying an item twice changes nothing."""

    type: Literal["delta"] = "delta"
    seq: int
    items: tuple[Item, ...]


class Pong(View):
    """The answer to a ping."""

    type: Literal["pong"] = "pong"
    id: int
    seq: int


class SocketError(View):
    """Why the server closes the connection, sent just before."""

    type: Literal["error"] = "error"
    code: int
    message: str


ClientMessage = Annotated[Hello | Ping, Field(discriminator="type")]
ServerMessage = Annotated[Snapshot | Delta | Pong | SocketError, Field(discriminator="type")]

CLIENT_MESSAGES: TypeAdapter[Hello | Ping] = TypeAdapter(ClientMessage)
SERVER_MESSAGES: TypeAdapter[Snapshot | Delta | Pong | SocketError] = TypeAdapter(ServerMessage)
