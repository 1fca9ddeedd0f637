"""The life of each visit of a day, as far as figures need it: when it came, was called, served and ended.

Told by the entries of the log as they are stored, not by `domain.fold`: that builds a whole hall, with
lines and leases, and takes five times as long. A test holds that both tell the same. An entry that does not
fit is no matter here; `aufruf check` looks for those. What must not live here: what is counted of a visit
(`day`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MethodType
from typing import Final, TypeAlias

from queue_server.domain.entry import Payload, Unnamed

TAKEN: Final = "TicketTaken"


Act: TypeAlias = Callable[[datetime, Payload], None]
"""What takes in an entry of one kind."""


class Ending(StrEnum):
    """How a visit ended; the values are measures."""

    SERVED = "served"
    NOT_THERE = "not_there"
    CANCELLED = "cancelled"
    LEFT = "left"
    """Not served when the day was over: nobody knows when they went."""


SERVED: Final = Ending.SERVED
"""Asked for at each visit; to look a member up in its enum takes longer than all the rest of that."""
Stay: TypeAlias = tuple[datetime, datetime, bool, str]
"""A stretch of service: from, until, whether it leads, and the counter. Of those served together one alone
leads: the time counts once."""


@dataclass(slots=True)
class Visit:
    """One ticket. `summoned_at` is when the running call was made, `first_called_at` the first not undone.

    `counter` is that of the last call.
    `unmeasured`: nobody pressed "start", or "done" was forgotten. `missed`, `parked`: it is so now;
    `was_missed`, `was_parked`: it was so before the running call, which may be taken back.
    """

    arrived_at: datetime
    service: str
    origin: str
    is_late: bool
    appointed_at: datetime | None
    first_called_at: datetime | None = None
    summoned_at: datetime | None = None
    way: tuple[datetime, datetime] | None = None
    serving_since: datetime | None = None
    stays: list[Stay] = field(default_factory=list)
    leader: int | None = None
    counter: str = ""
    unmeasured: bool = False
    missed: bool = False
    parked: bool = False
    was_missed: bool = False
    was_parked: bool = False
    ending: Ending | None = None

    @property
    def service_time(self) -> timedelta | None:
        """Return how long it was served, in all; None where that is not known, or counts elsewhere."""
        if self.ending is not SERVED or self.unmeasured or not self.stays:
            return None
        served = None
        for begins, ends, leads, _ in self.stays:
            if not leads:
                return None
            served = ends - begins if served is None else served + (ends - begins)
        return served


class Visits:
    """All visits of a day, by the id of their ticket."""

    def __init__(self) -> None:
        self.all: dict[int, Visit] = {}
        self._followers: dict[int, list[int]] = {}

    def take(self, entry: Unnamed) -> None:
        """Take in one entry; those of other kinds than `KINDS` tell nothing here."""
        seq, at, kind, payload = entry
        if kind == TAKEN:
            self.taken(seq, at, payload)
        elif kind in _ACTS:
            _ACTS[kind](self, at, payload)

    def acts(self) -> dict[str, Act]:
        """Return what takes in an entry of each kind but `TAKEN`: who has thousands looks that up once."""
        return {kind: MethodType(act, self) for kind, act in _ACTS.items()}

    def _ids(self, ticket_id: int) -> list[int]:
        """Return a visit's id and those of the ones joined to it; none when the day does not know it."""
        return [ticket_id, *self._followers.get(ticket_id, ())] if ticket_id in self.all else []

    def _group(self, ticket_id: int) -> Sequence[Visit]:
        if ticket_id not in self._followers:  # as nearly always
            visit = self.all.get(ticket_id)
            return () if visit is None else (visit,)
        return [self.all[one] for one in self._ids(ticket_id)]

    # -- what happens ------------------------------------------------------------------------------

    def taken(self, seq: int, at: datetime, payload: Payload) -> None:
        appointed = payload.get("appointed_at")
        self.all[seq] = Visit(
            at,
            payload["concern"][0][0],
            payload["origin"],
            payload["due_reason"] == "late",
            None if appointed is None else datetime.fromisoformat(appointed),
        )

    def _called(self, at: datetime, payload: Payload) -> None:
        finished = payload.get("finished")
        if finished is not None:
            self._finish(finished, at)
        for visit in self._group(payload["ticket"]):
            _summon(visit, at, payload["counter"])

    def _joined(self, at: datetime, payload: Payload) -> None:
        visit, leader = self.all.get(payload["ticket"]), self.all.get(payload["leader"])
        if visit is None or leader is None:
            return
        _summon(visit, at, leader.counter)
        if leader.serving_since is not None:
            visit.serving_since = at
        visit.leader = payload["leader"]
        self._followers.setdefault(payload["leader"], []).append(payload["ticket"])

    def _undone(self, _at: datetime, payload: Payload) -> None:
        for ticket_id in self._ids(payload["ticket"]):
            visit = self.all[ticket_id]
            if visit.first_called_at == visit.summoned_at:
                visit.first_called_at = None
            visit.summoned_at, visit.missed, visit.parked = None, visit.was_missed, visit.was_parked
            if not visit.parked:  # a parked group stays together
                self._part(visit, ticket_id)
        restored = payload.get("restored")
        if restored is not None:
            for visit in self._group(restored):
                visit.ending = None
                if visit.stays:
                    visit.serving_since = visit.stays.pop()[0]

    def _started(self, at: datetime, payload: Payload) -> None:
        by = payload.get("by", "clerk")
        for visit in self._group(payload["ticket"]):
            visit.serving_since = at
            if by == "finish":
                visit.unmeasured = True
            elif by == "clerk" and visit.way is None and visit.summoned_at is not None:
                visit.way = (visit.summoned_at, at)

    def _finished(self, at: datetime, payload: Payload) -> None:
        self._finish(payload["ticket"], at)

    def _resumed(self, at: datetime, payload: Payload) -> None:
        finished = payload.get("finished")
        if finished is not None:
            self._finish(finished, at)
        for visit in self._group(payload["ticket"]):
            visit.serving_since, visit.parked = at, False

    def _changed(self, _at: datetime, payload: Payload) -> None:
        """A clerk corrected what the visitor came for; a transfer leaves it, for that was another matter."""
        visit = self.all.get(payload["ticket"])
        if visit is not None:
            visit.service = payload["concern"][0][0]

    def _not_there(self, _at: datetime, payload: Payload) -> None:
        for visit in self._group(payload["ticket"]):
            visit.missed = True
        self._part_all(payload["ticket"])

    def _returned(self, _at: datetime, payload: Payload) -> None:
        for visit in self._group(payload["ticket"]):
            visit.missed = False

    def _put_back(self, _at: datetime, payload: Payload) -> None:
        """It had not really begun: what was served until then does not count."""
        for visit in self._group(payload["ticket"]):
            visit.serving_since = visit.way = None
        self._part_all(payload["ticket"])

    def _parked(self, at: datetime, payload: Payload) -> None:
        for visit in self._group(payload["ticket"]):
            _stop(visit, at)
            visit.parked = True

    def _transferred(self, at: datetime, payload: Payload) -> None:
        for visit in self._group(payload["ticket"]):
            _stop(visit, at)
        self._part_all(payload["ticket"])

    def _released(self, _at: datetime, payload: Payload) -> None:
        ticket_id = payload["ticket"]
        visit = self.all.get(ticket_id)
        if visit is not None and visit.parked:
            for one in self._group(ticket_id):
                one.parked = False
            self._part_all(ticket_id)

    def _cancelled(self, _at: datetime, payload: Payload) -> None:
        self._end_alone(payload["ticket"], Ending.CANCELLED)

    def _expired(self, _at: datetime, payload: Payload) -> None:
        visit = self.all.get(payload["ticket"])
        if visit is None:
            return
        ending = Ending.NOT_THERE if visit.missed else Ending.LEFT
        if visit.serving_since is not None:  # "done" was forgotten: how long it took nobody knows
            visit.serving_since, visit.unmeasured, ending = None, True, Ending.SERVED
        self._end_alone(payload["ticket"], ending)

    # -- smaller steps -----------------------------------------------------------------------------

    def _finish(self, ticket_id: int, at: datetime) -> None:
        for visit in self._group(ticket_id):
            _stop(visit, at)
            visit.ending = SERVED

    def _end_alone(self, ticket_id: int, ending: Ending) -> None:
        """End one visit; those joined to it go on under the first of them."""
        visit = self.all.get(ticket_id)
        if visit is None:
            return
        self._part(visit, ticket_id)
        visit.ending = Ending.SERVED if visit.stays else ending
        followers = sorted(self._followers.pop(ticket_id, []))
        for follower in followers:
            self.all[follower].leader = None
        if followers:
            self._followers[followers[0]] = followers[1:]
            for follower in followers[1:]:
                self.all[follower].leader = followers[0]

    def _part_all(self, ticket_id: int) -> None:
        """Let all of a group go their own ways again."""
        visit = self.all.get(ticket_id)
        if visit is not None:
            self._part(visit, ticket_id)
        for follower in self._followers.pop(ticket_id, []):
            self.all[follower].leader = None

    def _part(self, visit: Visit, ticket_id: int) -> None:
        if visit.leader is not None:
            self._followers[visit.leader].remove(ticket_id)
            visit.leader = None


def _summon(visit: Visit, at: datetime, counter: str) -> None:
    visit.summoned_at, visit.counter = at, counter
    visit.first_called_at = visit.first_called_at or at
    visit.was_missed, visit.was_parked = visit.missed, visit.parked
    visit.missed = visit.parked = False


def _stop(visit: Visit, at: datetime) -> None:
    if visit.serving_since is not None:
        visit.stays.append((visit.serving_since, at, visit.leader is None, visit.counter))
        visit.serving_since = None


_ACTS: Final[Mapping[str, Callable[[Visits, datetime, Payload], None]]] = {
    "TicketCalled": Visits._called,
    "TicketJoined": Visits._joined,
    "CallUndone": Visits._undone,
    "ServiceStarted": Visits._started,
    "ServiceFinished": Visits._finished,
    "ConcernChanged": Visits._changed,
    "TicketNotThere": Visits._not_there,
    "TicketReturned": Visits._returned,
    "TicketPutBack": Visits._put_back,
    "TicketParked": Visits._parked,
    "TicketResumed": Visits._resumed,
    "TicketTransferred": Visits._transferred,
    "TicketReleased": Visits._released,
    "TicketCancelled": Visits._cancelled,
    "TicketExpired": Visits._expired,
}
KINDS: Final = frozenset(_ACTS) | {TAKEN}
"""The entries that tell of visits."""
