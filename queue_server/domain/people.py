"""What an account or a token may be, and how far an administrator reaches: rules of pages and commands alike.

What lives here: wishes, and why one cannot be fulfilled (`Flaw`). What must not: rows and their notes
(`adapters.people`), and the right to manage accounts at all (`domain.access`).
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from queue_server.domain.access import Actor, Role
from queue_server.domain.town import Clerk, Site, Town
from queue_server.domain.town_values import USER

ACCOUNT_ROLES: Final = (Role.ADMINISTRATOR, Role.LEAD, Role.CLERK, Role.RECEPTION, Role.AUDITOR)
AT_NO_COUNTER: Final = frozenset({Role.RECEPTION, Role.AUDITOR})
MAY_LEAD: Final = (Role.LEAD, Role.CLERK, Role.RECEPTION)
TOKEN_ROLES: Final = (Role.ADMINISTRATOR, Role.CLERK, Role.INTEGRATION, Role.DISPLAY, Role.KIOSK)
OF_DEVICES: Final = frozenset({Role.DISPLAY, Role.KIOSK})
OF_A_WHOLE_TOWN: Final = frozenset({Role.ADMINISTRATOR, Role.INTEGRATION})
"""A token of these roles may be valid at every site."""


class Flaw(StrEnum):
    """Why an account or a token cannot be made so; a form shows it at the field of `FIELD_OF`."""

    USER_MISSPELT = "user_misspelt"
    ROLE_UNKNOWN = "role_unknown"
    SITE_UNKNOWN = "site_unknown"
    SITE_MISSING = "site_missing"
    SITE_OUT_OF_REACH = "site_out_of_reach"
    CLERK_UNKNOWN = "clerk_unknown"
    CLERK_MISSING = "clerk_missing"
    CLERK_AT_NO_COUNTER = "clerk_at_no_counter"
    CLERK_ELSEWHERE = "clerk_elsewhere"
    DEPARTMENT_UNKNOWN = "department_unknown"
    DEPARTMENT_MISSING = "department_missing"
    DEPARTMENT_NOT_LED = "department_not_led"
    DEPARTMENT_OUT_OF_REACH = "department_out_of_reach"
    DEVICE_UNKNOWN = "device_unknown"
    DEVICE_MISSING = "device_missing"

    @property
    def field(self) -> str:
        """Return the field of the form at which it stands: its first word."""
        return self.value.partition("_")[0]


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is wished for. `clerk_id` None: whoever of the clerks has the same user name."""

    user: str
    role: Role
    site_id: str | None = None
    clerk_id: str | None = None
    department_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that is wished for. `site_id` None: valid at every site."""

    role: Role
    site_id: str | None = None
    clerk_id: str | None = None
    device_id: str | None = None
    label: str = ""


def normal_user(user: str) -> str:
    """Return the one spelling of a user name: "Müller " and "müller" are one person."""
    return unicodedata.normalize("NFKC", user).strip().casefold()


def settled_account(town: Town, wish: NewAccount) -> NewAccount | Flaw:
    """Return the account as it will be made, with its clerk and the site that follows from it; or why not.

    Only a clerk has to be somebody at a counter; an administrator or a lead may be. Who works at one site
    alone gets an account for that site.
    """
    user = normal_user(wish.user)
    if not USER.fullmatch(user):
        return Flaw.USER_MISSPELT
    if wish.role not in ACCOUNT_ROLES:
        return Flaw.ROLE_UNKNOWN
    if wish.site_id is not None and wish.site_id not in {site.id for site in town.sites}:
        return Flaw.SITE_UNKNOWN
    if (flaw := _unfit_departments(town, wish)) is not None:
        return flaw
    clerk = _clerk_of(town, wish, user)
    if isinstance(clerk, Flaw):
        return clerk
    site_id = wish.site_id or _only_site(wish.role, clerk)
    if clerk is not None and site_id is not None and site_id not in clerk.site_ids:
        return Flaw.CLERK_ELSEWHERE
    return replace(wish, user=user, site_id=site_id, clerk_id=clerk.id if clerk else None)


def flaw_of_lead(town: Town, role: Role, department_id: str) -> Flaw | None:
    """Return why an account of that role cannot lead the department or stand in there."""
    if role not in MAY_LEAD:
        return Flaw.DEPARTMENT_NOT_LED
    known = {department.id for department in town.departments}
    return None if department_id in known else Flaw.DEPARTMENT_UNKNOWN


def flaw_of_token(town: Town, wish: NewToken) -> Flaw | None:
    """Return why the token cannot be made: it must stand for what there is, where it is."""
    if wish.role not in TOKEN_ROLES:
        return Flaw.ROLE_UNKNOWN
    site = next((one for one in town.sites if one.id == wish.site_id), None)
    if site is None and (wish.site_id is not None or wish.role not in OF_A_WHOLE_TOWN):
        return Flaw.SITE_MISSING if wish.site_id is None else Flaw.SITE_UNKNOWN
    if site is not None and wish.role in OF_DEVICES:
        if wish.device_id is None:
            return Flaw.DEVICE_MISSING
        return None if wish.device_id in devices_at(site, wish.role) else Flaw.DEVICE_UNKNOWN
    if wish.clerk_id is None:
        return Flaw.CLERK_MISSING if wish.role is Role.CLERK else None
    clerk = next((one for one in town.clerks if one.id == wish.clerk_id), None)
    if clerk is None:
        return Flaw.CLERK_UNKNOWN
    return Flaw.CLERK_ELSEWHERE if site is not None and site.id not in clerk.site_ids else None


def devices_at(site: Site, role: Role) -> tuple[str, ...]:
    """Return the ids of the site's displays or kiosks."""
    return tuple(one.id for one in (site.displays if role is Role.DISPLAY else site.kiosks))


def out_of_reach(
    town: Town, actor: Actor, site_id: str | None, department_ids: Collection[str]
) -> Flaw | None:
    """Return why an administrator may not make, or let in again, what is valid there and leads those.

    A site's administrator raises nobody above themselves: neither to another site nor to a department that
    stands at another one, too, whose lead plans people there.
    """
    if actor.site_id is None:
        return None
    if site_id != actor.site_id:
        return Flaw.SITE_OUT_OF_REACH
    mine = departments_within(town, actor.site_id)
    return None if set(department_ids) <= mine else Flaw.DEPARTMENT_OUT_OF_REACH


def departments_within(town: Town, site_id: str | None) -> set[str]:
    """Return the departments that stand at this site alone; None: all."""
    return {one.id for one in town.departments if site_id is None or set(one.site_ids) == {site_id}}


def _unfit_departments(town: Town, wish: NewAccount) -> Flaw | None:
    if wish.role is Role.LEAD and not wish.department_ids:
        return Flaw.DEPARTMENT_MISSING
    flaws = (flaw_of_lead(town, wish.role, one) for one in wish.department_ids)
    return next((flaw for flaw in flaws if flaw is not None), None)


def _clerk_of(town: Town, wish: NewAccount, user: str) -> Clerk | Flaw | None:
    if wish.role in AT_NO_COUNTER:
        return None if wish.clerk_id is None else Flaw.CLERK_AT_NO_COUNTER
    for clerk in town.clerks:
        if wish.clerk_id == clerk.id or (wish.clerk_id is None and normal_user(clerk.user) == user):
            return clerk
    if wish.clerk_id is not None:
        return Flaw.CLERK_UNKNOWN
    return Flaw.CLERK_MISSING if wish.role is Role.CLERK else None


def _only_site(role: Role, clerk: Clerk | None) -> str | None:
    at_a_counter = role in {Role.CLERK, Role.LEAD}
    return clerk.site_ids[0] if clerk and at_a_counter and len(clerk.site_ids) == 1 else None
