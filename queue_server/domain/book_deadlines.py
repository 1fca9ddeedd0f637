"""What time does to appointments: holds run out, who did not come is missed, who was served is done.

Decides only. The day's end is decided here for the storage, which closes a day in its own rows.
"""

from datetime import date, datetime

from queue_server.domain import events as e
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.book import Book
from queue_server.domain.hall import Hall


def expire_holds(book: Book, now: datetime) -> list[e.Event]:
    """Return the ends of the holds whose time is over."""
    return [e.HoldExpired(hold.id) for hold in book.holds_due(now)]


def miss_absent(book: Book, day: date, closed_at: datetime, now: datetime) -> list[e.Event]:
    """Return who is missed once the site has closed, and the own time is over too."""
    if now < closed_at:
        return []
    return [
        e.AppointmentMissed(a.id)
        for a in book.on(day)
        if a.state is AppointmentState.BOOKED and a.ends_at <= now
    ]


def close_book(book: Book, hall: Hall, today: date) -> list[e.Event]:
    """End what is left of the days before `today`: booked is missed, checked in is done if it was served.

    `hall` is the day's that ends. Missed ones leave the book with their day.
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
