"""What is told of a forecast: ranges in whole minutes, and how likely somebody is called before closing.

What must not live here: playing the queue forward (`forecast.playing`). Nothing of this is ever an input
to the order.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Final

from queue_server.domain.forecast.drawing import Drawing, Drawn, Habits, Shuffles
from queue_server.domain.forecast.playing import NEVER, play
from queue_server.domain.forecast.scene import Scene, Skills
from queue_server.domain.service_times import ServiceTimes

LOW, HIGH = 0.2, 0.8
FINE_BELOW_MIN: Final = 10
STEP_MIN: Final = 5
LEAST_TO_MIN: Final = 3
"""Nobody is called in the same moment: "less than three minutes" is the shortest that is told."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """When somebody is called, in minutes from `Forecast.at`: one in five before `low`, after `high`.

    `before_closing` is how likely it is before the doors close.
    """

    low: float
    middle: float
    high: float
    before_closing: float = 1.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was found for a scene. `tickets` by id, `guests` by who may serve; both by due time."""

    at: datetime
    seq: int
    skills: Skills
    kinds: tuple[frozenset[str], ...]
    tickets: Mapping[int, Outlook]
    guests: Mapping[tuple[int, ...], Sequence[tuple[int, Outlook]]]

    def of_newcomer(self, services: frozenset[str], due_at: datetime) -> Outlook | None:
        """Return the outlook of somebody for these services who is due then; None when it is not known."""
        kinds = tuple(n for n, can in enumerate(self.kinds) if services <= can)
        known = self.guests.get(kinds)
        return _between(known, (due_at - self.at).total_seconds()) if known else None


def forecast(scene: Scene, times: ServiceTimes, habits: Habits, shuffles: Shuffles) -> Forecast:
    """Play a scene forward and tell what came of it."""
    return next(found for found in in_steps(scene, times, habits, shuffles, shuffles.courses) if found)


def in_steps(
    scene: Scene, times: ServiceTimes, habits: Habits, shuffles: Shuffles, at_once: int
) -> Iterator[Forecast | None]:
    """Play a scene forward, some courses at a time; None between them, and the forecast at the end.

    Who else needs the processor gets it in between.
    """
    if not scene.desks:
        yield Forecast(scene.at, scene.seq, scene.skills, scene.kinds, {}, {})
        return
    drawn = Drawing(scene, times, habits, shuffles).drawn()
    yield None
    courses: list[list[int]] = []
    for begin in range(0, len(drawn.courses), at_once):
        some = drawn.courses[begin : begin + at_once]
        courses += [play(one.future, one.free, one.lasts) for one in some]
        yield None
    yield _forecast(scene, drawn, courses)


def _forecast(scene: Scene, drawn: Drawn, courses: list[list[int]]) -> Forecast:
    closes = NEVER if scene.until_closing_s is None else int(scene.until_closing_s) << drawn.bits
    columns = list(zip(*courses, strict=True))

    def outlook(*numbers: int) -> Outlook | None:
        starts = sorted(map(min, *(columns[n] for n in numbers)) if len(numbers) > 1 else columns[numbers[0]])
        count = len(starts)
        if not count or starts[int(HIGH * count)] >= NEVER:
            return None
        low, middle, high = ((starts[int(share * count)] >> drawn.bits) / 60 for share in (LOW, 0.5, HIGH))
        return Outlook(low, middle, high, bisect_left(starts, closes) / count)

    guests: dict[tuple[int, ...], list[tuple[int, Outlook]]] = {}
    for (kinds, due_s), job in sorted(drawn.guests.items()):
        if (found := outlook(job)) is not None:
            guests.setdefault(kinds, []).append((due_s, found))
    waiters = ((one.ticket_id, outlook(*drawn.waiters[one.ticket_id])) for one in scene.waiting)
    tickets = {id_: found for id_, found in waiters if found is not None}
    return Forecast(scene.at, scene.seq, scene.skills, scene.kinds, tickets, guests)


def _between(known: Sequence[tuple[int, Outlook]], due_s: float) -> Outlook:
    """Return the outlook between the two nearest due times that were asked about."""
    place = bisect_left(known, due_s, key=lambda one: one[0])
    if place in {0, len(known)}:
        return known[min(place, len(known) - 1)][1]
    (before, sooner), (after, later) = known[place - 1], known[place]
    share = (due_s - before) / (after - before)

    def mix(one: float, other: float) -> float:
        return one + share * (other - one)

    return Outlook(
        mix(sooner.low, later.low),
        mix(sooner.middle, later.middle),
        mix(sooner.high, later.high),
        mix(sooner.before_closing, later.before_closing),
    )


def told(outlook: Outlook, gone_min: float = 0.0, widened: float = 1.0) -> tuple[int, int]:
    """Return the range that is told, in whole minutes: (from, to), from < to.

    In steps of one below ten minutes and of five above, always outwards: it is never narrower than
    what was found. `gone_min` ago it was found; `widened` is by how much ranges were too narrow of late.
    """
    low = outlook.middle - widened * (outlook.middle - outlook.low) - gone_min
    high = outlook.middle + widened * (outlook.high - outlook.middle) - gone_min
    from_min = max(0, _down(low))
    return from_min, max(_up(high), from_min + 1, LEAST_TO_MIN)


def _down(minutes: float) -> int:
    return floor(minutes) if minutes < FINE_BELOW_MIN else STEP_MIN * floor(minutes / STEP_MIN)


def _up(minutes: float) -> int:
    return ceil(minutes) if minutes <= FINE_BELOW_MIN else STEP_MIN * ceil(minutes / STEP_MIN)
