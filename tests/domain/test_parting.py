"""Into which parts a concern falls that nobody can do as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.parting import Part, part

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
