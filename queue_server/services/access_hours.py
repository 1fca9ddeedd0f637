"""Whether the kiosks of a site give out numbers now, and if not, why."""

from collections.abc import Collection, Iterator
from typing import Literal

from queue_server.domain.forecast.closing import UNLIKELY_BELOW
from queue_server.domain.ticket import TicketState
from queue_server.domain.town import services_at
from queue_server.services import waits
from queue_server.services.closing_time import minutes_until_closing
from queue_server.services.concerns import Choice, takes_walk_ins
from queue_server.services.ports import PublicUnit

Reason = Literal["", "stopped", "closed", "queue_full", "past_closing", "out_of_service"]


def why_not_giving(unit: PublicUnit, area_id: str | None = None, choice: Choice | None = None) -> Reason:
    """Return why no number is given out for a concern, or for any at all; "" when one is.

    A queue whose end passes closing time takes nobody in: who takes a number is served today.
    """
    if not unit.hall.day.issuing:
        return "stopped"
    left = minutes_until_closing(unit.site, unit.now)
    if left is None:
        return "closed"
    if not unit.site.always_open and _ends_too_late(unit, choice, left):
        return "past_closing"
    return "queue_full" if _area_full(unit, area_id) else ""


def _ends_too_late(unit: PublicUnit, choice: Choice | None, left: int) -> bool:
    """Say whether who comes now is rather not called before closing.

    By the forecast, which is also what is told of it; plainly where there is none: a kiosk that says
    "probably" and gives no number, or the other way round, is believed no more.
    """
    known = waits.forecast_now(unit)
    if known is not None and all(
        one.before_closing >= UNLIKELY_BELOW for row in known.guests.values() for _, one in row
    ):
        return False  # nearly all day
    shares = [] if known is None else list(_shares(unit, choice))
    return max(shares) < UNLIKELY_BELOW if shares else minutes_of_queue(unit) > left


def _shares(unit: PublicUnit, choice: Choice | None) -> Iterator[float]:
    """Yield how likely it is to be called before closing, of each concern that a walk-in may have."""
    for services, minutes in _concerns(unit, choice):
        guess = waits.of_walk_in(unit, services, minutes)
        if guess is not None and guess.before_closing is not None:
            yield guess.before_closing


def _concerns(unit: PublicUnit, choice: Choice | None) -> Iterator[tuple[Collection[str], int]]:
    if choice is not None:
        yield choice.service_ids, choice.expected_min
        return
    for one in services_at(unit.town, unit.site.id):
        if takes_walk_ins(one, unit.site):
            yield [one.id], one.minutes


def minutes_of_queue(unit: PublicUnit) -> int:
    """Return the expected minutes of all who wait, shared by the open counters (at least one)."""
    waiting = sum(minutes for _, _, minutes in unit.hall.waiting.lanes())
    return waiting // max(1, len(unit.hall.open_counters()))


def _area_full(unit: PublicUnit, area_id: str | None) -> bool:
    limit = next((area.limit for area in unit.site.areas if area.id == area_id), None)
    if limit is None or len(unit.hall.waiting) < limit:
        return False  # most of the time; nobody is counted then
    there = sum(1 for t in unit.hall.in_state(TicketState.WAITING) if t.area_id == area_id)
    return there >= limit
