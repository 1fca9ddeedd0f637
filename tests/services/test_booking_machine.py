"""Any acts in any order at two sites that share a clerk, over the night in which the clock skips an hour.

What must hold, always: nobody is double-booked; what is offered can be held and nothing else can; numbers
of a day are distinct; the fold of the log, the rows and the memory say the same.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from queue_server.adapters.database import Database
from queue_server.domain.errors import Refusal, SlotTaken
from queue_server.domain.person import Person
from queue_server.domain.slots import starts_in, time_of
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Absence, Closure, OpeningHours, RosterEntry, Town
from queue_server.services import booking, booking_clock, free_starts, offer
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import Booker, book_picture
from tests.town_hall import CARD, PASS, at, booking_town

FRIDAY = "2026-03-27"  # the clock skips an hour on Sunday
SITES = st.sampled_from(["hall", "annex"])
NTH = st.integers(0, 400)
EMPTY: list[Path] = []


def the_town(closed: bool, away: bool) -> Town:
    """Open every day from one at night; Anna is at both sites, Bernd in the hall."""
    town = booking_town()
    hours = tuple(OpeningHours(day, time(1), time(6)) for day in range(7))
    day = datetime.fromisoformat(FRIDAY).date() + timedelta(days=3)
    hall, annex = town.sites
    hall = replace(hall, opening=hours, closures=(Closure(day),) if closed else ())
    work = [
        tuple(RosterEntry(day, time(1), time(4), site) for day in range(7) for site in sites)
        for sites in (("hall", "annex"), ("hall",))
    ]
    anna = replace(town.clerks[0], site_ids=("hall", "annex"), roster=work[0])
    bernd = replace(
        town.clerks[1],
        roster=work[1],
        absences=(Absence(day + timedelta(days=1), day + timedelta(days=1)),) if away else (),
    )
    departments = tuple(replace(one, horizon_days=5) for one in town.departments)
    services = tuple(
        replace(s, area_by_site={"hall": "foyer", "annex": "annex-foyer"}) if s.id == CARD else s
        for s in town.services
    )
    return replace(
        town, sites=(hall, annex), clerks=(anna, bernd), departments=departments, services=services
    )


class BookingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "town.sqlite3"
        shutil.copy(EMPTY[0], path)
        self.database = Database(f"sqlite:///{path}")
        self.closed = self.away = False
        self.hand = Booker(self.database, the_town(closed=False, away=False), at("00:30", FRIDAY))
        self.held: list[tuple[str, Answer, str]] = []
        self.booked: list[tuple[str, Answer]] = []
        self.clients = 0

    def teardown(self) -> None:
        assert self.hand.differences() == []
        before = {site: book_picture(self.hand, site) for site in ("hall", "annex")}
        self.hand.restart()
        assert {site: book_picture(self.hand, site) for site in ("hall", "annex")} == before
        self.hand.store.close()
        self.database.dispose()
        self.folder.cleanup()

    def attempt(self, site: str, work: Callable[[Unit], Answer]) -> Answer | None:
        """Do it; a refusal is an answer, anything else that is raised is a fault."""
        try:
            return self.hand.do(work, site)
        except Refusal:
            return None

    # -- visitors ----------------------------------------------------------------------------------

    def hold(self, site: str, service: str, starts_at: datetime, replaces: str | None = None) -> Answer:
        self.clients += 1
        client = f"c{self.clients}"

        def work(unit: Unit) -> Answer:
            choice = offer.choose_bookable(unit.town, unit.site, [(service, 1)])
            return booking.hold(unit, choice, starts_at, channel="portal", client=client, replaces=replaces)

        held = self.hand.do(work, site)
        self.held.append((site, held, client))
        return held

    def offered(self, site: str, service: str) -> list[int]:
        def ask(unit: Unit) -> list[int]:
            found = free_starts.starts(unit, offer.choose_bookable(unit.town, unit.site, [(service, 1)]))
            return list(starts_in(found.free, found.span))

        return self.hand.look(ask, site)

    @rule(site=SITES, nth=NTH, passport=st.booleans())
    def hold_what_is_offered(self, site: str, nth: int, passport: bool) -> None:
        service = PASS if passport and site == "hall" else CARD
        offered = self.offered(site, service)
        if offered:
            self.hold(site, service, time_of(offered[nth % len(offered)]))

    @rule(site=SITES, cell=st.integers(0, 4 * 288))
    def hold_whatever(self, site: str, cell: int) -> None:
        starts_at = at("00:00", FRIDAY) + timedelta(minutes=5 * cell)
        is_offered = starts_at in {time_of(one) for one in self.offered(site, CARD)}
        if is_offered:
            self.hold(site, CARD, starts_at)
        else:
            with pytest.raises(SlotTaken):
                self.hold(site, CARD, starts_at)

    @rule(nth=NTH)
    def confirm(self, nth: int) -> None:
        if self.held:
            site, held, client = self.held[nth % len(self.held)]
            answer = self.attempt(
                site, lambda u: booking.confirm(u, held["id"], client, Person("A", phone=client), "de")
            )
            if answer and (site, answer) not in self.booked:
                self.booked.append((site, answer))

    @rule(nth=NTH, extend=st.booleans())
    def extend_or_release(self, nth: int, extend: bool) -> None:
        if self.held:
            site, held, client = self.held[nth % len(self.held)]
            act = booking.extend if extend else booking.release
            self.attempt(site, lambda u: act(u, held["id"], client))

    @rule(nth=NTH, where=NTH, wait=st.sampled_from([0, 0, 0, 11]))
    def move(self, nth: int, where: int, wait: int) -> None:
        if not self.booked:
            return
        site, booked = self.booked[nth % len(self.booked)]
        concern = self.hand.appointment(booked, site).concern[0][0]
        offered = self.offered(site, concern)
        if offered:
            try:
                held = self.hold(site, concern, time_of(offered[where % len(offered)]), booked["reference"])
            except Refusal:
                return  # it is over
            self.hand.later(minutes=wait)
            client = self.held[-1][2]
            self.attempt(site, lambda u: booking.move(u, booked["reference"], held["id"], client))

    @rule(nth=NTH, arrive=st.sampled_from([True, True, False]))
    def cancel_or_arrive(self, nth: int, arrive: bool) -> None:
        if self.booked:
            site, booked = self.booked[nth % len(self.booked)]
            reference = booked["reference"]
            if arrive:
                self.hand.now = max(self.hand.now, self.hand.appointment(booked, site).starts_at)
                self.attempt(site, lambda u: booking.check_in(u, reference))
            else:
                self.attempt(site, lambda u: booking.cancel(u, reference, "visitor"))

    @rule()
    def walk_in(self) -> None:
        self.hand.take(CARD, origin=Origin.DESK, kiosk_id=None)

    # -- time, set-up, failures --------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 5, 10, 30, 240, 1440]))
    def later(self, minutes: int) -> None:
        if self.hand.now < at("00:00", "2026-04-02"):
            self.hand.later(minutes=minutes)

    @rule(site=SITES)
    def tick(self, site: str) -> None:
        def run(unit: Unit) -> Answer:
            booking_clock.run(unit)
            return {}

        self.hand.do(run, site)
        assert not self.hand.look(booking_clock.is_due, site)

    @rule(closed=st.booleans(), away=st.booleans())
    def change_the_set_up(self, closed: bool, away: bool) -> None:
        self.hand.settle(the_town(closed, away))
        self.hand.store.reload_settings()

    @rule(break_off=st.booleans())
    def restart(self, break_off: bool) -> None:
        if not break_off:
            self.hand.restart()
            return

        def fails(unit: Unit) -> Answer:
            unit.record([])
            booking_clock.run(unit)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            self.hand.do(fails)

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def nobody_is_double_booked(self) -> None:
        taken: dict[tuple[str | None, int], Any] = {}
        for site in ("hall", "annex"):
            for one in self.hand.look(lambda u: list(u.book.appointments.values()), site):
                if one.is_live and one.clerk_id is not None:
                    for cell in range(one.first_cell, one.first_cell + one.cells):
                        assert (one.clerk_id, cell) not in taken
                        taken[one.clerk_id, cell] = one

    @invariant()
    def numbers_of_a_day_are_distinct(self) -> None:
        for site in ("hall", "annex"):
            book = self.hand.look(lambda u: u.book, site)
            numbers = [(book.day_of(a), a.number) for a in book.appointments.values() if a.number is not None]
            assert len(set(numbers)) == len(numbers)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        BookingMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(autouse=True)
def template(empty_sqlite: Path) -> None:
    EMPTY[:] = [empty_sqlite]


@pytest.mark.timeout(300)
def test_bookings_hold_together_whatever_happens() -> None:
    """Failures 2, 3, 7, 8, 16, 17."""
    run(examples=12, steps=30)


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_bookings_hold_together_whatever_happens_for_long() -> None:
    run(examples=400, steps=60)
