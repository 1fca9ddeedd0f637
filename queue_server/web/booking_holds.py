"""The time that a visitor's browser holds, looked at without a change."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from queue_server.domain.appointment import OPEN
from queue_server.domain.errors import HoldExpired
from queue_server.services import booking, offer
from queue_server.services.concerns import Choice
from queue_server.services.ports import Answer, Unit

NOON = time(12)


def held_time(unit: Unit, hold_id: int, client: str, choice: Choice, day: date | None) -> Answer:
    """Return what `booking.hold` answered, or the booking that the hold has become (it has a `number`).

    Raises `HoldExpired` with times near the one that was held, or near its `day` when nothing else is
    known of it any more: also for what another browser holds.
    """
    found = unit.book.get(hold_id)
    is_mine = found is not None and found.client == unit.fingerprint(client)
    if found is not None and is_mine and found.state in OPEN:
        return booking.booked_answer(unit, found)
    if found is not None and is_mine and found.is_held(unit.now):
        return booking.hold_answer(unit, found)
    near = found.starts_at if found is not None and is_mine else _noon(unit, day)
    raise HoldExpired(next=offer.next_free(unit, choice, near))


def _noon(unit: Unit, day: date | None) -> datetime:
    if day is None:
        return unit.now
    return datetime.combine(day, NOON, ZoneInfo(unit.site.time_zone))
