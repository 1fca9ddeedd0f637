"""A small task for the visitor's device: dear to who wants hundreds of times, nothing to who wants one.

For each of `PARTS` parts a number is sought whose SHA-256 with the puzzle begins with `BITS` zero bits.
Many small parts instead of a large one: all devices of a kind take about as long (a quarter more or less;
with one part one visitor in twenty would wait three times as long), and the progress can be seen.
What must not live here: making and signing puzzles, and when one is asked for.
"""

import hashlib
import re
from typing import Final

PARTS: Final = 16
BITS: Final = 14
"""16 × 2¹⁴ are 260,000 hashes on average: about a second on a phone, a quarter of it on a desk."""
_ANSWER: Final = re.compile(r"[0-9]{1,9}")


def is_solved(puzzle: str, answers: str, parts: int = PARTS, bits: int = BITS) -> bool:
    """Say whether `answers` ("17,20391,…", one number for each part in order) solve the puzzle."""
    numbers = answers.split(",")
    return len(numbers) == parts and all(
        _ANSWER.fullmatch(number) and _has_zeros(f"{puzzle}.{part}.{number}", bits)
        for part, number in enumerate(numbers)
    )


def _has_zeros(text: str, bits: int) -> bool:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits) == 0
