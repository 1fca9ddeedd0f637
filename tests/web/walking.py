"""The walk over every address and socket in every role: what is expected, and what was answered.

What must not live here: the rights themselves, which stand a second time in `tests/rights.py`, who asks
(`tests/web/askers.py`), and the rows of addresses, which the walk takes from the product.

The walk stops at the door: the handlers behind it are replaced by one that only says "reached", so that no
answer of the hall (a ticket that is not there, a body that does not fit) can be mistaken for one of the door.
"""

import dataclasses
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp

from queue_server.domain.access import THE_SERVER, Act, Actor, Kind, Role, Thing
from queue_server.web import routes
from queue_server.web.api import ApiRoute
from queue_server.web.naming import SOMEWHERE
from queue_server.web.naming import TOWN as OWN_TOWN
from queue_server.web.pages import PageRoute
from queue_server.web.sockets import SOCKETS, SocketRoute, Visit
from tests.rights import ALLOWED, ON_THE_WALL, acts_of, allowed, exists_for
from tests.web.askers import HERE, MUSTER, Asker
from tests.web.running import HOST, Town

Row = ApiRoute | PageRoute | SocketRoute
NAMES: Final = {
    "site": HERE,
    "counter": "rathaus-1",
    "display": "rathaus-eg",
    "kiosk": "rathaus-kiosk",
    "department": "standesamt",
    "secret": "nonsense",
    "service": "registry-information",
    "name": "none.png",
    "reference": "AAAAAA",
    "language": "de",
    "kind": "booked",
}
"""What stands in the addresses, all of it the town hall's: people of other sites ask for foreign things."""
THINGS: Final[Mapping[str | None, Thing]] = {
    None: THE_SERVER,
    **{kind.value: Thing(kind, MUSTER, HERE, NAMES[kind.value]) for kind in Kind if kind.value in NAMES},
}
STATUSES: Final = {
    "reached": {204},
    "sign in": {401},
    "forbidden": {403},
    "not found": {404},
    "own password first": {403},
}


def every_row() -> list[Row]:
    return [*routes.API_ROUTES, *routes.PAGE_ROUTES, *SOCKETS]


@asynccontextmanager
async def only_doors(
    patch: pytest.MonkeyPatch, rows: Iterable[Row] | None = None
) -> AsyncIterator[list[Row]]:
    """Put the tables, or `rows`, in place with handlers that only say that they were reached."""
    doors = [_door(row) for row in (every_row() if rows is None else rows)]
    with patch.context() as exchanged:
        exchanged.setattr(routes, "API_ROUTES", [row for row in doors if isinstance(row, ApiRoute)])
        exchanged.setattr(routes, "PAGE_ROUTES", [row for row in doors if isinstance(row, PageRoute)])
        exchanged.setattr(routes, "SOCKETS", [row for row in doors if isinstance(row, SocketRoute)])
        yield doors


def _door(row: Row) -> Row:
    if isinstance(row, ApiRoute):
        return dataclasses.replace(row, handler=_reached, body=None, query=None)
    if isinstance(row, PageRoute):
        return dataclasses.replace(row, handler=_reached)
    return dataclasses.replace(row, endpoint=_opened)


async def _reached(_: object) -> Response:
    return Response(status_code=204)


async def _opened(visit: Visit) -> None:
    await visit.websocket.accept()


async def walk(town: Town, rows: Iterable[Row], askers: Iterable[Asker]) -> list[str]:
    """Ask every address in every role; return what was answered otherwise than the rights say."""
    wrong, askers = [], list(askers)
    for row in rows:
        path = path_of(row)
        for method in methods_of(row):
            for asker in askers:
                expected = verdict(asker, row)
                found = await (knock if method == "SOCKET" else ask)(town.app, asker, method, path)
                if found != expected:
                    wrong.append(f"{asker.name}: {method} {row.path}: {found}, not {expected}")
    return wrong


def methods_of(row: Row) -> tuple[str, ...]:
    if isinstance(row, SocketRoute):
        return ("SOCKET",)
    return (row.method,) if isinstance(row, ApiRoute) else row.methods


def path_of(row: Row) -> str:
    """Return the address with the town hall's names in it; what has no name here is the first of its kind."""
    own = {"id": NAMES[row.kind.value]} if isinstance(row, SocketRoute) else {}
    return row.path.format_map(defaultdict(lambda: "1", NAMES | own))


def verdict(asker: Asker, row: Row) -> str:
    """Return what the rule says, from the row's act alone."""
    actor, act = asker.actor, row.act
    if asker.is_broken:
        return "sign in"
    if act is not None and not _may(actor, act, row):
        return _refusal(actor, act, row)
    is_open = row.with_one_time_password if isinstance(row, PageRoute) else act is None or act in ON_THE_WALL
    return "own password first" if actor.must_change and not is_open else "reached"


def _thing(actor: Actor, row: Row) -> Thing:
    named = row.kind.value if isinstance(row, SocketRoute) else row.named
    if named == OWN_TOWN:
        return Thing(Kind.ORGANISATION, actor.organisation_id, None, actor.organisation_id)
    return THINGS[named]


def _may(actor: Actor, act: Act, row: Row) -> bool:
    if not isinstance(row, SocketRoute) and row.named == SOMEWHERE:
        return act in acts_of(actor)
    return allowed(actor, act, _thing(actor, row))


def _refusal(actor: Actor, act: Act, row: Row) -> str:
    if actor.role is Role.VISITOR and act not in ALLOWED[Role.VISITOR]:
        return "sign in"
    if not isinstance(row, SocketRoute) and row.named == SOMEWHERE:
        return "forbidden"
    return "forbidden" if exists_for(actor, _thing(actor, row)) else "not found"


async def ask(app: ASGIApp, asker: Asker, method: str, path: str) -> str:
    """Send a request without a network and return what it came to."""
    status, headers, body = await send(app, asker, method, path)
    where = headers.get(b"location", b"").decode()
    if status == 303 and where.startswith(("/sign-in", "/pair")):
        return "sign in"
    if status == 303 and where.startswith("/password"):
        return "own password first"
    if status == 403 and b"must_change_password" in body:
        return "own password first"
    return next((word for word, statuses in STATUSES.items() if status in statuses), str(status))


async def send(app: ASGIApp, asker: Asker, method: str, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    scope = _scope("http", asker, path) | {"method": method, "scheme": "http"}
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def take(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, take)
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


async def knock(app: ASGIApp, asker: Asker, _method: str, path: str) -> str:
    """Open a socket without a network and return what it came to; a refusal has the one error shape."""
    scope = _scope("websocket", asker, path) | {
        "scheme": "ws",
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def take(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, take)
    if sent[0]["type"] == "websocket.accept":
        return "reached"
    refused = json.loads(b"".join(one.get("body", b"") for one in sent[1:]))["error"]["code"]
    words = {"sign_in_required": "sign in", "must_change_password": "own password first"}
    return str(words.get(refused, refused.replace("_", " ")))


def _scope(kind: str, asker: Asker, path: str) -> dict[str, Any]:
    host = HOST.removeprefix("http://").encode()
    plain, _, query = path.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", host), (b"origin", HOST.encode()), *asker.headers],
        "client": ("127.0.0.1", 50_000),
        "server": (host.decode(), 80),
        "state": {},
    }
