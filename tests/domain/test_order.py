"""Due times and the order of calling, case by case; the bounds of overtaking are in test_overtaking."""

from datetime import timedelta

import pytest

from queue_server.domain.order import (
    LARGEST_ADJUSTMENT,
    Due,
    after_return,
    appointment_due,
    next_ticket,
    order_key,
    walk_in_due,
    with_priority,
)
from queue_server.domain.ticket import Adjustment, DueReason
from tests.domain.builders import GRACE, a_ticket, at


@pytest.mark.parametrize(
    ("minutes", "factor", "due"),
    [
        (5, 3, "09:09"),
        (10, 3, "09:54"),
        (15, 3, "09:57"),
        (60, 3, "09:57"),
        (60, 1.5, "09:29"),
        (1, 9, "09:00"),
    ],
)
def test_a_walk_in_is_due_after_patience(minutes: int, factor: float, due: str) -> None:
    assert walk_in_due(at("09:00"), minutes, factor) == Due(at(due), DueReason.PATIENCE)


def test_factor_zero_is_first_come_first_served() -> None:
    assert walk_in_due(at("09:00"), 30, 0) == Due(at("09:00"), DueReason.FIRST_COME)


@pytest.mark.parametrize(
    ("checked_in", "due", "reason"),
    [
        ("08:10", "09:00", DueReason.APPOINTED),
        ("09:00", "09:00", DueReason.APPOINTED),
        ("09:15", "09:00", DueReason.APPOINTED),
        ("09:15:01", "09:20:01", DueReason.LATE),
        ("11:00", "11:05", DueReason.LATE),
    ],
)
def test_a_late_appointment_is_downgraded_never_dropped(checked_in: str, due: str, reason: DueReason) -> None:
    assert appointment_due(at("09:00"), at(checked_in), GRACE) == Due(at(due), reason)


@pytest.mark.parametrize(
    ("due", "arrived", "expected"),
    [
        ("10:00", "09:00", "09:45"),
        ("09:10", "09:00", "09:00"),  # never before arrival
        ("09:00", "09:10", "09:00"),  # late within the grace: a priority must not make it later
    ],
)
def test_a_priority_brings_forward_and_never_back(due: str, arrived: str, expected: str) -> None:
    plain = Due(at(due), DueReason.APPOINTED)
    assert with_priority(plain, at(arrived)) == Due(at(expected), plain.reason, Adjustment.PRIORITY)
    assert plain.at - at(expected) <= LARGEST_ADJUSTMENT


def test_who_returns_is_due_in_five_minutes_or_at_the_old_time_if_later() -> None:
    assert after_return(at("09:00"), at("09:30")) == at("09:35")
    assert after_return(at("10:00"), at("09:30")) == at("10:00")


def test_order_is_due_then_arrival_then_id() -> None:
    by_due = a_ticket(4, arrived="09:10", due="09:20")
    by_arrival = a_ticket(3, arrived="09:00", due="09:30")
    by_id = a_ticket(1, arrived="09:05", due="09:30")
    last = a_ticket(2, arrived="09:05", due="09:30")
    tickets = [last, by_id, by_arrival, by_due]
    assert sorted(tickets, key=lambda t: order_key(t, at("09:15"))) == [by_due, by_arrival, by_id, last]


def test_an_early_arrival_is_called_only_when_nobody_else_waits() -> None:
    """Failure 11: an early arrival is not called before the own time unless a counter is idle."""
    early = a_ticket(1, arrived="08:30", due="09:00", appointed="09:00")
    walk_in = a_ticket(2, arrived="08:50", due="10:20")
    assert next_ticket([early, walk_in], lambda t: True, at("08:59")) is walk_in
    assert next_ticket([early, walk_in], lambda t: True, at("09:00")) is early
    assert next_ticket([early], lambda t: True, at("08:31")) is early
    assert next_ticket([early, walk_in], lambda t: t is early, at("08:59")) is early, "the other is not ours"


def test_a_priority_does_not_make_an_early_arrival_come_before_its_time() -> None:
    """Failure 11: the appointed time rules the tier, not the due time that a priority brought forward."""
    early = a_ticket(1, arrived="08:00", due="08:45", appointed="09:00")
    walk_in = a_ticket(2, arrived="08:50", due="08:58")
    assert next_ticket([early, walk_in], lambda t: True, at("08:59")) is walk_in
    assert next_ticket([early, walk_in], lambda t: True, at("09:00")) is early


def test_nobody_is_next_in_an_empty_hall() -> None:
    assert next_ticket([], lambda t: True, at("09:00")) is None
    assert next_ticket([a_ticket()], lambda t: False, at("09:00")) is None


def test_the_due_time_explains_itself() -> None:
    """A pick-up goes before a long concern that came earlier, and both due times say why."""
    long_one = walk_in_due(at("09:00"), 30, 3)
    short_one = walk_in_due(at("09:20"), 5, 3)
    assert short_one.at < long_one.at
    assert short_one.at - at("09:20") == timedelta(minutes=9)
