"""A running server whose listeners the tests can reach, and peers that behave badly.

The server is uvicorn itself, in the loop of the test. Its send buffers are small, so that a peer that
does not read is noticed after some kilobytes.
"""

import asyncio
import contextlib
import functools
import inspect
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect

from queue_server.live.mailboxes import Connection, serve_socket
from queue_server.live.socket_options import FAST_PATH, PLAIN, socket_options
from tests.bench.fanout_client import HANDSHAKE

HOST = "127.0.0.1"
BUFFER = 8 * 1024
LIMIT_S = 5.0

FAST = (FAST_PATH, asyncio.new_event_loop)
FAST_UVLOOP = (FAST_PATH, uvloop.new_event_loop)
PLAIN_ASGI = (PLAIN, asyncio.new_event_loop)
NAMES = {FAST: "fast", FAST_UVLOOP: "fast-uvloop", PLAIN_ASGI: "plain"}

Test = Callable[..., Coroutine[Any, Any, None]]


class Hall:
    """Who listens now, who has left, and what was heard."""

    def __init__(self, port: int, protocol: str) -> None:
        self.port = port
        self.protocol = protocol
        self.connections: list[Connection] = []
        self.left: list[Connection] = []
        self.heard: list[str] = []
        self.sockets: list[WebSocket] = []
        self.guests: list[socket.socket] = []

    async def endpoint(self, websocket: WebSocket) -> None:
        self.sockets.append(websocket)
        await serve_socket(websocket, on_open=self._enter, on_message=self._hear, on_close=self._leave)

    async def a_browser(self, **options: Any) -> ClientConnection:
        """Connect the real client; its connection is the last of `connections`."""
        count = len(self.connections)
        client = await connect(f"ws://{HOST}:{self.port}/", max_size=None, proxy=None, **options)
        await until(lambda: len(self.connections) > count)
        return client

    async def a_sleeper(self) -> socket.socket:
        """Connect a peer that shakes hands and then does not read."""
        count = len(self.connections)
        sleeper = socket.socket()
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sleeper.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sleeper, (HOST, self.port))
        await loop.sock_sendall(sleeper, HANDSHAKE)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += await loop.sock_recv(sleeper, 1)
        await until(lambda: len(self.connections) > count)
        self.guests.append(sleeper)
        return sleeper

    async def _enter(self, connection: Connection) -> None:
        self.connections.append(connection)

    async def _hear(self, connection: Connection, text: str) -> None:
        if text == "a bug":
            raise ZeroDivisionError
        self.heard.append(text)

    def _leave(self, connection: Connection) -> None:
        self.connections.remove(connection)
        self.left.append(connection)


@contextlib.asynccontextmanager
async def a_hall(protocol: str = FAST_PATH, **options: Any) -> AsyncIterator[Hall]:
    """Serve on a free port until the test is done; `options` go to uvicorn."""
    options = {"ws": protocol} | options
    with socket.create_server((HOST, 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        hall = Hall(listener.getsockname()[1], protocol)
        app = Starlette(routes=[WebSocketRoute("/", hall.endpoint)])
        config = uvicorn.Config(app, log_config=None, lifespan="off", **(socket_options() | options))
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started)
        try:
            yield hall
        finally:
            server.should_exit = True
            _, hanging = await asyncio.wait([serving], timeout=LIMIT_S)
            server.force_exit = True
            for guest in hall.guests:
                guest.close()
            await serving
            assert not hanging, "the server did not stop by itself"


def on_paths(*paths: tuple[str, Any], **options: Any) -> Callable[[Test], Callable[..., None]]:
    """Give an async test a `hall` on each of the paths, with its event loop."""

    def decorate(test: Test) -> Callable[..., None]:
        @functools.wraps(test)
        def run(path: tuple[str, Any], **fixtures: Any) -> None:
            async def in_a_hall() -> None:
                async with a_hall(path[0], **options) as hall:
                    await test(hall, **fixtures)

            with asyncio.Runner(loop_factory=path[1]) as runner:
                runner.run(in_a_hall())

        asked = [name for name in inspect.signature(test).parameters if name != "hall"]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in ("path", *asked)]
        )
        marked: Callable[..., None] = pytest.mark.parametrize("path", paths, ids=NAMES.get)(run)
        return marked

    return decorate


on_every_path = on_paths(FAST, FAST_UVLOOP, PLAIN_ASGI)


async def until(true: Callable[[], object]) -> None:
    """Wait for what the network brings about."""
    async with asyncio.timeout(LIMIT_S):
        while not true():
            await asyncio.sleep(0.002)


def reset(peer: socket.socket) -> None:
    """Hang up without a word: the other side gets a TCP reset."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
