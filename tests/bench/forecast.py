"""What a forecast of the queue costs: 60 waiting, 8 counters of three kinds, 200 courses; pure calculation.

Reference: the same courses, played by a simulation as one first writes it: a heap of who comes and which
counter is free, and a sorted list of who waits, through which each free counter looks. Both must call
everybody in the same second.
"""

import gc
import random
from bisect import insort
from collections.abc import Sequence
from datetime import timedelta
from heapq import heapify, heappop, heappush
from statistics import median
from time import thread_time

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.forecast.drawing import Drawing, Drawn, Habits, Shuffles
from queue_server.domain.forecast.playing import COMES, GUEST, JOB_BITS, NEVER, OVER, Future, play
from queue_server.domain.forecast.ranges import forecast
from queue_server.domain.forecast.scene import Scene, Surroundings, take
from queue_server.domain.order import patience_min
from queue_server.domain.service_times import Configured
from tests.bench.row import Row
from tests.domain.builders import CAR, CARD, PASS, Day, a_hall

GOAL_MS = 15.0
COURSES = 200
KINDS = ((PASS, CARD, CAR), (PASS, CARD), (CAR,))
SERVICES = (PASS, PASS, CARD, CAR)
MINUTES = (5, 10, 10, 15, 30)


def run(quick: bool = False) -> list[Row]:
    """Measure; some seconds. Processor time: who else is at work here does not count."""
    shuffles = Shuffles(random.Random(1).random, COURSES)
    scene = a_full_hall()
    drawn = Drawing(scene, Configured(), Habits(), shuffles).drawn()
    pairs = []
    gc.collect()
    gc.disable()  # as good as in the product, whose collector looks a hundred times less often than usual
    for _ in range(3 if quick else 40):
        begun = thread_time()
        theirs = plainly(drawn)
        between = thread_time()
        ours = [play(course.future, course.free, course.lasts) for course in drawn.courses]
        played = thread_time() - between
        if [one[drawn.first :] for one in theirs] != [one[drawn.first :] for one in ours]:
            raise AssertionError("the two do not call at the same times")
        whole = thread_time()
        forecast(scene, Configured(), Habits(), shuffles)
        pairs.append((between - begun, played, thread_time() - whole))
    gc.enable()
    reference, playing, all_of_it = (median(column) * 1e3 for column in zip(*pairs, strict=True))
    return [
        Row(
            "forecast: 60 waiting, 8 counters, 200 courses (pure)",
            f"{reference + all_of_it - playing:.1f} ms",
            f"{all_of_it:.1f} ms",
            f"{(reference + all_of_it - playing) / all_of_it:.1f} x as fast",
            f"≤ {GOAL_MS:.0f} ms",
            ok=all_of_it <= GOAL_MS,
            note=f"playing alone {playing:.1f} ms, reference {reference:.1f} (a plain heap simulation)",
        )
    ]


# -- the hall ------------------------------------------------------------------------------------------


def a_full_hall(seed: int = 1) -> Scene:
    """Eight counters in the middle of visits, 60 who wait, 20 booked and 25 walk-ins an hour to come."""
    rng = random.Random(seed)
    day = a_hall({f"c{n}": KINDS[n % 3] for n in range(8)}, now="08:00")
    for n in range(68):
        booked = n % 3 == 0
        appointed = f"{9 + n // 30:02}:{n % 30 * 2:02}" if booked else None
        day.take(rng.choice(SERVICES), minutes=rng.choice(MINUTES), appointed=appointed)
        day.later(minutes=2)
    for counter in day.skills:
        day.serve(counter)
        day.later(minutes=1)
    around = Surroundings(
        day.skills,
        [frozenset({one}) for one in (PASS, CARD, CAR)],
        [5, *sorted({patience_min(one, 3) for one in MINUTES})],
        list(_booked(day, rng)),
        240,
        giving=True,
    )
    scene = take(day.hall, around, day.now)
    if len(scene.waiting) != 60:
        raise AssertionError(f"{len(scene.waiting)} wait")
    return scene


def _booked(day: Day, rng: random.Random) -> Sequence[Appointment]:
    return [
        Appointment(
            id=10_000 + n,
            reference=f"R{n}",
            state=AppointmentState.BOOKED,
            starts_at=(starts := day.now + timedelta(minutes=3 * n)),
            minutes=rng.choice(MINUTES),
            concern=((rng.choice(SERVICES), 1),),
            persons=1,
            area_id=None,
            language="de",
            channel="online",
            held_until=starts,
            state_at=day.now,
            created_at=day.now,
        )
        for n in range(30)
    ]


# -- plainly -------------------------------------------------------------------------------------------


def plainly(drawn: Drawn) -> list[list[int]]:
    """Play all courses as one first writes it."""
    return [play_plainly(course.future, course.free, course.lasts) for course in drawn.courses]


def play_plainly(future: Future, free: Sequence[int], lasts: Sequence[int]) -> list[int]:
    """Play one course: who comes and which counter is free, in order of time; first who comes."""
    serving, ranks = _who_may(future)
    line = [(-ranks[job], job) for job, what in enumerate(future.state) if what not in {OVER, COMES}]
    line.sort()
    starts, called = [NEVER] * len(future.state), set[int]()
    heap = [(one, False, one & (1 << future.bits) - 1) for one in free]
    heap += [(since - 1, True, job) for job, (since, *_) in future.later.items()]
    heapify(heap)
    idle: list[int] = []
    now = min(free)
    while heap:
        at, comes, who = heappop(heap)
        if comes:
            insort(line, (-ranks[who], who))
            now = max(now, at + 1)
            for counter in idle:
                heappush(heap, ((at + 1) | counter, False, counter))
            idle.clear()
            continue
        now = at
        counter = who
        for place in list(line):
            job = place[1]
            if job in called:
                line.remove(place)
            elif future.kinds[counter] in serving[job]:
                line.remove(place)
                starts[job] = now
                if future.state[job] != GUEST:
                    called |= {job, future.later[job][3]} if job in future.later else {job}
                    heappush(heap, (now + lasts[job], False, counter))
                    break
        else:
            idle.append(counter)
    return starts


def _who_may(future: Future) -> tuple[list[set[int]], list[int]]:
    serving: list[set[int]] = [set() for _ in future.state]
    ranks = [0] * len(future.state)
    for kind, line in enumerate(future.lines):
        for place in line:
            job = place & (1 << JOB_BITS) - 1
            serving[job].add(kind)
            ranks[job] = place
    return serving, ranks
