"""The reducer of the visitors' book: takes in a site's log, entry by entry.

Used by the running server, by `aufruf check` and by `aufruf rebuild`, as `domain.fold` is for the hall.
It refuses nothing: what is in the log has happened. An entry that does not fit raises.
"""

from datetime import datetime
from functools import singledispatch

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState, first_secret_version
from queue_server.domain.book import Book


def apply(book: Book, recorded: e.Recorded) -> None:
    """Take in one entry of the log; what is not about appointments passes by.

    Raises `ValueError` or `KeyError` when it does not fit the ones before.
    """
    if isinstance(recorded.event, e.AppointmentHeld):
        _held(book, recorded.seq, recorded.event, recorded.at)
    elif isinstance(recorded.event, e.AppointmentEvent):
        _take(recorded.event, book, recorded.at)


def after_forgetting(event: e.Event, forgotten: int) -> e.Event | None:
    """Return what of an entry still counts when the appointments up to id `forgotten` are forgotten.

    They ended long ago, and some of their last entries stand behind the cut.
    """
    if isinstance(event, e.AppointmentMoved) and event.appointment <= forgotten < event.hold:
        return e.HoldReleased(event.hold)  # the hold ends by the move, all the same
    about = getattr(event, "appointment", None)
    return None if about is not None and about <= forgotten else event


def _held(book: Book, seq: int, event: e.AppointmentHeld, at: datetime) -> None:
    book.add(
        Appointment(
            id=seq,
            reference=event.reference,
            state=AppointmentState.HELD,
            starts_at=event.starts_at,
            minutes=event.minutes,
            concern=event.concern,
            persons=event.persons,
            area_id=event.area,
            language="de",
            channel=event.channel,
            held_until=event.held_until,
            state_at=at,
            created_at=at,
            secret_version=first_secret_version(at),
            replaces=event.replaces,
            replaces_site=event.replaces_site,
            follows=event.follows,
        )
    )


@singledispatch
def _take(event: e.AppointmentEvent, book: Book, at: datetime) -> None:
    raise NotImplementedError(type(event))


@_take.register
def _hold_extended(event: e.HoldExtended, book: Book, _at: datetime) -> None:
    hold = book.holds[event.appointment]
    hold.held_until = event.held_until
    hold.extensions += 1
    book.touch(hold.id)


@_take.register
def _hold_expired(event: e.HoldExpired, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.appointment], AppointmentState.EXPIRED, at)


@_take.register
def _hold_released(event: e.HoldReleased, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.appointment], AppointmentState.EXPIRED, at)


@_take.register
def _requested(event: e.AppointmentRequested, book: Book, at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    appointment.confirmed_by, appointment.held_until = event.by, event.until
    appointment.area_id, appointment.language = event.area, event.language
    book.enter(appointment, AppointmentState.UNCONFIRMED, at)


@_take.register
def _refused(event: e.RequestRefused, book: Book, at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    appointment.refused = True
    book.enter(appointment, AppointmentState.CANCELLED, at)


@_take.register
def _request_expired(event: e.RequestExpired, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.appointment], AppointmentState.EXPIRED, at)


@_take.register
def _booked(event: e.AppointmentBooked, book: Book, at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    appointment.number, appointment.area_id = event.number, event.area
    appointment.language = event.language
    book.enter(appointment, AppointmentState.BOOKED, at)


@_take.register
def _moved(event: e.AppointmentMoved, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.hold], AppointmentState.EXPIRED, at)
    appointment = book.appointments[event.appointment]
    appointment.number = event.number
    book.reschedule(appointment, event.starts_at, event.minutes)


@_take.register
def _widened(event: e.HoldWidened, book: Book, _at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    book.reschedule(appointment, appointment.starts_at, event.minutes)


@_take.register
def _taken_away(event: e.AppointmentTakenAway, book: Book, at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    book.rename(appointment, event.reference)
    book.enter(appointment, AppointmentState.CANCELLED, at)


@_take.register
def _brought(event: e.AppointmentBrought, book: Book, at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    book.rename(appointment, event.reference)
    appointment.number, appointment.area_id = event.number, event.area
    appointment.language = event.language
    book.enter(appointment, AppointmentState.BOOKED, at)


@_take.register
def _cancelled(event: e.AppointmentCancelled, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.appointment], AppointmentState.CANCELLED, at)


@_take.register
def _checked_in(event: e.AppointmentCheckedIn, book: Book, at: datetime) -> None:
    appointment = book.appointments[event.appointment]
    appointment.ticket_id = event.ticket
    book.enter(appointment, AppointmentState.CHECKED_IN, at)


@_take.register
def _missed(event: e.AppointmentMissed, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.appointment], AppointmentState.MISSED, at)


@_take.register
def _completed(event: e.AppointmentCompleted, book: Book, at: datetime) -> None:
    book.enter(book.appointments[event.appointment], AppointmentState.COMPLETED, at)
