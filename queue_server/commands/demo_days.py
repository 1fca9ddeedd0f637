"""What the days of the sample town are like: hours, counters, who books, who walks in.

Everybody is made up by a dice that is seeded by site and day; what becomes of them the hall's own rules
decide (`domain.simulation.living`). What must not live here: the log that it becomes (`demo_past`), and what
those tell of themselves who are still to come (`demo_people`).
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import ceil
from typing import Final

from queue_server.commands.demo_wanted import WANTED, Wanted
from queue_server.domain.availability import why_closed
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.simulation.demand import Booked, Demand, Habits, Rate, a_day
from queue_server.domain.simulation.plan import DayPlan, Desk, Doing, Ending, Meanwhile, Shift, Turn, Visitor
from queue_server.domain.town import Clerk, Service, Site, Town, skills_of

OPENS: Final = 8
CLOSES: Final = (12, 12, OPENS, 18, 12)
"""Monday to Friday, closed on Wednesdays. Open at all hours is it only to be tried at night."""
BUSY: Final = (1.1, 1.0, 0.0, 1.1, 0.85)
USUAL_HOURS: Final = 8
FIRST_MONDAY: Final = 1.35
"""On the first Monday of a month so many times the walk-ins of any other come."""
BY_HOUR: Final = (1.3, 1.4, 1.3, 1.0, 0.7, 0.7, 0.8, 0.9, 0.9, 0.8)
"""Walk-ins of each hour after opening against the day's average."""
HABITS: Final = Habits(no_show=0.08, spread=0.5)
GIVES_UP, GIVES_UP_MIN = 0.05, (25.0, 45.0)
STEPS_OUT, STEPS_OUT_MIN, BACK_MIN = 0.06, (2.0, 6.0), (6.0, 12.0)
RETURNS, RETURNS_MIN = 0.5, (2.0, 8.0)
"""Of those who missed their call so many come after all, so many minutes later."""
CANCELS: Final = 0.06
MEAN_LEAD_DAYS, MOST_LEAD_DAYS = 4.0, 14
CHANNELS: Final = (("portal", 0.76), ("desk", 0.2), ("kiosk", 0.04))
BREATHER: Final = timedelta(seconds=20)
TRIES: Final = 15
CELL: Final = timedelta(minutes=CELL_MIN)
A_QUARTER: Final = 0.25
QUARTER: Final = A_QUARTER * timedelta(hours=1)
DAYS_OF_WEEK: Final = 7
THURSDAY: Final = 3
THIRD_WEEK: Final = range(15, 22)
TRIED_UNTIL: Final = 22
"""Today people come until then, whatever day it is: who tries the town out finds who is still to come."""
BUSY_TODAY: Final = 0.6
SOONEST: Final = timedelta(minutes=20)
JUST_NOW: Final = timedelta(minutes=10)
"""Nobody still to come has booked for sooner, nor later than so long ago."""
SILENT_HOURS: Final = range(10, 12)


@dataclass(frozen=True, slots=True)
class Booking:
    """An appointment from its making on; `clerk_id` is whose time it takes. Cancelled ones never come."""

    service_id: str
    starts_at: datetime
    minutes: int
    clerk_id: str
    made_at: datetime
    channel: str
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it was planned: its people, and the appointments that were made for it."""

    on: date
    plan: DayPlan
    bookings: tuple[Booking, ...]
    clerk_at: Mapping[str, Clerk]

    @property
    def opening(self) -> tuple[int, int]:
        """Return the hours in minutes of the local day."""
        return OPENS * 60, CLOSES[self.on.weekday()] * 60

    def is_silent(self, local: datetime) -> bool:
        """Say whether the screens had no sound then: on the third Thursday of a month, for a while."""
        third_thursday = self.on.weekday() == THURSDAY and self.on.day in THIRD_WEEK
        return third_thursday and local.hour in SILENT_HOURS


def is_working(site: Site, on: date) -> bool:
    """Say whether the sample town worked that day: not at weekends, nor on public holidays."""
    return _hours(on) > 0 and why_closed(site, on) is None


def _hours(on: date) -> int:
    return _closes(on) - OPENS


def _closes(on: date) -> int:
    return CLOSES[on.weekday()] if on.weekday() < len(CLOSES) else OPENS


def draw(town: Town, site: Site, on: date, zone: tzinfo, since: datetime) -> Day:
    """Draw a working day. Nobody has booked before `since`, when the house began to work with Aufruf."""
    dice = _dice(site, on)
    desks = tuple(_desks(town, site, on, zone, (OPENS, _closes(on))))
    booked_for = _bookings(town, site, desks, _factor(on), dice)
    bookings = tuple(one for one in booked_for if one.made_at >= since)
    kept = [one for one in bookings if one.cancelled_at is None]
    booked = tuple(Booked(one.starts_at, ((one.service_id, 1),), one.minutes) for one in kept)
    demand = Demand(on, tuple(_walk_ins(town, site, on, zone)), booked=booked)
    plan = a_day(demand, tuple(desk for _, desk in desks), dice, HABITS)
    people = tuple(_as_they_are(site, one, dice) for one in plan.visitors)
    return Day(on, replace(plan, visitors=people), bookings, {desk.id: clerk for clerk, desk in desks})


def booked_ahead(
    town: Town, site: Site, on: date, zone: tzinfo, since: datetime, now: datetime
) -> Iterator[Booking]:
    """Yield who has booked by `now` for the rest of today, or for a day to come: none where nobody works.

    On a day that is today people come at all hours at which somebody works by the roster, also where they
    would not on a day of the past: at weekends, on Wednesdays, in the evening.
    """
    local = now.astimezone(zone)
    if on == local.date():
        soonest = local.hour + local.minute / 60 + SOONEST / timedelta(hours=1)
        hours = (max(OPENS, ceil(soonest / A_QUARTER) * A_QUARTER), TRIED_UNTIL)
        factor = BUSY_TODAY * (hours[1] - hours[0]) / USUAL_HOURS if why_closed(site, on) is None else 0.0
    else:
        hours, factor = (OPENS, _closes(on)), _factor(on) if is_working(site, on) else 0.0
    if factor <= 0:
        return
    for one in _bookings(town, site, tuple(_desks(town, site, on, zone, hours)), factor, _dice(site, on)):
        if since <= one.made_at <= now - JUST_NOW:
            is_over = one.cancelled_at is not None and one.cancelled_at <= now - JUST_NOW
            yield one if is_over else replace(one, cancelled_at=None)


def came(day: Day) -> dict[int, int]:
    """Return place of a visitor in the plan → place of the appointment that it keeps."""
    left: dict[tuple[datetime | None, str], list[int]] = {}
    for place, one in enumerate(day.bookings):
        if one.cancelled_at is None:
            left.setdefault((one.starts_at, one.service_id), []).append(place)
    return {
        place: left[visitor.appointed_at, visitor.concern[0][0]].pop()
        for place, visitor in enumerate(day.plan.visitors)
        if visitor.appointed_at is not None
    }


def moment(on: date, hour: float, zone: tzinfo) -> datetime:
    """Return a local time of a day, in UTC as everywhere."""
    local = datetime.combine(on, time(), zone) + timedelta(hours=hour)
    return local.astimezone(UTC)


def _dice(site: Site, on: date) -> random.Random:
    return random.Random(f"{site.id} {on}")  # noqa: S311 - made-up people


def _desks(
    town: Town, site: Site, on: date, zone: tzinfo, hours: tuple[float, float]
) -> Iterator[tuple[Clerk, Desk]]:
    """Yield who is at which counter by the roster, within the hours."""
    for clerk in town.clerks:
        here = [one for one in clerk.roster if one.site_id == site.id and one.weekday == on.weekday()]
        shifts = []
        for one in here:
            begins = max(hours[0], one.works_from.hour + one.works_from.minute / 60)
            ends = min(hours[1], one.works_until.hour + one.works_until.minute / 60)
            if begins + A_QUARTER <= ends:
                skills = skills_of(town, clerk)
                shifts.append(Shift(moment(on, begins, zone), moment(on, ends, zone), skills))
        if shifts and here[0].counter_id is not None:
            yield clerk, Desk(here[0].counter_id, tuple(shifts), BREATHER)


def _factor(on: date) -> float:
    """Return how much is asked for that day against a usual one of so many hours."""
    return BUSY[on.weekday()] * _hours(on) / USUAL_HOURS


def _walk_ins(town: Town, site: Site, on: date, zone: tzinfo) -> Iterator[Rate]:
    services = {one.id: one for one in town.services}
    hours = range(OPENS, CLOSES[on.weekday()])
    more = FIRST_MONDAY if on.weekday() == 0 and on.day <= DAYS_OF_WEEK else 1
    weights = sum(BY_HOUR[hour - OPENS] for hour in hours)
    for wanted in WANTED[site.id]:
        count = wanted.walk_ins * _factor(on) * more / weights
        minutes = _cells(services[wanted.service_id]) * CELL_MIN
        for hour in hours:
            begins = moment(on, hour, zone)
            concern = ((wanted.service_id, 1),)
            share = count * BY_HOUR[hour - OPENS]
            yield Rate(begins, begins + timedelta(hours=1), concern, minutes, share)


def _cells(service: Service) -> int:
    return -(-service.minutes // CELL_MIN)


def _bookings(
    town: Town, site: Site, desks: Sequence[tuple[Clerk, Desk]], factor: float, dice: random.Random
) -> Iterator[Booking]:
    """Yield appointments that fit beside each other: each takes a free time of somebody who can do it."""
    services = {one.id: one for one in town.services}
    taken: set[tuple[str, datetime]] = set()
    for wanted in WANTED[site.id]:
        service, able = services[wanted.service_id], []
        for clerk, desk in desks:
            able += [(clerk.id, shift) for shift in desk.shifts if wanted.service_id in shift.skills]
        for _ in range(int(wanted.booked * factor + dice.random()) if able else 0):
            found = _free_time(able, _cells(service), taken, dice)
            if found is not None:
                clerk_id, cells = found
                taken |= {(clerk_id, cell) for cell in cells}
                yield _made(wanted, cells, clerk_id, dice)


def _free_time(
    able: Sequence[tuple[str, Shift]], count: int, taken: set[tuple[str, datetime]], dice: random.Random
) -> tuple[str, list[datetime]] | None:
    """Return the cells of a time on the quarters of an hour; None when nothing is found soon."""
    for _ in range(TRIES):
        clerk_id, shift = dice.choice(able)
        quarters = (shift.ends_at - shift.begins_at) // QUARTER
        begins = shift.begins_at + dice.randrange(quarters) * QUARTER
        cells = [begins + n * CELL for n in range(count)]
        if cells[-1] < shift.ends_at and not any((clerk_id, cell) in taken for cell in cells):
            return clerk_id, cells
    return None


def _made(wanted: Wanted, cells: Sequence[datetime], clerk_id: str, dice: random.Random) -> Booking:
    """Let somebody have booked it: in most cases at home, in the evening, some days before."""
    channel = dice.choices([one for one, _ in CHANNELS], [share for _, share in CHANNELS])[0]
    days = wanted.ahead + min(MOST_LEAD_DAYS, int(dice.expovariate(1 / MEAN_LEAD_DAYS)))
    hour = dice.triangular(6, 23.5, 19.5) if channel == "portal" else dice.triangular(8, 13, 9.5)
    day = cells[0].date() - timedelta(days=days)
    if channel != "portal" and not _hours(day):
        channel = "portal"  # nobody is there that day
    made_at = datetime.combine(day, time(), UTC) + timedelta(hours=hour - 1)
    cancelled = made_at + (cells[0] - made_at) * dice.random() if dice.random() < CANCELS else None
    return Booking(wanted.service_id, cells[0], len(cells) * CELL_MIN, clerk_id, made_at, channel, cancelled)


def _as_they_are(site: Site, visitor: Visitor, dice: random.Random) -> Visitor:
    """Let a visit take as long as it really does here, and its visitor be as people are."""
    takes = next(one.takes for one in WANTED[site.id] if one.service_id == visitor.concern[0][0])
    turns = tuple(_turn(one, takes, dice) for one in visitor.turns)
    return replace(visitor, turns=turns, meanwhile=tuple(_meanwhile(visitor, dice)))


def _turn(turn: Turn, takes: float, dice: random.Random) -> Turn:
    if turn.ending is not Ending.NOT_THERE:
        return replace(turn, lasts=turn.lasts * takes)
    returns = dice.random() < RETURNS
    return replace(turn, returns_after=timedelta(minutes=dice.uniform(*RETURNS_MIN)) if returns else None)


def _meanwhile(visitor: Visitor, dice: random.Random) -> Iterator[Meanwhile]:
    """Yield what a walk-in does while waiting: nothing comes of it for who is called before."""
    chance = dice.random()
    if visitor.appointed_at is not None:
        return
    if chance < GIVES_UP:
        yield Meanwhile(visitor.arrives_at + timedelta(minutes=dice.uniform(*GIVES_UP_MIN)), Doing.GIVES_UP)
    elif chance < GIVES_UP + STEPS_OUT:
        leaves_at = visitor.arrives_at + timedelta(minutes=dice.uniform(*STEPS_OUT_MIN))
        yield Meanwhile(leaves_at, Doing.GOES_AWAY)
        yield Meanwhile(leaves_at + timedelta(minutes=dice.uniform(*BACK_MIN)), Doing.COMES_BACK)
