"""What a simulated day is made of: who comes when and for how long, and which counters are open when.

A plan holds no chance any more: the same plan under two disciplines is the same people on the same day.
What must not live here: drawing one (`demand`), reading one from the log (`past`), living it (`living`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from queue_server.domain.order import Due

Concern = tuple[tuple[str, int], ...]


class Ending(StrEnum):
    """How a turn at a counter ends."""

    FINISHED = "finished"
    NOT_THERE = "not_there"
    PUT_BACK = "put_back"
    HANDED_ON = "handed_on"


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Where a turn leads: to `counter` alone, or with a new concern to whoever can do it."""

    counter: str | None
    concern: Concern
    expected_min: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What happens when somebody is called: `way` until the start, then `lasts`.

    Who is not there is waited for `way`; `returns_after` so long "I missed my number" follows, None: never.
    """

    way: timedelta
    lasts: timedelta
    ending: Ending = Ending.FINISHED
    returns_after: timedelta | None = None
    handed_on: HandedOn | None = None


class Doing(StrEnum):
    """What somebody does, or what is done about somebody, beside the calls."""

    GOES_AWAY = "goes_away"
    COMES_BACK = "comes_back"
    GIVES_UP = "gives_up"
    IS_DIRECTED = "is_directed"
    IS_RELEASED = "is_released"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Happens at a moment to who waits or is away; `counters` is of `IS_DIRECTED`, `concern` of `CHANGES`."""

    at: datetime
    what: Doing
    seq: int = 0
    counters: tuple[str, ...] | None = None
    concern: Concern = ()
    expected_min: int = 0


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


@dataclass(frozen=True, slots=True)
class Press:
    """A recorded press of "next", or, with the place of a visitor in the plan, of one by name."""

    at: datetime
    seq: int
    chosen: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter for a day. With `presses` it calls at those moments alone; without, when it is free.

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
    def ends_at(self) -> datetime | None:
        """Return when the last counter would close; who waits then is still served."""
        return max((shift.ends_at for desk in self.desks for shift in desk.shifts), default=None)

    def shifts(self) -> Iterator[tuple[Desk, Shift]]:
        return ((desk, shift) for desk in self.desks for shift in desk.shifts)
