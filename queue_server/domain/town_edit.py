"""One thing of a set-up is found, put, or taken out; the rest of the town stays as it is.

What must not live here: whether the result fits together (`domain.town_check`), what is in use,
and storing it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from queue_server.domain.town import (
    Area,
    Category,
    Clerk,
    Counter,
    Department,
    Display,
    Kiosk,
    Room,
    Service,
    Site,
    Town,
)

CLASSES: Final[dict[str, type]] = {
    "town": Town,
    "site": Site,
    "area": Area,
    "room": Room,
    "counter": Counter,
    "display": Display,
    "kiosk": Kiosk,
    "department": Department,
    "category": Category,
    "service": Service,
    "clerk": Clerk,
}
"""The words of the glossary for what has an id → its class."""

IN_TOWN: Final = {
    "site": "sites",
    "department": "departments",
    "category": "categories",
    "service": "services",
    "clerk": "clerks",
}
IN_SITE: Final = {
    "area": "areas",
    "room": "rooms",
    "counter": "counters",
    "display": "displays",
    "kiosk": "kiosks",
}
"""The word for a thing → the field of its holder."""

_HasId = TypeVar("_HasId")
_Holder = TypeVar("_Holder", Town, Site)


def things(town: Town, what: str, site_id: str = "") -> tuple[Any, ...]:
    """Return all things of a kind in the order of the set-up; of one site when it is named."""
    if what == "town":
        return (town,)
    if what in IN_TOWN:
        return tuple(getattr(town, IN_TOWN[what]))
    sites = (site for site in town.sites if not site_id or site.id == site_id)
    return tuple(thing for site in sites for thing in getattr(site, IN_SITE[what]))


def find(town: Town, what: str, id_: str) -> Any | None:
    """Return the thing, or None when there is none by that id."""
    return next((one for one in things(town, what) if one.id == id_), None)


def holder(town: Town, what: str, id_: str) -> str:
    """Return the id of the site in which the thing stands; empty for what belongs to the town."""
    if what not in IN_SITE:
        return ""
    of_kind = IN_SITE[what]
    return next(
        (site.id for site in town.sites for one in getattr(site, of_kind) if one.id == id_),
        "",
    )


def put(town: Town, what: str, thing: Any, site_id: str = "") -> Town:
    """Return the town with the thing in the place of the one with its id, or at the end.

    `site_id` names the site of an area, room, counter, display or kiosk that is new.
    """
    if what == "town":
        held: dict[str, Any] = {name: getattr(town, name) for name in IN_TOWN.values()}
        renamed: Town = replace(thing, **held)
        return renamed
    if what in IN_TOWN:
        name = IN_TOWN[what]
        return _holding(town, name, _with(getattr(town, name), thing))
    place = holder(town, what, thing.id) or site_id
    return _in_site(town, place, what, lambda held: _with(held, thing))


def remove(town: Town, what: str, id_: str) -> Town:
    """Return the town without the thing; what refers to it is left as it is, for `check` to find."""
    if what in IN_TOWN:
        name = IN_TOWN[what]
        return _holding(town, name, _without(getattr(town, name), id_))
    return _in_site(town, holder(town, what, id_), what, lambda held: _without(held, id_))


def reorder(held: Sequence[_HasId], ids: Collection[str]) -> tuple[_HasId, ...]:
    """Return the things in the order of `ids`; one that is not named stays behind its neighbour."""
    known = {one.id: one for one in held}  # type: ignore[attr-defined]
    order = [id_ for id_ in ids if id_ in known]
    before = ""
    for id_ in known:
        if id_ not in order:
            order.insert(order.index(before) + 1 if before else 0, id_)
        before = id_
    return tuple(known[id_] for id_ in order)


def _in_site(town: Town, site_id: str, what: str, change: Any) -> Town:
    name = IN_SITE[what]
    sites = tuple(
        _holding(site, name, change(getattr(site, name))) if site.id == site_id else site
        for site in town.sites
    )
    return replace(town, sites=sites)


def _holding(thing: _Holder, name: str, held: tuple[Any, ...]) -> _Holder:
    changes: dict[str, Any] = {name: held}
    return replace(thing, **changes)


def _with(held: tuple[Any, ...], thing: Any) -> tuple[Any, ...]:
    if any(one.id == thing.id for one in held):
        return tuple(thing if one.id == thing.id else one for one in held)
    return (*held, thing)


def _without(held: tuple[Any, ...], id_: str) -> tuple[Any, ...]:
    return tuple(one for one in held if one.id != id_)
