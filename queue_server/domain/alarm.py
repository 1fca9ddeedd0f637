"""The staff alarm: who calls for help from where, who goes there, when it is over. Facts in, facts out.

What must not live here: who is told and by which wire (`live.alarms`), phones, texts. An alarm is no event
of the hall: it moves no ticket, and stands in no log of the hall.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from queue_server.domain.access import Actor
from queue_server.domain.errors import Refusal
from queue_server.domain.town import Counter, Site

DESK: Final = ""
"""The reception among the places; all others are counters' ids. A reception may have several desks."""
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
class Who:
    """Somebody at a place. `session` is a browser's session; at the desk also a token without a clerk."""

    place: str
    clerk_id: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One call for help. `going` are the places whose people said that they go there, in that order.

    `session` is the caller's, as far as this process knows it: it is in no row.
    """

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
    session: str | None = field(default=None, compare=False)

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


def who(actor: Actor, place: str) -> Who:
    """Return who somebody is to an alarm. One token may serve many counters: there it tells nobody apart."""
    at_desk = actor.token_id if place == DESK and actor.clerk_id is None else None
    return Who(place, actor.clerk_id, actor.session_id or at_desk)


def is_own(alarm: Alarm, one: Who) -> bool:
    """Say whether it was called by this person or from this counter. Desks are many, and one place."""
    if one.place == alarm.counter_id != DESK:
        return True
    is_same_clerk = one.clerk_id is not None and one.clerk_id == alarm.clerk_id
    return is_same_clerk or (one.session is not None and one.session == alarm.session)


def running_at(alarms: Iterable[Alarm], one: Who, *, is_test: bool) -> Alarm | None:
    """Return the alarm that runs from there already: pressing again in need makes no second one."""
    here = (found for found in alarms if found.is_running and found.counter_id == one.place)
    return next((found for found in here if is_own(found, one) and found.is_test == is_test), None)


def with_going(alarm: Alarm, one: Who) -> Alarm:
    """Note that somebody goes there; said twice it stands once, and never of the caller."""
    if is_own(alarm, one) or one.place in alarm.going or not alarm.is_running:
        return alarm
    return replace(alarm, going=(*alarm.going, one.place))


def merged(stored: Alarm, alarm: Alarm) -> Alarm:
    """Join what two processes know of an alarm: what has ended stays so, and nobody who goes is lost."""
    going = (*stored.going, *(place for place in alarm.going if place not in stored.going))
    first = alarm if stored.is_running else stored
    return replace(alarm, going=going, ended_at=first.ended_at, ended_by=first.ended_by)


def ended(alarm: Alarm, at: datetime, by: str | None) -> Alarm:
    """End it; the first word on that stays."""
    return replace(alarm, ended_at=max(at, alarm.raised_at), ended_by=by) if alarm.is_running else alarm


def is_stale(alarm: Alarm, now: datetime) -> bool:
    return alarm.is_running and now - alarm.raised_at >= LONGEST


def told(alarm: Alarm, one: Who, site: Site) -> Told:
    """Return how somebody learns of it."""
    if is_own(alarm, one):
        return Told.RAISED
    if one.place == alarm.counter_id and alarm.clerk_id is None and alarm.session is None:
        return Told.NEAR  # a desk called, and a restart has forgotten which: it must sound at none
    here, there = counter_of(site, one.place), counter_of(site, alarm.counter_id)
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
