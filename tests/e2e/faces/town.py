"""The hall over HTTP: what a test needs around the page it looks at, all by the public API."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

from tests.e2e.harness.server import Server
from tests.page_forms import form_in

PASSWORD = "rathaus"
_request = itertools.count(1)


@dataclass(frozen=True)
class Ticket:
    """A number that was taken; `path` leads to its status page."""

    id: int
    number: int
    path: str


class Refused(Exception):
    """The server refused; `code` says why."""

    def __init__(self, code: str, answer: str) -> None:
        super().__init__(answer)
        self.code = code


class Signed:
    """Somebody of the town hall with a session, over HTTP."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str) -> Any:
        return _checked(await self._client.get(f"/api/v1{path}"))

    async def post(self, path: str, **body: Any) -> Any:
        return _checked(await self._client.post(f"/api/v1{path}", json=body))

    async def change(self, path: str, **typed: str | list[str]) -> None:
        """Send a form of the set-up as it is shown, with what is typed."""
        shown = await self._client.get(path)
        body: dict[str, list[str]] = {}
        for name, value in form_in(shown.text):
            body.setdefault(name, []).append(value)
        changed = await self._client.post(path, data={**body, "act": "save", **typed})
        assert changed.status_code == 303, changed.text
        assert not changed.headers["location"].endswith("done=same")

    async def take(self, service: str = "id-card", *, site: str = "rathaus", **body: Any) -> Ticket:
        """Add a walk-in at the desk."""
        asked = {"request_id": new_id(), "services": [{"id": service, "count": 1}], **body}
        given = await self.post(f"/sites/{site}/tickets", **asked)
        return Ticket(given["id"], given["number"], given["status_url"])

    async def takes(self, count: int, service: str = "id-card", **body: Any) -> list[Ticket]:
        return [await self.take(service, **body) for _ in range(count)]

    async def act(self, ticket: Ticket, act: str, site: str = "rathaus") -> None:
        """Let the desk say it for the visitor: away, back, cancel."""
        await self.post(f"/sites/{site}/tickets/{ticket.id}", act=act)


class Clerk(Signed):
    """A clerk at a counter, over HTTP."""

    def __init__(self, client: httpx.AsyncClient, counter: str) -> None:
        super().__init__(client)
        self.counter = counter

    async def picture(self) -> Any:
        return await self.get(f"/counters/{self.counter}")

    async def do(self, act: str, **body: Any) -> Any:
        return await self.post(f"/counters/{self.counter}/{act}", **body)

    async def call(self, **body: Any) -> Any:
        """Press "next", or call the ticket that is named."""
        return await self.do("calls", request_id=new_id(), **body)

    async def serve_and_finish(self, **body: Any) -> Any:
        """Call, start and finish one visit."""
        called = await self.call(**body)
        await self.do("start")
        await self.do("finish")
        return called


class Town:
    """The demo's town: who signs in, what everybody may read."""

    def __init__(self, server: Server, client: httpx.AsyncClient) -> None:
        self._server = server
        self._client = client
        self._opened: list[httpx.AsyncClient] = [client]

    @classmethod
    @asynccontextmanager
    async def of(cls, server: Server) -> AsyncIterator["Town"]:
        town = cls(server, _client(server))
        yield town
        for client in town._opened:
            await client.aclose()

    async def sign_in(self, user: str = "admin") -> Signed:
        client = _client(self._server)
        self._opened.append(client)
        _checked(await client.post("/api/v1/sessions", json={"user": user, "password": PASSWORD}))
        return Signed(client)

    async def clerk(self, user: str = "anna", counter: str = "rathaus-1") -> Clerk:
        """Sign a clerk in and open the counter."""
        signed = await self.sign_in(user)
        clerk = Clerk(signed._client, counter)
        await clerk.do("open")
        return clerk

    async def queue(self, site: str = "rathaus") -> Any:
        return _checked(await self._client.get(f"/api/v1/sites/{site}/queue"))

    async def board(self, site: str = "rathaus") -> Any:
        return _checked(await self._client.get(f"/api/v1/sites/{site}/board"))

    async def file(self, path: str, within_s: float = 20) -> bytes:
        """Fetch what a page would fetch; wait for what is still being made. AssertionError when it is not."""
        deadline = time.monotonic() + within_s
        while (answer := await self._client.get(path)).status_code != 200:
            assert time.monotonic() < deadline, f"{path}: {answer.status_code}"
            await asyncio.sleep(0.1)
        return answer.content


def new_id() -> str:
    return f"e2e-{next(_request)}"


def _client(server: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=20)


def _checked(answer: httpx.Response) -> Any:
    if answer.status_code >= 500:
        raise AssertionError(f"{answer.request.url}: {answer.status_code} {answer.text}")
    body: Any = answer.json() if answer.content else None
    if answer.status_code >= 400:
        raise Refused(body["error"]["code"], answer.text)
    return body
