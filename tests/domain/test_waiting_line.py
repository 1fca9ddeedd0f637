"""The line kept in lanes gives the order that the definition gives."""

from datetime import timedelta

from queue_server.domain.waiting_line import LANES_MOST, LaneKey, WaitingLine
from tests.domain.builders import CAR, CARD, PASS, a_ticket, at


def test_whose_lanes_are_known_learns_of_lanes_that_come_and_go() -> None:
    line = WaitingLine()
    last = (at("12:00"), at("12:00"), 99)

    def ahead() -> int:
        return line.ahead_of(last, "passports", lambda lane: PASS in lane.services)[0]

    assert ahead() == 0
    line.add(a_ticket(1, due="09:30", services=[PASS]))
    line.add(a_ticket(2, due="09:31", services=[CAR]))
    assert ahead() == 1
    line.add(a_ticket(3, due="09:32", services=[PASS, CARD]))
    assert ahead() == 2
    line.discard(1)
    assert ahead() == 1


def test_the_time_that_comes_lets_an_appointment_go_first() -> None:
    """Failure 11: the same line, asked a minute later, answers otherwise."""
    line = WaitingLine()
    early, walk_in = a_ticket(1, due="09:30", appointed="09:30"), a_ticket(2, due="09:40")
    line.add(early)
    line.add(walk_in)
    assert line.next_for(lambda lane: True, at("09:29")) is walk_in
    assert line.next_for(lambda lane: True, at("09:30")) is early


def test_a_ticket_leaves_the_line_once() -> None:
    line = WaitingLine()
    line.add(a_ticket(1))
    assert 1 in line
    line.discard(1)
    line.discard(1)
    assert 1 not in line
    assert list(line.lanes()) == [], "no empty lane stays behind"


def test_who_comes_to_an_empty_lane_is_found_by_all_who_may_serve_it() -> None:
    line = WaitingLine()
    asked: list[LaneKey] = []

    def may(lane: LaneKey) -> bool:
        asked.append(lane)
        return True

    first, second = a_ticket(1, services=[PASS]), a_ticket(2, services=[PASS])
    place = (first.due_at + timedelta(hours=1), first.arrived_at, 9)
    line.add(first)
    assert line.ahead_of(place, "everybody", may) == (1, first.expected_min)
    line.discard(1)
    assert line.ahead_of(place, "everybody", may) == (0, 0)
    assert (list(line.lanes()), line.next_for(may, at("09:00"))) == ([], None)
    asked.clear()
    line.add(second)
    assert line.ahead_of(place, "everybody", may) == (1, second.expected_min)
    assert asked == []  # it was known already who may serve there
    assert line.next_for(may, at("09:00")) is second


def test_a_day_of_odd_concerns_leaves_few_empty_lanes() -> None:
    """What a press looks at does not grow with the day."""
    line, asked = WaitingLine(), 0

    def may(_lane: LaneKey) -> bool:
        nonlocal asked
        asked += 1
        return True

    for n in range(1, 3 * LANES_MOST):
        ticket = a_ticket(n, services=[f"concern-{n}"])
        line.add(ticket)
        line.discard(n)
    line.ahead_of((ticket.due_at, ticket.arrived_at, 0), "everybody", may)
    assert asked <= LANES_MOST
