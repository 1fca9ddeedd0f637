"""The one-time link to the first set-up, and the one transaction that makes town and accounts.

What lives here: rows. What must not: pages and what is typed into them (`web.first_run`), the address that is
printed (`commands.first_run`). Only a hash of the link's secret is kept.
"""

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters import audit
from queue_server.adapters.accounts import create_account, fingerprint
from queue_server.adapters.changing_town import TownUnfit
from queue_server.adapters.post.admission import post_admission
from queue_server.adapters.server_key import one_time_password
from queue_server.adapters.town.beginning import problems
from queue_server.adapters.town.store import META, config_version, lock_settings, organisations, save_town
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.errors import Refusal
from queue_server.domain.town import Town

VALID_FOR: Final = timedelta(hours=24)
NAME: Final = "first_run"
State = Literal["open", "over", "done", "unknown"]


class AlreadySetUp(Refusal):
    """There is a town: somebody else was quicker, or the button was pressed twice."""

    code = "already_set_up"


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """An account to be made. Without a clerk it is the administrator's, whose password is their own."""

    user: str
    password_hash: str = field(repr=False)
    clerk_id: str | None = None
    site_id: str | None = None


def open_link(conn: Connection, now: datetime) -> str:
    """Return the secret of a new link; any older one leads nowhere from now on."""
    secret = secrets.token_urlsafe(32)
    value = json.dumps({"hash": fingerprint(secret), "until": (now + VALID_FOR).isoformat()})
    conn.execute(sa.delete(META).where(META.c.name == NAME))
    conn.execute(sa.insert(META).values(name=NAME, value=value))
    return secret


def state_of(conn: Connection, secret: str, now: datetime) -> State:
    """Tell what a link is worth: `over` after a day, `done` once there is a town."""
    row = conn.execute(sa.select(META.c.value).where(META.c.name == NAME)).scalar()
    kept = json.loads(row) if row else {"hash": "", "until": ""}
    if not hmac.compare_digest(str(kept["hash"]), fingerprint(secret)):
        return "unknown"
    if organisations(conn):
        return "done"
    return "open" if now < datetime.fromisoformat(kept["until"]) else "over"


def make(conn: Connection, town: Town, people: Sequence[FirstAccount], now: datetime) -> None:
    """Keep the town with its accounts and write it down. Raises AlreadySetUp, TownUnfit, UserTaken.

    The first of `people` is the administrator, in whose name it is done.
    """
    # Who comes second waits here and then sees the town: another press, or `aufruf init` beside the server.
    lock_settings(conn)
    if organisations(conn):
        raise AlreadySetUp
    _refuse_mistakes(town)
    save_town(conn, town, now)
    post_admission(conn, None, town, config_version(conn), now)
    parts = ("sites", "departments", "services", "clerks")
    counts = {name: len(getattr(town, name)) for name in parts}
    by = people[0].user
    _note(conn, town, by, now, Done.TOWN_MADE, "town", town.id, counts)
    for one in people:
        role = Role.ADMINISTRATOR if one.clerk_id is None else Role.CLERK
        create_account(
            conn,
            organisation_id=town.id,
            user=one.user,
            role=role,
            password_hash=one.password_hash,
            site_id=one.site_id,
            clerk_id=one.clerk_id,
            must_change=one.clerk_id is not None,
            now=now,
        )
        made = {"role": role.value, "clerk": one.clerk_id} if one.clerk_id else {"role": role.value}
        _note(conn, town, by, now, Done.ACCOUNT_MADE, "account", one.user, made, one.site_id)


def _refuse_mistakes(town: Town) -> None:
    found = problems(town)
    if found:
        raise TownUnfit(problem=found[0].code.value)


def account(user: str, password_hash: str, clerk_id: str | None, site_id: str | None) -> FirstAccount:
    """Return an account for `make`; without a clerk it is the administrator's."""
    return FirstAccount(user, password_hash, clerk_id, site_id)


def new_password() -> str:
    """Return a one-time password for a clerk."""
    return one_time_password()


def _note(
    conn: Connection,
    town: Town,
    by: str,
    now: datetime,
    act: Done,
    kind: str,
    ref: str,
    after: Mapping[str, object],
    site_id: str | None = None,
) -> None:
    audit.note(
        conn,
        organisation_id=town.id,
        site_id=site_id,
        at=now,
        actor=by,
        role=Role.ADMINISTRATOR.value,
        via="web",
        act=act,
        kind=kind,
        ref=ref,
        after=after,
    )
