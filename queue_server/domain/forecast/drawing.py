"""What chance may bring: how long visits take, who comes, and when. Many courses of one scene.

What lives here: turning a scene into tables and draws for `forecast.playing`. Chance itself is handed in.
Each visit takes in each course another part of its spread, and in the opposite course the opposite part
(antithetic draws), so that few courses say as much as many.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from operator import itemgetter
from typing import Final

from queue_server.domain.forecast.playing import (
    COMES,
    EARLY_S,
    GUEST,
    JOBS_MOST,
    NEVER,
    OVER,
    WAITS,
    Future,
    Later,
    rank,
)
from queue_server.domain.forecast.scene import HORIZON, Desk, Expected, Newcomer, Scene, Visit, Waiter
from queue_server.domain.forecast.staffing import KEPT, Gap
from queue_server.domain.order import LATE_WAIT
from queue_server.domain.service_times import Concern, ServiceTimes, Spread, remaining

Dice = Callable[[], float]
"""Gives numbers ≥ 0 and < 1, all equally likely."""

SHUFFLES: Final = 61
FUTURES: Final = 14
"""So many different futures are looked at; the courses of one differ in how long visits take."""
COMERS_MOST: Final = JOBS_MOST // 8
"""Each of whom comes in half of the futures: five hundred within the hour are no town hall any more."""
COMERS_AT_ONCE: Final = 16
BACK_SHARE, BACK_MIN = 0.75, (1.0, 15.0)
"""Who is away comes back, in most cases, within so many minutes."""
REACTION_S: Final = (5.0, 30.0)
"""How long a clerk at a free counter takes to call."""
BUSY_MOST_S: Final = 180.0
"""The same where somebody waits already: the clerk is busy with something."""
LEAVES_MIN: Final = (-3.0, 6.0)
"""Who leaves, pauses or opens by plan does so within these minutes of the planned time, at a visit's end."""
FIRST_S: Final = -EARLY_S
"""A planned leave goes before everybody who waits."""
PRESENCE: Final = (*(-18 + 0.7 * n for n in range(38)), 15.0, 28.0)
"""When holders of appointments come, in minutes after their time: most a few minutes before."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What people of this town do. `no_show` is the share of appointments that nobody comes for.

    `comes_min`: when holders come, in minutes after the appointed time; `way_min` from the call to the
    counter, `between_min` from the end of a visit to the next call, both on average.
    """

    no_show: float = 0.1
    comes_min: Spread = PRESENCE
    way_min: float = 1.0
    between_min: float = 0.0
    grace_min: float = 15.0


@dataclass(frozen=True, slots=True)
class Course:
    """What one course is played with; see `playing.play`."""

    future: Future
    free: Sequence[int]
    lasts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scene, ready to be played: `waiters` and `guests` name the visits that are asked about.

    Who is early stands in line twice, so a waiter has one place or two.
    """

    waiters: dict[int, tuple[int, ...]]
    guests: dict[tuple[tuple[int, ...], int], int]
    courses: list[Course]
    bits: int
    first: int


class Shuffles:
    """Orders of the courses, made once for a process: drawing anew for each visit took most of the time."""

    def __init__(self, dice: Dice, courses: int = 200) -> None:
        self.courses = courses
        self.dice = dice
        self._shares: dict[int, list[int]] = {}
        half = [_shuffled(list(range(courses // 2)), dice) for _ in range(SHUFFLES)]
        # Of each pair of courses one has the low and one the high part, which of them is left to chance.
        self._pick = [itemgetter(*_antithetic(one, courses, dice)) for one in half]

    def column(self, parts: Sequence[int], place: int) -> tuple[int, ...]:
        """Return for each course its part of a spread of `courses` values."""
        found: tuple[int, ...] = self._pick[place % SHUFFLES](parts)
        return found

    def shares(self, parts: int) -> list[int]:
        """Return for each course, in ascending order, which of so many equally likely parts is its own."""
        known = self._shares.get(parts)
        if known is None:
            known = self._shares[parts] = [n * parts // self.courses for n in range(self.courses)]
        return known


def _shuffled(values: list[int], dice: Dice) -> list[int]:
    for n in range(len(values) - 1, 0, -1):
        other = int(dice() * (n + 1))
        values[n], values[other] = values[other], values[n]
    return values


def _antithetic(half: list[int], courses: int, dice: Dice) -> list[int]:
    low = [one if dice() < 0.5 else courses - 1 - one for one in half]
    return [part for one in low for part in (one, courses - 1 - one)]


Breathe = Callable[[], None]
"""Called now and then while something long is worked out, wherever others may go first."""


def on_and_on() -> None:
    """Breathe never: nobody else is at work."""


Comer = Callable[[int], Iterator[tuple[int, int, int]]]
"""Draws a coming, for the first of two visits' numbers: (visit, since when in seconds, due)."""


class Drawing:
    """Draws the courses of one scene.

    Visits are numbered: first those who may come (two numbers each, for who comes early), then the guests,
    then who waits, so that of two due together the one who arrived first has the greater number.
    """

    def __init__(
        self,
        scene: Scene,
        times: ServiceTimes,
        habits: Habits,
        shuffles: Shuffles,
        breathe: Breathe = on_and_on,
    ) -> None:
        self.scene, self.times, self.habits, self.shuffles = scene, times, habits, shuffles
        self.breathe = breathe
        self.dice, self.courses = shuffles.dice, shuffles.courses
        self.bits = max(1, (len(scene.desks) - 1).bit_length())
        self._of: dict[tuple[Concern, int], list[int]] = {}
        self.comers: list[tuple[Sequence[int], tuple[int, ...], Comer]] = []
        self._add_comers()
        self.first = 2 * len(self.comers)
        asked = [(kinds, due) for due in reversed(scene.guest_dues) for kinds in scene.guests]
        self.guests = {one: self.first + n for n, one in enumerate(asked)}
        self.waiters: dict[int, tuple[int, ...]] = {}
        number = self.first + len(asked)
        for one in reversed(scene.waiting):
            self.waiters[one.ticket_id] = (number, number + 1) if one.early_s > 0 else (number,)
            number += len(self.waiters[one.ticket_id])
        self.count = number

    def drawn(self) -> Drawn:
        lines, state, later = self._beginning()
        futures = [self._future(lines, state, later) for _ in range(min(FUTURES, self.courses))]
        frees = zip(*(self._free(n, desk) for n, desk in enumerate(self.scene.desks)), strict=True)
        columns: list[Sequence[int]] = [(0,) * self.courses] * len(self.guests)
        for one in reversed(self.scene.waiting):
            numbers = self.waiters[one.ticket_id]
            columns += [self.shuffles.column(self._lasting(one.visit), numbers[0])] * len(numbers)
        asked = zip(*columns, strict=True) if columns else iter([()] * self.courses)
        courses = [
            Course(futures[n // 2 % FUTURES][0], free, futures[n // 2 % FUTURES][1] + lasts)
            for n, (free, lasts) in enumerate(zip(frees, asked, strict=True))
        ]
        return Drawn(self.waiters, self.guests, courses, self.bits, self.first)

    def _beginning(self) -> tuple[list[list[int]], bytearray, dict[int, Later]]:
        """Return what all futures have in common: the lines, and what each visit is."""
        lines: list[list[int]] = [[] for _ in range(1 + max(self.scene.kind_at.values()))]
        state, later = bytearray([OVER]) * self.count, dict[int, Later]()

        def stand(number: int, kinds: tuple[int, ...], due_s: int, what: int) -> int:
            place = rank(due_s, number)
            state[number] = what
            for kind in kinds:
                lines[kind].append(place)
            return place

        for (kinds, due_s), number in self.guests.items():
            stand(number, kinds, due_s, GUEST)
        for one in self.scene.waiting:
            number, *again = self.waiters[one.ticket_id]
            if not again:
                stand(number, one.kinds, one.due_s, WAITS)
                continue
            place = stand(number, one.kinds, one.due_s, COMES)
            later[number] = (one.early_s << self.bits, place, one.kinds, again[0])
            place = stand(again[0], one.kinds, one.due_s + EARLY_S, COMES)
            later[again[0]] = (0, place, one.kinds, number)
        return lines, state, later

    def _future(
        self, lines: list[list[int]], state: bytearray, later: dict[int, Later]
    ) -> tuple[Future, tuple[int, ...]]:
        """Draw who comes when, and how long they stay."""
        lines, state, later = [list(line) for line in lines], bytearray(state), dict(later)
        lasts = [0] * self.first
        for n, (lasting, kinds, draw) in enumerate(self.comers):
            if n % COMERS_AT_ONCE == 0:
                self.breathe()
            if not (coming := tuple(draw(2 * n))):
                continue
            last = lasting[int(self.dice() * len(lasting))]
            for number, since, due_s in coming:
                place = rank(due_s, number)
                later[number] = (since << self.bits, place, kinds, number ^ 1)
                state[number], lasts[number] = COMES, last
                for kind in kinds:
                    lines[kind].append(place)
        for line in lines:
            line.sort()
        kinds_of = [desk.kind for desk in self.scene.desks]
        return Future(kinds_of, lines, bytes(state), later, self.first, self.bits), tuple(lasts)

    # -- how long ----------------------------------------------------------------------------------

    def _lasting(self, visit: Visit) -> list[int]:
        """Return how long such a visit keeps a counter: one value for each course, ascending, shifted."""
        key = (visit.concern, visit.expected_min)
        parts = self._of.get(key)
        if parts is None:
            more = 60 * (self.habits.way_min + self.habits.between_min)
            parts = self._of[key] = self._parts(self.times.spread(*key), more)
        return parts

    def _parts(self, spread: Spread, more_s: float = 0.0) -> list[int]:
        shifted = [int(60 * one + more_s) << self.bits for one in spread]
        return [shifted[n] for n in self.shuffles.shares(len(shifted))]

    def _free(self, counter: int, desk: Desk) -> list[int]:
        more = 0.0 if desk.visit is None else 60 * self.habits.between_min
        parts = (
            self._parts(self._left(desk), more) if desk.opens_s is None else self._opens(desk, desk.opens_s)
        )
        return [one | counter for one in self.shuffles.column(parts, counter + 7)]

    def _opens(self, desk: Desk, opens_s: int) -> list[int]:
        """Return when a counter opens by plan: in some courses never."""
        least, most = LEAVES_MIN
        within = 60 * (most - least)
        come = ceil(desk.share * self.courses)
        at = (opens_s + 60 * least + within * n / come for n in range(come))
        return [max(0, int(one)) << self.bits for one in at] + [NEVER] * (self.courses - come)

    def _left(self, desk: Desk) -> Spread:
        """Return the minutes until a counter takes the next."""
        if desk.visit is None:
            least, most = REACTION_S
            busy = any(desk.kind in one.kinds and not one.early_s for one in self.scene.waiting)
            longest = max(most, min(desk.gone_s, BUSY_MOST_S)) if busy else most
            return tuple((least + (longest - least) * n / 19) / 60 for n in range(20))
        alone = self.times.spread(desk.visit.concern, desk.visit.expected_min)
        spread = tuple(one * desk.visit.times for one in alone)
        if desk.is_called:
            way = max(0.0, self.habits.way_min - desk.gone_s / 60)
            return tuple(one + way for one in spread)
        return remaining(spread, desk.gone_s / 60)

    # -- who comes ---------------------------------------------------------------------------------

    def _add_comers(self) -> None:
        """Note who may come before somebody who is asked about."""
        scene = self.scene
        for gap in scene.gaps:
            lasts = NEVER if gap.lasts_s is None else gap.lasts_s << self.bits
            self.comers.append(([lasts], (gap.kind,), self._leave(gap)))
        last_due = max([*scene.guest_dues, *(one.due_s for one in scene.waiting)], default=0)
        for expected in scene.expected:
            if expected.starts_s < last_due:
                self._add(expected, self._appointment(expected))
        for one in scene.bound:
            self._add(one, lambda n, one=one: iter([(n, one.comes_s, one.due_s)]))  # type: ignore[misc]
        for one in (*scene.away, *scene.parked):
            self._add(one, self._back(one))
        closes_s = scene.until_closing_s
        until = HORIZON.total_seconds() if closes_s is None else min(HORIZON.total_seconds(), closes_s)
        for recent in scene.recent:
            within = min(until, last_due - recent.patience_s)
            often = within / scene.observed_s
            self.breathe()
            # A rush of some seconds foretells thousands: more than are kept need not be thought of.
            for _ in range(min(ceil(2 * often), COMERS_MOST - len(self.comers)) if within > 0 else 0):
                self._add(recent, self._walk_in(recent, within, often / ceil(2 * often)))

    def _add(self, one: Expected | Newcomer | Waiter, draw: Comer) -> None:
        if len(self.comers) < COMERS_MOST:
            self.comers.append((self._lasting(one.visit), one.kinds, draw))

    def _appointment(self, one: Expected) -> Comer:
        gone_min = -one.starts_s / 60
        times = tuple(minute for minute in self.habits.comes_min if minute > gone_min)
        there = (1 - self.habits.no_show) * len(times) / len(self.habits.comes_min)
        share = there / (there + self.habits.no_show) if there else 0.0
        late_s = one.starts_s + 60 * self.habits.grace_min

        def draw(number: int) -> Iterator[tuple[int, int, int]]:
            if self.dice() >= share:
                return
            comes = max(0, one.starts_s + int(60 * times[int(self.dice() * len(times))]))
            if comes > late_s:
                yield number, comes, comes + int(LATE_WAIT.total_seconds())
                return
            yield number, max(comes, one.starts_s), one.starts_s
            if comes < one.starts_s:
                yield number + 1, comes, one.starts_s + EARLY_S

        return draw

    def _leave(self, gap: Gap) -> Comer:
        least, most = LEAVES_MIN

        def draw(number: int) -> Iterator[tuple[int, int, int]]:
            if self.dice() < KEPT:
                shift_s = int(60 * (least + (most - least) * self.dice()))
                yield number, max(0, gap.begins_s + shift_s), FIRST_S

        return draw

    def _walk_in(self, one: Newcomer, within: float, share: float) -> Comer:
        def draw(number: int) -> Iterator[tuple[int, int, int]]:
            if self.dice() < share:
                comes = int(self.dice() * within)
                yield number, comes, comes + one.patience_s

        return draw

    def _back(self, one: Waiter) -> Comer:
        least, most = BACK_MIN

        def draw(number: int) -> Iterator[tuple[int, int, int]]:
            if self.dice() < BACK_SHARE:
                yield number, int(60 * (least + (most - least) * self.dice())), one.due_s

        return draw
