"""The visitors' book of one site: its appointments, and the questions one may ask of them.

Only `domain.book_fold` makes the changes, entry by entry of the log. What may happen is decided in
`services.booking`; here nothing is refused. The book keeps what is live and who was missed today: it
stays small however long the site's history is.
"""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from queue_server.domain.appointment import EXPECTED, TRANSITIONS, Appointment, AppointmentState
from queue_server.domain.business_day import business_day

_S = AppointmentState
_PASSING = (_S.HELD, _S.UNCONFIRMED)
"""States that end by themselves at `held_until`."""
_KEPT = frozenset({*EXPECTED, *_PASSING, _S.CHECKED_IN})


class Book:
    """The appointments of `site_id`; `zone` tells which day a time belongs to.

    `touched` are the ids whose rows a commit has to write, `ended` what has left the book since
    `settle` was called last, `idle` what takes up nobody's time any more since then, `version` counts
    the changes.
    """

    def __init__(self, site_id: str, zone: tzinfo) -> None:
        self.site_id = site_id
        self.zone = zone
        self.appointments: dict[int, Appointment] = {}
        self.by_reference: dict[str, int] = {}
        self.ended: dict[int, Appointment] = {}
        self.holds: dict[int, Appointment] = {}
        self.requests: dict[int, Appointment] = {}
        self.touched: set[int] = set()
        self.idle: list[Appointment] = []
        self.version = 0
        self._held_by: dict[str, dict[int, Appointment]] = {}
        self._by_day: dict[date, dict[int, Appointment]] = {}
        self._second: dict[int, int] = {}
        self._none_due_before: datetime | None = None

    # -- questions ---------------------------------------------------------------------------------

    def get(self, appointment_id: int) -> Appointment | None:
        """Return an appointment that is in the book, or has just left it."""
        return self.appointments.get(appointment_id) or self.ended.get(appointment_id)

    def by_ref(self, reference: str) -> Appointment | None:
        """Return the appointment in the book with this reference."""
        found = self.by_reference.get(reference)
        return None if found is None else self.appointments[found]

    def pair_of(self, appointment: Appointment) -> tuple[Appointment, ...]:
        """Return the appointment with the one that it follows, or that follows it; the first in front."""
        first = appointment if appointment.follows is None else self.appointments.get(appointment.follows)
        second = self.appointments.get(self._second.get(first.id, 0)) if first is not None else appointment
        found = tuple(one for one in (first, second) if one is not None)
        return found if appointment in found else (appointment,)

    def second_of(self, appointment: Appointment) -> Appointment | None:
        """Return the appointment that follows this one, for the same visitor."""
        found = self.pair_of(appointment)
        return found[1] if len(found) > 1 and found[0] is appointment else None

    def day_of(self, appointment: Appointment) -> date:
        """Return the site's local date of an appointment."""
        return business_day(appointment.starts_at, self.zone)

    def on(self, day: date) -> list[Appointment]:
        """Return the appointments of a day in the order of their times."""
        return sorted(self._by_day.get(day, {}).values(), key=lambda a: (a.starts_at, a.id))

    def expected_on(self, day: date) -> Iterator[Appointment]:
        """Yield whose holders may still come that day."""
        return (a for a in self._by_day.get(day, {}).values() if a.state in EXPECTED)

    def numbers_on(self, day: date) -> dict[int, datetime]:
        """Return the numbers given out for a day, each with its time."""
        return {a.number: a.starts_at for a in self._by_day.get(day, {}).values() if a.number is not None}

    def reserved_on(self, day: date) -> dict[int, datetime]:
        """Return the numbers of those who may still come that day, each with its time."""
        return {a.number: a.starts_at for a in self.expected_on(day) if a.number is not None}

    def before(self, day: date) -> list[Appointment]:
        """Return what is of earlier days and does not end by itself: in order of their beginning."""
        days = (found for on, found in self._by_day.items() if on < day)
        return sorted(
            (a for found in days for a in found.values() if a.state not in _PASSING),
            key=lambda a: a.id,
        )

    def holds_of(self, client: str, now: datetime) -> list[Appointment]:
        """Return what a client holds."""
        return [hold for hold in self._held_by.get(client, {}).values() if hold.is_held(now)]

    def run_out(self, now: datetime) -> list[Appointment]:
        """Return the holds and requests whose time is over."""
        # Asked several times for each press: on a hot day hundreds are held and none is over.
        if self._none_due_before is None or now < self._none_due_before:
            return []
        kept = [*self.holds.values(), *self.requests.values()]
        self._none_due_before = min((one.held_until for one in kept), default=None)
        return [one for one in kept if one.held_until <= now]

    # -- restoring from rows -----------------------------------------------------------------------

    def restore(self, appointment: Appointment) -> None:
        """Take in an appointment as its row tells it."""
        self.appointments[appointment.id] = appointment
        self.by_reference[appointment.reference] = appointment.id
        self._by_day.setdefault(self.day_of(appointment), {})[appointment.id] = appointment
        if appointment.follows is not None:
            self._second[appointment.follows] = appointment.id
        self._watch(appointment)

    # -- changes that the fold is made of ------------------------------------------------------

    def add(self, appointment: Appointment) -> None:
        if appointment.id in self.appointments:
            raise ValueError(f"appointment {appointment.id} is in the book already")
        self.restore(appointment)
        self.touch(appointment.id)

    def enter(self, appointment: Appointment, state: AppointmentState, at: datetime) -> None:
        """Bring an appointment into another state; who is no longer expected leaves the book."""
        if state not in TRANSITIONS[appointment.state]:
            raise ValueError(f"appointment {appointment.id}: {appointment.state} -> {state}")
        appointment.state, appointment.state_at = state, at
        if self.holds.pop(appointment.id, None) is not None:
            self._forget_holder(appointment)
        self.requests.pop(appointment.id, None)
        self._watch(appointment)
        if not appointment.is_live:
            self.idle.append(appointment)
        self.touch(appointment.id)
        if state not in _KEPT:
            self.drop(appointment)

    def hold_for(self, appointment: Appointment, client: str) -> None:
        """Note whose hold it is, which no entry of the log tells."""
        self._forget_holder(appointment)
        appointment.client = client
        self._held_by.setdefault(client, {})[appointment.id] = appointment
        self.touch(appointment.id)

    def reschedule(self, appointment: Appointment, starts_at: datetime, minutes: int) -> None:
        self._forget_day(appointment)
        appointment.starts_at, appointment.minutes = starts_at, minutes
        self._by_day.setdefault(self.day_of(appointment), {})[appointment.id] = appointment
        self.touch(appointment.id)

    def rename(self, appointment: Appointment, reference: str) -> None:
        """Give an appointment another reference: its own stays with the visitor who goes elsewhere."""
        del self.by_reference[appointment.reference]
        appointment.reference = reference
        self.by_reference[reference] = appointment.id
        self.touch(appointment.id)

    def touch(self, appointment_id: int) -> None:
        """Note that a row has to be written; also for what stands beside the log."""
        self.touched.add(appointment_id)
        self.version += 1

    def drop(self, appointment: Appointment) -> None:
        """Let an appointment leave the book; `get` still finds it until `settle`."""
        self.version += 1
        self.ended[appointment.id] = self.appointments.pop(appointment.id)
        del self.by_reference[appointment.reference]
        self._second.pop(appointment.follows or 0, None)
        self._forget_day(appointment)

    def drop_missed(self, before: date) -> None:
        """Let those leave who were missed on earlier days: they may not check in any more."""
        for appointment in self.before(before):
            if appointment.state is AppointmentState.MISSED:
                self.drop(appointment)

    def settle(self) -> None:
        """Forget what has ended and been written."""
        self.touched.clear()
        self.ended.clear()
        self.idle.clear()

    def _forget_holder(self, hold: Appointment) -> None:
        held = self._held_by.get(hold.client, {})
        held.pop(hold.id, None)
        if not held:
            self._held_by.pop(hold.client, None)

    def _watch(self, appointment: Appointment) -> None:
        """Note what ends by itself."""
        if appointment.state not in _PASSING:
            return
        kept = self.holds if appointment.state is _S.HELD else self.requests
        kept[appointment.id] = appointment
        if appointment.state is _S.HELD:
            self._held_by.setdefault(appointment.client, {})[appointment.id] = appointment
        # Whatever becomes of it later: an extension only makes it end later.
        until = appointment.held_until
        self._none_due_before = min(self._none_due_before or until, until)

    def _forget_day(self, appointment: Appointment) -> None:
        day = self.day_of(appointment)
        of_day = self._by_day[day]
        del of_day[appointment.id]
        if not of_day:
            del self._by_day[day]
