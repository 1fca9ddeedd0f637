"""Randomness in blocks: evenly spread, never given twice, and asked of the system seldom."""

import os
from collections import Counter

import pytest

from queue_server.adapters.randomness import BLOCK_BYTES, Randomness


def test_every_number_below_the_bound_comes_equally_often() -> None:
    randomness = Randomness()
    drawn = Counter(randomness.below(10) for _ in range(20_000))
    assert set(drawn) == set(range(10))
    assert all(1_700 < count < 2_300 for count in drawn.values())  # seven standard deviations


def test_no_byte_is_given_twice() -> None:
    randomness = Randomness()
    keys = [randomness.key() for _ in range(3 * BLOCK_BYTES // 9)]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {12}


def test_the_system_is_asked_once_for_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fetch = os.urandom

    def count(size: int) -> bytes:
        asked.append(size)
        return fetch(size)

    monkeypatch.setattr(os, "urandom", count)
    randomness = Randomness()
    for _ in range(BLOCK_BYTES // 8):
        randomness.below(900)
    assert asked == [BLOCK_BYTES]
    randomness.below(900)
    assert asked == [BLOCK_BYTES] * 2


def test_what_would_favour_small_numbers_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    values = iter([b"\xff" * 8, (7).to_bytes(8, "big")])
    monkeypatch.setattr(Randomness, "bytes", lambda self, count: next(values))
    assert Randomness().below(10) == 7
