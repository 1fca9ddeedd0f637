"""A change of the set-up in words that are kept: what stands in the audit log, and what a shell shows.

What must not live here: comparing (`domain.town_diff`), and words of pages (the catalogues).
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import time
from enum import Enum
from typing import Any, Final

from queue_server.domain.administration import Done
from queue_server.domain.admission import AdmissionTime
from queue_server.domain.town import Absence, OpeningHours, RosterEntry, Town
from queue_server.domain.town_diff import Change
from queue_server.domain.town_edit import holder
from queue_server.domain.written_hours import DAYS, write_hours

ACTS: Final = {
    "added": Done.SETTING_ADDED,
    "changed": Done.SETTING_CHANGED,
    "removed": Done.SETTING_REMOVED,
}
"""The kind of a change → the administrative act."""


def site_of(change: Change, before: Town, after: Town) -> str | None:
    """Return the site that a change concerns, None for what belongs to the town."""
    if change.what == "site":
        return change.id
    return holder(after, change.what, change.id) or holder(before, change.what, change.id) or None


def sites_of(change: Change, before: Town, after: Town) -> set[str | None]:
    """Return every site that a change concerns: two for what moves between them; None for the town's own."""
    if change.what == "site":
        return {change.id}
    held = (holder(town, change.what, change.id) for town in (before, after))
    return {site_id for site_id in held if site_id} or {None}


def sides(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return before and after: what has come or gone by its name alone, and of lists only what differs."""
    if change.kind != "changed":
        return _named(change.before), _named(change.after)
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name, was in change.before.items():
        old[name], new[name] = _differing(was, change.after[name])
    return old, new


def _differing(was: object, is_: object) -> tuple[Any, Any]:
    if not isinstance(was, tuple) or not isinstance(is_, tuple):
        return _plainly(was), _plainly(is_)
    gone, come = _without(was, is_), _without(is_, was)
    return (gone, come) if gone or come else ([_words(one) for one in was], [_words(one) for one in is_])


def _plainly(value: object) -> object:
    """Leave alone what each reader has a word of their own for: nothing, yes, no, a number."""
    return value if value in (None, "") or isinstance(value, bool | int | float) else _words(value)


def _without(these: Sequence[object], those: Sequence[object]) -> list[str]:
    known = {_words(one) for one in those}
    return [words for words in map(_words, these) if words not in known]


def _words(value: object) -> str:
    return value if isinstance(value, str) and value else worded(value)  # nobody reads this in a shell


def _named(values: Any) -> dict[str, Any]:
    return {"name": _words(values["name"])} if values.get("name") else {}


def each(values: tuple[object, ...]) -> list[str]:
    """Return each value of a list as a person would write it."""
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
        return ", ".join(each(value))
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
        since = f" {value.since:%H:%M}" if value.since else ""
        return f"{value.first}{since} to {value.last}"
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
