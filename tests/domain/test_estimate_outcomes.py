"""What became of the waits that were told."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain import events as e
from queue_server.domain.entry import Entry
from queue_server.domain.estimate_outcomes import (
    ENOUGH,
    KINDS,
    OTHERS,
    SMALL,
    Outcome,
    Tally,
    hit_rate,
    outcomes_of,
    together,
    widening,
)
from tests.domain.builders import CAR, CARD, PASS, at


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


def outcome(waited: float, service: str = PASS, clock: str = "09:00", widened: float = 1.0) -> Outcome:
    return Outcome(at(clock), service, 10, 20, waited, widened)


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
    log.call("09:13", log.take("09:01"))
    assert log.outcomes() == [(10, 20, 12.0), (5, 15, 13.0)]


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


def test_held_sooner_later_and_off() -> None:
    found = hit_rate([outcome(one) for one in (12, 20, 5, 27)], UTC).whole
    assert (found.count, found.held, found.sooner, found.later) == (4, 2, 1, 1)
    assert (found.off_min, found.width_min) == (3 + 5 + 10 + 12, 40)


def test_a_free_counter_is_no_forecast_that_held() -> None:
    """A quiet morning would hide that the ranges of a full afternoon fail."""
    at_once = [Outcome(at("09:00"), PASS, 0, 3, 0.2)] * 65
    found = hit_rate([*at_once, *[outcome(45)] * ENOUGH], UTC)
    assert (found.in_ten, found.widened) == (0, 3.0)
    assert found.at_once[PASS].held == 65
    assert hit_rate(at_once, UTC).in_ten is None


def test_some_concerns_alone() -> None:
    found = hit_rate([outcome(12)] * 6 + [outcome(30, CARD)] * 5, UTC).of({CARD})
    assert (found.whole.count, set(found.by_service), found.by_hour["09"].held) == (5, {CARD}, 0)


def test_a_rate_is_told_once_enough_is_known() -> None:
    some = [outcome(12)] * (ENOUGH - 1)
    assert hit_rate(some, UTC).in_ten is None
    assert hit_rate([*some, outcome(90)], UTC).in_ten == 10
    assert hit_rate([*some, *[outcome(90)] * ENOUGH], UTC).in_ten == 5


def test_small_cells_stand_together_so_that_none_can_be_had_by_subtraction() -> None:
    def sizes(**counts: int) -> dict[str, int]:
        tallies = {name: Tally(count=count) for name, count in counts.items()}
        return {name: tally.count for name, tally in together(tallies).items()}

    assert sizes(a=40, b=9) == {"a": 40, "b": 9}
    assert sizes(a=40, b=3, c=3) == {"a": 40, OTHERS: 6}
    assert sizes(a=40, b=9, c=2) == {"a": 40, OTHERS: 11}
    assert sizes(a=3) == {}
    assert all(count >= SMALL for count in sizes(a=5, b=1, c=7, d=4).values())


def test_by_the_towns_hour_and_by_concern() -> None:
    morning = [outcome(12)] * 6
    later = [outcome(30, CARD, "11:30")] * 5
    found = hit_rate([*morning, *later], ZoneInfo("Europe/Berlin"))
    assert {hour: tally.held for hour, tally in found.by_hour.items()} == {"10": 6, "12": 0}
    assert {service: tally.count for service, tally in found.by_service.items()} == {PASS: 6, CARD: 5}


def test_ranges_that_hold_often_enough_are_not_widened() -> None:
    assert widening([outcome(14)] * 70 + [outcome(90)] * 30) == 1.0


def test_ranges_that_hold_too_rarely_are_widened_until_they_would_have_held() -> None:
    seen = [outcome(15 + n / 5) for n in range(100)]
    assert sum(one.held for one in seen) < 60
    factor = widening(seen)
    held = sum(abs(one.off_min) <= factor * (one.to_min - one.from_min) / 2 for one in seen)
    assert 60 <= held <= 62


def test_what_was_widened_already_is_counted_in() -> None:
    """Else a range that holds now because it was widened would be narrowed at once, and fail again."""
    assert widening([outcome(19, widened=2.0)] * 60) == pytest.approx(1.6)


def test_a_few_bad_days_widen_nothing_and_no_day_widens_without_end() -> None:
    assert widening([outcome(90)] * (ENOUGH - 1)) == 1.0
    assert widening([outcome(900)] * ENOUGH) == 3.0
