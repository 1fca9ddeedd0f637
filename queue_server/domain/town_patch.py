"""Changes of a set-up as values of their own: done to a town that has moved on since, and taken back.

`diff(old, new)` tells what changed; here it is done again: `patch(old, diff(old, new, exact=True))` is `new`.
On another town each change is done where it still fits: what two people added to one list is merged, a
field that somebody has set to something else in between is left alone and told (`Patched.left`).

What must not live here: when a change takes effect (`domain.planned`), and storing it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from queue_server.domain.town import Town
from queue_server.domain.town_diff import LISTS, Change
from queue_server.domain.town_edit import CLASSES, IN_SITE, IN_TOWN, find, holder, put, remove, reorder

_MISSING: Final = object()
_OPPOSITE: Final[Mapping[str, Any]] = {"added": "removed", "removed": "added", "changed": "changed"}


@dataclass(frozen=True, slots=True)
class Patched:
    """The town with what could be done to it, and what could not."""

    town: Town
    left: tuple[Change, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.left


def patch(town: Town, changes: Sequence[Change]) -> Patched:
    """Return the town with the changes done to it, in any order in which they were told."""
    left: list[Change] = []
    for kind in ("added", "changed", "removed"):
        for change in changes:
            if change.kind == kind:
                done = _ACTS[kind](town, change)
                town = done or town
                if done is None:
                    left.append(change)
    for change in changes:
        if change.kind != "removed":
            town = _in_order(town, change)
    return Patched(town, tuple(left))


def inverse(changes: Sequence[Change]) -> list[Change]:
    """Return what takes the changes back."""
    return [
        Change(_OPPOSITE[one.kind], one.what, one.id, before=one.after, after=one.before)
        for one in reversed(changes)
    ]


def _add(town: Town, change: Change) -> Town | None:
    site_id = str(change.after.get("site_id", ""))
    is_homeless = change.what in IN_SITE and find(town, "site", site_id) is None
    if find(town, change.what, change.id) is not None or is_homeless:
        return None
    kind = CLASSES[change.what]
    known = {one.name for one in fields(kind)}
    values = {name: () if name in LISTS else value for name, value in change.after.items() if name in known}
    return put(town, change.what, kind(**values), site_id)


def _change(town: Town, change: Change) -> Town | None:
    thing = find(town, change.what, change.id)
    if thing is None:
        return None
    names = [name for name in change.after if name not in LISTS and name != "site_id"]
    merged = {name: _merged(getattr(thing, name), change.before[name], change.after[name]) for name in names}
    if any(value is _MISSING for value in merged.values()):
        return None
    if "site_id" in change.after:
        return _moved(town, change, replace(thing, **merged))
    return put(town, change.what, replace(thing, **merged)) if merged else town


def _moved(town: Town, change: Change, thing: Any) -> Town | None:
    wanted = str(change.after["site_id"])
    if holder(town, change.what, change.id) != change.before["site_id"] or find(town, "site", wanted) is None:
        return None
    return put(remove(town, change.what, change.id), change.what, thing, wanted)


def _remove(town: Town, change: Change) -> Town | None:
    """What was edited in between goes too: that it goes was the wish."""
    return remove(town, change.what, change.id) if find(town, change.what, change.id) else _gone(town, change)


def _gone(town: Town, change: Change) -> Town | None:
    """A thing that went with its site is gone as wished."""
    return town if change.what in IN_SITE else None


_ACTS: Final[Mapping[str, Any]] = {"added": _add, "changed": _change, "removed": _remove}


def _merged(now: Any, before: Any, after: Any) -> Any:
    """Return the field's new value, or `_MISSING` when somebody has set it to a third one."""
    if now in (before, after):
        return after
    if isinstance(now, tuple) and isinstance(before, tuple) and isinstance(after, tuple):
        return _merged_lists(now, before, after)
    if isinstance(now, Mapping) and isinstance(before, Mapping) and isinstance(after, Mapping):
        return _merged_tables(now, before, after)
    return _MISSING


def _merged_lists(now: tuple[Any, ...], before: tuple[Any, ...], after: tuple[Any, ...]) -> Any:
    gone = [one for one in before if one not in after]
    new = [one for one in after if one not in before]
    if any(one not in now for one in gone):
        return _MISSING
    return (*(one for one in now if one not in gone), *(one for one in new if one not in now))


def _merged_tables(now: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    found = dict(now)
    for key in {*before, *after}:
        if before.get(key) == after.get(key) or now.get(key) == after.get(key):
            continue
        if now.get(key) != before.get(key):
            return _MISSING
        if key in after:
            found[key] = after[key]
        else:
            del found[key]
    return found


def _in_order(town: Town, change: Change) -> Town:
    """Put what the thing holds into the order that the change names."""
    thing = town if change.what == "town" else find(town, change.what, change.id)
    names = [name for name in change.after if name in LISTS]
    if thing is None or not names:
        return town
    ordered: dict[str, Any] = {name: reorder(getattr(thing, name), change.after[name]) for name in names}  # type: ignore[arg-type]
    if change.what == "town":
        return replace(town, **{name: held for name, held in ordered.items() if name in IN_TOWN.values()})
    return put(town, change.what, replace(thing, **ordered))
