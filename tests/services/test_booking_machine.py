"""Any acts in any order at two sites that share a clerk, over the night in which the clock skips an hour.

Single times and two in a row are held, booked, moved (across the sites, too), cancelled. What must hold,
always: nobody is double-booked; what is offered can be held and nothing else can; numbers of a day are
distinct; a booking is at one site; the fold of the log, the rows and the memory say the same.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from queue_server.adapters.database import Database
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.errors import NotFound, Refusal, SlotTaken
from queue_server.domain.person import Person
from queue_server.domain.slots import Span, cell_of, starts_in, time_of
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Absence, Closure, OpeningHours, RosterEntry, Town
from queue_server.services import booking, booking_clock, free_starts, offer
from queue_server.services.concerns import Choice
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


Wish = tuple[str, ...]
"""A service, or two of them one after the other."""


def chosen(unit: Unit, wish: Wish) -> Choice:
    first, *rest = (offer.choose_bookable(unit.town, unit.site, [(one, 1)]) for one in wish)
    return replace(first, then=rest[0]) if rest else first


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
        self.booked: list[str] = []
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

    def hold(self, site: str, wish: Wish, starts_at: datetime, replaces: str | None = None) -> Answer:
        self.clients += 1
        client = f"c{self.clients}"

        def work(unit: Unit) -> Answer:
            choice = chosen(unit, wish)
            return booking.hold(unit, choice, starts_at, channel="portal", client=client, replaces=replaces)

        held = self.hand.do(work, site)
        self.held.append((site, held, client))
        return held

    def offered(self, site: str, wish: Wish) -> list[int]:
        def ask(unit: Unit) -> list[int]:
            found = free_starts.starts(unit, chosen(unit, wish))
            return list(starts_in(found.free, found.span))

        return self.hand.look(ask, site)

    @rule(site=SITES, nth=NTH, passport=st.booleans(), double=st.booleans())
    def hold_what_is_offered(self, site: str, nth: int, passport: bool, double: bool) -> None:
        service = PASS if passport and site == "hall" else CARD
        wish = (service, CARD) if double else (service,)
        offered = self.offered(site, wish)
        if offered:
            self.hold(site, wish, time_of(offered[nth % len(offered)]))

    @rule(site=SITES, cell=st.integers(0, 4 * 288), double=st.booleans())
    def hold_whatever(self, site: str, cell: int, double: bool) -> None:
        wish = (CARD, CARD) if double else (CARD,)
        starts_at = at("00:00", FRIDAY) + timedelta(minutes=5 * cell)
        is_offered = starts_at in {time_of(one) for one in self.offered(site, wish)}
        if is_offered:
            self.hold(site, wish, starts_at)
        else:
            with pytest.raises(SlotTaken):
                self.hold(site, wish, starts_at)

    @rule(nth=NTH)
    def confirm(self, nth: int) -> None:
        if self.held:
            site, held, client = self.held[nth % len(self.held)]
            was = self.hand.look(lambda u: u.book.get(held["id"]), site)
            was_held = was is not None and was.state is AppointmentState.HELD
            answer = self.attempt(
                site, lambda u: booking.confirm(u, held["id"], client, Person("A", phone=client), "de")
            )
            parts = [] if answer is None else [answer, *([answer["then"]] if "then" in answer else [])]
            assert not was_held or all(self.is_served(site, one["id"]) for one in parts)
            found = {one["reference"] for one in parts}
            self.booked += sorted(found.difference(self.booked))

    @rule(site=SITES, nth=NTH, closed=st.booleans(), away=st.booleans())
    def confirm_after_a_change(self, site: str, nth: int, closed: bool, away: bool) -> None:
        """Of what may close, or somebody be away from, while a visitor types."""
        soon = cell_of(at("00:00", FRIDAY) + timedelta(days=3))
        offered = [one for one in self.offered(site, (CARD,)) if 0 <= one - soon < 2 * 288]
        if offered:
            self.hold(site, (CARD,), time_of(offered[nth % len(offered)]))
            self.change_the_set_up(closed, away)
            self.confirm(len(self.held) - 1)

    def is_served(self, site: str, id_: int) -> bool:
        """Say whether its clerk works then: what was only held is looked at again when it is booked."""

        def look(unit: Unit) -> bool:
            one = unit.book.appointments[id_]
            times = unit.clerk_times(Span(one.first_cell, one.cells))
            return any(
                each.clerk_id == one.clerk_id and not ~each.work & (1 << one.cells) - 1 for each in times
            )

        return self.hand.look(look, site)

    @rule(nth=NTH, extend=st.booleans())
    def extend_or_release(self, nth: int, extend: bool) -> None:
        if self.held:
            site, held, client = self.held[nth % len(self.held)]
            act = booking.extend if extend else booking.release
            self.attempt(site, lambda u: act(u, held["id"], client))

    def find(self, reference: str) -> tuple[str, Appointment]:
        """Return a booking with the site where it is now."""
        for site in ("hall", "annex"):
            with suppress(NotFound):
                return site, self.hand.look(lambda u: booking.find_appointment(u, reference), site)
        raise AssertionError(f"{reference} is lost")

    @rule(nth=NTH, where=NTH, wait=st.sampled_from([0, 0, 0, 11]), both=st.booleans(), to=SITES)
    def move(self, nth: int, where: int, wait: int, both: bool, to: str) -> None:
        if not self.booked:
            return
        reference = self.booked[nth % len(self.booked)]
        site, found = self.find(reference)
        pair = self.hand.look(lambda u: u.book.pair_of(found), site)
        wish = tuple(one.concern[0][0] for one in (pair if both and to == site else [found]))
        offered = [] if to == "annex" and PASS in wish else self.offered(to, wish)
        if offered:
            try:
                held = self.hold(to, wish, time_of(offered[where % len(offered)]), reference)
            except Refusal:
                return  # it is over
            self.hand.later(minutes=wait)
            with suppress(Refusal):
                self.swap(reference, held, site, to)

    def swap(self, reference: str, held: Answer, site: str, to: str) -> None:
        client = self.held[-1][2]
        if to == site:
            self.hand.do(lambda u: booking.move(u, reference, held["id"], client), site)
        else:
            self.hand.bring({"reference": reference}, held, client, to=to, of=site)

    @rule(nth=NTH, arrive=st.sampled_from([True, True, False]), both=st.booleans())
    def cancel_or_arrive(self, nth: int, arrive: bool, both: bool) -> None:
        if self.booked:
            reference = self.booked[nth % len(self.booked)]
            site, found = self.find(reference)
            if arrive:
                self.hand.now = max(self.hand.now, found.starts_at)
                self.attempt(site, lambda u: booking.check_in(u, reference))
            else:
                self.attempt(site, lambda u: booking.cancel(u, reference, "visitor", both=both))

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
    def a_booking_is_at_one_site(self) -> None:
        books = [self.hand.look(lambda u: set(u.book.by_reference), site) for site in ("hall", "annex")]
        assert not books[0] & books[1]
        for reference in self.booked:
            self.find(reference)

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
