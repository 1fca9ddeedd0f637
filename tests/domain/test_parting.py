"""Into which parts a concern falls that nobody can do as a whole, and when two fit one after the other."""

import pytest

from queue_server.domain.parting import Part, part, second_cells


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


def test_the_second_visit_begins_as_soon_as_it_can() -> None:
    assert list(second_cells(100, 2, 3)) == [102, 103, 104, 105]
