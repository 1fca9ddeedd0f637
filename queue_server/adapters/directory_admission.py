"""From a person of the town's directory to an account here: found, linked, made, or refused.

What lives here: plain functions on a Core connection. What must not: talking to the directory
(`adapters.oidc.client`). What changes by it is written into the audit log, in the directory's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters import audit, leads
from queue_server.adapters.accounts import (
    StoredAccount,
    account_of_subject,
    close_sessions_of,
    create_account,
    find_account,
    is_disabled,
    normal_user,
)
from queue_server.adapters.oidc.provider import Group, OidcProvider
from queue_server.adapters.tables.accounts import ACCOUNT
from queue_server.domain.access import Role
from queue_server.domain.administration import Done
from queue_server.domain.sign_in import NotAdmittedHere, Person
from queue_server.domain.town import Site, Town
from queue_server.domain.town_values import USER

DIRECTORY: Final = "directory"
Sites = Mapping[str, tuple[Town, Site]]


@dataclass(frozen=True, slots=True)
class _Here:
    """The town that somebody signs in to, as far as it matters here."""

    organisation_id: str
    clerks: Mapping[str, str]


def admit(
    conn: Connection, provider: OidcProvider, person: Person, sites: Sites, now: datetime
) -> StoredAccount:
    """Return the account of a person who has proven who they are, as the directory's groups want it now.

    Raises NotAdmittedHere: no account, a disabled one, or in none of the groups.
    """
    account = _found(conn, provider, person)
    group = provider.group_of(person.groups)
    if provider.groups and not _fits(group, account, sites):
        raise NotAdmittedHere(reason="group")
    if account is None:
        account = _made(conn, provider, person, group, sites, now)
    if is_disabled(conn, account.id):
        raise NotAdmittedHere(reason="account")
    if account.subject is None:
        account = _linked(conn, account, person, now)
    return account if group is None else _following(conn, account, group, now)


def _fits(group: Group | None, account: StoredAccount | None, sites: Sites) -> bool:
    """Tell whether there is a group, and its site is one of the account's town."""
    if group is None or group.site_id is None:
        return group is not None
    found = sites.get(group.site_id)
    return found is not None and (account is None or account.organisation_id == found[0].id)


def _found(conn: Connection, provider: OidcProvider, person: Person) -> StoredAccount | None:
    """Find by subject, which never changes; by name only if that is wished, and only the first time."""
    account = account_of_subject(conn, person.subject)
    if account is None and provider.link_by_user and _is_name(person.user):
        account = find_account(conn, person.user)
        if account is not None and account.subject is not None:
            raise NotAdmittedHere(reason="account")
    return account


def _is_name(user: str) -> bool:
    return USER.fullmatch(normal_user(user)) is not None


def _made(
    conn: Connection,
    provider: OidcProvider,
    person: Person,
    group: Group | None,
    sites: Sites,
    now: datetime,
) -> StoredAccount:
    here = _town(group, sites) if provider.create and group is not None else None
    user = normal_user(person.user)
    if here is None or group is None or not _is_name(user) or find_account(conn, user) is not None:
        raise NotAdmittedHere(reason="account")
    clerk_id = here.clerks.get(user)
    if group.role is Role.CLERK and clerk_id is None:
        raise NotAdmittedHere(reason="account")
    is_taken = conn.execute(sa.select(ACCOUNT.c.id).where(ACCOUNT.c.user == user)).first() is not None
    if is_taken:  # by a disabled account
        raise NotAdmittedHere(reason="account")
    create_account(
        conn,
        organisation_id=here.organisation_id,
        user=user,
        role=group.role,
        password_hash="",
        now=now,
        site_id=group.site_id,
        clerk_id=clerk_id if group.role in {Role.CLERK, Role.LEAD, Role.ADMINISTRATOR} else None,
        must_change=False,
    )
    made = find_account(conn, user)
    assert made is not None  # noqa: S101 - made two lines ago
    _note(conn, made, Done.ACCOUNT_MADE, now, after={"role": group.role, "site": group.site_id})
    return made


def _town(group: Group | None, sites: Sites) -> _Here | None:
    """Return the town of the group's site, else the only one there is."""
    if group is not None and group.site_id is not None:
        towns = {sites[group.site_id][0].id: sites[group.site_id][0]}
    else:
        towns = {town.id: town for town, _ in sites.values()}
    if len(towns) != 1:
        return None
    town = next(iter(towns.values()))
    return _Here(town.id, {normal_user(clerk.user): clerk.id for clerk in town.clerks if clerk.user})


def _linked(conn: Connection, account: StoredAccount, person: Person, now: datetime) -> StoredAccount:
    change = sa.update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(subject=person.subject)
    conn.execute(change)
    _note(conn, account, Done.ACCOUNT_CHANGED, now, before={"directory": False}, after={"directory": True})
    return replace(account, subject=person.subject)


def _following(conn: Connection, account: StoredAccount, group: Group, now: datetime) -> StoredAccount:
    """Give the account what its group may now. Older sessions end: they began with other rights."""
    before = {"role": account.role, "site": account.site_id}
    after = {"role": group.role, "site": group.site_id}
    if before != after:
        values = {"role": group.role, "site_id": group.site_id}
        conn.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(values))
        close_sessions_of(conn, account.id, now)
        _note(conn, account, Done.ACCOUNT_CHANGED, now, before=before, after=after)
    _lead(conn, account, group, now)
    return replace(account, role=group.role, site_id=group.site_id)


def _lead(conn: Connection, account: StoredAccount, group: Group, now: datetime) -> None:
    """Let a lead lead the group's department and no other any more, and who is no lead none at all.

    Standing in is settled here, and so is what a lead leads whose group names no department.
    """
    wanted = group.department_id if group.role is Role.LEAD else None
    if group.role is Role.LEAD and wanted is None:
        return
    own = {
        one.department_id
        for one in leads.list_leads(conn, account.organisation_id)
        if one.account_id == account.id and not one.is_deputy
    }
    for other in sorted(own - {wanted}):
        leads.end_lead(conn, account.id, other)
        _note(conn, account, Done.LEAD_ENDED, now, before={"department": other})
    if wanted is not None and wanted not in own:
        leads.name_lead(
            conn, organisation_id=account.organisation_id, account_id=account.id, department_id=wanted
        )
        _note(conn, account, Done.LEAD_NAMED, now, after={"department": wanted})


def _note(conn: Connection, account: StoredAccount, act: Done, now: datetime, **values: Any) -> None:
    audit.note(
        conn,
        organisation_id=account.organisation_id,
        site_id=None,
        at=now,
        actor=DIRECTORY,
        role=DIRECTORY,
        via="server",
        act=act,
        kind="account",
        ref=account.user,
        **values,
    )
