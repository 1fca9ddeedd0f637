"""The holder of an appointment arrives: a ticket begins, with the number from the booking.

Early, on time, late, another day, another building, here already: each has its own answer. Nobody is
turned away for being late: late is downgraded, never dropped.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from queue_server.domain import events as e
from queue_server.domain.appointment import EXPECTED, Appointment, AppointmentState
from queue_server.domain.errors import AlreadyCheckedIn, AppointmentOver, NotConfirmed, WrongDay
from queue_server.domain.estimate import Estimate
from queue_server.domain.needs import grace_with, is_need, minutes_with
from queue_server.domain.order import Due, appointment_due, with_priority
from queue_server.domain.ticket import Origin
from queue_server.services import waits
from queue_server.services.appointments import checked_in, choice_of, come_at, find_appointment, iso
from queue_server.services.free_day import base_on
from queue_server.services.ports import Answer, Unit
from queue_server.services.reception import estimate_numbers, new_ticket_answer, widening
from queue_server.services.steering import counters_for

Arrival = Literal["early", "on_time", "late"]


def check_in(unit: Unit, reference: str, *, kiosk_id: str | None = None) -> Answer:
    """Begin the visit of a booking. Who was missed may still come until the day ends.

    `kiosk_id` is where its slip is printed. Who has two appointments one after the other arrives for both;
    the answer tells of the first, and of the second in `then`.
    Returns the ticket's answer with `arrival`, `reference` and `starts_at`. Raises `WrongDay`,
    `WrongSite`, `AlreadyCheckedIn`, `NotConfirmed`, `AppointmentOver`, `NotFound`.
    """
    appointment = find_appointment(unit, reference, elsewhere=True)
    _require_expected(unit, appointment)
    parts = _expected(unit, appointment)
    first = _arrive(unit, parts[0], kiosk_id, None)
    if len(parts) == 1:
        return first
    return {**first, "then": _arrive(unit, parts[1], kiosk_id, first["id"])}


def _expected(unit: Unit, appointment: Appointment) -> Sequence[Appointment]:
    """Return whom the visitor came for: both of a pair that are still expected today."""
    day = unit.book.day_of(appointment)
    pair = unit.book.pair_of(appointment)
    return [one for one in pair if one.state in EXPECTED and unit.book.day_of(one) == day]


def _arrive(unit: Unit, appointment: Appointment, kiosk_id: str | None, after: int | None) -> Answer:
    needs = _needs(unit, appointment)
    due = appointment_due(appointment.starts_at, unit.now, _grace(unit, needs))
    if "priority" in needs:
        due = with_priority(due, unit.now)
    arrival = _arrival(unit, appointment, needs)
    guess = waits.quote(unit, appointment.services, due.at, counters_for(unit.site, needs))
    # Who is in time is called at the appointed time: an estimate beside it would only puzzle.
    told = guess if arrival == "late" else None
    ticket_id = unit.record([_with_wait(_ticket(unit, appointment, due, after, needs), told)])
    unit.record([e.AppointmentCheckedIn(appointment.id, ticket_id)])
    if needs:
        unit.keep_needs(ticket_id, needs)
    if kiosk_id is not None:
        unit.add_print_job(kiosk_id, ticket_id, 1, estimate_numbers(told))
    return {
        **new_ticket_answer(unit, ticket_id, guess),
        "arrival": arrival,
        "reference": appointment.reference,
        "starts_at": iso(unit, appointment.starts_at),
    }


def _require_expected(unit: Unit, appointment: Appointment) -> None:
    if appointment.state is AppointmentState.CHECKED_IN:
        raise AlreadyCheckedIn(**checked_in(unit, appointment))
    if appointment.state is AppointmentState.UNCONFIRMED:
        raise NotConfirmed(starts_at=iso(unit, appointment.starts_at))
    if appointment.state not in EXPECTED:
        raise AppointmentOver(state=appointment.state.value)
    if unit.book.day_of(appointment) != unit.hall.business_day:
        raise WrongDay(starts_at=iso(unit, appointment.starts_at))


def _needs(unit: Unit, appointment: Appointment) -> list[str]:
    person = unit.person(appointment.id)
    return sorted(filter(is_need, person.needs)) if person else []


def _ticket(
    unit: Unit, appointment: Appointment, due: Due, after: int | None, needs: Sequence[str]
) -> e.TicketTaken:
    if appointment.number is None:
        raise ValueError(f"appointment {appointment.id} has no number")
    return e.TicketTaken(
        number=appointment.number,
        key=unit.new_key(),
        origin=Origin.APPOINTMENT,
        concern=appointment.concern,
        persons=appointment.persons,
        language=appointment.language,
        expected_min=_expected_min(unit, appointment, needs),
        area=appointment.area_id,
        due_at=due.at,
        due_reason=due.reason,
        adjustment=due.adjustment,
        appointed_at=appointment.starts_at,
        after=after,
        counters=counters_for(unit.site, needs),
    )


def _with_wait(taken: e.TicketTaken, guess: Estimate | None) -> e.TicketTaken:
    """Keep what was told of the wait."""
    if guess is None:
        return taken
    return replace(
        taken,
        ahead=guess.ahead,
        from_min=guess.from_min,
        to_min=guess.to_min,
        widened=widening(guess),
    )


def _expected_min(unit: Unit, appointment: Appointment, needs: Sequence[str]) -> int:
    """Return how long it takes: as booked, or longer where the need was told after the time was chosen."""
    usual = base_on(unit, choice_of(unit, appointment), unit.hall.business_day)
    return max(appointment.minutes, minutes_with(needs, usual.expected_min if usual else appointment.minutes))


def _arrival(unit: Unit, appointment: Appointment, needs: Sequence[str]) -> Arrival:
    if unit.now < come_at(unit, appointment):
        return "early"
    return "on_time" if unit.now <= appointment.starts_at + _grace(unit, needs) else "late"


def _grace(unit: Unit, needs: Sequence[str]) -> timedelta:
    return grace_with(needs, timedelta(minutes=unit.site.grace_min))
