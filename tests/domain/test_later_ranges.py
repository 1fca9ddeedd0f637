"""What became of the ranges that a visitor's page showed while they waited."""

import pytest

from queue_server.domain.later_ranges import Told, later_outcomes_of
from tests.domain.builders import PASS, at
from tests.domain.test_estimate_outcomes import Log


class Page(Log):
    """A day's entries, and what the pages showed."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []

    def show(self, clock: str, ticket: int, from_min: int = 5, to_min: int = 10) -> None:
        self.told.append(Told(at(clock), ticket, from_min, to_min))

    def later(self) -> list[tuple[int, int, float]]:
        found = later_outcomes_of(self.entries, self.told)
        return [(one.from_min, one.to_min, one.waited_min) for one in found]


def test_each_range_is_measured_from_when_it_was_shown_to_the_call() -> None:
    page = Page()
    ticket = page.take("09:00")
    page.show("09:02", ticket, 10, 15)
    page.show("09:08", ticket, 5, 10)
    page.call("09:14", ticket)
    assert page.later() == [(10, 15, 12.0), (5, 10, 6.0)]
    [first, _] = later_outcomes_of(page.entries, page.told)
    assert (first.ticket, first.service) == (ticket, PASS)


def test_what_is_noted_twice_in_a_row_counts_once() -> None:
    """Two servers, or one that starts anew, know nothing of each other."""
    page = Page()
    ticket = page.take("09:00")
    for clock, from_min in (("09:02", 5), ("09:03", 5), ("09:04", 6), ("09:05", 5)):
        page.show(clock, ticket, from_min)
    page.call("09:10", ticket)
    assert page.later() == [(5, 10, 8.0), (6, 10, 6.0), (5, 10, 5.0)]


def test_a_call_that_was_taken_back_was_none() -> None:
    page = Page()
    ticket = page.take("09:00")
    page.show("09:02", ticket)
    page.call("09:05", ticket)
    page.note("09:05:08", "CallUndone", ticket=ticket)
    assert page.later() == []
    page.show("09:06", ticket, 1, 3)
    page.call("09:10", ticket)
    assert page.later() == [(5, 10, 8.0), (1, 3, 4.0)]


def test_who_waits_for_a_second_call_was_told_of_that_one() -> None:
    page = Page()
    ticket = page.take("09:00")
    page.show("09:02", ticket)
    page.call("09:10", ticket)
    page.show("09:20", ticket)
    page.call("09:32", ticket)
    assert page.later() == [(5, 10, 8.0), (5, 10, 12.0)]
    page.note("09:32:05", "CallUndone", ticket=ticket)
    assert page.later() == [(5, 10, 8.0)], "the first call stands"


@pytest.mark.parametrize("kind", ["TicketWentAway", "TicketCancelled", "TicketExpired"])
def test_who_gave_up_had_waited_too_long_for_what_was_over_by_then(kind: str) -> None:
    page = Page()
    ticket = page.take("09:00")
    page.show("09:02", ticket, 5, 10)
    page.show("09:20", ticket, 15, 30)
    page.note("09:30", kind, ticket=ticket)
    page.call("09:50", ticket)
    assert page.later() == [(5, 10, 28.0)]


def test_who_came_along_with_another_visit_counts_for_nobody() -> None:
    page = Page()
    ticket = page.take("09:00")
    page.show("09:02", ticket)
    page.note("09:05", "TicketJoined", ticket=ticket)
    page.call("09:30", ticket)
    assert page.later() == []


def test_a_visit_that_the_log_does_not_know_counts_for_nothing() -> None:
    page = Page()
    page.show("09:02", 77)
    page.call("09:05", 77)
    assert page.later() == []
