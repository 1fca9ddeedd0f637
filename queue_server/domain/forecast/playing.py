"""One course of the queue: who is called when, if all that is uncertain is settled.

What lives here: the inner loop, which runs some ten thousand times a second. What must not: where its
figures come from (`forecast.drawing`), what is told of many courses (`forecast.ranges`).

The order is the hall's own (`domain.order`): (tier, due, arrival, id). It is kept as one number for each
visit, greater for who is called sooner, so that a line is a sorted list whose end is popped. Counters with
the same skills share a line; a visit that several kinds may serve stands in the line of each, and is passed
over where it comes up again. Nothing is compared at a press but numbers, and nothing is looked for.

Who is still to come stands in the lines from the beginning: in a full hall they have long come when it is
their turn, so that nobody's coming has to be an event. Whose turn it would be too soon is put aside until
then. Who is here before the appointed time stands in line twice: at its due time, from the appointed time
on, and behind everybody, from the arrival on.

Guests are visits that would stand in the queue if somebody took a number now. They take nobody's time: the
moment at which one would have been called is noted, and the counter goes on to the next.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

JOB_BITS: Final = 13
JOBS_MOST: Final = 1 << JOB_BITS
_JOB: Final = JOBS_MOST - 1
_LATEST_S: Final = 1 << 22
EARLY_S: Final = 1 << 20
"""So many seconds are added to the due time of who is early: behind everybody whose time has come."""
NEVER: Final = 1 << 60

WAITS, OVER, GUEST, COMES = range(4)
"""What a visit is: it waits; it was called or does not come at all; it is a guest; it may be called later."""


def rank(due_s: int, job: int) -> int:
    """Return what a visit is ordered by: greater is sooner; of two due together the greater `job`."""
    return (_LATEST_S - due_s) << JOB_BITS | job


Later = tuple[int, int, tuple[int, ...], int]
"""A place in line that holds later: (since when, shifted; rank; kinds; the same visit's other place)."""


@dataclass(frozen=True, slots=True)
class Future:
    """What is the same in several courses: the counters, who waits, and who comes when.

    `kinds` tells of each counter which line it takes from; `lines` has the ranks by kind, ascending. `state`
    tells of each visit what it is at the beginning; the visits from `first` on are asked about. Times are in
    seconds from now, shifted left by `bits`, with the counter in the low bits.
    """

    kinds: Sequence[int]
    lines: Sequence[Sequence[int]]
    state: bytes
    later: Mapping[int, Later]
    first: int
    bits: int


def play(future: Future, free: Sequence[int], lasts: Sequence[int]) -> list[int]:  # noqa: C901 - one loop
    """Return when each visit is called; `NEVER` for who is not.

    `free` is when each counter is free (shifted, with the counter), `lasts` how long each visit keeps one
    (shifted). It may end before those are called who are not asked about.
    """
    kinds, later, first = future.kinds, future.later, future.first
    lines = [list(line) for line in future.lines]
    pops = [lines[kind].pop for kind in kinds]
    state = bytearray(future.state)
    starts = [NEVER] * len(state)
    low = (1 << future.bits) - 1
    heap = list(free)
    heapify(heap)
    idle: list[int] = []
    aside: list[tuple[int, int]] = []
    until = NEVER
    while True:
        try:
            while (now := heap[0]) < until:
                pop = pops[now & low]
                job = pop() & _JOB
                while what := state[job]:
                    if what == COMES:
                        since, _, _, twin = later[job]
                        if since <= now:
                            state[twin] = OVER
                            break
                        heappush(aside, (since, job))
                        until = aside[0][0]
                    elif what == GUEST:
                        state[job] = OVER
                        starts[job] = now
                    job = pop() & _JOB
                state[job] = OVER
                starts[job] = now
                heapreplace(heap, now + lasts[job])
        except IndexError:
            # Nobody is there for this counter; or all of them are idle.
            if heap:
                idle.append(heappop(heap) & low)
                continue
        if not aside or not any(state.find(what, first) >= 0 for what in (WAITS, GUEST, COMES)):
            return starts
        job = heappop(aside)[1]
        if state[job] == COMES:
            _, place, serving, _ = later[job]
            for kind in serving:
                insort(lines[kind], place)
            for counter in [one for one in idle if kinds[one] in serving]:
                idle.remove(counter)
                heappush(heap, until | counter)
        until = aside[0][0] if aside else NEVER
