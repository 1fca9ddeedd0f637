"""Lives through a day of a site as often as asked, for `aufruf simulate` and for a running server's page.

What lives here: which people and counters a day has, by the log, the book and the set-up, and what that rests
on. What must not: how it is told (`simulated_table`, `web.admin.simulate_shown`).
"""

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.adapters import served_visits, simulated_day, told_estimates
from queue_server.adapters.database import Database
from queue_server.adapters.day_figures import days_before
from queue_server.adapters.town.store import load_towns
from queue_server.commands.simulated_table import is_enough, outcome_of, row_of
from queue_server.domain.business_day import business_day
from queue_server.domain.durations.known import DAYS, durations_of
from queue_server.domain.estimate_outcomes import DAYS as TOLD_DAYS
from queue_server.domain.events import Recorded
from queue_server.domain.figures.use import LEAST
from queue_server.domain.forecast import drawing
from queue_server.domain.forecast.arrival_habits import Arrivals, habits_of
from queue_server.domain.simulation import past, set_up, what_if
from queue_server.domain.simulation.asking import (
    AS_IT_IS,
    MOST_COUNTERS,
    Hours,
    Question,
    Rule,
    WhatIf,
    question_of,
)
from queue_server.domain.simulation.demand import USUAL, Demand, Habits, a_day
from queue_server.domain.simulation.disciplines import Discipline
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import CALLS, DayPlan, Desk
from queue_server.domain.simulation.results import DayResult, result_of
from queue_server.domain.simulation.search import Tried, enough_for_the_work, fewest
from queue_server.domain.town import Site, Town
from queue_server.settings import Settings

WEEKS: Final = 8
"""So many weeks back the same weekday is measured, from the last day that is over."""
ENOUGH_BOOKED: Final = 20
"""Fewer past appointments say nothing of who stays away, and of when the others come."""
AS_IT_WAS: Final = "as it was"

Draw = Callable[[int], DayPlan]
"""Seed → the people of the day and its counters."""
Tell = Callable[[str, int, Sequence[DayResult]], dict[str, Any]]
"""Name, counters and days → a row of figures."""


class NoDay(Exception):  # noqa: N818 - an answer, not a fault
    """The day cannot be lived through: `closed`, or `nobody_measured`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def by_server(words: str) -> int:
    """Answer a running server, whose child this is; print JSON."""
    os.nice(10)  # it must not take the cores from the hall
    said = json.loads(words)
    question = question_of(said["question"])
    database = Database(Settings(Path(said["data"]), database=said["database"]).database_url)
    try:
        towns = database.read(load_towns)
        found = ((town, site) for town in towns.values() for site in town.sites)
        town, site = next(pair for pair in found if pair[1].id == question.site_id)
        told = Study(database, town, site, question).told()
    except NoDay as no:
        told = {"refused": no.why}
    finally:
        database.dispose()
    print(json.dumps(told))
    return 0


@dataclass(frozen=True)
class Study:
    """A question about a day of a site, with where its answer is read."""

    database: Database
    town: Town
    site: Site
    question: Question

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)

    def told(self) -> dict[str, Any]:
        """Return the figures of each way to arrange the day, and what they rest on. Raises NoDay."""
        log = self._log(self.question.on)
        rows, rests = self._of_past(log) if log else self._of_set_up()
        found = list(rows)
        return {
            "site": self.site.id,
            "day": self.question.on.isoformat(),
            "source": "recorded" if log else "set-up",
            "days": max(row["days"] for row in found),
            "rests": rests,
            "rows": found,
        }

    def _log(self, on: date) -> list[Recorded]:
        """Return the log of a day that is over: of the running one half may be still to come."""
        if on >= datetime.now(self.zone).date():
            return []
        return self.database.read(lambda conn: simulated_day.log_of(conn, self.site.id, on))

    # -- a recorded day ----------------------------------------------------------------------------

    def _of_past(self, log: Sequence[Recorded]) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        on = self.question.on
        recorded = past.plan_of(log, on)
        free = past.freely(recorded)
        tell = partial(row_of, is_somebodys=True, is_alone=_is_alone(recorded))
        was = tell(AS_IT_WAS, len(recorded.desks), [result_of(past.lived_of(log, on))])

        def rows() -> Iterator[dict[str, Any]]:
            yield was | {"of": None, "enough": False}
            yield from self._lived(lambda _: free, tell, is_drawn=False)

        visitors = _rests("recorded", len(recorded.visitors))
        rests = {"visitors": visitors | {"is_ignored": self.question.visitors is not None}}
        return rows(), rests

    # -- a day of the set-up -----------------------------------------------------------------------

    def _of_set_up(self) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        demand, habits, rests = self._demand()
        desks = set_up.desks_on(self.town, self.site, self.question.on, self.zone)
        if not desks and not (desks := self._one_desk()):
            raise NoDay("closed")

        def draw(seed: int) -> DayPlan:
            return a_day(demand, desks, random.Random(seed), habits)  # noqa: S311

        return self._lived(draw, row_of, is_drawn=True), rests

    def _one_desk(self) -> tuple[Desk, ...]:
        """Without a roster somebody must say how many: all of them do everything while the site is open."""
        named = all(one.counters or one.under_min or one.roster for one in self.question.what_ifs)
        return set_up.doing_all(self.town, self.site, self.question.on, self.zone) if named else ()

    def _demand(self) -> tuple[Demand, Habits, dict[str, Any]]:
        asked, on = self.question, self.question.on
        arrivals = self._arrivals()
        learned, came = habits_of(arrivals, drawing.Habits()), len(arrivals.off_min)
        away, of = learned.no_show, came + arrivals.missed
        book = self.database.read(lambda conn: simulated_day.book_of(conn, self.site.id, on))
        book = book if asked.booked is None else []
        days = self._days_before()
        if asked.visitors is None:
            if not days:
                raise NoDay("nobody_measured")
            visitors = _rests("measured", len(days))
            demand = set_up.with_book(set_up.measured(days, on, self.zone), book, away)
            booked = _rests("book" if book else "measured", len(book) or len(days))
        else:
            share = 0.5 if asked.booked is None else asked.booked
            walk_ins = max(0.0, asked.visitors - len(book) * (1 - away))
            count, of_them = (walk_ins, 0.0) if book else (asked.visitors, share)
            if days:
                visitors = _rests("scaled", len(days))
                demand = set_up.scaled(set_up.measured(days, on, self.zone), visitors=count, booked=of_them)
            else:
                visitors, place = _rests("supposed"), (self.town, self.site, on, self.zone)
                demand = set_up.supposed(*place, visitors=count, booked=of_them)
            # Who is supposed to come comes: only those in the book may stay away.
            demand, away = replace(demand, booked=tuple(book)), away if book else 0.0
            booked = _rests("book" if book else "supposed", len(book)) | {"percent": round(100 * share, 1)}
        rests = {"visitors": visitors, "booked": booked}
        if away:
            rests["no_show"] = _rests(_kind(of), of) | {"percent": round(100 * away, 1)}
        if demand.booked or demand.bookings:
            rests["arrival"] = _rests(_kind(came), came)
        habits, rests["durations"] = self._habits(away)
        return demand, replace(habits, comes_min=learned.comes_min if came >= ENOUGH_BOOKED else ()), rests

    @cached_property
    def _last(self) -> date:
        """Return the last day before the one that is asked for which is over, and of which there is a log.

        Of a day in eight weeks nothing is known of the weeks before it: they are still to come.
        """
        today = business_day(datetime.now(UTC), self.zone)
        days = partial(_newest_before, self.site.id, min(self.question.on, today))
        return self.database.read(days) or self.question.on - timedelta(days=1)

    def _days_before(self) -> list[DayPlan]:
        on, last = self.question.on, self._last
        newest = last - timedelta(days=(last.weekday() - on.weekday()) % 7)
        logs = [log for n in range(WEEKS) if (log := self._log(newest - timedelta(weeks=n)))]
        return [past.plan_of(log, on) for log in logs]

    def _arrivals(self) -> Arrivals:
        """Return how appointments were kept in the weeks before, as the forecast of waits learns it."""
        found = Arrivals()
        for n in range(TOLD_DAYS):
            day = self._last - timedelta(days=n)
            found.add(self.database.read(partial(told_estimates.arrivals, site_id=self.site.id, day=day)))
        return found

    def _habits(self, away: float) -> tuple[Habits, dict[str, Any]]:
        last = self._last
        first = last - timedelta(days=DAYS - 1)
        lasted = self.database.read(
            partial(served_visits.of_days, site_id=self.site.id, first=first, last=last)
        )
        known, count = (
            durations_of(lasted, self.town.services, first, last),
            sum(len(one.minutes) for one in lasted),
        )
        if not known.measured:
            return replace(USUAL, no_show=away), _rests("supposed", count)
        return replace(USUAL, no_show=away, times=known.times), _rests("measured", count)

    # -- both --------------------------------------------------------------------------------------

    def _lived(self, draw: Draw, tell: Tell, *, is_drawn: bool) -> Iterator[dict[str, Any]]:
        for place, one in enumerate(self.question.what_ifs):
            days = self.question.seeds if is_drawn or one.walk_ins != 1 else 1
            plans = [self._arranged(one, draw(seed), seed, is_drawn=is_drawn) for seed in range(days)]
            attempt = partial(self._tried, one, plans, tell)
            if one.under_min is None:
                tried = [attempt(one.counters)]
            else:
                tried = fewest(enough_for_the_work(plans[0]), MOST_COUNTERS, attempt)
            yield from (row.told | {"of": place, "enough": row.is_enough} for row in tried)

    def _tried(
        self, one: WhatIf, plans: Sequence[DayPlan], tell: Tell, counters: int | None
    ) -> Tried[dict[str, Any]]:
        if counters is not None:
            plans = [what_if.with_counters(plan, counters) for plan in plans]
        rule: Discipline = one.discipline(self.site)
        results = [result_of(live(plan, rule)) for plan in plans]
        enough = one.under_min is not None and is_enough(results, one.under_min)
        found = len(plans[0].desks)
        return Tried(found, enough, outcome_of(results), tell(one.rule, found, results))

    def _arranged(self, one: WhatIf, plan: DayPlan, seed: int, *, is_drawn: bool) -> DayPlan:
        """Arrange a day otherwise, but for the number of counters.

        Who really got a number keeps it as long as nothing but the order is another.
        """
        has_doors = is_drawn or replace(one, rule=Rule.OURS, patience=None) != AS_IT_IS
        plan = replace(plan, has_doors=has_doors)
        if one.walk_ins != 1:
            plan = what_if.with_walk_ins(plan, one.walk_ins, random.Random(seed))  # noqa: S311
        if one.hours:
            plan = what_if.with_hours(plan, self._stretches(one.hours))
        if one.roster:
            plan = what_if.with_roster(plan, [self._stretches(each) for each in one.roster])
        return plan

    def _stretches(self, hours: Hours) -> list[tuple[datetime, datetime]]:
        return [self._moments(*stretch) for stretch in hours]

    def _moments(self, begins: time, ends: time) -> tuple[datetime, datetime]:
        first, last = (
            datetime.combine(self.question.on, one, self.zone).astimezone(UTC) for one in (begins, ends)
        )
        return first, last


def _newest_before(site_id: str, on: date, connection: Connection) -> date | None:
    return next(days_before(connection, site_id, on), None)


def _is_alone(recorded: DayPlan) -> bool:
    """Say whether fewer than two counters were really used, as the figures of the day see it."""
    used = [
        desk
        for desk in recorded.desks
        if any(one.what in CALLS for one in desk.presses or ())
        or sum((s.ends_at - s.begins_at for s in desk.shifts), timedelta(0)) >= LEAST
    ]
    return len(used) < 2


def _kind(count: int) -> str:
    return "measured" if count >= ENOUGH_BOOKED else "supposed"


def _rests(kind: str, count: int = 0) -> dict[str, Any]:
    """Say what a figure rests on: `recorded`, `measured`, `book` or `supposed`, and on how many."""
    return {"kind": kind, "count": count}
