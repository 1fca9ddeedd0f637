"""A ticket: one visit in the queue, its states, and the one table of transitions between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from queue_server.domain.errors import WrongState


class TicketState(StrEnum):
    WAITING = "waiting"
    AWAY = "away"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    NO_SHOW = "no_show"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Origin(StrEnum):
    KIOSK = "kiosk"
    DESK = "desk"
    APPOINTMENT = "appointment"
    INTEGRATION = "integration"


class DueReason(StrEnum):
    """Why a ticket is due when it is due: the answer to "why 417 before 302?"."""

    PATIENCE = "patience"
    """Walk-in: arrival + factor x expected minutes."""
    FIRST_COME = "first_come"
    """Walk-in where the factor is 0: arrival."""
    APPOINTED = "appointed"
    """Appointment, there in time: the appointed time."""
    LATE = "late"
    """Appointment, later than the grace time: check-in + 5 min."""


class Adjustment(StrEnum):
    """The named changes of a due time; a ticket carries one at most."""

    PRIORITY = "priority"
    MISSED_BACK = "missed_back"
    PUT_BACK = "put_back"


_S = TicketState
TRANSITIONS: Mapping[TicketState, frozenset[TicketState]] = MappingProxyType(
    {
        _S.WAITING: frozenset({_S.AWAY, _S.CALLED, _S.CANCELLED, _S.EXPIRED}),
        _S.AWAY: frozenset({_S.WAITING, _S.CANCELLED, _S.EXPIRED}),
        # To "parked" only by an undo: it goes back to where it was called from, and no further.
        _S.CALLED: frozenset({_S.SERVING, _S.NO_SHOW, _S.WAITING, _S.PARKED, _S.CANCELLED, _S.EXPIRED}),
        _S.SERVING: frozenset({_S.FINISHED, _S.WAITING, _S.PARKED, _S.EXPIRED}),
        _S.PARKED: frozenset({_S.SERVING, _S.CALLED, _S.WAITING, _S.CANCELLED, _S.EXPIRED}),
        _S.NO_SHOW: frozenset({_S.WAITING, _S.CALLED, _S.EXPIRED}),
        # Only an undo within 10 s leads back from "Done, next".
        _S.FINISHED: frozenset({_S.SERVING}),
        _S.CANCELLED: frozenset(),
        _S.EXPIRED: frozenset(),
    }
)
ENDED = frozenset({_S.FINISHED, _S.CANCELLED, _S.EXPIRED})
OPEN = frozenset(TicketState) - ENDED
AT_COUNTER = frozenset({_S.CALLED, _S.SERVING})
IN_THE_WAY = frozenset({_S.WAITING, _S.AWAY, *AT_COUNTER})
"""States of a first visit in which the same person is not called to the second one by itself."""


@dataclass(slots=True)
class Ticket:
    """One visit. `id` is the sequence number of the event that began it; `key` is its public, opaque name.

    `counter_id` is where it is called, served or parked, `last_counter_id` where it was called last;
    `bound_counter_id` keeps it for one counter
    until somebody serves it. `joined_to` follows another ticket's call: the two are one visit from
    then on. `called_from` and `call_finished` are what an undo of the running call needs: the state
    before it, and the visit that the same press ended. `after` is the first of two visits of one person:
    until that one is over, this one does not stand in the line. `counters` are those that alone call it by
    themselves, None: all. Why is not said here.
    """

    id: int
    number: int
    key: str
    state: TicketState
    origin: Origin
    concern: tuple[tuple[str, int], ...]
    persons: int
    language: str
    expected_min: int
    area_id: str | None
    arrived_at: datetime
    due_at: datetime
    due_reason: DueReason
    state_at: datetime
    appointed_at: datetime | None = None
    adjustment: Adjustment | None = None
    counter_id: str | None = None
    bound_counter_id: str | None = None
    last_counter_id: str | None = None
    joined_to: int | None = None
    call_seq: int | None = None
    called_at: datetime | None = None
    call_kind: str | None = None
    called_from: TicketState | None = None
    call_finished: int | None = None
    after: int | None = None
    first_called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    secret_version: int = 1
    counters: tuple[str, ...] | None = None

    @property
    def is_open(self) -> bool:
        return self.state not in ENDED

    @property
    def was_served(self) -> bool:
        """Say whether the visitor came to a counter, whatever became of the visit afterwards."""
        return self.state is _S.FINISHED or self.started_at is not None

    @property
    def services(self) -> frozenset[str]:
        return frozenset(service for service, _ in self.concern)

    def require(self, *allowed: TicketState) -> None:
        """Raise `WrongState`, naming what was found and what would do."""
        if self.state not in allowed:
            raise WrongState(
                found=self.state.value, allowed=sorted(s.value for s in allowed), number=self.number
            )

    def is_early(self, now: datetime) -> bool:
        """Say whether the holder of an appointment is here before the appointed time."""
        return self.appointed_at is not None and now < self.appointed_at


def states_before(state: TicketState) -> frozenset[TicketState]:
    """Return the states from which `state` can be reached."""
    return frozenset(before for before, after in TRANSITIONS.items() if state in after)


UNDO_WITHIN = timedelta(seconds=10)
