"""Appointments that are asked for before they are booked: somebody confirms or declines, or time runs out.

The cells stay taken meanwhile; a number is drawn when it is confirmed. What lives here: who has to confirm
and until when, and the ways out. What must not: holding, and booking what nobody has to confirm
(`services.booking`); the words of a letter.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain import book_deadlines
from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.errors import AppointmentOver, NotFound
from queue_server.domain.person import Person
from queue_server.domain.town import Service, Town
from queue_server.services import booking_letters as letters
from queue_server.services.appointments import find_appointment, view
from queue_server.services.booked_numbers import record_booked
from queue_server.services.booking_letters import erase_after
from queue_server.services.ports import Answer, Unit
from queue_server.services.seating import is_possible, settle

SECRETARIAT: Final = "secretariat"
MAIL: Final = "mail"
"""Who booked confirms by the link in a letter that the address is theirs."""
AT_LEAST: Final = timedelta(hours=4)
"""However soon the appointment is, whoever confirms has so long, or until it begins."""
_S = AppointmentState


def confirm_first(town: Town, services: Collection[str]) -> list[Service]:
    """Return those of the services that the secretariat confirms before they are booked."""
    return [service for service in town.services if service.id in services and service.confirm_first]


def confirmer(unit: Unit, parts: Sequence[Appointment], *, by_mail: bool = False) -> str:
    """Return who has to confirm what is held; empty for nobody: the desk confirms by booking.

    `by_mail`: a letter with a link would reach the visitor, who may be asked to confirm by it.
    """
    if parts[0].channel != "desk" and confirm_first(_town(unit, parts), _services(parts)):
        return SECRETARIAT
    return MAIL if by_mail and unit.site.confirm_by_mail else ""


def confirm_until(unit: Unit, parts: Sequence[Appointment], by: str) -> datetime:
    """Return when a request runs out: so long before its start as the services say, or soon for a mail."""
    starts_at = parts[0].starts_at
    if by == MAIL:
        return min(unit.now + timedelta(minutes=unit.site.confirm_within_min), starts_at)
    asked = confirm_first(_town(unit, parts), _services(parts))
    hours = max((one.confirm_hours_before for one in asked), default=0)
    return max(starts_at - timedelta(hours=hours), min(unit.now + AT_LEAST, starts_at))


def ask(unit: Unit, parts: Sequence[Appointment], language: str, *, by: str, until: datetime) -> None:
    """Turn a hold, or both of a pair, into a request that `by` confirms `until` then.

    The caller keeps the person and posts the letter.
    """
    unit.record(e.AppointmentRequested(one.id, by, until, one.area_id, language) for one in parts)


def accept(unit: Unit, reference: str, answer: str = "") -> Answer:
    """Book what was asked for, both of a pair: draw the number, post the letter. Twice is once.

    `answer` is a sentence to the visitor. The clerk's own calendar is not asked: the town hall may have
    entered this visit there. Raises `AppointmentOver`, `SlotTaken` when nobody can do it any more then,
    `NoNumberLeft`, `NotFound`.
    """
    return _accept(unit, find_appointment(unit, reference), answer, by_calendars=False)


def _accept(unit: Unit, found: Appointment, answer: str = "", *, by_calendars: bool) -> Answer:
    if found.state is _S.BOOKED and found.confirmed_by:
        return view(unit, found)
    parts = waiting_parts(unit, found)
    settle(unit, parts, by_calendars=by_calendars)
    person = keep_answer(unit, parts, answer)
    record_booked(unit, parts, found.language)
    letters.accepted(unit, parts, person, "booked" if found.confirmed_by == MAIL else "accepted")
    return view(unit, found)


def confirm_mail(unit: Unit, reference: str) -> Answer:
    """Book what waited for its visitor to open the link in the mail. Twice is once.

    Raises `AppointmentOver`, `SlotTaken` when nobody can do it any more then (`services.confirming` brings it
    to another time), `NoNumberLeft`, `NotFound`: also for what somebody else has to confirm.
    """
    return _accept(unit, wished(unit, reference), by_calendars=True)


def wished(unit: Unit, reference: str) -> Appointment:
    """Return what its visitor confirms by mail, or has. Raises `NotFound`."""
    found = find_appointment(unit, reference)
    if found.confirmed_by != MAIL:
        raise NotFound(what="appointment")
    return found


def decline(unit: Unit, reference: str, answer: str = "") -> Answer:
    """Decline what was asked for: the time is free, the person's data are erased as on cancelling.

    Twice is once. Raises `AppointmentOver`, `NotFound`.
    """
    found = find_appointment(unit, reference)
    if found.refused:
        return view(unit, found)
    parts = waiting_parts(unit, found)
    person = keep_answer(unit, parts, answer)
    unit.record([e.RequestRefused(one.id) for one in parts])
    letters.ended(unit, parts, person, "refused")
    return view(unit, found)


def withdraw(unit: Unit, found: Appointment, by: str) -> Answer:
    """Take a request back, both of a pair."""
    parts = unit.book.pair_of(found)
    person = unit.person(found.id) or Person()
    unit.record([e.AppointmentCancelled(one.id, by) for one in parts])
    _end(unit, parts, person, "withdrawn")
    return view(unit, found)


def expire(unit: Unit) -> None:
    """End the holds and requests whose time is over; who asked for one learns of it."""
    over = book_deadlines.expire(unit.book, unit.now)
    asked = [unit.book.appointments[one.appointment] for one in over if isinstance(one, e.RequestExpired)]
    pairs = dict.fromkeys(tuple(part.id for part in unit.book.pair_of(one)) for one in asked)
    unit.record(over)
    for ids in pairs:
        parts = [one for one in asked if one.id in ids]
        _end(unit, parts, unit.person(ids[0]) or Person(), "lapsed")


def waiting(unit: Unit) -> list[Answer]:
    """Return what waits for the secretariat, the next deadline first, with name and subject."""
    found = [one for one in unit.book.requests.values() if _waits_for_secretariat(unit, one)]
    found.sort(key=lambda one: (one.held_until, one.starts_at, one.id))
    people = unit.persons([one.id for one in found])
    return [
        {
            **view(unit, one),
            "clerk_id": one.clerk_id,
            "possible": may_accept(unit, one),
            "name": people[one.id].name if one.id in people else "",
            "subject": people[one.id].remarks if one.id in people else "",
        }
        for one in found
    ]


def may_accept(unit: Unit, asked: Appointment) -> bool:
    """Say whether somebody can do it at its time, by the set-up of that day."""
    return is_possible(unit, asked, by_calendars=False)


def count_waiting(unit: Unit) -> int:
    """Count what waits for the secretariat."""
    return sum(1 for one in unit.book.requests.values() if _waits_for_secretariat(unit, one))


def _waits_for_secretariat(unit: Unit, one: Appointment) -> bool:
    return one.confirmed_by == SECRETARIAT and one.is_requested(unit.now)


def _end(unit: Unit, parts: Sequence[Appointment], person: Person, kind: str) -> None:
    """Tell of the end; not an address that nobody has confirmed: it may be a stranger's."""
    if parts[0].confirmed_by == MAIL:
        letters.dropped(unit, parts)
    else:
        letters.ended(unit, parts, person, kind)


def keep_answer(unit: Unit, parts: Sequence[Appointment], answer: str) -> Person:
    """Keep the sentence with what the visitor told; nothing when that was erased meanwhile."""
    persons = unit.persons([one.id for one in parts])
    if parts[0].id not in persons:
        return Person()
    answered = {id_: replace(person, answer=answer.strip()) for id_, person in persons.items()}
    for one in parts:  # each its own: what was arranged for one may not be for the other, which moved alone
        if one.id in answered and answered[one.id] != persons[one.id]:
            unit.keep_person(one.id, answered[one.id], erase_after(unit, one))
    return answered[parts[0].id]


def waiting_parts(unit: Unit, found: Appointment) -> tuple[Appointment, ...]:
    """Return what waits to be confirmed, both of a pair. Raises `AppointmentOver`."""
    # The timer may come a second late; the time to confirm ends on time all the same.
    if not found.is_requested(unit.now):
        state = _S.EXPIRED if found.state is _S.UNCONFIRMED else found.state
        raise AppointmentOver(state=state.value)
    return unit.book.pair_of(found)


def _town(unit: Unit, parts: Sequence[Appointment]) -> Town:
    """Return the set-up of the day for which somebody asks."""
    return unit.eras.on(unit.book.day_of(parts[0])).town


def _services(parts: Sequence[Appointment]) -> frozenset[str]:
    return frozenset().union(*(one.services for one in parts))
