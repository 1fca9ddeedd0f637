"""Free times as bit sets: the same answer as cell by cell, only sooner; and whose time a visit takes."""

from datetime import UTC, datetime, timedelta

import pytest

from queue_server.domain.slots import (
    ClerkTime,
    Span,
    carry_over,
    cell_of,
    choose_clerk,
    first_cell_from,
    first_starts,
    free_starts,
    nearest,
    rows_of,
    starts_in,
    stretch,
    time_of,
)

BASE = 5_950_000
ID_CARD, PARKING = "id-card", "parking"
ONE = frozenset({ID_CARD})


def drawn(picture: str) -> int:
    """Read a set from a picture, the earliest cell on the left: "##..#" are the cells 0, 1, 4."""
    return sum(1 << place for place, sign in enumerate(picture) if sign == "#")


def a_clerk_time(free: str, clerk_id: str = "anna", can: frozenset[str] = ONE) -> ClerkTime:
    return ClerkTime(clerk_id, can, work=drawn(free), busy=0)


def chosen(start: int, cells: int, *clerks: ClerkTime) -> str | None:
    return choose_clerk(Span(BASE, 20), clerks, ONE, BASE + start, cells)


# -- cells and sets ------------------------------------------------------------------------------------


def test_a_cell_is_five_minutes_wherever_one_stands() -> None:
    nine = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert time_of(cell_of(nine)) == nine
    assert cell_of(nine + timedelta(minutes=4, seconds=59)) == cell_of(nine)
    assert cell_of(nine + timedelta(minutes=5)) == cell_of(nine) + 1
    assert cell_of(nine.astimezone()) == cell_of(nine)


def test_the_first_cell_from_a_moment_has_not_begun_before_it() -> None:
    nine = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert first_cell_from(nine) == cell_of(nine)
    assert first_cell_from(nine + timedelta(seconds=1)) == cell_of(nine) + 1


@pytest.mark.parametrize(
    ("first", "until", "picture"),
    [
        (2, 4, "..##."),
        (-3, 2, "##..."),
        (3, 99, "...##"),
        (4, 2, "....."),
        (-9, -1, "....."),
        (7, 9, "....."),
    ],
)
def test_a_stretch_is_cut_to_the_span(first: int, until: int, picture: str) -> None:
    assert stretch(Span(BASE, 5), BASE + first, BASE + until) == drawn(picture)


def test_a_set_yields_its_cells_in_order() -> None:
    span = Span(BASE, 40)
    assert list(starts_in(drawn("#......##" + "." * 30 + "#"), span)) == [BASE, BASE + 7, BASE + 8, BASE + 39]
    assert list(starts_in(drawn("....##"), span)) == [BASE + 4, BASE + 5]
    assert list(starts_in(0, span)) == []


@pytest.mark.parametrize(
    ("moved_by", "cells", "picture"),
    [(1, 5, "#..##"), (1, 3, "#.."), (-2, 9, "..##..##."), (-2, 6, "..##..")],
)
def test_a_set_is_carried_over_to_another_span(moved_by: int, cells: int, picture: str) -> None:
    new = Span(BASE + moved_by, cells)
    assert carry_over(drawn("##..##"), Span(BASE, 6), new) == drawn(picture)


def test_a_row_of_one_is_every_member_and_no_row_is_longer_than_what_there_is() -> None:
    assert rows_of(drawn("#.##"), 1) == drawn("#.##")
    assert rows_of(drawn("####"), 5) == 0


# -- near and next -------------------------------------------------------------------------------------


def test_the_first_starts_are_the_earliest_from_a_moment_on() -> None:
    span, bits = Span(BASE, 10), drawn("#.##...#.#")
    assert first_starts(bits, span, 2) == [BASE, BASE + 2]
    assert first_starts(bits, span, 3, BASE + 3) == [BASE + 3, BASE + 7, BASE + 9]
    assert first_starts(bits, span, 2, BASE + 9) == [BASE + 9]
    assert first_starts(bits, span, 2, BASE - 5) == [BASE, BASE + 2]
    assert first_starts(bits, span, 2, BASE + 10) == []


def test_the_nearest_times_lie_on_both_sides_and_come_in_order_of_time() -> None:
    span, bits = Span(BASE, 12), drawn("#..#....#..#")
    assert nearest(bits, span, BASE + 5, 2) == [BASE + 3, BASE + 8]
    assert nearest(bits, span, BASE + 5, 3) == [BASE, BASE + 3, BASE + 8]
    assert nearest(bits, span, BASE + 99, 1) == [BASE + 11]
    assert nearest(bits, span, BASE - 99, 1) == [BASE]
    assert nearest(0, span, BASE, 3) == []


def test_of_two_equally_near_times_the_later_is_offered() -> None:
    assert nearest(drawn("#.#"), Span(BASE, 3), BASE + 1, 1) == [BASE + 2]


# -- free starts ---------------------------------------------------------------------------------------


def free(picture: str, cells: int, *clerks: ClerkTime, services: frozenset[str] = ONE) -> str:
    span = Span(BASE, len(picture))
    found = free_starts(span, clerks, services, cells, drawn(picture))
    return "".join("#" if found >> place & 1 else "." for place in range(span.cells))


def test_only_starts_long_enough_are_offered() -> None:
    """Wish A3."""
    assert free("#########", 3, a_clerk_time("##.####..")) == "...##...."


def test_one_clerk_must_be_free_throughout_not_two_one_after_the_other() -> None:
    assert free("######", 4, a_clerk_time("###..."), a_clerk_time("...###", "ben")) == "......"
    assert free("######", 3, a_clerk_time("###..."), a_clerk_time("...###", "ben")) == "#..#.."


def test_only_who_can_do_all_services_counts() -> None:
    both = frozenset({ID_CARD, PARKING})
    clerks = (a_clerk_time("####"), a_clerk_time("####", "ben", frozenset({PARKING})))
    assert free("####", 1, *clerks, services=both) == "...."
    assert free("####", 1, *clerks, a_clerk_time(".##.", "cem", both), services=both) == ".##."


def test_what_is_allowed_limits_the_start_and_not_the_length() -> None:
    assert free("#.....", 4, a_clerk_time("######")) == "#....."


def test_nothing_reaches_beyond_the_span() -> None:
    assert free("######", 4, a_clerk_time("######")) == "###..."


# -- whose time ----------------------------------------------------------------------------------------


def test_a_gap_that_fits_is_taken_before_one_that_would_be_cut() -> None:
    assert chosen(4, 3, a_clerk_time("############"), a_clerk_time("....###.....", "ben")) == "ben"


def test_the_end_of_a_gap_is_taken_before_its_middle() -> None:
    assert chosen(4, 3, a_clerk_time(".########..."), a_clerk_time("....########", "ben")) == "ben"
    assert chosen(4, 3, a_clerk_time(".########..."), a_clerk_time("#######.....", "ben")) == "ben"


def test_of_two_gaps_the_one_with_the_smaller_rest_is_taken() -> None:
    assert chosen(4, 3, a_clerk_time("....######.."), a_clerk_time("....#####...", "ben")) == "ben"


def test_of_two_equal_gaps_who_can_do_the_least_else_is_taken() -> None:
    """Who can do everything stays free for what only they can do."""
    able = a_clerk_time("######", "anna", frozenset({ID_CARD, PARKING}))
    assert chosen(0, 2, able, a_clerk_time("######", "ben")) == "ben"
    assert chosen(0, 2, a_clerk_time("######", "ben"), a_clerk_time("######", "anna")) == "anna"


def test_gaps_end_where_a_booking_stands() -> None:
    booked = ClerkTime("ben", ONE, work=drawn("############"), busy=drawn("###......###"))
    assert chosen(3, 6, a_clerk_time("############"), booked) == "ben"


def test_nobody_is_chosen_who_is_busy_unable_or_only_partly_there() -> None:
    clerks = (
        ClerkTime("busy", ONE, work=drawn("######"), busy=drawn("...#")),
        a_clerk_time("######", "unable", frozenset({PARKING})),
        a_clerk_time("###...", "partly"),
    )
    assert chosen(1, 4, *clerks) is None


@pytest.mark.parametrize("start", [-1, 18, 30])
def test_nobody_is_chosen_for_what_does_not_lie_in_the_span(start: int) -> None:
    assert chosen(start, 4, a_clerk_time("#" * 40)) is None


def test_nobody_is_chosen_who_can_do_only_half_of_it() -> None:
    both = frozenset({ID_CARD, PARKING})
    assert choose_clerk(Span(BASE, 20), [a_clerk_time("####")], both, BASE, 2) is None
