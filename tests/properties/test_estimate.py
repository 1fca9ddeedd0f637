"""Whatever the queue, the range that is told is sane."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain import events as e
from queue_server.domain.errors import NobodyWaiting
from queue_server.domain.estimate import STEP_MIN, estimate, estimate_all
from tests.domain.builders import CAR, CARD, PASS, a_hall
from tests.domain.test_estimate import told


@settings(max_examples=20, deadline=None, database=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from([PASS, CAR]), st.integers(1, 90)), max_size=12),
    st.integers(1, 4),
    st.integers(0, 200),
)
def test_every_range_is_sane(queue: list[tuple[str, int]], counters: int, minute: int) -> None:
    day = a_hall(counters)
    for service, minutes in queue:
        day.take(service, minutes=minutes)
    if queue:
        day.serve("c1")
    day.later(minutes=minute)
    mine = told(day)
    assert mine
    assert mine.ahead == max(0, len(queue) - 1)
    assert 0 <= mine.from_min < mine.to_min
    assert mine.from_min % STEP_MIN == mine.to_min % STEP_MIN == 0
    assert mine.to_min <= 2 * sum(minutes for _, minutes in queue) + STEP_MIN


@settings(max_examples=20, deadline=None, database=None, derandomize=True)
@given(
    st.lists(st.sampled_from([(PASS,), (CARD,), (CAR,), (PASS, CAR)]), max_size=12),
    st.lists(st.sampled_from(["c1", "c2"]), unique=True),
)
def test_the_estimates_of_all_are_those_of_each(queue: list[tuple[str, ...]], paused: list[str]) -> None:
    day = a_hall({"c1": [PASS, CARD], "c2": [CAR, PASS], "c3": [CARD]})
    for n, services in enumerate(queue):
        day.take(*services, minutes=10, factor=n % 3)
        day.later(minutes=1)
    with suppress(NobodyWaiting):
        day.serve("c1")
    day.record([e.CounterPaused(counter_id) for counter_id in paused])
    together = estimate_all(day.hall, day.skills, day.now)
    assert [t for t, _ in together] == list(day.hall.waiting.in_order(day.now))
    for ticket, guess in together:
        place = (ticket.due_at, ticket.arrived_at, ticket.id)
        assert guess == estimate(day.hall, ticket.services, place, day.skills, day.now)
