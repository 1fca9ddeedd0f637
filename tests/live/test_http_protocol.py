"""Who sends a request too slowly, or without an end, is cut off; others do not notice."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect

from queue_server.live.http_protocol import HEAD_LIMIT, HttpProtocol
from queue_server.live.socket_options import socket_options

QUICK_S = 0.2


class QuickProtocol(HttpProtocol):
    request_s = QUICK_S


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    body = await Request(scope, receive).body()
    await asyncio.sleep(QUICK_S * 2 if scope["path"] == "/slow" else 0)
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    options = socket_options() | {"http": QuickProtocol}
    config = uvicorn.Config(app, log_config=None, lifespan="off", proxy_headers=False, **options)
    server = uvicorn.Server(config)
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task


async def ended(port: int, *pieces: bytes, pause_s: float = 0.0) -> bytes:
    """Send the pieces and return what came before the server ended the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        return await asyncio.wait_for(reader.read(), 5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [b"GET / HT"],
        [b"GET / HTTP/1.1\r\n", *[b"x: y\r\n"] * 40],
        [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", *[b"x"] * 8],
    ],
    ids=["silent", "half a line", "a header now and then", "a byte now and then"],
)
async def test_who_sends_too_slowly_is_cut_off(pieces: list[bytes]) -> None:
    async with serving() as port:
        assert await ended(port, *pieces, pause_s=QUICK_S / 6) == b""


async def test_a_slow_answer_is_no_slow_request() -> None:
    async with serving() as port:
        answer = await ended(port, b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")


async def test_the_next_request_of_a_connection_has_its_own_time() -> None:
    async with serving() as port:
        whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        answers = await ended(port, whole, whole, whole[:9], pause_s=QUICK_S * 0.7)
        assert answers.count(b"HTTP/1.1 200") == 2


async def test_a_head_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    async with serving() as port:
        endless = [b"GET / HTTP/1.1\r\n", *[b"x: " + b"y" * 4000 + b"\r\n"] * (HEAD_LIMIT // 4000 + 1)]
        answer: Awaitable[bytes] = ended(port, *endless)
        assert (await answer).startswith(b"HTTP/1.1 400")


async def test_a_socket_stays_open_when_the_time_of_its_request_is_over() -> None:
    async with serving() as port, connect(f"ws://127.0.0.1:{port}/", proxy=None) as opened:
        await asyncio.sleep(QUICK_S * 2)
        await opened.send("still here")
        assert await opened.recv() == "still here"
