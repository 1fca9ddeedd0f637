"""Every address and socket, asked in every role, at the own site, from another one and from another town.

Nothing here lists who may do what: each row of the product's tables says which right it needs, and
`tests/rights.py` says, a second time, who has it. So a new address is walked by itself, and one without a
rule fails `test_an_address_without_a_rule_is_on_the_short_list`.
"""

import dataclasses
from collections.abc import AsyncIterator, Iterable
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from queue_server.domain import access
from queue_server.domain.access import PUBLIC, Act, Kind, Role
from queue_server.settings import Settings
from queue_server.web import naming, sockets
from queue_server.web import routes as tables
from queue_server.web.api import ApiRoute
from queue_server.web.sockets import SocketRoute
from tests.web.askers import Asker, askers_of
from tests.web.conftest import Template
from tests.web.running import HOST, Town, running
from tests.web.walking import NAMES, Row, every_row, methods_of, only_doors, path_of, send, verdict, walk

DEMO = pytest.mark.parametrize("changes", [{"demo": True, "public_url": HOST}], indirect=True)
OPEN: Final = {
    "tells nothing but that the server lives": {"GET /healthz"},
    "tells more to who may know more, which its handler asks": {"GET /readyz"},
    "for this machine alone; from elsewhere its handler asks for the right": {"GET /metrics"},
    "the way in, and out": {
        *("GET /api/v1/sessions", "POST /api/v1/sessions", "DELETE /api/v1/sessions"),
        *("GET /sign-in", "POST /sign-in", "POST /sign-out"),
        *("GET /sign-in/oidc/start", "GET /sign-in/oidc"),
    },
    "for whoever has a session, which its handler asks": {
        *("POST /api/v1/sessions/password", "GET /password", "POST /password"),
        *("GET /account", "POST /account"),
    },
    "names the town's sites, as the sign at the door does": {"GET /api/v1/sites", "GET /", "GET /pair"},
    "tells how accessible the pages are, as the law asks": {"GET /barrierefreiheit"},
    "books, as the public act says; before a site is chosen there is no thing to ask for": {
        *("GET /termin", "POST /termin", "GET /termin/einbinden", "GET /termin/{site}"),
        "GET /termin/{site}/{service}",
    },
    "the secret in the address is the right, which its handler reads": {
        *("GET /t/{secret}", "POST /t/{secret}", "GET /calendar/{secret}.ics"),
        *("GET /termin/v/{secret}", "POST /termin/v/{secret}", "GET /termin/v/{secret}/cancel"),
        *("GET /termin/v/{secret}/confirm", "POST /termin/v/{secret}/confirm"),
        *("GET /termin/v/{secret}/move", "GET /termin/v/{secret}/move/check"),
        "GET /termin/v/{secret}/termin.ics",
        *("GET /first-run/{secret}", "GET /first-run/{secret}/{step}", "POST /first-run/{secret}/{step}"),
    },
    "of the demo, where everybody may play everything": {
        *("GET /styleguide", "GET /styleguide/{face}", "GET /styleguide/states.css"),
        *("POST /demo/open/{kind}/{id}", "GET /demo/paper/{kiosk}"),
        *("GET /demo/paper/{kiosk}/slips", "GET /demo/paper/{kiosk}/slips/{name}"),
        *("GET /demo/mails", "GET /demo/mails/{mail}", "GET /demo/mails/{mail}/letter"),
        "GET /demo/mails/{mail}/calendar",
    },
}
"""The addresses without a rule, each with its reason. A new one needs a better reason than these."""
BESIDE: Final = {
    "/api/openapi.json": "describes the API; no data",
    "/{path:path}": "answers sockets that there are not",
    "/sounds/speech/{language}/number/{number:int}": "every number sounds the same for everybody",
    "/sounds/speech/{language}/room/{room}": "what is written on a door",
    "/pictures/{picture}": "what hangs in a public hall",
    "/look/{name}.css": "colours that every page shows",
    **{
        f"/static{name}": "files of the product" for name in ("", "/display", "/counter", "/kiosk", "/sounds")
    },
}
"""What is served beside the tables, to everybody, and why."""
READS_BY_POST: Final = {
    "POST /api/v1/sites/{site}/appointments/search",  # a name is looked for, and addresses are logged
    "POST /desk/{site}/search",
    "POST /admin/health",  # looks once more
    "POST /admin/simulate",  # checks what is asked and leads to where it is answered
    "POST /admin/log/export",  # gives what may be read as a table, and writes that down
}


def named(row: Row) -> set[str]:
    return {f"{method} {row.path}" for method in methods_of(row)}


def unlisted(rows: Iterable[Row]) -> set[str]:
    """Return the addresses that need no right and have no reason for that."""
    bare = set().union(*(named(row) for row in rows if row.act is None))
    return bare - set().union(*OPEN.values())


def beside_the_tables(routes: Iterable[BaseRoute]) -> set[str]:
    """Return what is served without standing in a table or on the list."""
    in_tables = {row.path for row in every_row()}
    paths = {one.path for one in routes if isinstance(one, Route | Mount | WebSocketRoute)}
    return paths - in_tables - set(BESIDE)


def writing_by_looking(rows: Iterable[Row]) -> set[str]:
    """Return the commands that ask for no more than the right to see."""
    looking = [row for row in rows if row.act is not None and row.act.value.startswith("see_")]
    return {name for row in looking for name in named(row) if name.startswith(("POST", "PUT", "DELETE"))}


def test_an_address_without_a_rule_is_on_the_short_list() -> None:
    assert unlisted(every_row()) == set()
    gone = set().union(*OPEN.values()) - set().union(*map(named, every_row()))
    assert gone == set(), "on the list, but no longer served"


def test_nothing_is_served_beside_the_tables(tmp_path: Path) -> None:
    assert beside_the_tables(tables.routes(Settings(data=tmp_path, demo=True))) == set()


def test_no_command_asks_for_the_right_to_look_alone() -> None:
    assert writing_by_looking(every_row()) <= READS_BY_POST


@pytest.fixture
async def doors(
    sqlite_settings: Settings, web_sqlite: Template, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Town, list[Row], list[Asker]]]:
    """The server with every address of it, whose handlers say no more than that they were reached."""
    settings = dataclasses.replace(sqlite_settings, demo=True, public_url=HOST)
    async with only_doors(monkeypatch) as rows, running(settings, web_sqlite.tokens) as town:
        yield town, rows, await askers_of(town)


async def test_every_address_answers_every_role_as_the_rights_say(
    doors: tuple[Town, list[Row], list[Asker]],
) -> None:
    """Failure 15: another site's, another town's, another device's thing is 404."""
    assert await walk(*doors) == []


async def test_the_walk_fails_when_a_role_gains_or_loses_an_act(
    doors: tuple[Town, list[Row], list[Asker]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each right that an address needs: without each role that has it, and with one that has it not."""
    town, rows, askers = doors
    unseen = []
    for act in sorted({row.act for row in rows if row.act is not None} - PUBLIC):
        mine = [row for row in rows if row.act is act]
        kinds, roles = access.RIGHTS[act]
        changed = [roles - {role} for role in roles]
        # A department is hidden from everybody else, whatever the act: nobody gains it by a role alone.
        changed += (
            [roles | {Role.AUDITOR}] if Kind.DEPARTMENT not in kinds and Role.AUDITOR not in roles else []
        )
        for others in changed:
            with monkeypatch.context() as broken:
                broken.setitem(access.RIGHTS, act, (kinds, others))
                if not await walk(town, mine, askers):
                    unseen.append(f"{act}: {roles ^ others}")
    assert unseen == []


async def test_the_walk_fails_when_a_wall_is_gone(
    doors: tuple[Town, list[Row], list[Asker]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question itself, for requests and sockets; and the place, for other sites, towns, devices."""
    town, every, askers = doors
    rows = [*every[::3], *(row for row in every if isinstance(row, SocketRoute))]
    for module in (naming, sockets):
        with monkeypatch.context() as broken:
            broken.setattr(module, "require", lambda *_: None)
            assert await walk(town, rows, askers)
    with monkeypatch.context() as broken:
        broken.setattr(access, "sees", lambda *_: True)
        told = await walk(town, rows, askers)
    for stranger in ("other site", "other town", "another display", "another kiosk"):
        assert any(stranger in one for one in told)
    assert await walk(town, rows, askers) == []


async def nothing(_: object) -> dict[str, object]:
    return {}


def test_the_build_fails_for_a_new_address_without_a_rule() -> None:
    new = ApiRoute("POST", "/api/v1/everything", nothing, None)
    assert unlisted([*every_row(), new]) == {"POST /api/v1/everything"}
    call = next(row for row in tables.API_ROUTES if row.path.endswith("/calls"))
    assert unlisted([dataclasses.replace(call, act=None)]) == {f"POST {call.path}"}
    assert writing_by_looking([dataclasses.replace(call, act=Act.SEE_COUNTER)]) == {f"POST {call.path}"}


def test_the_build_fails_for_an_address_beside_the_tables(tmp_path: Path) -> None:
    served = tables.routes(Settings(data=tmp_path))
    assert beside_the_tables([*served, Route("/back-door", nothing)]) == {"/back-door"}


# -- addresses whose handlers ask themselves -----------------------------------------------------------

KEPT_BY_HANDLERS: Final = {
    "of a session": (303, {"GET /password", "GET /account"}),
    "of a secret": (404, {name for name in set().union(*OPEN.values()) if "{secret}" in name}),
}


async def let_in(town: Town, askers: Iterable[Asker], rows: Iterable[Row]) -> list[str]:
    """Ask the real handlers without what they want; return who got further than they should."""
    found = []
    for status, names in KEPT_BY_HANDLERS.values():
        for row in rows:
            for name in sorted(named(row) & names):
                for asker in askers:
                    answer, _, _ = await send(town.app, asker, name.partition(" ")[0], path_of(row))
                    if answer not in {status, 303} and not asker.is_broken:
                        found.append(f"{asker.name}: {name}: {answer}, not {status}")
    return found


@DEMO
async def test_who_brings_no_secret_gets_nowhere(town: Town) -> None:
    """A strange session's or a nonsense secret's address is as good as none, in every role."""
    askers = [one for one in await askers_of(town) if not one.headers or b"cookie" not in one.headers[0]]
    assert await let_in(town, askers, every_row()) == []


async def test_a_handler_that_forgets_to_ask_is_found(
    sqlite_settings: Settings, web_sqlite: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = [row for row in tables.PAGE_ROUTES if "{secret}" in row.path]
    async with only_doors(monkeypatch, secret) as rows, running(sqlite_settings, web_sqlite.tokens) as town:
        found = await let_in(town, await askers_of(town), rows)
    assert {line.split(": ")[1] for line in found} == {name for row in secret for name in named(row)}


EMPTY: Final = frozenset({"/admin/figures/table"})
"""Not there while nothing has been counted: a file of noughts would say that nobody came."""
WORK: Final = ("administrator", "lead who is a clerk", "deputy", "clerk", "reception", "lead", "auditor")


@DEMO
async def test_no_handler_refuses_whom_the_door_lets_in(town: Town) -> None:
    """The reception's desk, a lead's department: whoever has the right gets the page, not a second no."""
    await town.take()
    askers = [one for one in await askers_of(town) if one.name in WORK]
    rows = [row for row in tables.PAGE_ROUTES if row.act is not None and "GET" in row.methods]
    wrong = []
    for row, asker in product(rows, askers):
        found, _, _ = await send(town.app, asker, "GET", path_of(row))
        # Nobody has booked, and what has no name here is not there: who asks is told so.
        gone = {"{reference}"} & (parts := set(row.path.split("/")))
        gone |= {part for part in parts if part.startswith("{") and part.strip("{}") not in NAMES}
        expected = {200, 303, 404} if gone or row.path in EMPTY else {200, 303}
        if verdict(asker, row) == "reached" and found not in expected:
            wrong.append(f"{asker.name}: {row.path}: {found}")
    assert wrong == []
