"""Leads who comes by plain http to https: an answer to every request, and nothing else.

It serves no page and reads no cookie. A body is not read: what was sent in the clear is not made better by
being processed.
"""

import asyncio
import re
from typing import Final, cast

HEAD_LIMIT: Final = 8 * 1024
TIME_S: Final = 10.0
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
_TARGET = re.compile(r"/[!-~]*")


class Redirecting(asyncio.Protocol):
    """One connection: its first request is answered, then it ends."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._head = b""
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none of that class
        self._deadline = asyncio.get_running_loop().call_later(TIME_S, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self._head += data
        if b"\r\n\r\n" in self._head or len(self._head) > HEAD_LIMIT:
            transport.write(answer(self._head, self._port))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._deadline is not None:
            self._deadline.cancel()


def answer(head: bytes, port: int) -> bytes:
    """Return the whole answer to a request: 308 to the same address on `port`, or 400."""
    place = _place(head, port)
    if place is None:
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    # 308 keeps the method. Not stored: a browser would remember it longer than this port may be open.
    return (
        f"HTTP/1.1 308 Permanent Redirect\r\nLocation: {place}\r\nCache-Control: no-store\r\n"
        "Referrer-Policy: no-referrer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def _place(head: bytes, port: int) -> str | None:
    lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    hosts = [
        value.strip()
        for name, _, value in (line.partition(":") for line in lines[1:])
        if name.lower() == "host"
    ]
    if len(words) != 3 or len(hosts) != 1 or not _TARGET.fullmatch(words[1]):
        return None
    host = _HOST.fullmatch(hosts[0])
    if host is None:
        return None
    return f"https://{host[1]}{'' if port == 443 else f':{port}'}{words[1]}"
