"""A running server for the tests of the web: the real app on a real database, with a clock that is moved.

Nothing here knows what a route answers; that stands in the tests.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.types import ASGIApp, Message
from websockets.asyncio.client import ClientConnection, connect

from queue_server.live.socket_options import socket_options
from queue_server.settings import Settings
from queue_server.web.app import create_app
from queue_server.web.house import House

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
"""A Tuesday, ten o'clock in the town."""
PASSWORD = "ein gutes Kennwort"
ONE_TIME_USER = "neu"
HOST = "http://rathaus.example"

Body = dict[str, Any]


class Clock:
    """The time of the server under test."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(repr=False)
class Town:
    """The server, seen from outside (`client`, `ask`) and, where a test must, from inside (`house`).

    Without a text of its own: asyncio's runner puts into words, and throws away, what each fixture's task
    gave, and all of a town took a sixth of each test's time.
    """

    app: ASGIApp
    house: House
    clock: Clock
    tokens: Mapping[str, str]
    client: httpx2.AsyncClient
    address: str = ""
    _pressed: int = field(default=0)

    def headers(self, who: str | None) -> dict[str, str]:
        return {} if who is None else {"Authorization": f"Bearer {self.tokens[who]}"}

    async def ask(
        self, who: str | None, method: str, path: str, body: object = None, **headers: str
    ) -> httpx2.Response:
        """Send one request in a role's name; None is a stranger."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, json=body, headers=self.headers(who) | named)

    def press(self) -> str:
        """Return a `request_id` that was not used before."""
        self._pressed += 1
        return f"press-{self._pressed}"

    async def do(self, who: str, path: str, status: int = 200, **body: Any) -> Body:
        """Send a command that is expected to succeed; return its answer."""
        answer = await self.ask(who, "POST", f"/api/v1/{path}", {"request_id": self.press(), **body})
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def take(self, *services: str, who: str = "kiosk", site: str = "rathaus", **body: Any) -> Body:
        """Take a number for an identity card, or for what is named."""
        wanted = [{"id": service} for service in services or ("id-card",)]
        return await self.do(who, f"sites/{site}/tickets", 201, services=wanted, **body)

    async def open(self, counter: str = "rathaus-1", who: str = "anna") -> Body:
        return await self.do(who, f"counters/{counter}/open")

    async def call(self, counter: str = "rathaus-1", who: str = "anna", **body: Any) -> Body:
        return await self.do(who, f"counters/{counter}/calls", 201, **body)

    @asynccontextmanager
    async def socket(self, who: str | None, path: str, **headers: str) -> AsyncIterator[ClientConnection]:
        """Open a live socket; needs the fixture `served_town`."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"ws://{self.address}{path}"
        async with connect(url, additional_headers=self.headers(who) | more, proxy=None) as opened:
            yield opened


@asynccontextmanager
async def running(settings: Settings, tokens: Mapping[str, str]) -> AsyncIterator[Town]:
    """Run the app in this event loop; its client speaks ASGI to it without a network."""
    clock = Clock()
    app = create_app(settings, clock)
    async with _lifespan(app):
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
            yield Town(app, _house(app), clock, tokens, client)


@asynccontextmanager
async def serving(town: Town) -> AsyncIterator[Town]:
    """Put the running app behind uvicorn on a free port, started as the product starts it."""
    config = uvicorn.Config(
        town.app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        **socket_options(),
    )
    server = uvicorn.Server(config)
    # With the protocol named asyncio switches Nagle off; without, each answer waits 40 ms for an ACK.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.005)
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        try:
            async with httpx2.AsyncClient(base_url=f"http://{address}") as client:
                yield Town(town.app, town.house, town.clock, town.tokens, client, address)
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def _lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """Play the server's part of ASGI's lifespan: httpx2's transport does not."""
    told: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[Message] = asyncio.Queue()
    scope: Body = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}

    async def live() -> None:
        await app(scope, told.get, heard.put)

    task = asyncio.create_task(live())
    await told.put({"type": "lifespan.startup"})
    answer = await heard.get()
    assert answer["type"] == "lifespan.startup.complete", answer
    try:
        yield
    finally:
        await told.put({"type": "lifespan.shutdown"})
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _house(app: Any) -> House:
    while not hasattr(app, "state"):
        app = app.app
    house = app.state.house
    assert isinstance(house, House)
    return house


def copy_settings(settings: Settings, data: Path, database: str = "", **changes: Any) -> Settings:
    """Return settings for a folder of its own: no limits, no speech, the real front door."""
    values: dict[str, Any] = {"rate_limits": False, "speech": False, "database": database, **changes}
    return Settings(data=data, demo=settings.demo, **values)
