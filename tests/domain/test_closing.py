"""Sooner than closing time? One word for every face."""

import pytest

from queue_server.domain.forecast.closing import FAR_MIN, Chance, chance


@pytest.mark.parametrize(
    ("share", "left_min", "word"),
    [
        (1.0, 40 + FAR_MIN, "likely"),
        (1.0, 41 + FAR_MIN, None),
        (0.9, 60, "likely"),
        (0.89, 60, "unsure"),
        (0.5, 30, "unsure"),
        (0.49, 30, "unlikely"),
        (None, 40, "likely"),
        (None, 31, "unsure"),
        (None, 20, "unlikely"),
        (None, 0, "unlikely"),
    ],
)
def test_the_word_for_who_waits_20_to_40_minutes(
    share: float | None, left_min: int, word: Chance | None
) -> None:
    assert chance(share, 20, 40, left_min) == word
