"""A gateway for text messages on this machine: a real HTTP server that answers as a test says."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from queue_server.adapters.post.sms_gateway import SmsGateway
from queue_server.adapters.town.source import Report, parse
from queue_server.adapters.town.table import Table

OK = (200, '{"status": "queued", "messages": [{"id": "m-1"}]}')
SECRET = "Bearer geheim-4711"


@dataclass
class Gateway:
    """`answers` are given in turn, the last one for ever; None: it never answers."""

    address: str = ""
    answers: list[tuple[int, str] | None] = field(default_factory=lambda: [OK])
    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    @property
    def messages(self) -> dict[str, str]:
        """What it would send on: each id once, as gateways that know ids do."""
        return {one["id"]: one["text"] for one in self.taken}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n"))}
        body = (await reader.readexactly(int(lines.get("content-length", 0)))).decode()
        self.headers.append(head)
        is_json = "json" in lines.get("content-type", "")
        self.taken.append(json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body).items()})
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        try:
            if answer is None:
                await reader.read()  # until the other side gives up
            else:
                status, text = answer
                raw = text.encode()
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode()
                )
                writer.write(raw)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def a_gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    gateway.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send"
    try:
        yield gateway
    finally:
        server.close()
        await server.wait_closed()


def section(text: str) -> tuple[SmsGateway, list[tuple[str, str]]]:
    """Read a section; return it with what is wrong: code and key."""
    report = Report()
    source = parse(f"[sms]\n{text}", "connections.toml")
    found = SmsGateway.of(Table(report, source, ("sms",), source.data["sms"]))
    return found, sorted((str(one.code), one.where) for one in report.problems)


def settings(address: str, more: str = "") -> str:
    """Return a section for the gateway of a test."""
    return f"""
url = "{address}"
sender = "Musterstadt"
headers = {{ Authorization = "{SECRET}" }}
json = {{ to = "{{to}}", text = "{{text}}", id = "{{id}}", from = "{{sender}}" }}
{more}
"""


def reaching(gateway: Gateway, more: str = "") -> SmsGateway:
    found, wrong = section(settings(gateway.address, more))
    assert wrong == []
    return found
