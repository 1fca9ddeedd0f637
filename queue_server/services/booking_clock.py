"""What happens to bookings without a press: found in the book at each tick, so that a restart loses nothing.

Holds run out within a second (failure 16); who did not come is missed when the site has closed; where
nobody has to say "I am here", the visit begins at its time. The day's end itself is the storage's.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.book_deadlines import miss_absent
from queue_server.domain.business_day import ends_at
from queue_server.domain.events import Event
from queue_server.domain.town import CheckIn, end_minute
from queue_server.services import booking_letters as letters
from queue_server.services import requests
from queue_server.services.arrivals import check_in
from queue_server.services.ports import Unit


def is_due(unit: Unit) -> bool:
    """Say whether `run` would do something; nearly always it would not."""
    return bool(unit.book.run_out(unit.now) or _to_check_in(unit) or _missed(unit))


def run(unit: Unit) -> None:
    """End holds and requests, begin the visits of an automatic site, miss who did not come."""
    requests.expire(unit)
    for appointment in _to_check_in(unit):
        if appointment.state is AppointmentState.BOOKED:  # else it came along with the first of a pair
            check_in(unit, appointment.reference)
    absent = _missed(unit)
    unit.record(absent)
    letters.missed(unit, absent)


def closed_at(unit: Unit) -> datetime:
    """Return when the last opening of the business day ends, in UTC; midnight where there is none."""
    zone, day = ZoneInfo(unit.site.time_zone), unit.hall.business_day
    closings = [end_minute(hours.closes) for hours in unit.site.opening if hours.weekday == day.weekday()]
    if unit.site.always_open or not closings:
        return ends_at(day, zone)
    wall = datetime.combine(day, time(0)) + timedelta(minutes=max(closings))
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _to_check_in(unit: Unit) -> list[Appointment]:
    """Return whose time has come, where nobody has to say so."""
    if unit.site.check_in is not CheckIn.AUTOMATIC or unit.now >= closed_at(unit):
        return []
    expected = unit.book.expected_on(unit.hall.business_day)
    return [a for a in expected if a.state is AppointmentState.BOOKED and a.starts_at <= unit.now]


def _missed(unit: Unit) -> list[Event]:
    return miss_absent(unit.book, unit.hall.business_day, closed_at(unit), unit.now)
