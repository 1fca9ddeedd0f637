"""Free times as bit sets give the answer that going cell by cell gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.slots import (
    ClerkTime,
    Span,
    choose_clerk,
    free_starts,
    nearest,
    starts_in,
)
from tests.domain.test_slots import BASE, ID_CARD, ONE, PARKING

small = settings(max_examples=40, deadline=None, database=None, derandomize=True)


@small
@given(st.integers(0, 2**30 - 1), st.integers(-5, 35), st.integers(1, 6))
def test_nearest_is_what_sorting_by_distance_finds(bits: int, cell: int, count: int) -> None:
    span = Span(BASE, 30)
    by_distance = sorted(starts_in(bits, span), key=lambda each: (abs(each - BASE - cell), -each))
    assert nearest(bits, span, BASE + cell, count) == sorted(by_distance[:count])


CLERKS = st.lists(
    st.tuples(
        st.sampled_from([ONE, frozenset({PARKING}), frozenset({ID_CARD, PARKING})]),
        st.integers(0, 2**40 - 1),
        st.integers(0, 2**40 - 1) | st.just(0),
    ),
    max_size=4,
)


def clerks_of(drawn_clerks: list[tuple[frozenset[str], int, int]]) -> list[ClerkTime]:
    return [ClerkTime(f"c{n}", can, work, busy) for n, (can, work, busy) in enumerate(drawn_clerks)]


def is_free(clerk: ClerkTime, services: frozenset[str], places: range) -> bool:
    """The plain answer, cell by cell, as the rule reads."""
    can_all = all(service in clerk.can for service in services)
    return can_all and all(clerk.work >> place & 1 and not clerk.busy >> place & 1 for place in places)


@small
@given(
    CLERKS,
    st.sampled_from([ONE, frozenset({ID_CARD, PARKING})]),
    st.integers(1, 9),
    st.integers(0, 2**40 - 1) | st.just(2**40 - 1),
)
def test_free_starts_are_the_plain_answer(
    drawn_clerks: list[tuple[frozenset[str], int, int]], services: frozenset[str], cells: int, allowed: int
) -> None:
    """Nothing outside work, busy or allowed is offered, and nothing that is free is held back."""
    span, clerks = Span(BASE, 40), clerks_of(drawn_clerks)
    plain = [
        BASE + place
        for place in range(40)
        if allowed >> place & 1
        and any(is_free(clerk, services, range(place, place + cells)) for clerk in clerks)
    ]
    assert list(starts_in(free_starts(span, clerks, services, cells, allowed), span)) == plain


@small
@given(CLERKS, st.sampled_from([ONE, frozenset({ID_CARD, PARKING})]), st.integers(0, 39), st.integers(1, 6))
def test_somebody_is_chosen_exactly_where_a_start_is_free(
    drawn_clerks: list[tuple[frozenset[str], int, int]], services: frozenset[str], place: int, cells: int
) -> None:
    span, clerks = Span(BASE, 40), clerks_of(drawn_clerks)
    free_there = free_starts(span, clerks, services, cells, span.all) >> place & 1
    found = choose_clerk(span, clerks, services, BASE + place, cells)
    assert (found is not None) == bool(free_there)
    if found is not None:
        clerk = next(each for each in clerks if each.clerk_id == found)
        assert is_free(clerk, services, range(place, place + cells))
