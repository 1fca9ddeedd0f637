"""Cheap load clients over plain asyncio: kept-alive HTTP, and a WebSocket that reads frames.

They do as little as they can, so that what is measured is the server: answers are found by their
length, sockets are not checked, nothing is retried.
"""

import asyncio
import base64
import json
import secrets
import time
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, TypeVar, cast

import uvloop

HOST = "127.0.0.1"
END_OF_HEAD = b"\r\n\r\n"
UPGRADE_LIMIT_S = 20.0
PING, TEXT = 0x9, 0x1

Result = TypeVar("Result")


class Answer(NamedTuple):
    """Status, parsed body (empty when it is no JSON object), and how long it took."""

    status: int
    body: dict[str, Any]
    seconds: float


class Refused(Exception):
    """The server answered something else than the bench needs."""


def run_client(work: Coroutine[Any, Any, Result], limit_s: float) -> Result:
    """Run a load client in the loop that costs least; raises TimeoutError when it takes too long."""

    async def bounded() -> Result:
        async with asyncio.timeout(limit_s):
            return await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(bounded())


class HttpClient(asyncio.Protocol):
    """One kept-alive connection; one request at a time. Comes back when the server let go of an idle one."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._port = port
        self._head = f"Host: {HOST}\r\nContent-Type: application/json\r\n"
        self._head += f"Authorization: Bearer {token}\r\n" if token else ""
        self._buffer = bytearray()
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connect(cls, port: int, token: str | None = None) -> "HttpClient":
        client = cls(port, token)
        await client._connect()
        return client

    async def _connect(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, HOST, self._port)

    async def get(self, path: str) -> Answer:
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        payload = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(payload)}\r\n\r\n"
        return await self._ask(head.encode() + payload)

    async def must_post(self, path: str, body: dict[str, Any]) -> Answer:
        """Post, and raise `Refused` unless it was done."""
        answer = await self.post(path, body)
        if answer.status >= 300:
            raise Refused(f"POST {path}: {answer.status} {answer.body}")
        return answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def _ask(self, request: bytes) -> Answer:
        if self._transport is None or self._transport.is_closing():
            await self._connect()
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        self._transport.write(request)
        raw = await self._answer
        seconds = time.perf_counter() - begun
        _, _, body = raw.partition(END_OF_HEAD)
        return Answer(int(raw[9:12]), json.loads(body) if body.startswith(b"{") else {}, seconds)

    # -- asyncio.Protocol --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(END_OF_HEAD)
        if end < 0:
            return
        length = end + len(END_OF_HEAD) + _content_length(self._buffer[:end].lower())
        if len(self._buffer) >= length and self._answer is not None and not self._answer.done():
            self._answer.set_result(bytes(self._buffer[:length]))
            del self._buffer[:length]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed by the server"))


def _content_length(head: bytes | bytearray) -> int:
    _, found, rest = head.partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


class SocketClient(asyncio.Protocol):
    """One live socket. Calls `on_text(payload, when)` for each text frame; answers pings."""

    def __init__(self, request: bytes, on_text: Callable[[bytes, float], None]) -> None:
        self._request = request
        self._on_text = on_text
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(
        cls, port: int, path: str, on_text: Callable[[bytes, float], None], token: str | None = None
    ) -> "SocketClient":
        loop = asyncio.get_running_loop()
        request = upgrade_request(path, token)
        _, client = await loop.create_connection(lambda: cls(request, on_text), HOST, port)
        try:
            await asyncio.wait_for(client._upgraded, UPGRADE_LIMIT_S)
        except BaseException:
            client.close()
            raise
        return client

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        when = time.perf_counter()
        self._buffer += data
        if not self._upgraded.done():
            self._read_upgrade()
        while self._upgraded.done() and (frame := _first_frame(self._buffer)) is not None:
            opcode, payload, size = frame
            del self._buffer[:size]
            if opcode == TEXT:
                self._on_text(payload, when)
            elif opcode == PING and self._transport is not None:
                self._transport.write(pong(payload))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._upgraded.done():
            self._upgraded.set_exception(exc or ConnectionResetError("closed by the server"))

    def _read_upgrade(self) -> None:
        end = self._buffer.find(END_OF_HEAD)
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        del self._buffer[: end + len(END_OF_HEAD)]
        if b" 101 " in head.partition(b"\r\n")[0]:
            self._upgraded.set_result(None)
        else:
            self._upgraded.set_exception(Refused(head.decode("latin-1")))


def upgrade_request(path: str, token: str | None = None) -> bytes:
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    sign_in = f"Authorization: Bearer {token}\r\n" if token else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{sign_in}"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def pong(payload: bytes) -> bytes:
    """Answer a ping; a mask of zeros leaves the payload as it is (RFC 6455 section 5.3)."""
    return bytes((0x8A, 0x80 | len(payload), 0, 0, 0, 0)) + payload


def _first_frame(buffer: bytearray) -> tuple[int, bytes, int] | None:
    """Return (opcode, payload, size of the frame) of an unmasked, whole frame; None while it is not whole."""
    if len(buffer) < 2:
        return None
    length, head = buffer[1] & 0x7F, 2
    if length >= 126:
        head = 4 if length == 126 else 10
        if len(buffer) < head:
            return None
        length = int.from_bytes(buffer[2:head], "big")
    size = head + length
    return None if len(buffer) < size else (buffer[0] & 0x0F, bytes(buffer[head:size]), size)
