"""The audit log: writing an administrative act down, in the transaction that does it.

What lives here: adding a row, and the guard in front of it. What must not: reading, and anything of a
visitor. Nothing here changes or deletes a row.

**No secret gets in.** A name such as `password` is a mistake of ours and refused (`SecretInLog`); in a value
that somebody typed, what looks like one is blanked: an act must not fail because of its record.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters.tables.accounts import ACCOUNT, SESSION
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Actor
from queue_server.domain.administration import Doer, Done

Values = Mapping[str, Any]

LONGEST_TEXT: Final = 300
MOST_VALUES: Final = 30
BLANK: Final = "•••"
_LONGEST: Final = {"actor": 60, "role": 20, "via": 12, "ref": 80}
_SECRET_WORDS: Final = frozenset(
    (
        *("password", "passwort", "passphrase", "secret", "token", "hash", "cookie", "code", "otp", "pin"),
        *("seal", "credential", "credentials", "authorization"),
    )
)
_SECRETS: Final = re.compile(
    r"(?<=://)[^/\s@]+(?=@)"  # who signs in where: https://user:password@host
    r"|\$argon2\S+|\baufruf_[a-z]+_\S+|\bBearer\s+\S+"
    r"|(?<=[?&])[\w-]*(?:key|token|secret|password|code)=[^&\s#]+"
    r"|\b(?:password|passwort|secret|token)\s*[=:]\s*\S+"
    r"|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{40,}",  # random signs: a key, a hash, a secret address
    re.IGNORECASE,
)


class SecretInLog(ValueError):  # noqa: N818 - says what happened
    """A field with the name of a secret was to be written down: a mistake of the program."""


def note(
    conn: Connection,
    *,
    organisation_id: str,
    site_id: str | None,
    at: datetime,
    actor: str,
    role: str,
    via: str,
    act: Done,
    kind: str,
    ref: str,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Write down that `actor` did `act` to the thing `ref` of that `kind`.

    `before` and `after` are cut down to what differs, and to a readable length. Neither may hold anything
    of a visitor: no number, no reference, no contact. `site_id` None: it concerns the whole organisation.
    """
    old, new = _told(before), _told(after)
    same = [name for name in old if name in new and old[name] == new[name]]
    values = {"actor": actor, "role": role, "via": via, "ref": ref}
    conn.execute(
        sa.insert(AUDIT).values(
            organisation_id=organisation_id,
            site_id=site_id,
            at=at,
            act=act.value,
            kind=kind,
            before={name: old[name] for name in old if name not in same} or None,
            after={name: new[name] for name in new if name not in same} or None,
            **{name: _blanked(text)[: _LONGEST[name]] for name, text in values.items()},
        )
    )


def note_by(
    conn: Connection,
    by: Actor,
    *,
    via: str,
    at: datetime,
    act: Done,
    kind: str,
    ref: str,
    site_id: str | None = None,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Write down an act of somebody who came over the web; `via` is `web` or `api`."""
    doer = doer_of(conn, by, via)
    note(
        conn,
        organisation_id=by.organisation_id,
        site_id=site_id,
        at=at,
        actor=doer.actor,
        role=doer.role,
        via=doer.via,
        act=act,
        kind=kind,
        ref=ref,
        before=before,
        after=after,
    )


def doer_of(conn: Connection, by: Actor, via: str) -> Doer:
    """Return how the log names an actor: the account's user name, the token's or device's id."""
    user: str | None = None
    if by.session_id is not None:
        mine = sa.select(SESSION.c.account_id).where(SESSION.c.id == by.session_id).scalar_subquery()
        user = conn.execute(sa.select(ACCOUNT.c.user).where(ACCOUNT.c.id == mine)).scalar()
    # Not a token's label: those are free words, and may be blanked.
    token = f"token {by.token_id}" if by.token_id else None
    return Doer(user or by.device_id or token or by.clerk_id or "unknown", by.role.value, via)


def _told(values: Values | None) -> dict[str, Any]:
    return {name: _plain(value) for name, value in _bounded(values or {})}


def _bounded(values: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    pairs = [(str(name), value) for name, value in values.items()]
    for name, _ in pairs:
        if name.lower().endswith("_key") or _SECRET_WORDS & set(re.split(r"[^a-z]+", name.lower())):
            raise SecretInLog(name)
    kept: list[tuple[str, Any]] = pairs[:MOST_VALUES]
    return kept + ([("…", len(pairs) - MOST_VALUES)] if len(pairs) > MOST_VALUES else [])


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it and a person can read it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in _bounded(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return _plain({one.name: getattr(value, one.name) for one in fields(value) if one.compare})
    if isinstance(value, list | tuple | set | frozenset):
        each = sorted(map(str, value)) if isinstance(value, set | frozenset) else list(value)
        more = [f"… (+{len(each) - MOST_VALUES})"] if len(each) > MOST_VALUES else []
        return [_plain(one) for one in each[:MOST_VALUES]] + more
    text = _blanked(str(value))
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _blanked(text: str) -> str:
    return _SECRETS.sub(BLANK, text)
