"""Parting a concern loses nothing, whatever is asked for and whoever is there."""

from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.parting import pair_starts, part, second_cells

SERVICES = st.lists(st.sampled_from("abcdef"), max_size=6)


@given(SERVICES, st.lists(st.frozensets(st.sampled_from("abcdef"))))
def test_nothing_is_lost_doubled_or_given_to_who_cannot(
    services: list[str], abilities: list[frozenset[str]]
) -> None:
    found = part(services, abilities)
    assert all(any(set(one) <= able for able in abilities) for one in found)
    named = [service for one in found for service in one]
    possible = set(services) <= set().union(*abilities)
    assert sorted(named) == (sorted(set(services)) if possible else [])


BITS = st.integers(0, (1 << 40) - 1)


@given(BITS, BITS, st.integers(1, 6), st.integers(0, 4))
def test_a_pair_begins_where_a_second_start_lies_behind_the_first_visit(
    first: int, second: int, cells: int, gap: int
) -> None:
    found = pair_starts(first, second, cells, gap)
    for cell in range(40):
        follows = any(second >> place & 1 for place in second_cells(cell, cells, gap))
        assert bool(found >> cell & 1) == (bool(first >> cell & 1) and follows)
