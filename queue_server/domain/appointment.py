"""An appointment: a booked time, its states, and the one table of transitions between them.

What must not live here: who holds it. Names and contacts lie apart (`domain.person`), and no event
and no appointment carries them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from queue_server.domain.slots import CELL_S, cell_of


class AppointmentState(StrEnum):
    HELD = "held"
    """Kept for ten minutes for one visitor who is still typing."""
    UNCONFIRMED = "unconfirmed"
    """Asked for and kept, until somebody confirms it or declines, or the time for that is over."""
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    """The holder arrived; a ticket waits, or was served."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Ended without a booking: a hold that ran out, was let go or used up by a move; a request unanswered."""
    MISSED = "missed"
    """Not arrived by closing. Never called by itself; who comes after all may still check in that day."""


_S = AppointmentState
TRANSITIONS: Mapping[AppointmentState, frozenset[AppointmentState]] = MappingProxyType(
    {
        _S.HELD: frozenset({_S.UNCONFIRMED, _S.BOOKED, _S.EXPIRED}),
        _S.UNCONFIRMED: frozenset({_S.BOOKED, _S.CANCELLED, _S.EXPIRED}),
        _S.BOOKED: frozenset({_S.CHECKED_IN, _S.CANCELLED, _S.MISSED}),
        # Came and left again before being served: missed, like one who never came.
        _S.CHECKED_IN: frozenset({_S.COMPLETED, _S.MISSED}),
        _S.MISSED: frozenset({_S.CHECKED_IN}),
        _S.COMPLETED: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.EXPIRED: frozenset(),
    }
)
LIVE: Final = frozenset({_S.HELD, _S.UNCONFIRMED, _S.BOOKED, _S.CHECKED_IN})
"""States in which an appointment takes up a clerk's time."""
OPEN: Final = frozenset({_S.UNCONFIRMED, _S.BOOKED})
"""States that count as a visitor's bookings to come."""
EXPECTED: Final = frozenset({_S.BOOKED, _S.MISSED})
"""States in which somebody may still come: the number stays reserved on the appointment's day."""
_FIRST_YEAR: Final = 2026
_YEARS: Final = 600
_A_YEAR: Final = 100
"""More secrets than anybody has replaced of one appointment."""


def first_secret_version(created_at: datetime) -> int:
    """Return the version of a new appointment's secret: each year has its own.

    Who keeps a letter of an appointment forgotten since years opens none that drew its reference anew.
    """
    return 1 + _A_YEAR * (max(0, created_at.year - _FIRST_YEAR) % _YEARS)


@dataclass(slots=True)
class Appointment:
    """One booked or held time. `id` is the sequence number of its `AppointmentHeld`.

    `reference` identifies and never authorises. `number` is drawn when the booking is confirmed.
    `held_until` is when the kept time is free again: a hold's ten minutes, or the end of the time in which a
    request may be confirmed. `confirmed_by` says who has to, or had to, confirm it (`secretariat`, `mail`);
    empty where nobody has. `refused`: they declined.
    `replaces` is the id of the appointment that this hold would move, at `replaces_site` when that is not
    here. `follows` is the id of the first of two times that belong together. `clerk_id` (who is planned
    for it; may change until the call), `secret_version` (of the manage link) and `client` (a fingerprint
    of the browser or session that holds it) stand beside the log.
    """

    id: int
    reference: str
    state: AppointmentState
    starts_at: datetime
    minutes: int
    concern: tuple[tuple[str, int], ...]
    persons: int
    area_id: str | None
    language: str
    channel: str
    held_until: datetime
    state_at: datetime
    created_at: datetime
    extensions: int = 0
    replaces: int | None = None
    replaces_site: str | None = None
    follows: int | None = None
    number: int | None = None
    ticket_id: int | None = None
    clerk_id: str | None = None
    client: str = ""
    secret_version: int = 1
    confirmed_by: str = ""
    refused: bool = False

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def services(self) -> frozenset[str]:
        return frozenset(service for service, _ in self.concern)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def first_cell(self) -> int:
        return cell_of(self.starts_at)

    @property
    def cells(self) -> int:
        """How many cells it takes up."""
        return self.minutes * 60 // CELL_S

    @property
    def was_asked_for(self) -> bool:
        """Say whether it ever became more than a held time."""
        return self.number is not None or bool(self.confirmed_by)

    def is_held(self, now: datetime) -> bool:
        """Say whether it is a hold whose time is not over."""
        return self.state is _S.HELD and now < self.held_until

    def is_requested(self, now: datetime) -> bool:
        """Say whether it waits to be confirmed, and may still be."""
        return self.state is _S.UNCONFIRMED and now < self.held_until
