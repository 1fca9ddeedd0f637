"""What is done to accounts and tokens, each act with its line in the audit log: by commands and pages alike.

What lives here: plain functions on the connection of one transaction. `note` writes a line in the name of who
does it. What must not: whether something may be (`domain.people`, `domain.access`), and hashing a password,
which takes too long for a transaction (`adapters.accounts`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters import accounts, leads, sign_ins, tokens
from queue_server.adapters.server_key import one_time_password as one_time_password  # noqa: PLC0414
from queue_server.adapters.tables.accounts import ACCOUNT, LEAD
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.people import NewAccount, NewToken


class _Account(Protocol):
    """What of an account matters here, as it is stored or listed."""

    @property
    def id(self) -> str: ...
    @property
    def organisation_id(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def site_id(self) -> str | None: ...
    @property
    def clerk_id(self) -> str | None: ...


class Note(Protocol):
    """Writes down what somebody does, in the same transaction."""

    def __call__(
        self,
        conn: Connection,
        act: Done,
        kind: str,
        ref: str,
        *,
        site_id: str | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as an administrator sees it; a disabled one too."""

    id: str
    organisation_id: str
    user: str
    role: Role
    site_id: str | None
    clerk_id: str | None
    must_change: bool
    one_time_until: datetime | None
    subject: str | None
    signed_in_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime


def every_account(conn: Connection, organisation_id: str) -> Sequence[ListedAccount]:
    """List the accounts of a town by name, also the disabled ones."""
    columns = [ACCOUNT.c[name] for name in ListedAccount.__slots__]
    query = sa.select(*columns).where(ACCOUNT.c.organisation_id == organisation_id)
    return [ListedAccount(**row) for row in conn.execute(query.order_by(ACCOUNT.c.user)).mappings()]


def account(conn: Connection, organisation_id: str, id_: str) -> ListedAccount | None:
    """Return one account of a town, None when it has none by that id."""
    return next((one for one in every_account(conn, organisation_id) if one.id == id_), None)


def every_lead(conn: Connection, organisation_id: str) -> Sequence[leads.Lead]:
    """List who leads and who stands in."""
    return leads.list_leads(conn, organisation_id)


def leads_of(conn: Connection, account_id: str) -> frozenset[str]:
    """Return the departments that an account leads, or stands in for, today or later; a disabled one too."""
    found = conn.execute(sa.select(LEAD.c.department_id).where(LEAD.c.account_id == account_id))
    return frozenset(found.scalars())


def every_token(conn: Connection, organisation_id: str, site_id: str | None) -> Sequence[tokens.StoredToken]:
    """List the valid tokens of a town, or of one site."""
    return tokens.list_tokens(conn, organisation_id, site_id)


def make_account(
    conn: Connection, note: Note, organisation_id: str, new: NewAccount, password_hash: str, now: datetime
) -> str:
    """Store an account that `domain.people.settled_account` made, and what it leads. Raises UserTaken."""
    account_id = accounts.create_account(
        conn,
        organisation_id=organisation_id,
        user=new.user,
        role=new.role,
        password_hash=password_hash,
        site_id=new.site_id,
        clerk_id=new.clerk_id,
        now=now,
    )
    made = {"role": new.role.value} | ({"clerk": new.clerk_id} if new.clerk_id else {})
    note(conn, Done.ACCOUNT_MADE, "account", new.user, site_id=new.site_id, after=made)
    for department_id in new.department_ids:
        name_lead(conn, note, organisation_id, account_id, new.user, department_id)
    return account_id


def reset_password(
    conn: Connection, note: Note, account: _Account, password_hash: str, now: datetime
) -> None:
    """Give a one-time password; the account's sessions end."""
    accounts.set_password(conn, account.id, password_hash, now, must_change=True)
    note(conn, Done.PASSWORD_RESET, "account", account.user, site_id=account.site_id)


def disable_account(
    conn: Connection, note: Note, account: _Account, now: datetime, within: str | None = None
) -> int:
    """Let nobody sign in with it; return how many tokens of its clerk ended with it, `within` that site."""
    theirs = [one for one in tokens_of(conn, account) if within is None or one.site_id == within]
    accounts.disable_account(conn, account.id, now)
    note(conn, Done.ACCOUNT_DISABLED, "account", account.user, site_id=account.site_id)
    for token in theirs:
        revoke_token(conn, note, token, now)
    return len(theirs)


def is_last_administrator(conn: Connection, account: _Account) -> bool:
    """Tell whether nobody else administers the whole organisation.

    The rows are held until the transaction ends: of two administrators who disable each other at the same
    moment, the second finds that they are the last, also where two processes write.
    """
    query = (
        sa.select(ACCOUNT.c.id)
        .where(
            ACCOUNT.c.organisation_id == account.organisation_id,
            ACCOUNT.c.role == Role.ADMINISTRATOR,
            ACCOUNT.c.site_id.is_(None),
            ACCOUNT.c.disabled_at.is_(None),
        )
        .order_by(ACCOUNT.c.id)
        .with_for_update()
    )
    return list(conn.scalars(query)) == [account.id]


def change_account(conn: Connection, note: Note, account: _Account, new: NewAccount, now: datetime) -> None:
    """Give an account another role, site or clerk. Its sessions end: they began with other rights."""
    sides = [{"role": one.role.value, "site": one.site_id, "clerk": one.clerk_id} for one in (account, new)]
    if sides[0] == sides[1]:
        return
    values = {"role": new.role, "site_id": new.site_id, "clerk_id": new.clerk_id}
    conn.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(values))
    accounts.close_sessions_of(conn, account.id, now)
    differing = [name for name in sides[0] if sides[0][name] != sides[1][name]]
    before, after = ({name: side[name] for name in differing} for side in sides)
    where = new.site_id
    note(conn, Done.ACCOUNT_CHANGED, "account", account.user, site_id=where, before=before, after=after)


def enable_account(
    conn: Connection, note: Note, account: _Account, password_hash: str, now: datetime
) -> None:
    """Let it in again with a one-time password: the old one is not trusted, nobody watched it meanwhile."""
    accounts.enable_account(conn, account.id)
    accounts.set_password(conn, account.id, password_hash, now, must_change=True)
    sides = {"before": {"disabled": True}, "after": {"disabled": False}}
    note(conn, Done.ACCOUNT_CHANGED, "account", account.user, site_id=account.site_id, **sides)


def end_sessions(conn: Connection, note: Note, account: _Account, now: datetime) -> int:
    """End every session of the account; return how many there were."""
    count = sign_ins.end_others(conn, account.id, None, now)
    if count:
        about = {"sessions": count}
        where = account.site_id
        note(conn, Done.SESSIONS_ENDED, "account", account.user, site_id=where, before=about)
    return count


def name_lead(
    conn: Connection,
    note: Note,
    organisation_id: str,
    account_id: str,
    user: str,
    department_id: str,
    *,
    is_deputy: bool = False,
    until: date | None = None,
) -> None:
    """Let an account lead a department, or stand in until the end of a day."""
    leads.name_lead(
        conn,
        organisation_id=organisation_id,
        account_id=account_id,
        department_id=department_id,
        is_deputy=is_deputy,
        valid_until=until,
    )
    what = {"department": department_id, "deputy": is_deputy, "until": until}
    note(conn, Done.LEAD_NAMED, "account", user, after=what)


def end_lead(conn: Connection, note: Note, account: _Account, department_id: str) -> bool:
    """Let an account lead no more. A department that is gone from the set-up may be named, too."""
    ended = leads.end_lead(conn, account.id, department_id)
    if ended:
        note(conn, Done.LEAD_ENDED, "account", account.user, before={"department": department_id})
    return ended


def tokens_of(conn: Connection, account: _Account) -> list[tokens.StoredToken]:
    """Return the valid tokens of the clerk that the account is."""
    if account.clerk_id is None:
        return []
    found = tokens.list_tokens(conn, account.organisation_id)
    return [token for token in found if token.clerk_id == account.clerk_id]


def make_token(conn: Connection, note: Note, organisation_id: str, new: NewToken, now: datetime) -> str:
    """Store a token without flaw (`domain.people`); return it in the clear, for the only time."""
    token = tokens.create_token(
        conn,
        organisation_id=organisation_id,
        role=new.role,
        site_id=new.site_id,
        device_id=new.device_id,
        clerk_id=new.clerk_id,
        label=new.label,
        now=now,
    )
    stands_for = new.device_id or new.clerk_id
    made = {"role": new.role.value} | ({"stands_for": stands_for} if stands_for else {})
    note(conn, Done.TOKEN_MADE, "token", tokens.token_id(token), site_id=new.site_id, after=made)
    return token


def revoke_token(conn: Connection, note: Note, token: tokens.StoredToken, now: datetime) -> bool:
    """Let the token open nothing any more. False when it did not."""
    if not tokens.revoke_token(conn, token.organisation_id, token.id, now):
        return False
    note(conn, Done.TOKEN_REVOKED, "token", token.id, site_id=token.site_id)
    return True
