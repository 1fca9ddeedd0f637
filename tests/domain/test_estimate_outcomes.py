"""What became of the waits that were told."""

from typing import Any

import pytest

from queue_server.domain import events as e
from queue_server.domain.entry import Entry
from queue_server.domain.estimate_outcomes import KINDS, outcomes_of
from tests.domain.builders import CAR, PASS, at


class Log:
    """A day's entries, written with few words."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def note(self, clock: str, kind: str, **payload: Any) -> int:
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq, at(clock), kind, payload))
        return seq

    def take(self, clock: str, from_min: int | None = 10, to_min: int = 20, service: str = PASS) -> int:
        told = {} if from_min is None else {"from_min": from_min, "to_min": to_min}
        return self.note(clock, "TicketTaken", concern=[[service, 1]], **told)

    def ask(self, clock: str, service: str = PASS) -> int:
        return self.note(clock, "EstimateGiven", concern=[[service, 1]], ahead=2, from_min=5, to_min=15)

    def call(self, clock: str, ticket: int) -> None:
        self.note(clock, "TicketCalled", ticket=ticket, counter="c1")

    def outcomes(self) -> list[tuple[int, int, float]]:
        return [(one.from_min, one.to_min, one.waited_min) for one in outcomes_of(self.entries)]


def test_all_entries_that_are_read_exist() -> None:
    assert set(KINDS) <= e.KINDS.keys()


def test_an_estimate_is_measured_up_to_the_first_call() -> None:
    log = Log()
    ticket = log.take("09:00")
    log.call("09:18", ticket)
    log.call("09:40", ticket)
    assert log.outcomes() == [(10, 20, 18.0)]


def test_a_call_that_was_taken_back_was_none() -> None:
    log = Log()
    ticket = log.take("09:00")
    log.call("09:05", ticket)
    log.note("09:05:08", "CallUndone", ticket=ticket)
    assert log.outcomes() == []
    log.call("09:25", ticket)
    assert log.outcomes() == [(10, 20, 25.0)]


def test_a_later_call_that_was_taken_back_leaves_the_first_one() -> None:
    log = Log()
    ticket = log.take("09:00")
    log.call("09:07", ticket)
    log.call("10:00", ticket)
    log.note("10:00:05", "CallUndone", ticket=ticket)
    log.call("10:02", ticket)
    assert log.outcomes() == [(10, 20, 7.0)]


@pytest.mark.parametrize("kind", ["TicketWentAway", "TicketCancelled", "TicketExpired"])
def test_whoever_gave_up_after_the_time_that_was_told_had_waited_too_long(kind: str) -> None:
    """Else a hall in which everybody leaves in the end would have the best estimates."""
    log = Log()
    ticket = log.take("09:00")
    log.note("10:30", kind, ticket=ticket)
    log.call("10:40", ticket)
    [one] = outcomes_of(log.entries)
    assert (one.waited_min, one.held) == (90.0, False)


@pytest.mark.parametrize("kind", ["TicketWentAway", "TicketCancelled", "TicketJoined"])
def test_whoever_did_not_wait_to_the_end_counts_for_nobody(kind: str) -> None:
    log = Log()
    ticket = log.take("09:00")
    log.note("09:15", kind, ticket=ticket)  # within the range that was told
    log.call("09:30", ticket)
    assert log.outcomes() == []


def test_who_gave_up_after_the_call_waited_for_it() -> None:
    log = Log()
    ticket = log.take("09:00")
    log.call("09:12", ticket)
    log.note("09:14", "TicketCancelled", ticket=ticket)
    assert log.outcomes() == [(10, 20, 12.0)]


def test_without_an_estimate_there_is_nothing_to_judge() -> None:
    log = Log()
    log.call("09:30", log.take("09:00", None))
    assert log.outcomes() == []


def test_what_a_kiosk_told_before_counts_for_who_took_that_number() -> None:
    log = Log()
    log.ask("09:00", CAR)
    log.ask("09:00")
    ticket = log.take("09:01")
    log.call("09:13", ticket)
    assert log.outcomes() == [(10, 20, 12.0), (5, 15, 13.0)]
    assert {one.ticket for one in outcomes_of(log.entries)} == {ticket}, "one visit, told twice"


def test_what_was_told_long_before_was_told_to_somebody_else() -> None:
    log = Log()
    log.ask("09:00")
    log.call("09:20", log.take("09:04"))
    assert log.outcomes() == [(10, 20, 16.0)]


def test_each_answer_of_a_kiosk_counts_once() -> None:
    log = Log()
    log.ask("09:00")
    for ticket in [log.take(clock) for clock in ("09:01", "09:02")]:
        log.call("09:13", ticket)
    assert len(log.outcomes()) == 3
