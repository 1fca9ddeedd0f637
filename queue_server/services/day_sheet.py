"""The words of a day sheet: time, number, concern, with whom and where; no names unless asked for.

What must not live here: reading the day (`adapters.daysheet.rows`), and drawing it.
"""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from queue_server.domain.day_sheet import Concern, Expected, InLine, Part, Sheet
from queue_server.domain.town import Clerk, Service, Site, Town, in_language
from queue_server.services.locales import locale_of
from queue_server.services.wording import Say, in_words, told_to_others

BOX: Final = "□"
"""To be ticked off with a pen."""
_CAME: Final = {
    "checked_in": "daysheet.is_here",
    "completed": "daysheet.is_done",
    "missed": "daysheet.missed",
}


def sheet_of(
    say: Say,
    town: Town,
    site: Site,
    day: date,
    made_at: datetime,
    expected: Sequence[Expected],
    in_line: Sequence[InLine],
    *,
    names: bool = False,
) -> Sheet:
    """Return a site's day in words. `in_line` are those who wait as it is made: on today's sheet alone."""
    zone, locale = ZoneInfo(site.time_zone), locale_of(say.language)
    parts = [_appointments(say, town, site, zone, expected, names=names)]
    if in_line:
        parts.append(_line(say, town, zone, in_line))
    return Sheet(
        title=say("daysheet.title"),
        town=in_language(town.name, say.language),
        site=in_language(site.name, say.language),
        day=format_date(day, "full", locale=locale),
        made=say("daysheet.made", when=format_datetime(made_at.astimezone(zone), "short", locale=locale)),
        note=say("daysheet.note_names" if names else "daysheet.note"),
        page=say("daysheet.page"),
        language=say.language,
        parts=parts,
    )


def _appointments(
    say: Say, town: Town, site: Site, zone: tzinfo, expected: Sequence[Expected], *, names: bool
) -> Part:
    heads = ["time", "number", "concern", "where", *(["name"] if names else []), "state", "done"]
    clerks = {clerk.id: clerk for clerk in town.clerks}
    rows = []
    for one in expected:
        clerk = clerks.get(one.clerk_id or "")
        rows.append(
            [
                _time(say, one.starts_at, zone),
                str(one.number or ""),
                _concern(say, town, one.concern, one.persons),
                _where(clerk, site, one.starts_at.astimezone(zone)),
                *([one.name] if names else []),
                say(_CAME[one.state]) if one.state in _CAME else "",
                BOX,
            ]
        )
    return Part(
        title=say("daysheet.appointments"),
        head=[say(f"daysheet.head_{name}") for name in heads],
        widths=(9, 9, 32, 19, 17, 9, 5) if names else (9, 9, 42, 25, 10, 5),
        rows=rows,
        numbers=1,
        when_empty=say("daysheet.nobody"),
    )


def _line(say: Say, town: Town, zone: tzinfo, in_line: Sequence[InLine]) -> Part:
    return Part(
        title=say("daysheet.in_line"),
        head=[say(f"daysheet.head_{name}") for name in ("number", "since", "concern", "state", "done")],
        widths=(9, 9, 62, 15, 5),
        numbers=0,
        rows=[
            [
                str(one.number),
                _time(say, one.arrived_at, zone),
                _concern(say, town, one.concern, 1),
                say("daysheet.away") if one.state == "away" else "",
                BOX,
            ]
            for one in in_line
        ],
    )


def _concern(say: Say, town: Town, concern: Concern, persons: int) -> str:
    services = {service.id: service for service in town.services}
    words = [_words(say, services.get(id_), count) for id_, count in concern]
    more = [say("daysheet.persons", n=persons)] if persons > 1 else []
    return ", ".join([*words, *more])


def _words(say: Say, service: Service | None, count: int) -> str:
    """A sheet lies about: what is sensitive is not on it, nor what has left the set-up and may have been."""
    if service is None or not any(told_to_others([service])):
        return say("common.confidential")
    return in_words(say, service, count)


def _where(clerk: Clerk | None, site: Site, at: datetime) -> str:
    """Return clerk and room: that of the counter where the roster has them at that time, if it says so."""
    if clerk is None:
        return ""
    counters = {counter.id: counter.room_id for counter in site.counters}
    rooms = {room.id: room.name for room in site.rooms}
    for entry in clerk.roster:
        begins, ends = entry.works_from, entry.works_until
        there = entry.site_id == site.id and entry.weekday == at.weekday() and begins <= at.time()
        holds = (entry.valid_from or at.date()) <= at.date() <= (entry.valid_until or at.date())
        if there and holds and (at.time() < ends or not ends.hour + ends.minute):
            room = rooms.get(counters.get(entry.counter_id or "", ""), "")
            return f"{clerk.name} · {room}" if room else clerk.name
    return clerk.name


def _time(say: Say, at: datetime, zone: tzinfo) -> str:
    return format_time(at.astimezone(zone), "short", locale=locale_of(say.language))
