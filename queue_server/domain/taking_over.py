"""A town's set-up out of a file, made that of a town that is there: whose ids hold, and which are taken.

What must not live here: reading files, and what is in use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from queue_server.domain.town import EVERY_SKILL, Town

T = TypeVar("T")
Address = tuple[str, str]
"""What kind of thing, and its id."""


def taken_over(found: Town, own: Town, prefix: str = "") -> Town:
    """Return what `own` becomes by a file that describes `found`.

    The town's own id stays, for accounts and visits hang on it; with another town's file its own name and
    logo, too: a coat of arms is nobody else's.
    With `prefix` every other id gets it in front: several towns of one database may not share any.
    """
    town = _prefixed(found, prefix) if prefix else found
    name, logo = (town.name, town.look_logo) if found.id == own.id else (own.name, own.look_logo)
    return replace(town, id=own.id, name=name, look_logo=logo, letter_texts=own.letter_texts)


def nameless(town: Town, word: str) -> Town:
    """Return the town as one may give it away: its people are numbered (`word` 1, …), none is absent."""
    clerks = tuple(
        replace(clerk, id=f"person-{n}", user=f"person-{n}", name=f"{word} {n}", absences=())
        for n, clerk in enumerate(town.clerks, 1)
    )
    return replace(town, clerks=clerks)


def addresses(town: Town) -> set[Address]:
    """Return what stands in addresses, and so must be unique over the whole database."""
    return {("clerk", clerk.id) for clerk in town.clerks} | {
        (what, one.id)
        for site in town.sites
        for what, things in (
            ("site", [site]),
            ("counter", site.counters),
            ("display", site.displays),
            ("kiosk", site.kiosks),
        )
        for one in things
    }


def taken_addresses(town: Town, others: Iterable[Town]) -> list[Address]:
    """Return what another town has already."""
    theirs = {one for other in others if other.id != town.id for one in addresses(other)}
    return sorted(addresses(town) & theirs)


def _prefixed(thing: T, prefix: str) -> T:
    """Return a thing with everything in it renamed: its ids, and what refers to one."""
    changes: dict[str, Any] = {}
    for one in fields(thing):  # type: ignore[arg-type]
        value = getattr(thing, one.name)
        if one.name == "id" or one.name.endswith("_id"):
            changes[one.name] = f"{prefix}{value}" if value else value
        elif one.name.endswith("_ids"):
            changes[one.name] = tuple(id_ if id_ == EVERY_SKILL else f"{prefix}{id_}" for id_ in value)
        elif one.name == "area_by_site" and isinstance(value, Mapping):
            changes[one.name] = {f"{prefix}{site}": f"{prefix}{area}" for site, area in value.items()}
        elif isinstance(value, tuple):
            changes[one.name] = tuple(
                _prefixed(part, prefix) if is_dataclass(part) else part for part in value
            )
    return replace(thing, **changes)  # type: ignore[type-var]
