"""How often the waits that were told held: added up, small numbers kept back, ranges widened."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.estimate_outcomes import Outcome
from queue_server.domain.figures.hit_rate import (
    ENOUGH,
    LONGER,
    OTHERS,
    SMALL,
    Judged,
    Judging,
    Tally,
    ahead_of,
    hit_rate,
    together,
    widening,
)
from tests.domain.builders import CAR, CARD, PASS, at


def outcome(waited: float, service: str = PASS, clock: str = "09:00", widened: float = 1.0) -> Outcome:
    return Outcome(at(clock), service, 10, 20, waited, widened)


def test_held_sooner_later_and_off() -> None:
    found = hit_rate([outcome(one) for one in (12, 20, 5, 27)], UTC).first.whole
    assert (found.count, found.held, found.sooner, found.later) == (4, 2, 1, 1)
    assert (found.off_min, found.bias_min, found.width_min) == (3 + 5 + 10 + 12, -3 + 5 - 10 + 12, 40)


def test_a_free_counter_is_no_forecast_that_held() -> None:
    """A quiet morning would hide that the ranges of a full afternoon fail."""
    at_once = [Outcome(at("09:00"), PASS, 0, 3, 0.2)] * 65
    found = hit_rate([*at_once, *[outcome(45)] * ENOUGH], UTC)
    assert (found.in_ten, found.widened) == (0, 3.0)
    assert found.first.at_once[PASS].held == 65
    assert hit_rate(at_once, UTC).in_ten is None


def test_some_concerns_alone() -> None:
    found = hit_rate([outcome(12)] * 6 + [outcome(30, CARD)] * 5, UTC).of({CARD}).first
    assert (found.whole.count, set(found.by_service), found.by_hour["09"].held) == (5, {CARD}, 0)


def test_a_rate_is_told_once_enough_is_known() -> None:
    some = [outcome(12)] * (ENOUGH - 1)
    assert hit_rate(some, UTC).in_ten is None
    assert hit_rate([*some, outcome(90)], UTC).in_ten == 10
    assert hit_rate([*some, *[outcome(90)] * ENOUGH], UTC).in_ten == 5


def test_small_cells_stand_together_so_that_none_can_be_had_by_subtraction() -> None:
    def sizes(**counts: int) -> dict[str, int]:
        tallies = {name: Tally(count=count, visits=count) for name, count in counts.items()}
        return {name: tally.count for name, tally in together(tallies).items()}

    assert sizes(a=40, b=9) == {"a": 40, "b": 9}
    assert sizes(a=40, b=3, c=3) == {"a": 40, OTHERS: 6}
    assert sizes(a=40, b=9, c=2) == {"a": 40, OTHERS: 11}
    assert sizes(a=3) == {}
    assert all(count >= SMALL for count in sizes(a=5, b=1, c=7, d=4).values())


def test_by_the_towns_hour_and_by_concern() -> None:
    morning = [outcome(12)] * 6
    later = [outcome(30, CARD, "11:30")] * 5
    found = hit_rate([*morning, *later], ZoneInfo("Europe/Berlin")).first
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


def later(
    ticket: int, waited: float = 12, service: str = PASS, clock: str = "09:00", to_min: int = 20
) -> Outcome:
    return Outcome(at(clock), service, 10, to_min, waited, ticket=ticket)


def test_what_was_shown_later_stands_apart_and_widens_nothing() -> None:
    """Of one visit come twenty ranges that are nearly one and the same: that is one visitor's luck."""
    first = [outcome(14)] * ENOUGH
    shown = [later(n % 3, waited=90) for n in range(ENOUGH)]
    found = hit_rate(first, UTC, shown)
    assert (found.in_ten, found.widened) == (10, 1.0)
    assert (found.later.whole.count, found.later.whole.held, found.later.whole.visits) == (ENOUGH, 0, 3)


def test_a_visit_that_was_told_often_is_one_visit_wherever_it_is_counted() -> None:
    shown = [
        later(1, clock=clock, to_min=to_min) for clock in ("09:10", "09:50", "10:10") for to_min in (20, 25)
    ]
    found = hit_rate([], UTC, shown).later
    assert {key: (one.count, one.visits) for key, one in found.cells.items()} == {
        (PASS, "09"): (4, 1),
        (PASS, "10"): (2, 1),
    }
    assert found.services[PASS].visits == 1
    assert {key: one.visits for key, one in found.aheads.items()} == {(PASS, "20"): 1, (PASS, "40"): 1}


def test_a_ticket_of_another_day_is_another_visit() -> None:
    judging = Judging(UTC)
    for _ in range(3):
        judging.add([], [later(7), later(7)])
    assert judging.rate().later.whole.visits == 3


def test_ranges_of_few_visits_are_not_told_however_many_they_are() -> None:
    many = [later(n % 4, clock="11:00") for n in range(40)]
    enough = [later(100 + n) for n in range(9)]
    found = hit_rate([], UTC, many + enough).later
    assert list(found.by_hour) == [OTHERS], "the hour of the nine would give away that of the four"


def test_hours_with_the_same_visits_are_not_taken_for_enough() -> None:
    """Two hours of the same three visits are three, not six."""
    same = [later(n, clock=clock) for n in range(3) for clock in ("09:00", "10:00")]
    assert hit_rate([], UTC, same).later.by_hour == {}


@pytest.mark.parametrize(("to_min", "key"), [(3, "05"), (5, "05"), (6, "10"), (40, "40"), (45, LONGER)])
def test_how_long_it_could_still_take(to_min: int, key: str) -> None:
    assert ahead_of(to_min) == key


def grid_of(sizes: dict[tuple[str, str], int]) -> dict[tuple[str, str], int | None]:
    """Return what is told of cells with so many visits each."""
    outcomes = [
        outcome(12, service, clock) for (service, clock), count in sizes.items() for _ in range(count)
    ]
    grid = hit_rate(outcomes, UTC).first.grid
    return {key: None if one is None else one.count for key, one in grid.cells.items()}


def test_concerns_by_hours_tell_no_small_cell_nor_what_it_could_be_worked_out_from() -> None:
    told = grid_of({(PASS, "09:00"): 40, (PASS, "10:00"): 3, (CARD, "09:00"): 20, (CARD, "10:00"): 30})
    assert told == dict.fromkeys([(PASS, "09"), (PASS, "10"), (CARD, "09"), (CARD, "10")])
    told = grid_of({(PASS, "09:00"): 40, (PASS, "10:00"): 30, (CARD, "09:00"): 20, (CARD, "10:00"): 30})
    assert told == {(PASS, "09"): 40, (PASS, "10"): 30, (CARD, "09"): 20, (CARD, "10"): 30}


def test_what_is_small_as_a_whole_has_a_line_of_its_own_together() -> None:
    told = grid_of({(PASS, "09:00"): 40, (CARD, "09:00"): 3, (CAR, "09:00"): 3})
    assert told == {(PASS, "09"): 40, (OTHERS, "09"): 6}
    assert Judged().grid.cells == {}
