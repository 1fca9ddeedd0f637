"""The waiting tickets of a site, kept so that "who is next" does not look at everybody.

Tickets with the same services and the same bond form a lane, sorted by due time; a counter compares
the heads of the lanes it may serve. Appointments before their time stand in lanes of their own,
because they are tier 1 until it comes. An empty lane stays: who may serve it is known then, and in a
short queue nearly every visitor is the first and the last of a lane.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import repeat
from typing import Final

from queue_server.domain.ticket import Ticket

Place = tuple[datetime, datetime, int]
"""(due time, arrival, id): the order within a tier."""
LANES_MOST: Final = 200
"""Beyond so many, empty lanes go: a day of odd concerns must not be looked through at each press."""


@dataclass(frozen=True, slots=True)
class LaneKey:
    """What decides who may serve: the services, the counter that the ticket is kept for, else `counters`."""

    services: frozenset[str]
    bound_counter_id: str | None
    appointed: bool
    counters: tuple[str, ...] | None = None

    def is_for(self, counter_id: str) -> bool:
        """Say whether this counter may call them by itself, whatever its clerk can do.

        Who is kept for one counter was sent there by a clerk, who may know of a ramp.
        """
        if self.bound_counter_id is not None:
            return self.bound_counter_id == counter_id
        return self.counters is None or counter_id in self.counters


def lane_key(ticket: Ticket) -> LaneKey:
    """Return the lane in which a ticket stands, or would stand."""
    appointed = ticket.appointed_at is not None
    return LaneKey(ticket.services, ticket.bound_counter_id, appointed, ticket.counters)


@dataclass(slots=True)
class Lane:
    places: list[Place] = field(default_factory=list)
    expected_min: int = 0


class WaitingLine:
    """All who wait. `add` and `remove` cost the logarithm of a lane's length."""

    def __init__(self) -> None:
        self._lanes: dict[LaneKey, Lane] = {}
        self._where: dict[int, tuple[LaneKey, Place, int]] = {}
        self._tickets: dict[int, Ticket] = {}
        # Which lanes who may serve, until a lane comes or goes.
        self._of: dict[Hashable, list[Lane]] = {}

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, ticket_id: int) -> bool:
        return ticket_id in self._where

    def add(self, ticket: Ticket) -> None:
        key = lane_key(ticket)
        place = (ticket.due_at, ticket.arrived_at, ticket.id)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane()
            self._of.clear()
        insort(lane.places, place)
        lane.expected_min += ticket.expected_min
        self._where[ticket.id] = (key, place, ticket.expected_min)
        self._tickets[ticket.id] = ticket

    def discard(self, ticket_id: int) -> None:
        found = self._where.pop(ticket_id, None)
        if found is None:
            return
        key, place, expected_min = found
        del self._tickets[ticket_id]
        lane = self._lanes[key]
        del lane.places[bisect_left(lane.places, place)]
        lane.expected_min -= expected_min
        if not lane.places and len(self._lanes) > LANES_MOST:
            del self._lanes[key]
            self._of.clear()

    def next_for(self, may_serve: Callable[[LaneKey], bool], now: datetime) -> Ticket | None:
        """Return who is next among the lanes that `may_serve` accepts, by (tier, due, arrival, id)."""
        best: tuple[bool, Place] | None = None
        for key, lane in self._lanes.items():
            if not lane.places:
                continue
            # Nobody in a lane comes before its first place, so that most lanes need no further look.
            if (best is None or (False, lane.places[0]) < best) and may_serve(key):
                first = self._first(key, lane, now)
                best = first if best is None else min(best, first)
        return self._tickets[best[1][2]] if best else None

    def _first(self, key: LaneKey, lane: Lane, now: datetime) -> tuple[bool, Place]:
        """Return (is early, place) of the first in a lane."""
        if not key.appointed:
            return False, lane.places[0]
        # One whose time has come goes before the early ones, though some of these may be due before:
        # a priority changes the due time, and not the appointed one.
        here = (place for place in lane.places if not self._tickets[place[2]].is_early(now))
        found = next(here, None)
        return (True, lane.places[0]) if found is None else (False, found)

    def ahead_of(self, place: Place, who: Hashable, may_serve: Callable[[LaneKey], bool]) -> tuple[int, int]:
        """Return (how many, expected minutes) stand before `place` in the lanes that `who` may serve.

        The minutes of a lane are shared out evenly over its tickets: an estimate needs no more.
        `may_serve` must answer the same for the same `who`.
        """
        lanes = self._of.get(who)
        if lanes is None:
            lanes = self._of[who] = [lane for key, lane in self._lanes.items() if may_serve(key)]
        count = minutes = 0
        for lane in lanes:
            if before := bisect_left(lane.places, place):
                count += before
                minutes += before * lane.expected_min // len(lane.places)
        return count, minutes

    def lanes(self) -> Iterator[tuple[LaneKey, int, int]]:
        """Yield each lane in which somebody waits, with how many and their expected minutes."""
        for key, lane in self._lanes.items():
            if lane.places:
                yield key, len(lane.places), lane.expected_min

    def in_order(self, now: datetime, may_serve: Callable[[LaneKey], bool] | None = None) -> Iterator[Ticket]:
        """Yield the waiting in order of calling, all or those of the accepted lanes."""
        lanes = [(key, lane) for key, lane in self._lanes.items() if may_serve is None or may_serve(key)]
        for _, place in merge(*(self._ranked(key, lane, now) for key, lane in lanes)):
            yield self._tickets[place[2]]

    def _ranked(self, key: LaneKey, lane: Lane, now: datetime) -> Iterable[tuple[bool, Place]]:
        if not key.appointed:
            return zip(repeat(False), lane.places, strict=False)
        return sorted((self._tickets[place[2]].is_early(now), place) for place in lane.places)

    def lane_of(self, ticket_id: int) -> LaneKey:
        """Return the lane in which a waiting ticket stands; raises `KeyError` for one who does not wait."""
        return self._where[ticket_id][0]
