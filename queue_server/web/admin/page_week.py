"""`/admin/week`: the week of a site as a picture that is a table too: rosters, bookings, what is still free.

What must not live here: what is free (`services.week`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from babel.numbers import format_decimal
from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Site, in_language
from queue_server.services.locales import locale_of
from queue_server.services.week import DAYS, Hour, WeekDay, week
from queue_server.web.admin.ahead import today
from queue_server.web.admin.frame import framed, sites_of, town_of
from queue_server.web.booking_dates import plain_date, short_date
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

WEEK: Final = "/admin/week"
WIDE: Final = 60
"""The width of the longest bar."""
_AHEAD: Final = timedelta(days=400)


async def week_page(call: PageCall) -> Response:
    """Show a week of a site, this one unless another is asked for. Reading changes nothing."""
    await call.house.renew_if_changed()
    site, monday = _site(call), _monday(call)
    days = await call.house.sequencer.look(site.id, lambda unit: week(unit, monday))
    this = today(call) - timedelta(days=today(call).weekday())
    names = {lane.department.id: lane.department for day in days for lane in day.lanes}
    return framed(
        call,
        "admin/week.html",
        sites=[(one.id, in_language(one.name, call.language)) for one in sites_of(call, town_of(call))],
        site={"id": site.id, "name": in_language(site.name, call.language)},
        title=call.say(
            "week.span",
            first=plain_date(monday, call.language),
            last=plain_date(monday + timedelta(days=DAYS - 1), call.language),
        ),
        monday=monday.isoformat(),
        before=(monday - timedelta(days=7)).isoformat() if monday > this else "",
        after=(monday + timedelta(days=7)).isoformat(),
        is_this=monday == this,
        days=[_day(call, day) for day in days],
        clerks=_clerks(days),
        departments=[
            {"id": id_, "name": in_language(one.name, call.language), **_department(call, days, id_)}
            for id_, one in names.items()
        ],
    )


def _department(call: PageCall, days: Sequence[WeekDay], id_: str) -> dict[str, Any]:
    """Return a department's week: each day as a whole, and the hours in which anybody works for it."""
    lanes = [next((lane for lane in day.lanes if lane.department.id == id_), None) for day in days]
    hours = [
        lane.hours if lane is not None and day.on >= today(call) else ()
        for day, lane in zip(days, lanes, strict=True)
    ]
    of_days = [Hour(sum(one.rostered_min for one in day), sum(one.free_min for one in day)) for day in hours]
    worked = [number for day in hours for number, hour in enumerate(day) if hour.rostered_min]
    longest = max((one.rostered_min for one in of_days), default=0)
    most = max((hour.rostered_min for day in hours for hour in day), default=0)
    return {
        "days": [
            {"bar": _bar(call, whole, longest), "booked": lane.booked_count if lane is not None else 0}
            for whole, lane in zip(of_days, lanes, strict=True)
        ],
        "hours": [
            {
                "clock": f"{number:02}:00",
                "bars": [_bar(call, day[number] if day else Hour(0, 0), most) for day in hours],
            }
            for number in (range(min(worked), max(worked) + 1) if worked else ())
        ],
    }


def _site(call: PageCall) -> Site:
    sites = sites_of(call, town_of(call))
    asked = call.request.query_params.get("site", "")
    found = next((site for site in sites if site.id == asked or not asked), None)
    if found is None:
        raise NotFound(what="site")
    return found


def _monday(call: PageCall) -> date:
    """Return the first day of the week that is asked for; none that is over."""
    now = today(call)
    try:
        asked = date.fromisoformat(call.request.query_params.get("day", ""))
    except ValueError:
        asked = now
    shown = min(max(asked, now), now + _AHEAD)
    return shown - timedelta(days=shown.weekday())


def _day(call: PageCall, day: WeekDay) -> dict[str, Any]:
    closed = day.closed
    return {
        "name": short_date(day.on, call.language),
        "is_over": day.on < today(call),
        "is_today": day.on == today(call),
        "closed": "" if closed is None else call.say.in_words(closed.reason) or call.say("week.closed"),
    }


def _clerks(days: Sequence[WeekDay]) -> list[dict[str, Any]]:
    """Return who works in the week, each with the times of every day."""
    names = {one.clerk_id: one.name for day in days for one in day.shifts}
    return [
        {"name": name, "times": [_times(day, clerk_id) for day in days]} for clerk_id, name in names.items()
    ]


def _times(day: WeekDay, clerk_id: str) -> str:
    found = (one.stretches for one in day.shifts if one.clerk_id == clerk_id)
    return ", ".join(f"{_clock(begins)}–{_clock(ends)}" for stretches in found for begins, ends in stretches)


def _bar(call: PageCall, hour: Hour, most: int) -> dict[str, Any] | None:
    """Return a time in words and as two lengths of a bar; None when nobody works, or it is over."""
    if not hour.rostered_min:
        return None
    return {
        "free": _as_hours(call, hour.free_min),
        "all": _as_hours(call, hour.rostered_min),
        "width": round(WIDE * hour.rostered_min / most, 1),
        "booked": round(WIDE * (hour.rostered_min - hour.free_min) / most, 1),
    }


def _as_hours(call: PageCall, minutes: int) -> str:
    return format_decimal(round(minutes / 60, 1), locale=locale_of(call.language))


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}" if minute % 60 else str(minute // 60)


ROUTES: Final = [PageRoute(WEEK, week_page, Act.CHANGE_SETTINGS, SOMEWHERE)]
