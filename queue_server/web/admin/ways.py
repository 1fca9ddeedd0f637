"""The ways through the administration: one list, from which the navigation is drawn everywhere.

What must not live here: who may do what (`domain.access`), and what stands behind a way.
"""

from dataclasses import dataclass
from typing import Final

from queue_server.domain.access import Act, Actor, Kind, Thing, may, may_somewhere

START: Final = "/admin"


@dataclass(frozen=True, slots=True)
class Way:
    """An address, its name (a key of the catalogues) and what one must be allowed to do there.

    `group` is the heading under which it stands. `of_town`: only for who may do it to the whole town.
    """

    path: str
    name: str
    act: Act
    group: str
    of_town: bool = False


WAYS: Final = (
    Way(START, "admin.start", Act.CHANGE_SETTINGS, "setup"),
    Way("/admin/setup/town", "admin.what_town", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/setup/site", "admin.many_site", Act.CHANGE_SETTINGS, "setup"),
    Way("/admin/setup/area", "admin.many_area", Act.CHANGE_SETTINGS, "setup"),
    Way("/admin/setup/room", "admin.many_room", Act.CHANGE_SETTINGS, "setup"),
    Way("/admin/setup/counter", "admin.many_counter", Act.CHANGE_SETTINGS, "setup"),
    Way("/admin/setup/department", "admin.many_department", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/setup/category", "admin.many_category", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/setup/service", "admin.many_service", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/look", "look.title", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/letters", "letters.short", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/exchange", "exchange.short", Act.CHANGE_SETTINGS, "setup", of_town=True),
    Way("/admin/week", "week.title", Act.CHANGE_SETTINGS, "days"),
    Way("/admin/figures", "figures.title", Act.SEE_FIGURES, "days"),
    Way("/admin/simulate", "simulate.short", Act.SEE_FIGURES, "days"),
    Way("/department", "admin.absences", Act.PLAN_DEPARTMENT, "days"),
    Way("/admin/closing", "rescue.closing", Act.CHANGE_SETTINGS, "days"),
    Way("/admin/setup/clerk", "admin.many_clerk", Act.CHANGE_SETTINGS, "people", of_town=True),
    Way("/admin/accounts", "people.accounts", Act.MANAGE_ACCOUNTS, "people"),
    Way("/admin/devices", "devices.title", Act.PAIR_DEVICE, "devices"),
    Way("/admin/setup/display", "admin.many_display", Act.CHANGE_SETTINGS, "devices"),
    Way("/admin/pictures", "pictures.title", Act.CHANGE_SETTINGS, "devices"),
    Way("/admin/setup/kiosk", "admin.many_kiosk", Act.CHANGE_SETTINGS, "devices"),
    Way("/admin/pair", "pairing.title", Act.PAIR_DEVICE, "devices"),
    Way("/admin/tokens", "people.tokens", Act.MANAGE_TOKENS, "devices"),
    Way("/admin/durations", "durations.short", Act.SEE_FIGURES, "watch"),
    Way("/admin/estimates", "estimates.short", Act.SEE_FIGURES, "watch"),
    Way("/admin/missing", "missing.title", Act.SEE_FIGURES, "watch"),
    Way("/admin/planned", "planned.title", Act.CHANGE_SETTINGS, "watch"),
    Way("/admin/changes", "admin.changes", Act.CHANGE_SETTINGS, "watch"),
    Way("/admin/log", "log.title", Act.SEE_AUDIT_LOG, "watch"),
    Way("/admin/health", "doctor.short", Act.SEE_OPERATIONS, "watch", of_town=True),
)
"""A page that is added here is in the navigation and on the start page, for whoever may use it."""


@dataclass(frozen=True, slots=True)
class Group:
    """The ways under one heading (a key of the catalogues)."""

    name: str
    ways: tuple[Way, ...]


def ways_of(actor: Actor) -> list[Group]:
    """Return the ways that somebody may go, by group, in the order of the list."""
    found = [way for way in WAYS if _may_go(actor, way)]
    names = dict.fromkeys(way.group for way in found)
    return [Group(f"admin.group_{name}", tuple(way for way in found if way.group == name)) for name in names]


def way_here(path: str) -> str:
    """Return the address of the way under which a page stands: the longest that leads to it."""
    found = (way.path for way in WAYS if path == way.path or path.startswith(f"{way.path}/"))
    return max(found, key=len, default="")


def _may_go(actor: Actor, way: Way) -> bool:
    if way.of_town:
        return may(
            actor, way.act, Thing(Kind.ORGANISATION, actor.organisation_id, None, actor.organisation_id)
        )
    return may_somewhere(actor, way.act)
