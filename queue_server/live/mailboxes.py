"""Each listener's mailbox: what it is sent, what is held back for it, and when it is cut off.

A listener that reads slowly delays nobody and costs bounded memory:
* beyond `LOW_WATER` unsent bytes pictures are held back; the newest replaces the older one, what it
  must keep (announcements, print jobs) is collected, and one merged frame follows when it drains;
* beyond `HIGH_WATER` it is cut off. It comes back by itself and resumes by `(epoch, seq)`.

No task for each socket. Who listens to what is the hub's business, not ours.
"""

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Protocol

import anyio
from starlette.websockets import WebSocket, WebSocketDisconnect

from queue_server.live.frames import Picture, payload_of

EXTENSION: Final = "aufruf.frames"
LOW_WATER: Final = 16 * 1024
HIGH_WATER: Final = 64 * 1024
SLICE: Final = 50
"""Phones between two yields: 10,000 at once held a call up for 103–148 ms, in slices of 250 for 9 ms."""
UNSUPPORTED_DATA: Final = 1003  # RFC 6455 section 7.4.1


class FrameWriter(Protocol):
    """Where a mailbox puts its frames: the transport itself, or `TextWriter`."""

    backed_up: bool
    on_drain: Callable[[], None] | None

    def write_ready(self, frame: bytes) -> None: ...
    def write_buffer_size(self) -> int: ...
    def abort(self) -> None: ...


class Connection:
    """One listener. All methods return at once and none raises, whatever the peer does."""

    __slots__ = ("_held", "was_cut", "writer")

    def __init__(self, writer: FrameWriter) -> None:
        self.writer = writer
        self._held: Picture | None = None
        self.was_cut = False
        writer.on_drain = self._release

    def send_picture(self, picture: Picture) -> None:
        """Send a picture, or hold it back while the listener is behind. Send them in order of `seq`."""
        broadcast((self,), picture)

    def send_ready(self, frame: bytes) -> None:
        """Send an encoded frame that no newer one replaces (an answer, a beat)."""
        if self.writer.backed_up and self.write_buffer_size() + len(frame) > HIGH_WATER:
            self.abort()
        else:
            self.writer.write_ready(frame)

    def write_buffer_size(self) -> int:
        """Bytes that wait for this listener: unsent and held back."""
        if self.was_cut:  # uvloop still counts what it has thrown away
            return 0
        return self.writer.write_buffer_size() + (self._held.size if self._held else 0)

    def abort(self) -> None:
        """Cut the listener off, unsent bytes and all. It resumes later."""
        self.was_cut = True
        self._held = None
        self.writer.abort()

    def hold_back(self, picture: Picture) -> None:
        """Keep a picture until the listener has caught up; cut it off when too much is kept."""
        if self.was_cut:
            return
        self._held = picture if self._held is None else picture.replacing(self._held)
        if self.write_buffer_size() > HIGH_WATER:
            self.abort()

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self.writer.write_ready(held.ready)


def broadcast(connections: Iterable[Connection], picture: Picture) -> None:
    """Send one picture to all, encoded once, in one go: for displays and counters."""
    frame = picture.ready
    for connection in connections:  # the hot loop: `send_picture`, spared one call for each socket
        writer = connection.writer
        if writer.backed_up:
            connection.hold_back(picture)
        else:
            writer.write_ready(frame)


async def broadcast_in_slices(
    connections: Iterable[Connection], picture: Picture, *, slice_size: int = SLICE
) -> None:
    """Send one picture to many phones and let others have a turn between slices.

    Await it before the next one for the same phones begins, or they may see pictures out of order.
    """
    remaining = iter(tuple(connections))
    while part := tuple(itertools.islice(remaining, slice_size)):
        broadcast(part, picture)
        await asyncio.sleep(0)


class TextWriter:
    """A `FrameWriter` over plain ASGI, for a server without our extension (or a test client).

    Its buffer is a queue in front of `send_text`; a task exists only while something waits in it.
    """

    def __init__(self, send_text: Callable[[str], Awaitable[None]], cut: Callable[[], None]) -> None:
        self.backed_up = False
        self.on_drain: Callable[[], None] | None = None
        self._send_text = send_text
        self._cut = cut
        self._waiting: deque[bytes] = deque()
        self._waiting_size = 0
        self._sender: asyncio.Task[None] | None = None
        self._ended = False

    def write_ready(self, frame: bytes) -> None:
        if self._ended:
            return
        self._waiting.append(frame)
        self._waiting_size += len(frame)
        self.backed_up = self._waiting_size > LOW_WATER
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_waiting())

    def write_buffer_size(self) -> int:
        return self._waiting_size

    def abort(self) -> None:
        self.end()
        self._cut()

    def end(self) -> None:
        """Send nothing more. Called when the endpoint returns, so that no task is left behind."""
        self._ended = True
        self._waiting.clear()
        self._waiting_size = 0
        if self._sender is not None:
            self._sender.cancel()

    async def _send_waiting(self) -> None:
        # A peer that left is no error here: the endpoint, which reads, is told in its own time.
        # uvicorn says OSError, Starlette WebSocketDisconnect or a RuntimeError after a close.
        with contextlib.suppress(OSError, WebSocketDisconnect, RuntimeError):
            while self._waiting:
                await self._send_text(payload_of(self._waiting[0]).decode())
                self._waiting_size -= len(self._waiting.popleft())
                self._tell_if_drained()
        self._sender = None

    def _tell_if_drained(self) -> None:
        if self.backed_up and self._waiting_size <= LOW_WATER // 4:
            self.backed_up = False
            if self.on_drain is not None:
                self.on_drain()


OnOpen = Callable[[Connection], Awaitable[None]]
OnMessage = Callable[[Connection, str], Awaitable[None]]
OnClose = Callable[[Connection], None]


async def serve_socket(
    websocket: WebSocket, *, on_open: OnOpen, on_message: OnMessage, on_close: OnClose
) -> None:
    """Serve one socket from accept to its end; the whole body of an endpoint, once it may connect.

    Reads all the time, also when nothing is expected: an endpoint that only writes leaves pongs unread
    (cut after 40 s), learns late that its peer left, and holds SIGTERM up. So `on_message` must be
    quick. `on_close` is called exactly once for each `on_open`, whatever happened.
    """
    try:
        await websocket.accept()
        writer: FrameWriter | None = websocket.scope.get("extensions", {}).get(EXTENSION)
        if writer is not None:
            await _talk(websocket, Connection(writer), on_open, on_message, on_close)
        else:
            await _talk_in_text(websocket, on_open, on_message, on_close)
    except (OSError, WebSocketDisconnect):
        return  # the peer left while we were writing; the next read would have said so


async def _talk_in_text(
    websocket: WebSocket, on_open: OnOpen, on_message: OnMessage, on_close: OnClose
) -> None:
    # Plain ASGI knows no abort: leaving the endpoint makes the server close.
    with anyio.CancelScope() as scope:
        writer = TextWriter(websocket.send_text, scope.cancel)
        try:
            await _talk(websocket, Connection(writer), on_open, on_message, on_close)
        finally:
            writer.end()


async def _talk(
    websocket: WebSocket,
    connection: Connection,
    on_open: OnOpen,
    on_message: OnMessage,
    on_close: OnClose,
) -> None:
    try:
        await on_open(connection)
        while (message := await websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None:
                await websocket.close(UNSUPPORTED_DATA)
                return
            await on_message(connection, text)
    finally:
        on_close(connection)
