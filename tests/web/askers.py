"""Everybody who asks on the walk over all addresses: each role at the town hall, elsewhere, and next door.

What must not live here: what they may do (`tests/rights.py`), and asking (`tests/web/walking.py`).
"""

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from queue_server.adapters import accounts, leads, tokens
from queue_server.domain.access import ANYBODY, Actor, Role
from tests.web.running import START, Town

MUSTER, NEXT_DOOR = "musterstadt", "nachbarstadt"
HERE, THERE = "rathaus", "buergerzentrum"


@dataclass(frozen=True)
class Asker:
    """Somebody with their way in. `actor` is who they are, for the rule; `headers` what they send."""

    name: str
    actor: Actor
    headers: tuple[tuple[bytes, bytes], ...] = ()
    is_broken: bool = False
    """A token that opens nothing: refused even where strangers are welcome."""


def _person(role: Role, site: str | None = None, clerk: str | None = None, *leading: str) -> Actor:
    return Actor(role, MUSTER, site, clerk, leads=frozenset(leading))


def _device(role: Role, device: str, site: str = HERE) -> Actor:
    return Actor(role, MUSTER, site, device_id=device)


def _of_the_other_town(actor: Actor, site: str | None = "nachbarhaus") -> Actor:
    return dataclasses.replace(actor, organisation_id=NEXT_DOOR, site_id=site)


PEOPLE: Final = {
    "administrator": _person(Role.ADMINISTRATOR),
    "administrator of the site": _person(Role.ADMINISTRATOR, HERE),
    "administrator of the other site": _person(Role.ADMINISTRATOR, THERE),
    "lead": _person(Role.LEAD, None, None, "standesamt"),
    "lead who is a clerk": _person(Role.LEAD, HERE, "anna", "standesamt"),
    "lead of another department": _person(Role.LEAD, HERE, None, "gewerbeamt"),
    "clerk": _person(Role.CLERK, HERE, "anna"),
    "clerk of the other site": _person(Role.CLERK, THERE, "greta"),
    "deputy": _person(Role.CLERK, HERE, "bernd", "standesamt"),
    "deputy until yesterday": _person(Role.CLERK, HERE, "bernd"),
    "deputy at the other site": _person(Role.RECEPTION, THERE, None, "standesamt"),
    "reception": _person(Role.RECEPTION, HERE),
    "reception of the other site": _person(Role.RECEPTION, THERE),
    "auditor": _person(Role.AUDITOR),
    "auditor of the other site": _person(Role.AUDITOR, THERE),
    "clerk with a one-time password": dataclasses.replace(
        _person(Role.CLERK, HERE, "bernd"), must_change=True
    ),
    "other town's administrator": _of_the_other_town(_person(Role.ADMINISTRATOR), None),
    "other town's lead": _of_the_other_town(_person(Role.LEAD, None, None, "standesamt"), None),
    "other town's clerk": _of_the_other_town(_person(Role.CLERK, HERE, "nora")),
    "other town's reception": _of_the_other_town(_person(Role.RECEPTION)),
    "other town's auditor": _of_the_other_town(_person(Role.AUDITOR), None),
}
DEVICES: Final = {
    "clerk's keypad": _person(Role.CLERK, HERE, "anna"),
    "integration": _person(Role.INTEGRATION, HERE),
    "integration of the other site": _person(Role.INTEGRATION, THERE),
    "kiosk": _device(Role.KIOSK, "rathaus-kiosk"),
    "another kiosk": _device(Role.KIOSK, "rathaus-kiosk-2"),
    "display": _device(Role.DISPLAY, "rathaus-eg"),
    "another display": _device(Role.DISPLAY, "rathaus-og"),
    "other town's integration": _of_the_other_town(_person(Role.INTEGRATION), None),
    "other town's kiosk": _of_the_other_town(_device(Role.KIOSK, "nachbarhaus-kiosk")),
    "other town's display": _of_the_other_town(_device(Role.DISPLAY, "nachbarhaus-tv")),
}


async def askers_of(town: Town) -> list[Asker]:
    """Let everybody in and return them with their cookies and tokens, and those who got nowhere."""
    found = await town.house.write(lambda conn: [*_signed_in(conn), *_with_tokens(conn)])
    return [
        Asker("stranger", ANYBODY),
        Asker("nonsense token", ANYBODY, ((b"authorization", b"Bearer aufruf_clerk_x"),), is_broken=True),
        *found,
    ]


def _signed_in(conn: Any) -> list[Asker]:
    found = []
    for count, (name, actor) in enumerate(PEOPLE.items()):
        cookie = a_session(conn, f"asker-{count}", actor, over="yesterday" in name)
        found.append(Asker(name, actor, ((b"cookie", cookie.encode()),)))
    ended = found[0].headers[0][1].decode() + "x"
    return [*found, Asker("a session that is over", ANYBODY, ((b"cookie", ended.encode()),))]


def _with_tokens(conn: Any) -> list[Asker]:
    found = []
    for name, actor in DEVICES.items():
        token = tokens.create_token(
            conn,
            organisation_id=actor.organisation_id,
            role=actor.role,
            site_id=actor.site_id,
            device_id=actor.device_id,
            clerk_id=actor.clerk_id,
            now=START,
        )
        found.append(Asker(name, actor, ((b"authorization", f"Bearer {token}".encode()),)))
    return found


def a_session(conn: Any, user: str, actor: Actor, *, over: bool = False) -> str:
    """Make an account for an actor and let it in; return its cookie. `over`: it stood in until yesterday."""
    is_lead = actor.role is Role.LEAD
    account_id = accounts.create_account(
        conn,
        organisation_id=actor.organisation_id,
        user=user,
        role=actor.role,
        password_hash="none",
        site_id=actor.site_id,
        clerk_id=actor.clerk_id,
        must_change=actor.must_change,
        now=START,
    )
    lines = dict.fromkeys(actor.leads, None if is_lead else START.date())
    lines |= {"standesamt": START.date() - timedelta(days=1)} if over else {}
    for department, until in lines.items():
        leads.name_lead(
            conn,
            organisation_id=actor.organisation_id,
            account_id=account_id,
            department_id=department,
            is_deputy=not is_lead,
            valid_until=until,
        )
    account = accounts.find_account(conn, user)
    assert account is not None
    return f"aufruf_session={accounts.open_session(conn, account, START).cookie}"
