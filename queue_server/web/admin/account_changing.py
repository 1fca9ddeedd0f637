"""An account becomes something else: another role, another site, another person at the counter.

What lives here: the form's words and the step in one transaction. What must not: the page (`page_account`),
the rules (`domain.people`), and rows (`adapters.people`).
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.datastructures import FormData

from queue_server.domain.access import Role
from queue_server.domain.people import (
    ACCOUNT_ROLES,
    AT_NO_COUNTER,
    Flaw,
    NewAccount,
    out_of_reach,
    settled_account,
)
from queue_server.domain.town import Town
from queue_server.web.admin.frame import town_of
from queue_server.web.admin.people import asked_for, role_of, site_choices, writes_down
from queue_server.web.pages import PageCall

FIELDS: Final = ("role", "site", "clerk")
LAST: Final = "last_administrator"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was chosen, and why it cannot be so; without a flaw it is done."""

    typed: dict[str, str]
    flaw: str


def typed_of(account: Any) -> dict[str, str]:
    """Return what the form shows of an account."""
    return {"role": account.role.value, "site": account.site_id or "", "clerk": account.clerk_id or ""}


def choices(call: PageCall, town: Town) -> dict[str, Any]:
    """Return what may be chosen: as far as who asks reaches."""
    own = call.actor.site_id
    return {
        "roles": [role.value for role in ACCOUNT_ROLES],
        "sites": site_choices(call, town),
        "clerks": [(one.id, one.name) for one in town.clerks if own is None or own in one.site_ids],
        "is_of_town": own is None,
    }


async def change_account(call: PageCall, account: Any, form: FormData) -> Asked:
    """Make of an account what was chosen. Its sessions end: they began with other rights."""
    typed = asked_for(form, *FIELDS)
    house, town = call.house, town_of(call)

    def work(conn: Connection) -> str:
        # What it is and leads is read where it is changed: it may have become something else a moment ago.
        newest = house.people.account(conn, account.organisation_id, account.id)
        if newest is None or newest.disabled_at is not None or typed_of(newest) != typed_of(account):
            return "changed_meanwhile"
        if newest.subject is not None:
            return "of_directory"
        led = house.people.leads_of(conn, account.id)
        wanted = _wanted(call, town, newest, typed, tuple(sorted(led)))
        if isinstance(wanted, Flaw):
            return wanted.value
        if not _is_of_town(wanted) and house.people.is_last_administrator(conn, newest):
            return LAST
        house.people.change_account(conn, writes_down(call), newest, wanted, house.clock())
        return ""

    flaw = await house.write(work)
    if not flaw:
        house.sessions.invalidate()
    return Asked(typed, flaw)


def _wanted(
    call: PageCall, town: Town, account: Any, typed: dict[str, str], led: tuple[str, ...]
) -> NewAccount | Flaw:
    role = role_of(typed["role"])
    clerk_id = None if role in AT_NO_COUNTER else typed["clerk"] or None
    wish = NewAccount(account.user, role, typed["site"] or None, clerk_id, led)
    found = settled_account(town, wish)
    if isinstance(found, Flaw):
        return found
    for site_id in (account.site_id, found.site_id):
        flaw = out_of_reach(town, call.actor, site_id, led)
        if flaw is not None:
            return flaw
    return found


def _is_of_town(wanted: NewAccount) -> bool:
    return wanted.role is Role.ADMINISTRATOR and wanted.site_id is None
