"""What time does to appointments: holds and requests run out, absent ones are missed, served ones done.

Decides only. The day's end is decided here for the storage, which closes a day in its own rows.
"""

from collections.abc import Iterable
from datetime import date, datetime

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.book import Book
from queue_server.domain.hall import Hall


def expire(book: Book, now: datetime) -> list[e.HoldExpired | e.RequestExpired]:
    """Return the ends of the holds and requests whose time is over."""
    held = AppointmentState.HELD
    return [
        e.HoldExpired(one.id) if one.state is held else e.RequestExpired(one.id) for one in book.run_out(now)
    ]


def miss_absent(book: Book, day: date, closed_at: datetime, now: datetime) -> list[e.Event]:
    """Return who is missed once the site has closed, and the own time is over too."""
    if now < closed_at:
        return []
    return [
        e.AppointmentMissed(a.id)
        for a in book.on(day)
        if a.state is AppointmentState.BOOKED and a.ends_at <= now
    ]


def missed_visits(
    book: Book, hall: Hall, events: Iterable[e.Event], restored_at: datetime | None = None
) -> list[tuple[Appointment, ...]]:
    """Return who is told of having been missed by these events; two appointments in a row are one visit.

    Only whom the hall surely missed. Nobody, when nobody at all was served that day: the site stood still,
    or works without numbers, and its visitors were here. Nobody of another day than the hall's: the server
    was off then. Nobody from before the last restore: that they came may be among what was lost.
    """
    if not any(ticket.was_served for ticket in hall.tickets.values()):
        return []
    ids = {event.appointment for event in events if isinstance(event, e.AppointmentMissed)}
    found = (book.pair_of(book.appointments[id_]) for id_ in sorted(ids))
    known = (
        pair for pair in found if restored_at is None or all(one.starts_at >= restored_at for one in pair)
    )
    visits = dict.fromkeys(tuple(one.id for one in pair if one.id in ids) for pair in known)
    told = (tuple(book.appointments[id_] for id_ in visit) for visit in visits)
    return [parts for parts in told if book.day_of(parts[0]) == hall.business_day]


def close_book(book: Book, hall: Hall, today: date) -> list[e.Event]:
    """End what is left of the days before `today`: booked is missed, checked in is done if it was served.

    `hall` is of the day that ends. Missed ones leave the book with their day.
    """
    found: list[e.Event] = []
    for appointment in book.before(today):
        if appointment.state is AppointmentState.BOOKED:
            found.append(e.AppointmentMissed(appointment.id))
        elif appointment.state is AppointmentState.CHECKED_IN:
            ticket = hall.tickets.get(appointment.ticket_id or 0)
            served = ticket is None or ticket.was_served
            end = e.AppointmentCompleted if served else e.AppointmentMissed
            found.append(end(appointment.id))
    return found
