"""What is told of a forecast: ranges in whole minutes, and how likely somebody is called before closing.

What must not live here: playing the queue forward (`forecast.playing`). Nothing of this is ever an input
to the order.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import Final

from queue_server.domain.forecast.drawing import Breathe, Drawing, Habits, Shuffles, on_and_on
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
    """What was found for a scene. `tickets` by id, `guests` by who may serve; both by due time.

    `widened` is by how much ranges were too narrow of late; see `told`.
    """

    at: datetime
    seq: int
    skills: Skills
    kind_at: Mapping[str, int]
    tickets: Mapping[int, Outlook]
    guests: Mapping[tuple[int, ...], Sequence[tuple[int, Outlook]]]
    widened: float = 1.0

    def of_newcomer(
        self, services: frozenset[str], due_at: datetime, counters: Collection[str] | None = None
    ) -> Outlook | None:
        """Return the outlook of somebody for these services who is due then; None when it is not known.

        `counters` are those that alone may serve, None: all.
        """
        mine = {
            id_
            for id_, can in self.skills.items()
            if services <= can and (counters is None or id_ in counters)
        }
        kinds = {self.kind_at[id_] for id_ in mine}
        if any(kind in kinds and id_ not in mine for id_, kind in self.kind_at.items()):
            return None  # a group of counters that nobody was kept for until now
        known = self.guests.get(tuple(sorted(kinds)))
        return _between(known, (due_at - self.at).total_seconds()) if known else None


class Forecasting:
    """Plays a scene forward, some courses at a time.

    `breathe` is called after each of them and within whatever else is long, so that others get the processor.
    """

    def __init__(
        self,
        scene: Scene,
        times: ServiceTimes,
        habits: Habits,
        shuffles: Shuffles,
        breathe: Breathe = on_and_on,
    ) -> None:
        self._scene, self._breathe = scene, breathe
        self._drawn = Drawing(scene, times, habits, shuffles, breathe).drawn() if scene.desks else None
        self._courses: list[list[int]] = []

    def play(self, count: int) -> bool:
        """Play so many more courses; say whether any is left."""
        if self._drawn is None:
            return False
        courses, first, done = self._drawn.courses, self._drawn.first, len(self._courses)
        for one in courses[done : done + count]:
            # Who may come is not asked about: most of what there is, and it would be turned over below.
            self._courses.append(play(one.future, one.free, one.lasts)[first:])
            self._breathe()
        return len(self._courses) < len(courses)

    def found(self, widened: float = 1.0) -> Forecast:
        """Return what the courses say that were played so far."""
        scene, drawn = self._scene, self._drawn
        tickets: dict[int, Outlook] = {}
        guests: dict[tuple[int, ...], list[tuple[int, Outlook]]] = {}
        if drawn is not None and self._courses:
            columns, first = list(zip(*self._courses, strict=True)), drawn.first
            for one in scene.waiting:
                self._breathe()
                starts = map(min, *(columns[n - first] for n in (drawn.waiters[one.ticket_id] * 2)[:2]))
                if (outlook := self._outlook(starts, drawn.bits)) is not None:
                    tickets[one.ticket_id] = outlook
            for (kinds, due_s), number in sorted(drawn.guests.items()):
                self._breathe()
                if (outlook := self._outlook(columns[number - first], drawn.bits)) is not None:
                    guests.setdefault(kinds, []).append((due_s, outlook))
        return Forecast(scene.at, scene.seq, scene.skills, scene.kind_at, tickets, guests, widened)

    def _outlook(self, found: Iterable[int], bits: int) -> Outlook | None:
        starts = sorted(found)
        count, until = len(starts), self._scene.until_closing_s
        if starts[int(HIGH * count)] >= NEVER:
            return None
        low, middle, high = ((starts[int(share * count)] >> bits) / 60 for share in (LOW, 0.5, HIGH))
        sooner = count if until is None else bisect_left(starts, int(until) << bits)
        return Outlook(low, middle, high, sooner / count)


def forecast(scene: Scene, times: ServiceTimes, habits: Habits, shuffles: Shuffles) -> Forecast:
    """Play a scene forward and tell what came of it."""
    forecasting = Forecasting(scene, times, habits, shuffles)
    while forecasting.play(shuffles.courses):
        pass
    return forecasting.found()


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
