"""A demo town made ready for load: clerks at their counters, displays, visitors who wait.

What lives here: signing in, opening, taking numbers, calling. What must not: rounds and judgement.
"""

import itertools
import json
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.clients import Answer, HttpClient, SocketClient
from tests.bench.hall_server import HallServer

_ids = itertools.count()
_run = secrets.token_hex(4)


def request_id() -> str:
    """Return the id of one press, never used before."""
    return f"bench-{_run}-{next(_ids)}"


@dataclass(slots=True)
class Desk:
    """A clerk with every skill at an open counter, on a connection of its own."""

    site: str
    counter: str
    http: HttpClient

    async def call_next(self) -> Answer:
        """End the running visit and call who is next, in one commit."""
        return await self.http.must_post(
            f"/api/v1/counters/{self.counter}/calls", {"request_id": request_id(), "finish_current": True}
        )


@dataclass(slots=True)
class Door:
    """Where numbers are taken: a connection of the town's own program."""

    site: str
    http: HttpClient
    concerns: deque[dict[str, Any]]

    async def take(self) -> Answer:
        """Take a number; the concern is another one each time."""
        self.concerns.rotate(1)
        body = {"request_id": request_id(), "services": [self.concerns[0]]}
        return await self.http.must_post(f"/api/v1/sites/{self.site}/tickets", body)


@dataclass(slots=True)
class Screens:
    """All displays of a site; when each call reached the first of them."""

    shown_at: dict[int, float] = field(default_factory=dict)
    sockets: list[SocketClient] = field(default_factory=list)

    def on_text(self, payload: bytes, when: float) -> None:
        for call in json.loads(payload).get("announce", ()):
            self.shown_at.setdefault(call["seq"], when)

    def close(self) -> None:
        for socket in self.sockets:
            socket.close()


async def open_desks(server: HallServer, site: str) -> list[Desk]:
    """Open every counter of a site, a clerk each."""
    desks = []
    for counter in (await describe(server, site))["counters"]:
        http = await HttpClient.connect(server.port, server.token("clerk", site))
        await http.must_post(f"/api/v1/counters/{counter['id']}/open", {})
        desks.append(Desk(site, counter["id"], http))
    return desks


async def open_doors(server: HallServer, site: str, count: int) -> list[Door]:
    """Return so many connections that take numbers."""
    token = server.token("integration", site)
    categories = (await describe(server, site))["categories"]
    concerns = [
        {"id": service["id"], "count": 1}
        for category in categories
        for service in category["services"]
        if service["walk_in"]
    ]
    doors = []
    for shift in range(count):
        mine = deque(concerns)
        mine.rotate(shift)
        doors.append(Door(site, await HttpClient.connect(server.port, token), mine))
    return doors


async def open_screens(server: HallServer, site: str) -> Screens:
    """Hang up every display of a site."""
    screens = Screens()
    for display in (await describe(server, site))["displays"]:
        token = server.token("display", site, device=display["id"])
        path = f"/live/displays/{display['id']}"
        screens.sockets.append(await SocketClient.connect(server.port, path, screens.on_text, token))
    return screens


async def describe(server: HallServer, site: str) -> dict[str, Any]:
    """Return what staff may know of a site."""
    http = await HttpClient.connect(server.port, server.token("administrator", site))
    answer = await http.get(f"/api/v1/sites/{site}")
    http.close()
    return answer.body


async def fill(doors: Sequence[Door], count: int) -> None:
    """Let so many visitors wait."""
    for door, _ in zip(itertools.cycle(doors), range(count), strict=False):
        await door.take()
