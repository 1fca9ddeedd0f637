"""The small task before a hold: what solves it, and what does not."""

import hashlib
from itertools import count

import pytest

from queue_server.domain.puzzle import BITS, PARTS, is_solved


def solved(puzzle: str, parts: int = 3, bits: int = 6) -> str:
    """Solve a puzzle as a device does, by trying."""

    def fits(part: int, number: int) -> bool:
        digest = hashlib.sha256(f"{puzzle}.{part}.{number}".encode()).hexdigest()
        return f"{int(digest, 16):0256b}".startswith("0" * bits)

    return ",".join(str(next(n for n in count() if fits(part, n))) for part in range(parts))


def test_what_was_sought_solves_the_puzzle() -> None:
    assert is_solved("puzzle", solved("puzzle"), 3, 6)


@pytest.mark.parametrize(
    "answers", ["", "1", "1,2", "1,2,3,4", "a,b,c", "-1,2,3", "1,2,", "٣,1,2", "1" * 400]
)
def test_what_is_no_answer_solves_nothing(answers: str) -> None:
    assert not is_solved("puzzle", answers, 3, 6)


def test_the_answers_belong_to_one_puzzle_and_in_order() -> None:
    answers = solved("puzzle").split(",")
    assert not is_solved("puzzle-2", ",".join(answers), 3, 6)
    assert not is_solved("puzzle", ",".join(reversed(answers)), 3, 6)


def test_it_is_work_for_a_second_on_a_phone() -> None:
    """A phone hashes some 250,000 times a second; nobody should have to wait for long, nor for nothing."""
    assert 200_000 < PARTS * 2**BITS < 400_000
