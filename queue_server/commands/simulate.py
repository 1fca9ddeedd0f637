"""Simulate a day, recorded or to come, with other counters, hours, visitors or rules."""

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from queue_server.adapters.rows.base import read_log
from queue_server.commands.common import (
    Place,
    Problem,
    add_place_arguments,
    open_place,
    plainly,
    site_of,
)
from queue_server.commands.simulated_table import is_enough, row_of, worded
from queue_server.domain.events import Recorded, TicketCalled
from queue_server.domain.simulation import past, set_up, what_if
from queue_server.domain.simulation.demand import USUAL, Demand, Habits, a_day
from queue_server.domain.simulation.disciplines import (
    AppointmentsFirst,
    AsRecorded,
    Discipline,
    FirstCome,
    Ours,
    Weights,
)
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import DayPlan, Desk
from queue_server.domain.simulation.results import DayResult, result_of
from queue_server.domain.town import Site, Town

RULES: Final = ("ours", "first-come", "appointments-first", "weights")
WEEKS: Final = 8
"""So many weeks back the same weekday is measured."""
MOST_COUNTERS: Final = 30
MOST_SEEDS: Final = 500

Draw = Callable[[int], DayPlan]
"""Seed → the people of the day and its counters."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        required=True,
        metavar="YYYY-MM-DD",
        help="a recorded day is lived through with its own people; any other with those who usually come",
    )
    parser.add_argument("--site", metavar="ID", help="needed only when there are several sites")
    parser.add_argument("--counters", type=int, metavar="N", help="so many counters")
    parser.add_argument(
        "--counter-open",
        type=_stretch,
        action="append",
        default=[],
        metavar="9-12",
        help="all counters are open at these times; may be repeated",
    )
    parser.add_argument("--visitors", type=float, metavar="N", help="so many come, where none were measured")
    parser.add_argument(
        "--booked", type=_percent, metavar="PERCENT", help="share of --visitors with an appointment"
    )
    parser.add_argument(
        "--walk-ins",
        type=_percent,
        default=1.0,
        metavar="PERCENT",
        help="80: a fifth fewer; 120: a fifth more",
    )
    parser.add_argument(
        "--rule", choices=RULES, nargs="+", default=["ours"], help="who is next (default: ours)"
    )
    parser.add_argument(
        "--patience", type=float, metavar="F", help="patience of walk-ins (default: the site's)"
    )
    parser.add_argument(
        "--nine-of-ten-under", type=float, metavar="MIN", help="how many counters does it take for this?"
    )
    parser.add_argument(
        "--seeds", type=int, default=30, metavar="N", help="days to draw (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    add_place_arguments(parser)


def _stretch(text: str) -> tuple[time, time]:
    begins, _, ends = text.partition("-")
    try:
        return _clock(begins), _clock(ends)
    except ValueError as error:
        raise argparse.ArgumentTypeError("write times as 9-12 or 9:30-12:15") from error


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    return time(int(hour), int(minute or 0))


def _percent(text: str) -> float:
    share = float(text) / 100
    if not 0 <= share <= 10:
        raise argparse.ArgumentTypeError("write a share as per cent, such as 60")
    return share


@plainly
def run(args: argparse.Namespace) -> int:
    if not 1 <= args.seeds <= MOST_SEEDS or (
        args.counters is not None and not 1 <= args.counters <= MOST_COUNTERS
    ):
        raise Problem(f"--seeds is from 1 to {MOST_SEEDS}, --counters from 1 to {MOST_COUNTERS}", 2)
    with open_place(args) as place:
        town, site = site_of(place.towns, args.site)
        day = _Day(args, place, town, site)
        told = day.told()
    print(json.dumps(told, indent=1) if args.json else worded(told))
    return 0


@dataclass(frozen=True)
class _Day:
    args: argparse.Namespace
    place: Place
    town: Town
    site: Site

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)

    def told(self) -> dict[str, Any]:
        log = self._log(self.args.day)
        rows = list(self._of_past(log) if log else self._of_set_up())
        return {
            "site": self.site.id,
            "day": self.args.day.isoformat(),
            "source": "recorded" if log else "set-up",
            "days": 1 if log and self.args.walk_ins == 1 else self.args.seeds,
            "nine_of_ten_under": self.args.nine_of_ten_under,
            "rows": rows,
        }

    def _log(self, on: date) -> list[Recorded]:
        """Return the day's log where anybody was called."""
        log = self.place.database.read(partial(_read, site_id=self.site.id, on=on))
        return log if any(isinstance(one.event, TicketCalled) for one in log) else []

    # -- a recorded day ----------------------------------------------------------------------------

    def _of_past(self, log: Sequence[Recorded]) -> Iterator[dict[str, Any]]:
        recorded = past.plan_of(log, self.args.day)
        yield row_of("as it was", len(recorded.desks), [result_of(past.lived_of(log, self.args.day))])
        free = past.freely(recorded)

        def draw(seed: int) -> DayPlan:
            if self.args.walk_ins == 1:
                return free
            return what_if.with_walk_ins(free, self.args.walk_ins, random.Random(seed))  # noqa: S311

        yield from self._lived(draw, 1 if self.args.walk_ins == 1 else self.args.seeds)

    # -- a day of the set-up -----------------------------------------------------------------------

    def _of_set_up(self) -> Iterator[dict[str, Any]]:
        demand, habits = self._demand()
        desks = set_up.desks_on(self.town, self.site, self.args.day, self.zone) or self._one_desk()
        if not desks:
            raise Problem(f"{self.site.id} is closed on {self.args.day}, or nobody works then")
        yield from self._lived(
            lambda seed: self._walked_in(a_day(demand, desks, random.Random(seed), habits), seed),  # noqa: S311
            self.args.seeds,
        )

    def _walked_in(self, plan: DayPlan, seed: int) -> DayPlan:
        if self.args.walk_ins == 1:
            return plan
        return what_if.with_walk_ins(plan, self.args.walk_ins, random.Random(seed))  # noqa: S311

    def _one_desk(self) -> tuple[Desk, ...]:
        """Without a roster somebody must say how many: all of them do everything while the site is open."""
        return set_up.doing_all(self.town, self.site, self.args.day, self.zone) if self.args.counters else ()

    def _demand(self) -> tuple[Demand, Habits]:
        if self.args.visitors is not None:
            share = 0.5 if self.args.booked is None else self.args.booked
            return (
                set_up.supposed(
                    self.town, self.site, self.args.day, self.zone, visitors=self.args.visitors, booked=share
                ),
                replace(USUAL, no_show=0),
            )
        before = [self.args.day - timedelta(weeks=n) for n in range(1, WEEKS + 1)]
        logs = [log for on in before if (log := self._log(on))]
        if not logs:
            raise Problem(
                "nobody was called on that weekday in the eight weeks before; say how many come: --visitors",
                2,
            )
        days = [past.plan_of(log, self.args.day) for log in logs]
        # Who did not come is not in the hall's log, so all who are counted came.
        return set_up.measured(days, self.args.day, self.zone), replace(USUAL, no_show=0)

    # -- both --------------------------------------------------------------------------------------

    def _lived(self, draw: Draw, seeds: int) -> Iterator[dict[str, Any]]:
        if self.args.nine_of_ten_under is not None:
            yield from self._enough(draw, seeds)
            return
        for rule in self.args.rule:
            plans = [self._arranged(draw(seed), self.args.counters) for seed in range(seeds)]
            yield row_of(rule, len(plans[0].desks), self._results(plans, rule))

    def _enough(self, draw: Draw, seeds: int) -> Iterator[dict[str, Any]]:
        """Yield a row for each number of counters, up to the first with which nine of ten wait no longer."""
        rule = self.args.rule[0]
        for count in range(1, MOST_COUNTERS + 1):
            plans = [self._arranged(draw(seed), count) for seed in range(seeds)]
            row = row_of(rule, count, self._results(plans, rule))
            yield row
            if is_enough(row, self.args.nine_of_ten_under):
                return

    def _arranged(self, plan: DayPlan, counters: int | None) -> DayPlan:
        if self.args.counter_open:
            plan = what_if.with_hours(plan, [self._moments(*one) for one in self.args.counter_open])
        return plan if counters is None else what_if.with_counters(plan, counters)

    def _moments(self, begins: time, ends: time) -> tuple[datetime, datetime]:
        first, last = (
            datetime.combine(self.args.day, one, self.zone).astimezone(UTC) for one in (begins, ends)
        )
        if last <= first:
            raise Problem("a counter opens before it closes: --counter-open 9-12", 2)
        return first, last

    def _results(self, plans: Sequence[DayPlan], rule: str) -> list[DayResult]:
        return [result_of(live(plan, self._discipline(rule))) for plan in plans]

    def _discipline(self, rule: str) -> Discipline:
        grace = timedelta(minutes=self.site.grace_min)
        match rule:
            case "first-come":
                return FirstCome()
            case "appointments-first":
                return AppointmentsFirst()
            case "weights":
                return Weights()
            case _ if self.args.patience is None:
                return AsRecorded(self.site.patience_factor, grace)
            case _:
                return Ours(self.args.patience, grace)


def _read(connection: sa.Connection, *, site_id: str, on: date) -> list[Recorded]:
    return read_log(connection, site_id, 0, on)
