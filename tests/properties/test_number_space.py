"""How far numbers stay apart in any history, and that they cannot be foretold."""

import itertools
import random
from collections import Counter

import pytest

from queue_server.domain.number_space import NumberSpace, differing_digits, family_of
from tests.domain.builders import seeded
from tests.domain.test_number_space import ALL, drawn


def are_far(numbers: list[int]) -> bool:
    return all(differing_digits(a, b) >= 2 for a, b in itertools.combinations(numbers, 2))


def test_two_members_of_a_family_are_always_far() -> None:
    families = [[n for n in ALL if family_of(n) == family] for family in range(10)]
    assert sum(map(len, families)) == len(ALL) == 898
    assert [len(family) for family in families] == [90, 90, 89, 90, 89, 90, 90, 90, 90, 90]
    assert all(are_far(family) for family in families)


@pytest.mark.parametrize("seed", range(3))
def test_a_full_hall_of_eighty_eight_is_far_apart(seed: int) -> None:
    """More than 59 at once: the whole family is used, which plain drawing would never manage."""
    assert are_far(drawn(NumberSpace(), 88, seed))


def test_below_ninety_spoken_for_a_far_number_always_exists_whoever_leaves() -> None:
    """Adversarial departures: whatever order, at most 88 in the hall or resting for two hours."""
    rng, below, space = random.Random(5), seeded(6), NumberSpace()
    in_hall: list[int] = []
    resting: list[int] = []
    for _ in range(600):
        if len(in_hall) + len(resting) == 88 or (in_hall and rng.random() < 0.3):
            leaver = in_hall.pop(rng.choice([0, -1, rng.randrange(len(in_hall))])) if in_hall else None
            if leaver is not None:
                space.leave(leaver)
                resting.append(leaver)
        if len(in_hall) + len(resting) == 88:
            space.free(resting.pop(rng.randrange(len(resting))))
        number = space.draw(below)
        assert all(differing_digits(number, other) >= 2 for other in in_hall)
        space.take(number)
        in_hall.append(number)


def test_numbers_cannot_be_foretold() -> None:
    """Within a family every free number is equally likely, and every family begins a day."""
    firsts = [drawn(NumberSpace(), 1, seed)[0] for seed in range(300)]
    assert {family_of(n) for n in firsts} == set(range(10))
    assert max(Counter(firsts).values()) <= 5
    seconds = Counter(
        drawn(NumberSpace(), 2, seed)[1] > drawn(NumberSpace(), 1, seed)[0] for seed in range(300)
    )
    assert 120 <= seconds[True] <= 180, "a later number is as often the smaller one"


def test_without_a_far_number_the_least_near_is_given() -> None:
    space, below, rng = NumberSpace(), seeded(), random.Random(1)
    in_hall = drawn(space, 85)
    for count in range(85, 300):
        number = space.draw(below)
        if count % 25 == 0:
            free = [n for n in rng.sample(ALL, 30) if n not in in_hall]
            assert nearness(number, in_hall) <= min(nearness(n, in_hall) for n in free)
        space.take(number)
        in_hall.append(number)


def nearness(number: int, others: list[int]) -> int:
    """Return in how many of its three digits the number has a neighbour."""
    return len(
        {
            next(i for i in range(3) if str(number)[i] != str(other)[i])
            for other in others
            if differing_digits(number, other) == 1
        }
    )


def test_the_sets_kept_incrementally_are_right_after_any_history() -> None:
    """Near numbers may share a line: when one leaves, the line stays closed for the other."""
    rng, space = random.Random(3), NumberSpace()
    in_hall: set[int] = set()
    for _ in range(600):
        if in_hall and rng.random() < 0.4:
            number = rng.choice(sorted(in_hall))
            in_hall.discard(number)
            space.leave(number)
            space.free(number)
        else:
            number = rng.choice([n for n in rng.sample(ALL, 3) if n not in in_hall])
            in_hall.add(number)
            space.take(number)
    fresh = NumberSpace()
    for number in in_hall:
        fresh.take(number)
    assert {name: getattr(space, name) for name in NumberSpace.__slots__} == {
        name: getattr(fresh, name) for name in NumberSpace.__slots__
    }
