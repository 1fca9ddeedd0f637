"""The line kept in lanes gives the order that the definition gives, whatever stands in it."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.calling import may_serve
from queue_server.domain.order import next_ticket, order_key
from queue_server.domain.ticket import Ticket
from queue_server.domain.waiting_line import WaitingLine
from tests.domain.builders import CAR, CARD, PASS, a_ticket, at

SERVICES = st.frozensets(st.sampled_from([PASS, CARD, CAR]), min_size=1)
COUNTERS = st.sampled_from(["c1", "c2"])


@st.composite
def tickets(draw: st.DrawFn, ticket_id: int) -> Ticket:
    ticket = a_ticket(ticket_id, services=sorted(draw(SERVICES)), bound=draw(st.none() | COUNTERS))
    ticket.arrived_at += timedelta(minutes=draw(st.integers(0, 6)))
    ticket.due_at = ticket.arrived_at + timedelta(minutes=draw(st.integers(-5, 10)))
    ticket.expected_min = draw(st.integers(1, 30))
    if draw(st.booleans()):
        ticket.appointed_at = ticket.due_at + timedelta(minutes=draw(st.sampled_from([-5, 0, 15])))
    return ticket


@st.composite
def queues(draw: st.DrawFn) -> list[Ticket]:
    return [draw(tickets(n)) for n in range(1, draw(st.integers(1, 9)))]


@settings(max_examples=30, deadline=None, database=None, derandomize=True)
@given(queues(), COUNTERS, SERVICES, st.integers(0, 20), st.data())
def test_the_line_calls_as_the_rule_says(
    queue: list[Ticket], counter_id: str, skills: frozenset[str], minute: int, data: st.DataObject
) -> None:
    now = at("09:00") + timedelta(minutes=minute)
    line = WaitingLine()
    for ticket in queue:
        line.add(ticket)
    for gone in data.draw(st.lists(st.sampled_from(queue), unique_by=id) if queue else st.just([])):
        line.discard(gone.id)
        queue.remove(gone)

    def served(ticket: Ticket) -> bool:
        return ticket.services <= skills and ticket.bound_counter_id in {None, counter_id}

    assert len(line) == len(queue)
    by_rule = sorted(queue, key=lambda t: order_key(t, now))
    assert list(line.in_order(now)) == by_rule
    ours = list(line.in_order(now, lambda lane: may_serve(lane, counter_id, skills)))
    assert ours == [t for t in by_rule if served(t)]
    found = line.next_for(lambda lane: may_serve(lane, counter_id, skills), now)
    assert found is next_ticket(queue, served, now)
    assert found is (ours[0] if ours else None)


@settings(max_examples=15, deadline=None, database=None, derandomize=True)
@given(queues(), st.integers(-10, 20))
def test_how_many_stand_before_a_place(queue: list[Ticket], minute: int) -> None:
    line = WaitingLine()
    for ticket in queue:
        line.add(ticket)
    place = (at("09:00") + timedelta(minutes=minute), at("09:00"), 0)
    before = [t for t in queue if (t.due_at, t.arrived_at, t.id) < place]
    count, minutes = line.ahead_of(place, "anybody", lambda lane: True)
    assert count == len(before)
    assert 0 <= minutes <= sum(t.expected_min for t in queue)
    assert sum(waiting for _, waiting, _ in line.lanes()) == len(queue)
    assert sum(expected for _, _, expected in line.lanes()) == sum(t.expected_min for t in queue)
