"""The staff alarm: who calls for help from where, who goes there, when it is over. Facts in, facts out.

What must not live here: who is told and by which wire (`live.alarms`), phones, texts. An alarm is no event
of the hall: it moves no ticket, and stands in no log of the hall.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from queue_server.domain.errors import Refusal
from queue_server.domain.town import Counter, Site

DESK: Final = ""
"""The reception desk among the places; all others are counters' ids."""
KEPT: Final = timedelta(days=30)
"""So long it can be looked up who called for help; then the row goes (docs/personalrat.md)."""
LONGEST: Final = timedelta(hours=4)
"""An alarm that nobody ended is over then: it must not ring through an empty house, nor the next morning."""


class AlarmOff(Refusal):
    """The town has switched the staff alarm off at this site."""

    code = "alarm_off"


class Told(StrEnum):
    """How a place learns of an alarm.

    RAISED: it called itself, and must stay silent: whoever threatens must not notice. NEAR: in the same room,
    so it shows and does not sound. FAR: it shows and sounds.
    """

    RAISED = "raised"
    NEAR = "near"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One call for help. `going` are the places whose people said that they go there, in that order."""

    id: str
    organisation_id: str
    site_id: str
    counter_id: str
    clerk_id: str | None
    raised_at: datetime
    is_test: bool = False
    going: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


def running_at(alarms: Iterable[Alarm], place: str, *, is_test: bool) -> Alarm | None:
    """Return the alarm that runs from a place already: pressing again in need makes no second one."""
    found = (one for one in alarms if one.is_running and one.counter_id == place and one.is_test == is_test)
    return next(found, None)


def with_going(alarm: Alarm, place: str) -> Alarm:
    """Note that somebody from `place` goes there; said twice it stands once, and never of the caller."""
    if place == alarm.counter_id or place in alarm.going or not alarm.is_running:
        return alarm
    return replace(alarm, going=(*alarm.going, place))


def ended(alarm: Alarm, at: datetime, by: str | None) -> Alarm:
    """End it; the first word on that stays."""
    return replace(alarm, ended_at=max(at, alarm.raised_at), ended_by=by) if alarm.is_running else alarm


def is_stale(alarm: Alarm, now: datetime) -> bool:
    return alarm.is_running and now - alarm.raised_at >= LONGEST


def told(alarm: Alarm, place: str, site: Site) -> Told:
    """Return how somebody at `place` learns of it."""
    if place == alarm.counter_id:
        return Told.RAISED
    here, there = counter_of(site, place), counter_of(site, alarm.counter_id)
    is_near = here is not None and there is not None and here.room_id == there.room_id
    return Told.NEAR if is_near else Told.FAR


def counter_of(site: Site, place: str) -> Counter | None:
    """Return the counter that a place is; None for the desk, and for one that the set-up has lost."""
    return next((one for one in site.counters if one.id == place), None)


def where(site: Site, place: str) -> tuple[str, str]:
    """Return the room and what tells the counter from others in it; both empty for the desk."""
    counter = counter_of(site, place)
    if counter is None:
        return "", place
    room = next(one.name for one in site.rooms if one.id == counter.room_id)
    beside = sum(one.room_id == counter.room_id for one in site.counters)
    return room, counter.name if beside > 1 else ""
