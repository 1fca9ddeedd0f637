"""What clerks' own calendars have to be told: rows of the outbox, in the commit of what they tell.

A row names an appointment and a clerk, and no more: whoever delivers it reads how the appointment stands
then, so that a row that comes late, twice, or out of turn still ends right. Nothing is posted for a clerk
whose calendar is not written. Who was missed or served stays in the calendar: it was so. What must not live
here: what an entry says and how it gets there (`web.calendar_delivery`).
"""

from typing import Final

from queue_server.domain.appointment import Appointment
from queue_server.services.ports import Unit

PUT: Final = "put"
REMOVE: Final = "remove"
CHANNEL: Final = "calendar"


def put(unit: Unit, appointment: Appointment) -> None:
    """Post that an appointment is to stand in its clerk's calendar as it is now. After the event."""
    _post(unit, PUT, appointment, appointment.clerk_id)


def remove(unit: Unit, appointment: Appointment, clerk_id: str | None) -> None:
    """Post that an appointment has no place in this clerk's calendar any more. After the event."""
    _post(unit, REMOVE, appointment, clerk_id)


def _post(unit: Unit, kind: str, appointment: Appointment, clerk_id: str | None) -> None:
    if clerk_id is not None and unit.calendars.written(clerk_id):
        unit.post(kind, appointment.id, sequence=unit.hall.seq, channel=CHANNEL, clerk_id=clerk_id)
