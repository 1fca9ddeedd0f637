"""What differs between two set-ups of a town, thing by thing, to be shown before it is applied.

What must not live here: how a change is worded, and applying it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias

from queue_server.domain.town import Town

Kind: TypeAlias = Literal["added", "changed", "removed"]

LISTS: Final = (
    "sites",
    "areas",
    "rooms",
    "counters",
    "displays",
    "kiosks",
    "departments",
    "categories",
    "services",
    "clerks",
)
"""Fields that hold things with an id of their own, each compared by itself."""

_ONE: Final = {"categories": "category"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of the set-up that is added, changed or removed.

    `what` is the word of the glossary ("room"). `before` and `after` map fields to values: all fields of
    what is added or removed, the differing ones of what is changed. A new order of the same things is a
    change of the thing that holds them, with the ids in their order. What stands in a site has a `site_id`.
    """

    kind: Kind
    what: str
    id: str
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)


def diff(old: Town | None, new: Town, *, exact: bool = False) -> list[Change]:
    """Return what must change to make `new` of `old` (None: nothing is there yet); removals come last.

    `exact`: the place of what comes and goes is told too, by its holder, for `domain.town_patch`.
    """
    before = dict(_things("town", old)) if old else {}
    after = dict(_things("town", new))
    changes = [
        change
        for (what, id_), values in after.items()
        if (change := _change(what, id_, before.get((what, id_)), values, exact=exact))
    ]
    gone = [key for key in before if key not in after]
    return changes + [Change("removed", what, id_, before=before[what, id_]) for what, id_ in reversed(gone)]


def _things(what: str, thing: Any, site_id: str = "") -> Iterator[tuple[tuple[str, str], dict[str, object]]]:
    """Yield everything with an id below `thing`, itself first; lists of such things appear as ids."""
    values = {one.name: getattr(thing, one.name) for one in fields(thing) if one.compare}
    inner = {name: values[name] for name in LISTS if name in values}
    values |= {name: tuple(one.id for one in inner[name]) for name in inner}
    yield (what, thing.id), values | ({"site_id": site_id} if site_id else {})
    for name, things in inner.items():
        for one in things:
            holder = thing.id if what == "site" else ""
            yield from _things(_ONE.get(name, name.removesuffix("s")), one, holder)


def _change(
    what: str, id_: str, before: dict[str, object] | None, after: dict[str, object], *, exact: bool
) -> Change | None:
    if before is None:
        return Change("added", what, id_, after=after)
    names = [name for name in after if _differs(name, before[name], after[name], exact=exact)]
    if not names:
        return None
    return Change(
        "changed", what, id_, {name: before[name] for name in names}, {name: after[name] for name in names}
    )


def _differs(name: str, before: object, after: object, *, exact: bool) -> bool:
    """Things that come or go are changes of their own; here only the order of those that stay counts."""
    if exact or name not in LISTS or not isinstance(before, tuple) or not isinstance(after, tuple):
        return before != after
    return [one for one in before if one in after] != [one for one in after if one in before]
