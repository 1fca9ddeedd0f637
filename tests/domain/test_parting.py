"""Into which parts a concern falls that nobody can do as a whole, and when two fit one after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.parting import Part, pair_starts, part, second_cells

SERVICES = st.lists(st.sampled_from("abcdef"), max_size=6)


@pytest.mark.parametrize(
    ("services", "abilities", "parts"),
    [
        ("ab", ["a", "b"], [("a",), ("b",)]),
        ("ba", ["a", "b"], [("b",), ("a",)]),
        ("abc", ["ab", "bc"], [("a", "b"), ("c",)]),
        ("abc", ["a", "bc"], [("b", "c"), ("a",)]),
        ("abcd", ["ad", "bc"], [("a", "d"), ("b", "c")]),
        ("ab", ["abc", "a"], [("a", "b")]),
        ("ab", ["a"], []),
        ("a", [], []),
        ("", ["a"], []),
    ],
)
def test_each_part_is_for_one_clerk(services: str, abilities: list[str], parts: list[Part]) -> None:
    assert part(services, abilities) == parts


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


def test_the_second_visit_begins_as_soon_as_it_can() -> None:
    assert list(second_cells(100, 2, 3)) == [102, 103, 104, 105]
