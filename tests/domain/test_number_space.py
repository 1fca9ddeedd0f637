"""Numbers for ears and eyes: what is drawn, how far apart, and what happens when none is left."""

import pytest

from queue_server.domain.errors import NoNumberLeft
from queue_server.domain.number_space import FIRST, LAST, SKIPPED, NumberSpace, differing_digits
from tests.domain.builders import seeded

ALL = [n for n in range(FIRST, LAST + 1) if n not in SKIPPED]


def drawn(space: NumberSpace, count: int, seed: int = 1) -> list[int]:
    below = seeded(seed)
    numbers = []
    for _ in range(count):
        numbers.append(space.draw(below))
        space.take(numbers[-1])
    return numbers


def test_the_first_of_a_day_may_be_any_number_but_the_skipped() -> None:
    assert {110, 112} == SKIPPED
    assert sorted(drawn(NumberSpace(), 898)) == ALL


def test_when_all_three_digits_are_in_the_hall_four_digits_come() -> None:
    """Failure 29: the pool runs out with the 899th visit at once; four digits from then on."""
    space = NumberSpace()
    drawn(space, 898)
    four = drawn(space, 50)
    assert len(set(four)) == 50
    assert all(1000 <= n <= 9999 for n in four)
    space.leave(417)
    space.free(417)
    assert space.draw(seeded()) == 417, "three digits again as soon as there are any"


def test_no_number_is_left_after_9898() -> None:
    """Failure 29: then the visit is refused, not doubled."""
    space = NumberSpace()
    for number in [*ALL, *range(1000, 10000)]:
        space.take(number)
    with pytest.raises(NoNumberLeft):
        space.draw(seeded())
    with pytest.raises(NoNumberLeft):
        space.after(None)
    space.leave(4711)
    space.free(4711)
    assert space.draw(seeded()) == space.after(None) == 4711


def test_a_number_that_left_no_longer_keeps_others_away_but_rests_itself() -> None:
    space = NumberSpace()
    space.take(417)
    space.leave(417)
    rest = drawn(space, 897)
    assert 417 not in rest
    space.free(417)
    assert space.draw(seeded()) == 417


def test_sequential_numbers_count_skip_and_wrap() -> None:
    space = NumberSpace()
    assert space.after(None) == 100
    assert space.after(109) == 111
    assert space.after(111) == 113
    assert space.after(999) == 100
    assert space.after(1000) == 100, "four digits were an exception"
    space.take(100)
    space.take(101)
    assert space.after(999) == 102
    for number in ALL:
        space.take(number)
    assert space.after(555) == 1000


def test_a_number_differs_from_another_by_place() -> None:
    assert [differing_digits(417, n) for n in (417, 418, 471, 174, 888)] == [0, 1, 2, 3, 3]
