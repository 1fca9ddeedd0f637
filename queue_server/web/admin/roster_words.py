"""A roster in words for people: "Montag bis Donnerstag 08:00–12:00, Schalter 3".

What must not live here: other values (`web.admin.value_words`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from babel.dates import format_date

from queue_server.domain.town import RosterEntry
from queue_server.domain.town_edit import find
from queue_server.domain.written_hours import write_hours
from queue_server.services.locales import locale_of
from queue_server.web.admin.choosing import Around, counter_name

_Group = tuple[str, str | None, date | None, date | None]
IN_A_ROW: Final = 3
"""So many days or more that follow each other are told as one: "Montag bis Mittwoch"."""


def roster_words(roster: Iterable[RosterEntry], around: Around) -> str:
    """Return the hours, days with equal ones together, each place and each time of it for itself."""
    held: dict[_Group, dict[int, list[RosterEntry]]] = {}
    for one in roster:
        group = (one.site_id, one.counter_id, one.valid_from, one.valid_until)
        held.setdefault(group, {}).setdefault(one.weekday, []).append(one)
    return "; ".join(_group(group, days, around) for group, days in held.items())


def _group(group: _Group, days: dict[int, list[RosterEntry]], around: Around) -> str:
    by_hours: dict[str, list[int]] = {}
    for day, entries in sorted(days.items()):
        hours = write_hours((one.works_from, one.works_until) for one in entries).replace("-", "–")
        by_hours.setdefault(hours, []).append(day)
    told = ", ".join(f"{days_words(found, around)} {hours}" for hours, found in by_hours.items())
    return f"{told} ({group_words(group, around)})"


def days_words(days: list[int], around: Around) -> str:
    """Return weekdays in words; three and more that follow each other as one stretch."""
    names = [around.say(f"admin.choice_weekday_{day}") for day in days]
    if len(days) >= IN_A_ROW and days[-1] - days[0] == len(days) - 1:
        return around.say("admin.days_until", first=names[0], last=names[-1])
    return ", ".join(names)


def group_words(group: _Group, around: Around) -> str:
    """Return where, and from when until when."""
    return ", ".join(_where_and_when(group, around))


def _where_and_when(group: _Group, around: Around) -> Iterator[str]:
    site_id, counter_id, first, last = group
    counter: Any = find(around.town, "counter", counter_id) if counter_id else None
    site: Any = find(around.town, "site", site_id)
    yield around.text(site.name) if site is not None else site_id
    if counter_id:
        yield counter_name(around.say, counter.name if counter is not None else counter_id)
    locale = locale_of(around.say.language)
    if first:
        yield around.say("admin.days_first", day=format_date(first, "medium", locale=locale))
    if last:
        yield around.say("admin.days_last", day=format_date(last, "medium", locale=locale))
