"""Which appointments a cause breaks, and where each may go by booking's own rules.

What lives here: one day of a town's sites as the set-up would be with the cause, asked with the functions
that booking itself asks (`domain.availability`, `domain.slots`). What must not: choosing among the places
(`domain.rescue`), and moving anybody (`services.rescue`).

One rule of booking does not hold: how long before its start a time may be booked at the latest. Who has
booked did so in time, and it is the town hall that asks for the change.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.availability import allowed_starts, closed_days, room_beside_walk_ins, work_of
from queue_server.domain.business_day import ends_at
from queue_server.domain.errors import Refusal
from queue_server.domain.local_days import span_of
from queue_server.domain.needs import STEP_FREE
from queue_server.domain.person import Person
from queue_server.domain.rescue import Broken, Place, Seat
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.rescue_pairs import Pair
from queue_server.domain.slots import (
    Bits,
    ClerkTime,
    Span,
    cell_of,
    first_cell_from,
    free_of,
    rows_of,
    stretch,
)
from queue_server.domain.town import Clerk, Site, Town
from queue_server.services.appointments import choice_of
from queue_server.services.concerns import Choice
from queue_server.services.named_clerks import is_talk
from queue_server.services.offer import choose_bookable
from queue_server.services.ports import Unit

NOTICE: Final = timedelta(hours=2)
"""Nobody is asked to come earlier, or to another building, at shorter notice than this."""


@dataclass(frozen=True, slots=True)
class Found:
    """A broken appointment at its site. `is_alone`: no other one of the same visitor hangs on its time.

    `is_asked`: its holder knows already that the time cannot be kept, and is to choose another one.
    Not `is_lost`: it has its clerk, but hangs on one that has not.
    """

    unit: Unit
    appointment: Appointment
    is_alone: bool
    person: Person
    is_asked: bool = False
    is_lost: bool = True

    @property
    def is_request(self) -> bool:
        """Say whether it is only asked for: somebody has to confirm it first."""
        return self.appointment.state is AppointmentState.UNCONFIRMED


def broken_on(
    units: Sequence[Unit], cause: Cause, day: date, services: Collection[str] | None
) -> Iterator[Found]:
    """Yield what the cause breaks on a day and has not begun; `services`: only what is for one of these."""
    for unit in units:
        lost = [one for one in unit.book.on(day) if _is_lost(unit, one, cause)]
        mine = [one for one in lost if services is None or not one.services.isdisjoint(services)]
        people = unit.persons([one.id for one in mine])
        pairs = {one.id: unit.book.pair_of(one) for one in mine}
        asked = unit.asked_to_move([parts[0].id for parts in pairs.values()])
        for one in mine:
            parts = pairs[one.id]
            is_asked = parts[0].id in asked
            yield Found(unit, one, len(parts) == 1, people.get(one.id) or Person(), is_asked)


def count_broken(units: Sequence[Unit], cause: Cause) -> int:
    """Count all that the cause breaks, whoever's it is."""
    return sum(
        _is_lost(unit, one, cause) for unit in units for day in cause.days for one in unit.book.on(day)
    )


def _is_lost(unit: Unit, one: Appointment, cause: Cause) -> bool:
    is_open = one.state is AppointmentState.BOOKED or one.is_requested(unit.now)
    if not is_open or one.starts_at <= unit.now or not cause.breaks(unit.site.id, one.clerk_id):
        return False
    return not cause.spares(one.starts_at.astimezone(unit.book.zone))


class Day:
    """One day at several sites of a town, as it is once the cause is part of the set-up."""

    def __init__(self, units: Sequence[Unit], cause: Cause, day: date) -> None:
        self.day = day
        self.now: datetime = units[0].now
        self.span: Span = span_of(day, day + timedelta(days=1), units[0].book.zone)
        # Of a later day, with the changes of the set-up that are planned until then.
        then = ((unit.site.id, unit.in_era(unit.eras.place_of(day))) for unit in units)
        self._units = {site_id: unit for site_id, unit in then if unit is not None}
        self.after: Town = cause.entering()(next(iter(self._units.values()), units[0]).town)
        self._sites = {site.id: site for site in self.after.sites if site.id in self._units}
        self._people = {clerk.id: clerk for clerk in self.after.clerks}
        self._planned: dict[str, Bits] = {}
        self._clerks: dict[str, tuple[object, list[ClerkTime]]] = {}
        self._work: dict[tuple[str, str], Bits] = {}
        self._allowed: dict[tuple[str, frozenset[str]], Bits] = {}

    def broken(self, found: Found) -> Broken:
        """Return the appointment with every seat that the rules leave it."""
        one, site_id = found.appointment, found.unit.site.id
        return Broken(one.reference, site_id, one.first_cell, one.cells, tuple(self._seats(found)))

    def pair(self, parts: Sequence[Found]) -> Pair:
        """Return both of a pair, each with every seat of their site; who is not lost has the own first."""
        first, second = (self._part(one) for one in parts)
        return Pair(first, second, frozenset(one.appointment.reference for one in parts if one.is_lost))

    def allows(self, found: Found, place: Place) -> bool:
        """Say whether the rules leave it that place: the question of `broken`, asked of one seat alone."""
        own = stretch(self.span, place.start, place.start + 1)
        return any(seat.starts & own for seat in self._seats(found, place))

    @property
    def keeps_for_walk_ins(self) -> bool:
        """Say whether a site keeps a share for them: then each place that is given takes from the others."""
        return any(site.walk_in_share for site in self._sites.values())

    def plan(self, place: Place, cells: int) -> None:
        """Count a clerk's time as taken from here on."""
        taken = stretch(self.span, place.start, place.start + cells)
        self._planned[place.clerk_id] = self._planned.get(place.clerk_id, 0) | taken
        self._clerks.clear()

    def choice(self, found: Found, site_id: str) -> Choice | None:
        """Return the concern as chosen at a site, as long as it was booked; None where it is not done."""
        one = found.appointment
        if site_id == found.unit.site.id:
            return choice_of(found.unit, one)
        try:
            choice = choose_bookable(self.after, self._sites[site_id], one.concern, one.persons)
        except Refusal:
            return None
        return replace(choice, expected_min=one.minutes)

    def _part(self, found: Found) -> Broken:
        one, site_id = found.appointment, found.unit.site.id
        seats = tuple(self._seats(found, with_other=True))
        if not found.is_lost:
            own = stretch(self.span, one.first_cell, one.first_cell + 1)
            seats = (Seat(site_id, str(one.clerk_id), own), *seats)
        return Broken(one.reference, site_id, one.first_cell, one.cells, seats)

    def _seats(
        self, found: Found, wanted: Place | None = None, *, with_other: bool = False
    ) -> Iterator[Seat]:
        """Yield the seats of an appointment; only the one that is `wanted`, if one is named.

        `with_other`: the other one of a pair moves too.
        """
        one, own = found.appointment, found.unit.site.id
        talk = is_talk(self.after, one.services)
        for site_id in self._sites:
            if wanted is not None and site_id != wanted.site_id:
                continue
            if site_id != own and (talk or one.confirmed_by or not found.is_alone):
                continue  # what the secretariat confirmed, it confirmed for there
            choice = self.choice(found, site_id)
            starts = 0 if choice is None else self._starts(found, site_id, with_other)
            for clerk in self._of_site(site_id) if starts else ():
                if wanted is not None and clerk.clerk_id != wanted.clerk_id:
                    continue
                if talk and clerk.clerk_id != one.clerk_id:
                    continue  # one comes to a certain person
                if one.services <= clerk.can and self._reaches(found, clerk.clerk_id, self._sites[site_id]):
                    free = rows_of(free_of(clerk), one.cells) & starts
                    if free:
                        yield Seat(site_id, clerk.clerk_id, free)

    def _starts(self, found: Found, site_id: str, with_other: bool) -> Bits:
        """Return when the rules let it begin, whoever is free."""
        one, site = found.appointment, self._sites[site_id]
        starts = self._allowed_at(site, one.services)
        starts &= room_beside_walk_ins(site, one.services, self.span, self._of_site(site_id), one.cells)
        own = stretch(self.span, one.first_cell, one.first_cell + 1)
        if found.is_request or not (found.is_alone or with_other):
            return starts & own  # the other one is right before or behind it; nobody confirmed another time
        if not found.is_alone and one.follows is not None:
            return starts  # who comes for the first one is there
        soon = stretch(self.span, self.span.base, first_cell_from(self.now + NOTICE))
        if site_id != found.unit.site.id:
            return starts & ~soon
        return starts & ~(soon & stretch(self.span, self.span.base, one.first_cell))

    def _allowed_at(self, site: Site, services: frozenset[str]) -> Bits:
        if (site.id, services) not in self._allowed:
            starts = allowed_starts(self.after, replace(site, lead_min=0), services, self.span, self.now)
            zone = self._units[site.id].book.zone
            until = cell_of(ends_at(self.day, zone))
            self._allowed[site.id, services] = starts & stretch(self.span, first_cell_from(self.now), until)
        return self._allowed[site.id, services]

    def _of_site(self, site_id: str) -> list[ClerkTime]:
        version = self._units[site_id].clerks_version
        known = self._clerks.get(site_id)
        if known is None or known[0] != version:
            known = self._clerks[site_id] = version, [*self._clerk_times(site_id)]
        return known[1]

    def _clerk_times(self, site_id: str) -> Iterator[ClerkTime]:
        unit, site = self._units[site_id], self._sites[site_id]
        closed = closed_days(site)
        for one in unit.clerk_times(self.span):
            clerk = self._people.get(one.clerk_id)
            if clerk is not None:
                key = site_id, clerk.id
                if key not in self._work:
                    self._work[key] = work_of(clerk, site, self.span, unit.book.zone, closed)
                work = self._work[key]
                busy = one.busy | self._planned.get(one.clerk_id, 0)
                yield replace(one, work=one.work & work, busy=busy)

    def _reaches(self, found: Found, clerk_id: str, site: Site) -> bool:
        """Say whether who needs it step-free can get there, as far as the roster names the counter."""
        if STEP_FREE not in found.person.needs:
            return True
        rooms = {room.id: room.step_free for room in site.rooms}
        counters = {counter.id: rooms.get(counter.room_id, False) for counter in site.counters}
        clerk: Clerk = self._people[clerk_id]
        named = (
            entry.counter_id
            for entry in clerk.roster
            if entry.site_id == site.id and entry.weekday == self.day.weekday() and entry.counter_id
        )
        return all(counters.get(one, False) for one in named)
