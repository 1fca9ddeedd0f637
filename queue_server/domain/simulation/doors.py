"""Who gets no number any more, because the day is nearly over: the doors of a simulated day.

As the kiosks do where there is no forecast (`services.access_hours`): whoever would rather not be called
before closing is turned away. A forecast for each arrival of thirty days would take minutes. What must not
live here: counters and their clerks (`living`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from queue_server.domain.calling import may_serve
from queue_server.domain.simulation.plan import Visitor
from queue_server.domain.waiting_line import LaneKey

Lanes = Iterable[tuple[LaneKey, int, int]]
"""A lane, how many wait in it, and their expected minutes: `WaitingLine.lanes`."""


class OpenCounter(NamedTuple):
    """A counter that calls now, and what it can do."""

    id: str
    skills: frozenset[str]


def is_turned_away(
    visitor: Visitor, now: datetime, closes_at: datetime, counters: Sequence[OpenCounter], lanes: Lanes
) -> bool:
    """Say whether somebody who comes `now` gets no number. Who has an appointment before closing gets one.

    Somebody for whose concern no counter is open at the moment may wait for one until closing.
    """
    if visitor.appointed_at is not None:
        return visitor.appointed_at >= closes_at
    if now >= closes_at:
        return True
    able = [
        one.id
        for one in counters
        if visitor.services <= one.skills and (visitor.counters is None or one.id in visitor.counters)
    ]
    if not able:
        return False
    ahead = _minutes_ahead(counters, lanes)
    return timedelta(minutes=min(ahead[id_] for id_ in able)) > closes_at - now


def _minutes_ahead(counters: Sequence[OpenCounter], lanes: Lanes) -> dict[str, float]:
    """Return the minutes that fall to each counter when those who can serve a lane share it evenly."""
    ahead = {one.id: 0.0 for one in counters}
    for lane, _, minutes in lanes:
        able = [one.id for one in counters if may_serve(lane, one.id, one.skills)]
        for id_ in able:
            ahead[id_] += minutes / len(able)
    return ahead
