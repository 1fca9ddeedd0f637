"""The number that a booking gets: drawn when it is confirmed, or comes to another day or site."""

from collections.abc import Sequence
from datetime import datetime

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment
from queue_server.domain.booked_number import choose_booked_number
from queue_server.domain.business_day import business_day
from queue_server.domain.town import NumberStyle
from queue_server.services import calendar_posts
from queue_server.services.ports import Unit


def draw(unit: Unit, starts_at: datetime) -> int:
    """Return a number for a visit at `starts_at`, not yet taken. Raises `NoNumberLeft`."""
    day = business_day(starts_at, unit.book.zone)
    sequential = unit.site.number_style is NumberStyle.SEQUENTIAL
    return choose_booked_number(
        unit.book, unit.hall, day, starts_at, unit.now, unit.below, sequential=sequential
    )


def record_booked(unit: Unit, parts: Sequence[Appointment], language: str) -> None:
    """Draw a number for each part, record that it is booked, tell calendars. Raises `NoNumberLeft`."""
    for one in parts:
        number = draw(unit, one.starts_at)  # one after the other: each keeps its distance from the last
        unit.record([e.AppointmentBooked(one.id, number, one.area_id, language)])
        calendar_posts.put(unit, one)
