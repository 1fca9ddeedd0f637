"""What is told to somebody at home who would come without an appointment: the wait now, or when to come.

What must not live here: whether a number is given to who stands at the kiosk (`services.reception`), and how
it is said (`web.booking_now`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from queue_server.domain.business_day import business_day
from queue_server.domain.errors import Refusal
from queue_server.domain.town import services_at
from queue_server.services import reception
from queue_server.services.access_hours import why_not_giving
from queue_server.services.admission_hours import next_walk_in, why_not_admitted
from queue_server.services.closing_time import called_before, minutes_until_closing
from queue_server.services.concerns import Choice, choose, takes_walk_ins
from queue_server.services.ports import Unit
from queue_server.services.site_view import usual_wait

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ComingNow:
    """`reason` is empty where a number is given now, and only then is there a `wait`; times are local.

    `closes`: until when it is open now; `next`: when it lets walk-ins in again.
    """

    reason: str
    wait: Range | None = None
    closes: datetime | None = None
    next: datetime | None = None
    unsure: bool = False
    """It is open so short that it may be too late."""


def coming_now(unit: Unit, wanted: Iterable[tuple[str, int]] = (), persons: int = 1) -> ComingNow | None:
    """Tell of a concern, or of the usual one; None where nobody may come for it without an appointment."""
    today = business_day(unit.now, ZoneInfo(unit.site.time_zone))
    asked = tuple(wanted)
    ids = {service_id for service_id, _ in asked}
    here = [one for one in services_at(unit.town, unit.site.id) if not ids or one.id in ids]
    takes = [takes_walk_ins(one, unit.site, today) for one in here]
    if not (all(takes) if ids else any(takes)):
        return None
    try:
        choice = choose(unit.town, unit.site, asked, persons) if asked else None
    except Refusal:
        return None
    return _now(unit, choice)


def _now(unit: Unit, choice: Choice | None) -> ComingNow:
    services = choice.service_ids if choice else frozenset[str]()
    reason: str = why_not_giving(unit, choice.area_id if choice else None, choice)
    if not reason and why_not_admitted(unit, services) is not None:
        reason = "not_admitted"
    zone = ZoneInfo(unit.site.time_zone)
    if reason:
        found = next_walk_in(unit, services) if reason in {"closed", "not_admitted"} else None
        return ComingNow(reason, next=found and found.astimezone(zone))
    if choice is None:
        return ComingNow("", usual_wait(unit), _closes(unit, zone))
    guess = reception.quote(unit, choice)
    wait = None if guess is None else (guess.from_min, guess.to_min)
    unsure = called_before(unit, guess) in {"unsure", "unlikely"}
    return ComingNow("", wait, _closes(unit, zone), unsure=unsure)


def _closes(unit: Unit, zone: ZoneInfo) -> datetime | None:
    left = minutes_until_closing(unit.site, unit.now)
    if unit.site.always_open or left is None:
        return None
    return (unit.now.replace(second=0, microsecond=0) + timedelta(minutes=left)).astimezone(zone)
