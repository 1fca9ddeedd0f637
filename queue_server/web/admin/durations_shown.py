"""The words and the picture of measured minutes: a row for each service, and what a proposal would do.

What must not live here: whose services somebody sees, and changing anything (`page_durations`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal

from queue_server.domain.durations.full_book import Waits
from queue_server.domain.durations.known import Durations
from queue_server.domain.durations.measured import Measured
from queue_server.domain.durations.proposing import Proposal
from queue_server.domain.town import Service, Town, in_language
from queue_server.domain.town_edit import find
from queue_server.services.capacity import Capacity
from queue_server.services.locales import locale_of
from queue_server.web.admin.durations_days import Shown
from queue_server.web.figures_charts import top_of
from queue_server.web.pages import PageCall

WIDE: Final = 240
SHARES: Final = 10


def rows(
    call: PageCall,
    known: Durations | None,
    services: Sequence[Service],
    later: Town,
    proposed: Mapping[str, Proposal],
) -> list[dict[str, Any]]:
    """Return a row for each service, those with a proposal first, then the most visited.

    `is_measured` tells those on trial apart.
    """
    top = scale(known, services)
    found = [_row(call, known, one, later, proposed.get(one.id), top) for one in services]
    return sorted(found, key=lambda row: (not row["to"], -row["count"], row["name"]))


def scale(known: Durations | None, services: Sequence[Service]) -> int:
    """Return where the pictures end, in minutes."""
    if known is None:
        return 0
    told = [(one, known.measured[one.id]) for one in services if one.id in known.measured]
    ends = [max(one.minutes, round(found.at[0.9])) for one, found in told if not found.one_counter]
    return top_of(ends) if ends else 0


def _row(
    call: PageCall, known: Durations | None, service: Service, town: Town, made: Proposal | None, top: int
) -> dict[str, Any]:
    found = known.measured.get(service.id) if known else None
    count = known.counts.get(service.id, 0) if known else 0
    row: dict[str, Any] = {
        "id": service.id,
        "name": in_language(service.name, call.language),
        "now": _further(call, service.minutes, service.further_minutes, service),
        "count": count,
        "is_measured": found is not None,
        "picture": None,
        "planned": "",
        "to": "",
        "words": "",
    }
    later = find(town, "service", service.id) or service
    if (later.minutes, later.further_minutes) != (service.minutes, service.further_minutes):
        row["planned"] = _further(call, later.minutes, later.further_minutes, service)
    if found is not None and not found.one_counter:
        row |= {"median": _minutes(call, found.median), "p80": _minutes(call, found.at[0.8])}
        row["picture"] = _picture(found, service, top)
    if made is not None:
        row["to"] = f"{made.minutes}-{made.further_minutes}"
        row["words"] = _further(call, made.minutes, made.further_minutes, service)
    return row


def _picture(found: Measured, service: Service, top: int) -> dict[str, Any]:
    def x(minutes: float) -> float:
        return round(min(minutes / top, 1) * WIDE, 1)

    low, high = x(found.at[0.1]), x(found.at[0.9])
    half, most = x(found.at[0.25]), x(found.at[0.8])
    return {
        "low": low,
        "width": round(high - low, 1),
        "half": half,
        "half_width": round(most - half, 1),
        "median": x(found.median),
        "now": x(service.minutes),
        "wide": WIDE,
    }


def days(call: PageCall, known: Durations | None) -> dict[str, str]:
    """Return from when to when it was measured."""
    if known is None:
        return {}
    locale = locale_of(call.language)
    return {
        "first": str(format_date(known.first, "long", locale=locale)),
        "last": str(format_date(known.last, "long", locale=locale)),
    }


def effect(
    call: PageCall,
    service: Service,
    made: Proposal,
    found: Measured,
    rooms: Sequence[Capacity | None],
    waits: Sequence[Waits],
) -> dict[str, Any]:
    """Return what a proposal would do: each line now and then.

    What one counter alone did is behind none of them: no `waits`, and not how many take longer.
    """
    lines: list[tuple[str, ...]] = [
        (
            call.say("durations.minutes"),
            _further(call, service.minutes, service.further_minutes, service),
            _further(call, made.minutes, made.further_minutes, service),
        )
    ]
    now, then = rooms
    if now is not None and then is not None:
        lines += [
            (call.say("durations.visits_a_week"), _number(call, now.visits), _number(call, then.visits)),
            (call.say("durations.times_a_week"), _number(call, now.times), _number(call, then.times)),
        ]
    if service.minutes != made.minutes and not found.one_counter:
        longer = [_in_ten(call, found, minutes) for minutes in (service.minutes, made.minutes)]
        lines.append((call.say("durations.take_longer"), *longer))
        for name in ("mean", "nine_of_ten", "overtime"):
            both = [_minutes(call, getattr(one, name)) for one in waits]
            lines.append((call.say(f"durations.full_{name}"), *both))
    name = in_language(service.name, call.language)
    return {"name": name, "lines": lines, "one_counter": found.one_counter}


def real_day(call: PageCall, found: Shown | None) -> dict[str, Any]:
    """Return the lines of a real day, and on what they rest; nothing where there is none."""
    if found is None:
        return {"day": None}
    day = found.day
    on = str(format_date(day.on, "full", locale=locale_of(call.language)))
    lines: list[tuple[str, ...]] = [
        (call.say("durations.day_appointments"), _number(call, day.booked), _number(call, day.fit))
    ]
    for name in ("mean", "nine_of_ten", "overtime"):
        both = [_minutes(call, getattr(one, name)) for one in (day.now, day.then)]
        lines.append((call.say(f"durations.day_{name}"), *both))
    rests = call.say(
        "durations.day_rests",
        visits=_number(call, day.visits),
        booked=_number(call, day.booked),
        missed=_number(call, day.missed),
    )
    title = call.say("durations.day_title", day=on, site=in_language(found.site.name, call.language))
    return {"day": {"title": title, "lines": lines, "rests": rests}}


def _in_ten(call: PageCall, found: Measured, minutes: int) -> str:
    return call.say("durations.in_ten", n=round(SHARES * found.longer_than(minutes)))


def _further(call: PageCall, minutes: int, further: int, service: Service) -> str:
    if service.max_count <= service.included:
        return _minutes(call, minutes)
    return call.say(
        "durations.with_further", minutes=_minutes(call, minutes), further=_minutes(call, further)
    )


def _minutes(call: PageCall, minutes: float) -> str:
    return call.say("durations.min", n=_number(call, minutes))


def _number(call: PageCall, value: float) -> str:
    return str(format_decimal(round(value), locale=locale_of(call.language)))
