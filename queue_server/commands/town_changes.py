"""The difference between two set-ups as lines to read before saying yes.

What must not live here: comparing (`domain.town_diff`) and applying (`commands.init`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import time
from enum import Enum
from itertools import groupby
from textwrap import wrap
from typing import Final

from queue_server.adapters.town.hours import DAYS, write_hours
from queue_server.domain.admission import AdmissionTime
from queue_server.domain.town import GERMAN, Absence, OpeningHours, RosterEntry
from queue_server.domain.town_diff import Change

WIDTH: Final = 100
MANY: Final = 3
"""So many things of one kind that come or go are named in one line, not each in its own."""
SIGNS: Final = {"added": "+", "changed": "~", "removed": "-"}
PLURALS: Final = {"category": "categories"}


def lines_of(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the changes as lines, in their order: `+` added, `~` changed, `-` removed."""
    for (kind, what), group in groupby(changes, key=lambda change: (change.kind, change.what)):
        same = list(group)
        if kind != "changed" and len(same) >= MANY:
            named = ", ".join(change.id for change in same)
            yield from _wrapped(f"{SIGNS[kind]} {len(same)} {PLURALS.get(what, what + 's')}: ", named)
            continue
        for change in same:
            yield f"{SIGNS[kind]} {what} {change.id}{_name(change)}"
            if kind == "changed":
                yield from _fields(change)


def _name(change: Change) -> str:
    name = change.after.get("name") if change.kind == "added" else change.before.get("name")
    if change.kind == "changed" or not name or name == change.id:
        return ""
    return f" ({name.get(GERMAN, '') if isinstance(name, Mapping) else name})"


def _fields(change: Change) -> Iterator[str]:
    for name, before in change.before.items():
        after = change.after[name]
        if isinstance(before, tuple) and isinstance(after, tuple) and set(_each(before)) != set(_each(after)):
            gone = [one for one in _each(before) if one not in _each(after)]
            come = [one for one in _each(after) if one not in _each(before)]
            yield from _wrapped(f"    {name}: no longer ", "; ".join(gone)) if gone else ()
            yield from _wrapped(f"    {name}: now also ", "; ".join(come)) if come else ()
        else:
            yield from _wrapped(f"    {name}: ", f"{worded(before)} -> {worded(after)}")


def _each(values: tuple[object, ...]) -> list[str]:
    return [worded(value) for value in values]


def worded(value: object) -> str:
    """Return a value of the set-up as a person would write it."""
    if value is None or value in ("", ()):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return f'"{value}"' if " " in value else value
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {worded(one)}" for key, one in value.items()) or "nothing"
    if isinstance(value, tuple):
        return ", ".join(_each(value))
    return _worded_thing(value)


def _worded_thing(value: object) -> str:
    if isinstance(value, OpeningHours):
        return f"{DAYS[value.weekday]} {write_hours([(value.opens, value.closes)])}"
    if isinstance(value, RosterEntry):
        place = f"{value.site_id} {value.counter_id or ''}".strip()
        hours = write_hours([(value.works_from, value.works_until)])
        return f"{DAYS[value.weekday]} {hours} at {place}{_validity(value)}"
    if isinstance(value, AdmissionTime):
        return _worded_admission(value)
    if isinstance(value, Absence):
        return f"{value.first} to {value.last}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if is_dataclass(value):
        return " ".join(worded(getattr(value, one.name)) for one in fields(value))
    return str(value)


def _worded_admission(one: AdmissionTime) -> str:
    days = ",".join(DAYS[day] for day in one.weekdays)
    hours = write_hours((part.begins, part.ends) for part in one.hours)
    dates = [f"from {one.first}" if one.first else "", f"until {one.last}" if one.last else ""]
    at = f"at {one.site_id}" if one.site_id else ""
    return " ".join(filter(None, (days, hours, *dates, at, f"admits {one.admits.value}")))


def _validity(entry: RosterEntry) -> str:
    begins = f" from {entry.valid_from}" if entry.valid_from else ""
    return begins + (f" until {entry.valid_until}" if entry.valid_until else "")


def _wrapped(head: str, text: str) -> list[str]:
    indent = " " * (len(head) - len(head.lstrip()) + 4)
    return wrap(head + text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
