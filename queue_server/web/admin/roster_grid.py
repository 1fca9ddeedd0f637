"""The roster of a clerk as a grid: a line for each day, with hours as people type them and one place.

What lives here: roster → lines and back, and what the template needs to draw them. What must not: other
fields (`web.admin.reading`, `drawing`), and whether a roster is right (`domain.town_values`).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from queue_server.domain.town import RosterEntry
from queue_server.domain.written_hours import write_hours
from queue_server.web.admin.choosing import Around, counter_name
from queue_server.web.admin.typed_hours import read_hours

Line = dict[str, str]
FIELDS: Final = ("weekday", "hours", "place", "valid_from", "valid_until")
FREE_LINES: Final = 2
"""Lines for a second place on one day, or for other dates."""
_COPIED: Final = ("1", "2", "3", "4")
"""The days that become like Monday: Tuesday to Friday."""


def written(roster: Iterable[RosterEntry]) -> list[Line]:
    """Return the lines of a roster: the hours of one day at one place and for the same dates are one."""
    held: dict[tuple[str, ...], list[RosterEntry]] = {}
    for one in roster:
        place = f"{one.site_id}|{one.counter_id}" if one.counter_id else one.site_id
        held.setdefault((str(one.weekday), place, _iso(one.valid_from), _iso(one.valid_until)), []).append(
            one
        )
    return [
        {
            "weekday": weekday,
            "hours": write_hours((one.works_from, one.works_until) for one in entries),
            "place": place,
            "valid_from": first,
            "valid_until": last,
        }
        for (weekday, place, first, last), entries in sorted(held.items(), key=lambda item: item[0][0])
    ]


def roster_of(lines: list[Line], at: str, wrong: dict[str, str]) -> tuple[tuple[RosterEntry, ...], list[str]]:
    """Return what can be read of the lines, and where each entry was typed; the rest is told in `wrong`.

    A line without hours is a day off.
    """
    found: list[RosterEntry] = []
    places: list[str] = []
    for number, line in enumerate(lines):
        if not line["hours"].strip():
            continue
        entries = _entries(line, f"{at}.{number}", wrong)
        found += entries
        places += [f"{at}.{number}"] * len(entries)
    return tuple(found), places


def _entries(line: Line, at: str, wrong: dict[str, str]) -> list[RosterEntry]:
    own: dict[str, str] = {}
    hours = read_hours(line["hours"], f"{at}.hours", own)
    dates = [_date(line[name], f"{at}.{name}", own) for name in ("valid_from", "valid_until")]
    if line["weekday"] not in set("0123456"):
        own[f"{at}.weekday"] = "missing"
    site_id, _, counter_id = line["place"].partition("|")
    if not site_id:
        own[f"{at}.place"] = "missing"
    wrong |= own
    if own:
        return []
    return [
        RosterEntry(int(line["weekday"]), *stretch, site_id, counter_id or None, *dates) for stretch in hours
    ]


def _date(text: str, at: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        wrong[at] = "not_a_date"
        return None


def like_monday(lines: list[Line]) -> list[Line]:
    """Return the lines with those of Monday for each day until Friday; Saturday and Sunday stay."""
    mondays = [line for line in lines if line["weekday"] == "0" and line["hours"].strip()]
    kept = [line for line in lines if line["weekday"] not in _COPIED]
    return kept + [line | {"weekday": day} for day in _COPIED for line in mondays]


def drawn(
    lines: list[Line], at: str, around: Around, home: str, errors: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the lines as the template draws them. `home`: the site of a line on which nothing stands."""
    numbered = list(enumerate(lines))
    blank = dict.fromkeys(FIELDS, "") | {"place": next((line["place"] for line in lines), home)}
    days = {line["weekday"] for line in lines}
    missing = [blank | {"weekday": str(day)} for day in range(7) if str(day) not in days]
    numbered += enumerate([*missing, *[blank] * FREE_LINES], len(lines))
    numbered.sort(key=lambda one: (one[1]["weekday"] or "7", one[0]))
    return [_drawn(line, f"{at}.{number}", around, errors) for number, line in numbered]


def _drawn(line: Line, at: str, around: Around, errors: Mapping[str, str]) -> dict[str, Any]:
    say = around.say
    labels = {name: say(f"admin.roster_{name}") for name in FIELDS}
    fixed = line["weekday"] in set("0123456")
    own = {name: errors.get(f"{at}.{name}", "") for name in FIELDS}
    return {
        "at": at,
        "day": say(f"admin.choice_weekday_{line['weekday']}") if fixed else "",
        "days": [] if fixed else [(str(day), say(f"admin.choice_weekday_{day}")) for day in range(7)],
        "error": errors.get(at, ""),
        "cells": {
            name: {
                "at": f"{at}.{name}",
                "typed": line[name],
                "label": labels[name],
                "error": own[name],
                "told_by": f"e-{at}.{name}" if own[name] else "",
            }
            for name in FIELDS
        },
        "groups": _places(around, line["place"]),
        "is_dated": any(line[name] or own[name] for name in ("valid_from", "valid_until")),
    }


def _places(around: Around, chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the places by site. With several sites a counter's comes first: a narrow box cuts the end."""
    sites, say = around.town.sites, around.say
    groups = []
    for site in sites:
        name = around.text(site.name) or site.id
        every = say("admin.roster_any_counter") if len(sites) == 1 else name
        end = "" if len(sites) == 1 else f" · {name}"
        counters = [(f"{site.id}|{one.id}", f"{counter_name(say, one.name)}{end}") for one in site.counters]
        groups.append((name, [(site.id, every), *counters]))
    if chosen and chosen not in {value for _, choices in groups for value, _ in choices}:
        groups.append(("", [(chosen, chosen.replace("|", " "))]))
    return groups


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
