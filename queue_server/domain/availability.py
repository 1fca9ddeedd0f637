"""From the set-up to bit sets: when a clerk works, when a visit may begin, why a day is closed.

What lives here: weekly hours with their validity, absences, closures and holidays, admission, first and
last days, lead time, horizon, and the share that is kept for walk-ins. What must not: what is booked
(`ClerkTime.busy` comes from the storage), how free times are found (`slots`), wall times (`local_days`).

`work_of` and `open_starts` ask no clock: a caller may keep them as long as set-up and span are the same.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.admission import AS_WALK_IN, WITH_APPOINTMENT, Admitting, ever_admits, usually_admits
from queue_server.domain.admitting import admitted
from queue_server.domain.business_day import begins_at, ends_at
from queue_server.domain.local_days import Minutes, cells_in, days_of, spread
from queue_server.domain.slots import Bits, ClerkTime, Span, cell_of, first_cell_from, stretch
from queue_server.domain.town import (
    Channel,
    Clerk,
    RosterEntry,
    Service,
    Site,
    Texts,
    Town,
    end_minute,
    horizon_days,
)

HOUR_CELLS: Final = 12
_LANE_TEXTS: Final = [f"{count:03x}" for count in range(HOUR_CELLS + 1)]
DAY_MIN: Final = 24 * 60
_ALL_DAY: Final[tuple[Minutes, ...]] = ((0, DAY_MIN),)


class ClosedWhy(StrEnum):
    """Why nobody is served on a day."""

    CLOSED = "closed"
    HOLIDAY = "holiday"
    NO_HOURS = "no_hours"


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """That a site is closed on a day; `reason` is empty where the set-up gives none."""

    why: ClosedWhy
    reason: Texts


# -- open and closed -----------------------------------------------------------------------------------


def why_closed(site: Site, day: date) -> ClosedDay | None:
    """Return why nobody is served at a site on a local date; None when it has hours then.

    A closure beats the weekly hours, also at a site that is always open (failure 8); the town's own
    words for a day beat the name of the holiday.
    """
    for why, closures in ((ClosedWhy.CLOSED, site.closures), (ClosedWhy.HOLIDAY, site.holiday_dates)):
        for closure in closures:
            if closure.on == day:
                return ClosedDay(why, closure.reason)
    return None if _week_of(site)[day.weekday()] else ClosedDay(ClosedWhy.NO_HOURS, {})


def hours_on(site: Site, day: date) -> tuple[Minutes, ...]:
    """Return a site's hours on a local date, in minutes of the day; none on a day on which it is closed."""
    return () if why_closed(site, day) else tuple(_week_of(site)[day.weekday()])


def closed_days(site: Site) -> frozenset[date]:
    """Return the dates on which the site is closed whatever the weekly hours say: for `work_of`."""
    return frozenset(closure.on for closure in (*site.closures, *site.holiday_dates))


def open_starts(site: Site, span: Span, zone: tzinfo) -> Bits:
    """Return when the site is open: what a desk may book that overrules every other limit."""
    closed, week = closed_days(site), _week_of(site)
    days = [day for day in days_of(span, zone) if day.on not in closed]
    return spread(span, ((day, cells_in(day, zone, week[day.on.weekday()])) for day in days))


def _week_of(site: Site) -> list[tuple[Minutes, ...]]:
    if site.always_open:
        return [_ALL_DAY] * 7
    return [tuple(_opening_on(site, weekday)) for weekday in range(7)]


def _opening_on(site: Site, weekday: int) -> Iterator[Minutes]:
    for hours in site.opening:
        if hours.weekday == weekday:
            yield hours.opens.hour * 60 + hours.opens.minute, end_minute(hours.closes)


# -- when a clerk works --------------------------------------------------------------------------------


def work_of(clerk: Clerk, site: Site, span: Span, zone: tzinfo, closed_on: Collection[date]) -> Bits:
    """Return when a clerk works at a site: the roster where it holds, within the site's hours.

    Nothing on the days in `closed_on` (see `closed_days`) and while the clerk is absent. Without a roster
    entry for the site a clerk has no bookable time, however long it is open: nobody promised to be there.
    """
    opening, roster = _week_of(site), _roster_at(clerk, site)
    found = []
    for day in days_of(span, zone):
        weekday = day.on.weekday()
        hours = tuple(minutes for minutes, entry in roster[weekday] if holds(entry, day.on))
        there = present_until(clerk, day.on) if hours and day.on not in closed_on else 0
        if there:
            cells = cells_in(day, zone, hours) & cells_in(day, zone, opening[weekday])
            found.append((day, cells if there == DAY_MIN else cells & cells_in(day, zone, ((0, there),))))
    return spread(span, found)


def _roster_at(clerk: Clerk, site: Site) -> list[list[tuple[Minutes, RosterEntry]]]:
    week: list[list[tuple[Minutes, RosterEntry]]] = [[] for _ in range(7)]
    for entry in clerk.roster:
        if entry.site_id == site.id:
            begins = entry.works_from.hour * 60 + entry.works_from.minute
            week[entry.weekday].append(((begins, end_minute(entry.works_until)), entry))
    return week


def hours_planned(clerk: Clerk, site: Site, on: date) -> list[Minutes]:
    """Return the roster's hours of a clerk on a local date, in minutes of the day, in order and joined.

    Hours in which the clerk is absent are none of them.
    """
    joined: list[Minutes] = []
    for begins, ends in sorted(
        minutes for minutes, entry in _roster_at(clerk, site)[on.weekday()] if holds(entry, on)
    ):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    there = present_until(clerk, on)
    return [(begins, min(ends, there)) for begins, ends in joined if begins < there]


def holds(entry: RosterEntry, on: date) -> bool:
    """Tell whether a line of the roster holds on a local date."""
    begun = entry.valid_from is None or entry.valid_from <= on
    return begun and (entry.valid_until is None or on <= entry.valid_until)


def present_until(clerk: Clerk, on: date) -> int:
    """Return the minute of a local date from which the clerk is away: 0 for all of it, 1440 for none."""
    found = (absence.begins_on(on) for absence in clerk.absences)
    return min((minute for minute in found if minute is not None), default=DAY_MIN)


# -- when a visit may begin ----------------------------------------------------------------------------


def allowed_starts(
    town: Town,
    site: Site,
    services: Collection[str],
    span: Span,
    now: datetime,
    cells: int = 1,
    clerks: Sequence[ClerkTime] = (),
    horizon: int | None = None,
) -> Bits:
    """Return the starts at which a concern may be booked at `now`, whether or not a clerk is free.

    `clerks` are the site's; they and `cells`, the concern's length, are needed for the share that is
    kept for walk-ins, and without them that share is not looked at. `horizon` is as in `booking_window`.
    """
    if not takes_bookings(town, site, services):
        return 0
    window = booking_window(town, site, services, now, horizon)
    allowed = open_starts(site, span, ZoneInfo(site.time_zone))
    allowed &= stretch(span, window.start, window.stop)
    things: list[Admitting] = [site, *_wanted(town, services)]
    allowed &= admitted(things, site.id, WITH_APPOINTMENT, span, ZoneInfo(site.time_zone))
    return allowed & room_beside_walk_ins(site, services, span, clerks, cells) if clerks else allowed


def may_stand(town: Town, site: Site, services: Collection[str], span: Span) -> bool:
    """Say whether a concern that is kept for the first cell of `span` may be booked there, whoever does it.

    Opening, admission, first and last days. No lead time, no horizon, no share for walk-ins: whoever keeps a
    time was in time, and has been counted.
    """
    if not takes_bookings(town, site, services):
        return False
    zone, wanted = ZoneInfo(site.time_zone), _wanted(town, services)
    begins, ends = _first_and_last(site, wanted, zone)
    things: list[Admitting] = [site, *wanted]
    open_ = open_starts(site, span, zone) & admitted(things, site.id, WITH_APPOINTMENT, span, zone)
    return bool(open_ & 1) and max(begins, default=0) <= span.base < min(ends, default=span.end)


def takes_bookings(town: Town, site: Site, services: Collection[str]) -> bool:
    """Say whether all of these services are done at the site's counters for who has an appointment."""
    wanted = _wanted(town, services)
    return (
        bool(wanted)
        and len(wanted) == len(set(services))
        and ever_admits(site, WITH_APPOINTMENT, site.id)
        and all(site.id in service.site_ids and service.channel is Channel.HERE for service in wanted)
        and all(ever_admits(service, WITH_APPOINTMENT, site.id) for service in wanted)
    )


def booking_window(
    town: Town, site: Site, services: Collection[str], now: datetime, horizon: int | None = None
) -> range:
    """Return the absolute cells in which a concern may begin, by first and last day, lead time, horizon.

    `horizon` stands in its days for that of the departments: how far ahead one may book is a rule of the day
    on which one books, the others are of the day for which.

    The horizon counts from this minute: a time opens so many times 24 hours before it, so there is no
    moment of the day at which many open at once. (By the wall clock it would close times again in
    the doubled hour.) Within a minute the answer stays the same, so that it can be kept for one.
    """
    zone = ZoneInfo(site.time_zone)
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)  # else 42 days would be by its own clock
    wanted = _wanted(town, services)
    days = horizon_days(town, services) if horizon is None else horizon
    first = first_cell_from(minute + timedelta(minutes=site.lead_min))
    until = cell_of(minute + timedelta(days=days)) + 1
    begins, ends = _first_and_last(site, wanted, zone)
    return range(max([first, *begins]), min([until, *ends]))


def _first_and_last(site: Site, wanted: Iterable[Service], zone: tzinfo) -> tuple[list[int], list[int]]:
    """Return the cells from which, and up to which, first and last days let a concern begin."""
    services = list(wanted)
    first_days = [site.bookable_from, *(service.bookable_from for service in services)]
    last_days = [service.bookable_until for service in services]
    begins = [cell_of(begins_at(day, zone)) for day in first_days if day is not None]
    return begins, [cell_of(ends_at(day, zone)) for day in last_days if day is not None]


def _wanted(town: Town, services: Collection[str]) -> list[Service]:
    return [service for service in town.services if service.id in services]


# -- the share for walk-ins ----------------------------------------------------------------------------


def room_beside_walk_ins(
    site: Site, services: Collection[str], span: Span, clerks: Sequence[ClerkTime], cells: int
) -> Bits:
    """Return the starts at which `cells` more cells leave walk-ins their share of every hour.

    Of the working time of all clerks who can do the concern, in each hour at most (100 - share) % may
    be booked. Hours are those of UTC, which in nearly all zones are those of the clock.
    A site that takes no walk-ins keeps nothing for them: nor does one that lets them in on single days.
    """
    share = site.walk_in_share if usually_admits(site, AS_WALK_IN, site.id) else 0
    if not share:
        return span.all
    pad = span.base % HOUR_CELLS
    able = [clerk for clerk in clerks if clerk.can.issuperset(services)]
    lanes = _Lanes(-(-(span.cells + pad) // HOUR_CELLS))
    work = lanes.sum(clerk.work << pad for clerk in able)
    busy = lanes.sum((clerk.work & clerk.busy) << pad for clerk in able)
    room = [w * (100 - share) // 100 - b if w else 0 for w, b in zip(work, busy, strict=True)]
    return lanes.starts(lanes.pack(room), cells) >> pad & span.all


class _Lanes:
    """Counts for each hour, all hours at once: one int with a lane of twelve bits for each.

    Asking hour by hour would take 1,000 slices of 1,500 bytes for each clerk, 5 ms together.
    """

    def __init__(self, count: int) -> None:
        self._digits = 3 * count
        self._ones = ((1 << HOUR_CELLS * count) - 1) // 0xFFF  # the lowest bit of each lane
        self._masks = (0x555 * self._ones, 0x333 * self._ones, 0xF * self._ones)

    def sum(self, sets: Iterable[Bits]) -> list[int]:
        """Return how many cells the sets have in each hour, all together (at most 341 sets)."""
        text = f"{sum(map(self._members, sets)):0{self._digits}x}"
        return [int(text[at : at + 3], 16) for at in range(self._digits - 3, -1, -3)]

    def pack(self, counts: Sequence[int]) -> int:
        """Write a count into each lane; below 0 and above a whole hour it makes no difference."""
        return int("".join(_LANE_TEXTS[min(max(count, 0), HOUR_CELLS)] for count in reversed(counts)), 16)

    def starts(self, room: int, cells: int) -> Bits:
        """Return the starts of a visit that needs no more of any hour than there is room in it."""
        # 16 - need more carries into the fifth bit of a lane exactly where there is enough.
        enough = [(room + (16 - need) * self._ones) >> 4 & self._ones for need in range(HOUR_CELLS + 1)]
        found = 0
        for place in range(HOUR_CELLS):
            fits = self._ones
            for hour, need in enumerate(_needs(place, cells)):
                fits &= enough[need] >> HOUR_CELLS * hour
            found |= fits << place
        return found

    def _members(self, bits: Bits) -> int:
        """Count the members of each lane in it: by pairs, by fours, by twelve."""
        by_pair, by_four, by_twelve = self._masks
        pairs = bits - (bits >> 1 & by_pair)
        fours = (pairs & by_four) + (pairs >> 2 & by_four)
        return (fours & by_twelve) + (fours >> 4 & by_twelve) + (fours >> 8 & by_twelve)


def _needs(place: int, cells: int) -> Iterator[int]:
    """Yield how many cells a visit takes of each hour, if it begins at this place of the first one."""
    while cells:
        need = min(cells, HOUR_CELLS - place)
        yield need
        cells, place = cells - need, 0
