"""What lies between two visits at a counter: from the log, of those who were waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from queue_server.domain.entry import Entry
from queue_server.domain.forecast.drawing import Habits
from queue_server.domain.forecast.turnover import WEIGHT, Turnovers, paced, turnovers_of

TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


def entry(seq: int, kind: str, minutes: float, **payload: Any) -> Entry:
    return Entry(seq, TEN + timedelta(minutes=minutes), kind, payload)


def taken(*seqs: int) -> list[Entry]:
    return [entry(seq, "TicketTaken", seq - 10) for seq in seqs]


def called(seq: int, minutes: float, ticket: int, finished: int | None = None) -> Entry:
    return entry(seq, "TicketCalled", minutes, ticket=ticket, counter="c1", finished=finished)


def started(seq: int, minutes: float, ticket: int, by: str = "clerk") -> Entry:
    return entry(seq, "ServiceStarted", minutes, ticket=ticket, by=by)


def finished(seq: int, minutes: float, ticket: int) -> Entry:
    return entry(seq, "ServiceFinished", minutes, ticket=ticket)


def test_from_the_end_of_a_visit_to_the_call_and_from_there_to_the_counter() -> None:
    day = [*taken(1, 2), called(11, 0, 1), started(12, 1, 1), finished(13, 9, 1)]
    day += [called(14, 12, 2), started(15, 12.5, 2)]
    assert turnovers_of(day) == Turnovers(between=[3.0], way=[1.0, 0.5])


def test_a_press_that_ends_one_visit_and_calls_the_next_leaves_nothing_between() -> None:
    day = [
        *taken(1, 2),
        called(11, 0, 1),
        started(12, 1, 1),
        called(13, 9, 2, finished=1),
        started(14, 10, 2),
    ]
    assert turnovers_of(day) == Turnovers(between=[0.0], way=[1.0, 1.0])


@pytest.mark.parametrize(
    "meanwhile",
    [
        [entry(20, "TicketTaken", 10), called(21, 12, 20), started(22, 13, 20)],
        [entry(20, "CounterPaused", 10, counter="c1"), called(21, 14, 2), started(22, 15, 2)],
        [called(21, 9 + 10.1, 2), started(22, 20.1, 2)],
        [called(21, 12, 2), started(22, 13, 2, by="finish")],
    ],
    ids=["came later", "a pause", "too long", "nobody pressed start"],
)
def test_what_was_no_wait_for_the_clerk_tells_nothing_of_it(meanwhile: list[Entry]) -> None:
    day = [*taken(1, 2), called(11, 0, 1), started(12, 1, 1), finished(13, 9, 1), *meanwhile]
    assert turnovers_of(day).between == []


def test_who_did_not_come_costs_time_and_a_call_that_was_taken_back_was_none() -> None:
    before = [*taken(1, 2, 3), called(11, 0, 1), started(12, 1, 1), finished(13, 9, 1)]
    missed = [called(14, 10, 2), called(16, 12, 3), started(17, 13, 3)]  # nobody starts with who is not there
    assert turnovers_of([*before, *missed]).between == [3.0]
    undone = [
        called(14, 9.1, 2),
        entry(15, "CallUndone", 9.2, ticket=2),
        called(16, 14, 3),
        started(17, 15, 3),
    ]
    assert turnovers_of([*before, *undone]).between == []


def test_few_visits_change_little_and_many_nearly_all() -> None:
    usual = Habits()
    assert paced(usual, Turnovers()) == usual
    few = paced(usual, Turnovers([3.0] * 4, [2.0] * 4))
    assert few.between_min < usual.between_min + 0.3
    many = paced(usual, Turnovers([3.0] * 40 * WEIGHT, [2.0] * 40 * WEIGHT))
    assert (round(many.between_min, 1), round(many.way_min, 1)) == (2.9, 2.0)
