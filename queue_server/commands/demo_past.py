"""Lets the sample town have lived: writes weeks of simulated days as the ordinary log of those days.

The days are lived through by the hall's own rules on virtual time; bookings, numbers, waits that are told and
the end of each day are the product's own use cases, asked at the moments at which it would have happened. So
figures, hit rates, durations and reports are counted from it as from any other past. What must not live
here: who comes and books (`demo_days`). Who was here is not named, as nobody is after the nights that have
passed; who is still to come has a made-up name (`demo_people`), where the site asks for one.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from queue_server.adapters.database import Database
from queue_server.adapters.site_unit import SiteUnit
from queue_server.commands import demo_days, demo_people
from queue_server.commands.demo_days import Booking, Day
from queue_server.commands.demo_store import OneTransaction, Seeded
from queue_server.commands.demo_wanted import SOUGHT, WANTED
from queue_server.domain import events as e
from queue_server.domain import visiting
from queue_server.domain.estimate import Estimate
from queue_server.domain.forecast.drawing import Habits, Shuffles
from queue_server.domain.forecast.ranges import forecast
from queue_server.domain.papers import documents_of
from queue_server.domain.person import Person
from queue_server.domain.service_times import Configured
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import Concern
from queue_server.domain.ticket import DueReason, Origin
from queue_server.domain.town import NumberStyle, Site, Town, skills_of
from queue_server.services import booked_numbers, booking_letters, holding, reception, waits
from queue_server.services.concerns import Choice, choose

TOLD: Final = timedelta(days=10)
"""So long has the town told waits: forecasts are what takes the time."""
COURSES: Final = 20
ASKED_BEFORE: Final = timedelta(seconds=30)
"""So long before the number is taken a kiosk tells how long it takes."""
CONFIRMED_AFTER: Final = timedelta(minutes=2)
SETTLED_AFTER: Final = timedelta(seconds=4)
IN_ENGLISH: Final = 0.08
LATE_SOUND: Final = 0.015
DAYS_AHEAD: Final = 22
"""So far does anybody book: the longest lead of all."""
NOON: Final = 12
FIRST_PLACE: Final = 1000
"""Of the entries of a lived day: behind what else happens at the same moment."""
NAMES: Final = ("ticket", "leader", "finished", "restored", "after")
"""Fields of entries that name a ticket."""


class Act(NamedTuple):
    """Something that happens at a site; at the same moment in the order of `place`."""

    at: datetime
    place: int
    do: Callable[[SiteUnit], None]


def write_past(database: Database, weeks: int, now: datetime, key: bytes = b"") -> int:
    """Write so many weeks, all or nothing, and who is booked from now on; return the log's length then.

    `key` hashes contacts, as the server's own. The caller's duty: nobody else writes, and nothing has
    happened at any site yet.
    """
    store = OneTransaction(database, key)
    try:
        store.begin()
        sites = [pair for pair in store.sites.values() if pair[1].id in WANTED]
        written = sum(_Past(store, town, site, weeks, now).write() for town, site in sites)
        store.commit()
    finally:
        store.close()
    return written


class _Past:
    """The past of one site."""

    def __init__(self, store: OneTransaction, town: Town, site: Site, weeks: int, now: datetime) -> None:
        self.store, self.town, self.site, self.now = store, town, site, now
        self.zone = ZoneInfo(site.time_zone)
        self.today = now.astimezone(self.zone).date()
        self.first = self.today - timedelta(weeks=weeks)
        self.dice = random.Random(f"{site.id} {self.today}")  # noqa: S311 - made-up people
        self.randomness = Seeded(self.dice)
        self.shuffles = Shuffles(self.dice.random, COURSES)
        self.choices: dict[Concern, Choice] = {}
        self.services = {one.id: one for one in town.services}

    def write(self) -> int:
        begins = demo_days.moment(self.first, 0, self.zone)
        acts = sorted((one for one in self._acts() if one.at >= begins), key=lambda act: act[:2])
        seq = 0
        for _, of_day in groupby(acts, lambda act: self.store.business_day(self.site.id, act.at)):
            for one in of_day:
                unit = self.store.unit(self.site.id, one.at)
                unit.randomness = self.randomness
                one.do(unit)
                seq = unit.hall.seq
            self.store.end_day()
        return seq

    def _acts(self) -> Iterator[Act]:
        since = demo_days.moment(self.first, 0, self.zone)
        on = self.first
        while on <= self.today:
            # The day before ends at midnight, as it does where a server runs through the night.
            yield Act(demo_days.moment(on, 0, self.zone), 0, lambda _unit: None)
            if on < self.today and demo_days.is_working(self.site, on):
                yield from self._day(demo_days.draw(self.town, self.site, on, self.zone, since))
            on += timedelta(days=1)
        for n in range(DAYS_AHEAD):
            yield from self._ahead(self.today + timedelta(days=n), since)

    def _day(self, day: Day) -> Iterator[Act]:
        made: dict[int, int] = {}
        for place, one in enumerate(day.bookings):
            yield from self._booking(place, one, made)
        yield from _Hall(self, day, made).acts()
        yield Act(demo_days.moment(day.on, NOON, self.zone), 0, partial(self._measure, day))
        for n in range(self.dice.choices(range(4), (5, 3, 2, 1))[0]):
            at = demo_days.moment(day.on, self.dice.triangular(7, 23, 19), self.zone)
            yield Act(at, n, partial(self._find_nothing, self.dice.choice(SOUGHT)))

    # -- the book ----------------------------------------------------------------------------------

    def _ahead(self, on: date, since: datetime) -> Iterator[Act]:
        """Yield what became of a day's appointments that are still to come."""
        made: dict[int, int] = {}
        coming = demo_days.booked_ahead(self.town, self.site, on, self.zone, since, self.now)
        for place, one in enumerate(coming):
            person = None
            if one.cancelled_at is None:
                person = demo_people.somebody(self.site, one.channel, self.dice)
            yield from self._booking(place, one, made, person)

    def _booking(
        self, place: int, one: Booking, made: dict[int, int], person: Person | None = None
    ) -> Iterator[Act]:
        yield Act(one.made_at, place, partial(self._hold, place, one, made))
        yield Act(one.made_at + CONFIRMED_AFTER, place, partial(self._confirm, place, made, person))
        if one.cancelled_at is not None:
            at = max(one.cancelled_at, one.made_at + 2 * CONFIRMED_AFTER)
            yield Act(at, place, lambda unit: _record(unit, e.AppointmentCancelled(made[place], "visitor")))

    def _hold(self, place: int, one: Booking, made: dict[int, int], unit: SiteUnit) -> None:
        choice, slot = self.choice(((one.service_id, 1),)), (one.starts_at, one.clerk_id)
        made[place] = holding.keep(unit, choice, [slot], [None], channel=one.channel, client="").id

    def _confirm(self, place: int, made: dict[int, int], person: Person | None, unit: SiteUnit) -> None:
        appointment = unit.book.appointments[made[place]]
        booked_numbers.record_booked(unit, [appointment], self.language())
        if person is not None:
            unit.keep_person(appointment.id, person, booking_letters.erase_after(unit, appointment))

    def choice(self, concern: Concern) -> Choice:
        """Return a concern as the site takes it; asked once of each."""
        if concern not in self.choices:
            self.choices[concern] = choose(self.town, self.site, concern, walk_in=False)
        return self.choices[concern]

    def language(self) -> str:
        return "en" if self.dice.random() < IN_ENGLISH else "de"

    # -- what the figures need besides -------------------------------------------------------------

    def _measure(self, day: Day, unit: SiteUnit) -> None:
        open_min = sum((shift.ends_at - shift.begins_at for _, shift in day.plan.shifts()), timedelta(0))
        earliest = tuple(
            (one.service_id, max(0, one.ahead + self.dice.choice((-1, 0, 0, 1))))
            for one in WANTED[self.site.id]
            if one.booked
        )
        _record(unit, e.DayMeasured((day.opening,), open_min // timedelta(minutes=1), earliest))

    def _find_nothing(self, service_id: str, unit: SiteUnit) -> None:
        _record(unit, e.SearchesFoundNothing(((service_id, self.dice.choice((1, 1, 2, 3))),)))

    # -- waits -------------------------------------------------------------------------------------

    def foretell(self, unit: SiteUnit) -> None:
        """Make a forecast where there is none of this half minute, as a server does after each change."""
        known = unit.forecast
        if known is not None and unit.now - known.at <= ASKED_BEFORE:
            return
        if (scene := waits.look(unit)).desks:
            habits = Habits(grace_min=self.site.grace_min)
            unit.note_forecast(forecast(scene, Configured(), habits, self.shuffles))


class _Hall:
    """One day of a site: what was lived through on virtual time becomes the entries of its log."""

    def __init__(self, past: _Past, day: Day, made: dict[int, int]) -> None:
        self.past, self.day, self.made = past, day, made
        grace = timedelta(minutes=past.site.grace_min)
        self.lived = live(day.plan, Ours(past.site.patience_factor, grace))
        self.place_of = {ticket_id: place for place, ticket_id in self.lived.tickets.items()}
        self.kept = demo_days.came(day)
        self.seq_of: dict[int, int] = {}
        self.has_kiosk = bool(past.site.kiosks)
        self.tells = day.on + TOLD >= past.today

    def acts(self) -> Iterator[Act]:
        for n, one in enumerate(self.lived.log, FIRST_PLACE):
            yield Act(one.at, n, partial(self._happen, one))
            if isinstance(one.event, e.TicketTaken) and self._asks_kiosk(one.event):
                yield Act(one.at - ASKED_BEFORE, n, partial(self._ask, one.event))
            elif isinstance(one.event, e.TicketCalled):
                yield Act(one.at + SETTLED_AFTER, n, partial(self._settle, one.seq, one.event.ticket))

    def _asks_kiosk(self, event: e.TicketTaken) -> bool:
        return self.has_kiosk and self.tells and event.appointed_at is None

    def _ask(self, event: e.TicketTaken, unit: SiteUnit) -> None:
        self.past.foretell(unit)
        reception.give_quote(unit, self.past.choice(event.concern))

    def _happen(self, one: e.Recorded, unit: SiteUnit) -> None:
        event = one.event
        if isinstance(event, e.TicketTaken):
            self._arrive(one.seq, event, unit)
            return
        if isinstance(event, e.CounterOpened):
            clerk = self.day.clerk_at[event.counter]
            unit.bind(event.counter, clerk.id, "", skills_of(self.past.town, clerk))
        elif isinstance(event, e.CounterClosed):
            unit.unbind(event.counter)
        elif isinstance(event, e.ServiceFinished):
            self._note_missing(event.ticket, unit)
        self.seq_of[one.seq] = unit.record([self._renamed(event)])

    def _renamed(self, event: e.Event) -> e.Event:
        """Return an entry of the lived day with the ids that its tickets have in the site's log."""
        payload = e.payload_of(event)
        return e.event_of(event.type, payload | {n: self.seq_of[payload[n]] for n in NAMES if n in payload})

    def _arrive(self, seq: int, event: e.TicketTaken, unit: SiteUnit) -> None:
        taken = replace(event, key=unit.new_key(), area=self.past.choice(event.concern).area_id)
        booking = self.kept.get(self.place_of[seq])
        if booking is None:
            self.seq_of[seq] = unit.record([self._walks_in(taken, unit)])
            return
        appointment = unit.book.appointments[self.made[booking]]
        number = appointment.number or taken.number
        taken = replace(taken, number=number, language=appointment.language)
        if self.tells and taken.due_reason is DueReason.LATE:
            self.past.foretell(unit)
            taken = _told(taken, waits.quote(unit, appointment.services, taken.due_at))
        self.seq_of[seq] = unit.record([taken])
        _record(unit, e.AppointmentCheckedIn(appointment.id, self.seq_of[seq]))

    def _walks_in(self, taken: e.TicketTaken, unit: SiteUnit) -> e.TicketTaken:
        sequential = self.past.site.number_style is NumberStyle.SEQUENTIAL
        number = visiting.choose_number(unit.hall, unit.now, unit.below, sequential=sequential)
        origin = Origin.KIOSK if self.has_kiosk else Origin.DESK
        taken = replace(taken, number=number, origin=origin, language=self.past.language())
        if not self.tells:
            return taken
        self.past.foretell(unit)
        services = frozenset(id_ for id_, _ in taken.concern)
        return _told(taken, waits.of_walk_in(unit, services, taken.expected_min))

    def _note_missing(self, ticket_id: int, unit: SiteUnit) -> None:
        service_id = self.lived.hall.tickets[ticket_id].concern[0][0]
        wanted = next(one for one in WANTED[self.past.site.id] if one.service_id == service_id)
        if self.past.dice.random() < wanted.lacks:
            documents = list(documents_of(self.past.services[service_id]))
            lacked = documents[wanted.document]
            _record(unit, e.DocumentWasMissing(self.seq_of[ticket_id], service_id, lacked))

    def _settle(self, call_seq: int, ticket_id: int, unit: SiteUnit) -> None:
        """Note what the screens said of a call; where visitors are fetched there is none."""
        call, area = self.seq_of[call_seq], unit.hall.tickets[self.seq_of[ticket_id]].area_id
        count = sum(not display.area_ids or area in display.area_ids for display in self.past.site.displays)
        if not count:
            _record(unit, e.CallSettled(call, 0, 0, "none", fetch=True))
            return
        silent = self.day.is_silent(unit.now.astimezone(self.past.zone))
        sound = "blocked" if silent else "late" if self.past.dice.random() < LATE_SOUND else "started"
        _record(unit, e.CallSettled(call, count, count, sound, fetch=sound != "started"))


def _told(taken: e.TicketTaken, guess: Estimate | None) -> e.TicketTaken:
    """Keep in the entry what was told of the wait."""
    if guess is None:
        return taken
    return replace(taken, ahead=guess.ahead, from_min=guess.from_min, to_min=guess.to_min)


def _record(unit: SiteUnit, event: e.Event) -> None:
    unit.record([event])
