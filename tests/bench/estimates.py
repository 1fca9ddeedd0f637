"""How far estimates are off, for walk-ins who have just taken a number, on simulated days; pure calculation.

References, each asked in the same moment: queue length ÷ counters × mean; LES, the wait of who was called
last, and HOL, the wait so far of who is next (Ibrahim & Whitt 2009), both of walk-ins alone; and a fixed
average ÷ desks × 0.9 (the middle of the 0.8 to 1.0 that eappointment tells). Judged on held seeds alone.
Who finds a free counter is told nothing and counts for nobody.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.forecast.drawing import Habits, Shuffles
from queue_server.domain.forecast.ranges import forecast, told
from queue_server.domain.forecast.scene import Surroundings, take
from queue_server.domain.forecast.staffing import NOTHING_PLANNED, Leave, Opening, Planned
from queue_server.domain.hall import Hall
from queue_server.domain.order import walk_in_due
from queue_server.domain.service_times import Configured
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.lived import Lived
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import DayPlan, Visitor
from queue_server.domain.ticket import Ticket
from tests.bench.days import HELD_FROM, OPENS, Cell, grid
from tests.bench.row import Row

DAYS, COURSES = 3, 100
MSE_GOAL, COVERED_GOAL = 0.7, 0.55
LENGTH, LES, HOL, FIXED, OURS = "queue length", "LES", "HOL", "fixed average", "ours"
FIXED_MIN = 10.0
MINUTE = timedelta(minutes=1)


@dataclass
class Told:
    """What each would have told somebody, in minutes; `range_` is ours as it is shown, `wait` what came."""

    guesses: dict[str, float]
    range_: tuple[int, int]
    bare: tuple[float, float]
    wait: float = 0.0


@dataclass
class Watching:
    """Looks at the hall whenever somebody takes a number."""

    plan: DayPlan
    expected: Sequence[Appointment]
    shuffles: Shuffles
    told: dict[int, Told] = field(default_factory=dict)
    seen: int = 0
    knows_roster: bool = True
    since: datetime = OPENS
    """Nobody is told anything before."""

    def look(self, now: datetime, hall: Hall) -> None:
        newest = next(reversed(hall.tickets.values()), None)
        if newest is None or newest.id == self.seen:
            return
        self.seen = newest.id
        if newest.appointed_at is None and newest.id in hall.waiting and now >= self.since:
            self.told[newest.id] = self._tell(now, hall, newest)

    def _tell(self, now: datetime, hall: Hall, newest: Ticket) -> Told:
        skills = {d.id: d.shifts[0].skills for d in self.plan.desks if d.shifts[0].begins_at <= now}
        here = Counter(t.appointed_at for t in hall.tickets.values())
        kinds = {frozenset({name}): minutes for name, minutes in self._concerns()}
        patiences = sorted({(walk_in_due(now, one, 3).at - now) / MINUTE for one in kinds.values()})
        until_min = (self.plan.ends_at or now) - now
        around = Surroundings(
            skills,
            list(kinds),
            [5, *patiences],
            [one for one in self.expected if not _is_here(one, here)],
            until_min / MINUTE,
            giving=True,
            planned=planned(self.plan, now) if self.knows_roster else NOTHING_PLANNED,
        )
        scene = take(hall, around, now)
        found = forecast(scene, Configured(), Habits(), self.shuffles).tickets[newest.id]
        guesses = {OURS: found.middle, **_others(now, hall, newest, len(skills))}
        return Told(guesses, told(found), (found.low, found.high))

    def _concerns(self) -> set[tuple[str, int]]:
        return {(name, one.expected_min) for one in self.plan.visitors for name, _ in one.concern}


def planned(plan: DayPlan, now: datetime) -> Planned:
    """Return what a roster says of the rest of a day; who stays until the end serves whoever is there."""
    leaves: list[Leave] = []
    openings: list[Opening] = []
    for desk in plan.desks:
        begins, shifts = desk.shifts[0].begins_at, [one for one in desk.shifts if one.ends_at > now]
        if begins > now:
            openings.append(Opening(desk.shifts[0].skills, (begins - now) / MINUTE))
        elif shifts and shifts[0].begins_at > now:
            openings.append(Opening(shifts[0].skills, (shifts[0].begins_at - now) / MINUTE))
        else:
            leaves += [
                Leave(desk.id, (one.ends_at - now) / MINUTE, (again.begins_at - one.ends_at) / MINUTE)
                for one, again in pairwise(shifts)
            ]
            if shifts and shifts[-1].ends_at != plan.ends_at:
                leaves.append(Leave(desk.id, (shifts[-1].ends_at - now) / MINUTE, None))
    return Planned(leaves, openings)


def _is_here(one: Appointment, here: Counter[datetime | None]) -> bool:
    """Strike out one holder of this time who has come."""
    here[one.starts_at] -= 1
    return here[one.starts_at] >= 0


def _others(now: datetime, hall: Hall, newest: Ticket, counters: int) -> dict[str, float]:
    ahead = len(hall.waiting) - 1
    known = [t.expected_min for t in hall.tickets.values()]
    called = [t for t in hall.last_calls() if t.appointed_at is None and t.called_at is not None]
    waited = [t for t in hall.waiting.in_order(now) if t.appointed_at is None and t.id != newest.id]
    last = called[0] if called else None
    les = 0.0 if last is None or last.called_at is None else (last.called_at - last.arrived_at) / MINUTE
    return {
        LENGTH: (ahead + 1) / counters * fmean(known),
        LES: les,
        HOL: (now - waited[0].arrived_at) / MINUTE if waited else les,
        FIXED: 0.9 * (ahead + 1) * FIXED_MIN / counters,
    }


def run(quick: bool = False) -> list[Row]:
    """Live through the days; a minute."""
    seeds = range(HELD_FROM, HELD_FROM + (1 if quick else DAYS))
    cells = list(grid())[10:12] if quick else list(grid())
    return rows_of([one for cell in cells for seed in seeds for one in day(cell, seed)], len(cells), seeds)


def day(cell: Cell, seed: int) -> Iterator[Told]:
    """Live through a day, and yield what was told to each walk-in who had to wait."""
    plan = cell.day(seed)
    shuffles = Shuffles(random.Random(seed).random, COURSES)
    watching = Watching(plan, list(_book(plan, cell, seed)), shuffles)
    lived = live(plan, Ours(), watching.look)
    came = waits(lived)
    for ticket_id, one in watching.told.items():
        if ticket_id in came:
            one.wait = came[ticket_id]
            yield one


def waits(lived: Lived) -> dict[int, float]:
    """Return how long each waited until the first call."""
    found: dict[int, float] = {}
    for one in lived.log:
        if isinstance(one.event, e.TicketCalled):
            ticket = lived.hall.tickets[one.event.ticket]
            found.setdefault(ticket.id, (one.at - ticket.arrived_at) / MINUTE)
    return found


def _book(plan: DayPlan, cell: Cell, seed: int) -> Iterator[Appointment]:
    """Yield the day's appointments, with those whose holders will never come: nobody knows which."""
    dice = random.Random(f"no-shows {seed}")
    come = [one for one in plan.visitors if one.appointed_at is not None]
    for n, one in enumerate(come):
        yield _appointment(n, one, one.appointed_at or OPENS)
        if dice.random() < cell.habits.no_show / (1 - cell.habits.no_show):
            starts = OPENS + timedelta(minutes=5 * dice.randrange(96))
            yield _appointment(len(come) + n, one, starts)


def _appointment(n: int, one: Visitor, starts: datetime) -> Appointment:
    return Appointment(
        id=100_000 + n,
        reference=f"R{n}",
        state=AppointmentState.BOOKED,
        starts_at=starts,
        minutes=one.expected_min,
        concern=one.concern,
        persons=1,
        area_id=None,
        language="de",
        channel="online",
        held_until=starts,
        state_at=OPENS,
        created_at=OPENS,
    )


def rows_of(told_to: Sequence[Told], cells: int, seeds: range) -> list[Row]:
    mse = {
        name: fmean((one.guesses[name] - one.wait) ** 2 for one in told_to)
        for name in (LENGTH, LES, HOL, FIXED, OURS)
    }
    best = min((name for name in mse if name != OURS), key=lambda name: mse[name])
    covered = fmean(one.range_[0] <= one.wait <= one.range_[1] for one in told_to)
    bare = fmean(one.bare[0] <= one.wait <= one.bare[1] for one in told_to)
    width = fmean(one.range_[1] - one.range_[0] for one in told_to)
    mean = fmean(one.wait for one in told_to)
    ratio = mse[OURS] / mse[best]
    others = ", ".join(f"{name} {value:.0f}" for name, value in mse.items() if name not in {OURS, best})
    return [
        Row(
            "error of the estimate (mean of the squares)",
            f"{mse[best]:.0f} min²",
            f"{mse[OURS]:.0f} min²",
            f"{ratio:.2f} x",
            f"≤ {MSE_GOAL} x",
            ok=ratio <= MSE_GOAL,
            note=f"reference: {best}; {others}; "
            f"{len(told_to)} walk-ins who waited {mean:.0f} min on average; "
            f"{cells} kinds of days, seeds {seeds[0]}–{seeds[-1]} of each",
        ),
        Row(
            "the range that is told holds",
            "",
            f"{covered:.0%}",
            "",
            f"≥ {COVERED_GOAL:.0%}",
            ok=covered >= COVERED_GOAL,
            note=f"{width:.1f} min wide on average; before rounding {bare:.0%}",
        ),
    ]
