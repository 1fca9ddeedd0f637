"""What a simulated day is made of: who comes when and for how long, and which counters are open when.

A plan holds no chance any more: the same plan under two disciplines is the same people on the same day.
What must not live here: drawing one (`demand`), reading one from the log (`past`), living it (`living`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from queue_server.domain.order import Due

Concern = tuple[tuple[str, int], ...]


class Ending(StrEnum):
    """How a turn at a counter ends. `GIVES_UP`: leaves when called, before it begins."""

    FINISHED = "finished"
    NOT_THERE = "not_there"
    PUT_BACK = "put_back"
    HANDED_ON = "handed_on"
    PARKED = "parked"
    GIVES_UP = "gives_up"


class Begin(StrEnum):
    """How a turn begins: by "next", or at the counter that had the visit before, or with another's turn."""

    CALLED = "called"
    BY_NAME = "by_name"
    """Missed or parked before, and there now: called by the number."""
    RESUMED = "resumed"
    """Parked before, and goes on without a call."""
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Where a turn leads: to `counter` alone, or with a new concern to whoever can do it."""

    counter: str | None
    concern: Concern
    expected_min: int


@dataclass(frozen=True, slots=True)
class Joined:
    """To which turn of the visitor with that `seq` another one was joined, and how long `after` it began.

    Who is called alone, because the other is gone, is served for as long as from then on.
    """

    seq: int
    turn: int
    after: timedelta


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens when somebody is called: `way` until the start, then `lasts`.

    Who is not there is waited for `way`. `returns_after` the end of a turn that was missed or parked the
    visitor is there again, None: never; the next turn then begins as it `begins`, or in the line.
    """

    way: timedelta
    lasts: timedelta
    ending: Ending = Ending.FINISHED
    returns_after: timedelta | None = None
    handed_on: HandedOn | None = None
    begins: Begin = Begin.CALLED
    joined: Joined | None = None


class Doing(StrEnum):
    """What somebody does, or what is done about somebody, beside the turns."""

    GOES_AWAY = "goes_away"
    COMES_BACK = "comes_back"
    GIVES_UP = "gives_up"
    IS_DIRECTED = "is_directed"
    CHANGES = "changes"
    RETURNS = "returns"
    IS_RELEASED = "is_released"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Happens to somebody at a moment; `counters` is of `IS_DIRECTED`, `concern` of `CHANGES`."""

    at: datetime
    what: Doing
    seq: int = 0
    counters: tuple[str, ...] | None = None
    concern: Concern = ()
    expected_min: int = 0
    persons: int = 1


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit, not yet ordered: its due time is the discipline's. `turns` are its calls, in order.

    `after` is the place in the plan of the first of two visits of one person. `seq` tells apart what the log
    recorded at the same moment, `recorded` is how it was placed then, `counters` alone call it.
    """

    arrives_at: datetime
    concern: Concern
    expected_min: int
    turns: tuple[Turn, ...]
    appointed_at: datetime | None = None
    priority: bool = False
    meanwhile: tuple[Meanwhile, ...] = ()
    counters: tuple[str, ...] | None = None
    after: int | None = None
    seq: int = 0
    recorded: Due | None = None

    @property
    def services(self) -> frozenset[str]:
        return frozenset(service for service, _ in self.concern)

    @property
    def gives_up(self) -> bool:
        return any(one.what is Doing.GIVES_UP for one in self.meanwhile)

    @property
    def may_expect_at(self) -> datetime:
        """Return from when on waiting is waiting: who comes before the appointed time came early."""
        return max(self.arrives_at, self.appointed_at or self.arrives_at)


@dataclass(frozen=True, slots=True)
class Shift:
    """A counter is open from `begins_at` to `ends_at` for these services; between two shifts it is paused."""

    begins_at: datetime
    ends_at: datetime
    skills: frozenset[str]


class Act(StrEnum):
    """What a counter does, each one an entry of the log."""

    OPENS = "opens"
    PAUSES = "pauses"
    CLOSES = "closes"
    CALLS_NEXT = "calls_next"
    CALLS = "calls"
    RECALLS = "recalls"
    JOINS = "joins"
    STARTS = "starts"
    RESUMES = "resumes"
    FINISHES = "finishes"
    FINDS_NOBODY = "finds_nobody"
    PUTS_BACK = "puts_back"
    PARKS = "parks"
    HANDS_ON = "hands_on"
    UNDOES = "undoes"


CALLS: Final = frozenset({Act.CALLS_NEXT, Act.CALLS})


@dataclass(frozen=True, slots=True)
class Press:
    """A recorded act at a counter. `whom` is a visitor's place in the plan, of one who was named.

    `skills` are of `OPENS`: what "next" finds from then on. `to` is of `HANDS_ON`, `by` of `STARTS`.
    """

    at: datetime
    seq: int
    what: Act
    whom: int | None = None
    skills: frozenset[str] = frozenset()
    to: HandedOn | None = None
    by: str = "clerk"


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter for a day. With `presses` it does what it did then, and no more; without, its clerk is free.

    `breather` is how long after a visit its clerk presses "next".
    """

    id: str
    shifts: tuple[Shift, ...]
    breather: timedelta = timedelta(0)
    presses: tuple[Press, ...] | None = None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day to live through. `visitors` stand in order of arrival.

    `has_doors`: who comes too late gets no number (`doors`); without, everybody who comes is served.
    """

    on: date
    desks: tuple[Desk, ...]
    visitors: tuple[Visitor, ...]
    has_doors: bool = False

    @property
    def is_recorded(self) -> bool:
        """Say whether the counters do what they did, at the moments at which they did it."""
        return any(desk.presses is not None for desk in self.desks)

    @property
    def ends_at(self) -> datetime | None:
        """Return when the last counter would close; who waits then is still served."""
        return max((shift.ends_at for desk in self.desks for shift in desk.shifts), default=None)

    def shifts(self) -> Iterator[tuple[Desk, Shift]]:
        return ((desk, shift) for desk in self.desks for shift in desk.shifts)
