"""What counts as heard, on sounds put together here; a recording of the browser is in test_harness."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.harness.listening import RATE, Samples, find, places
from tests.e2e.harness.sound import Recording, Search

SECOND = np.zeros(RATE)


def words(*pitches: int) -> Samples:
    """Stand-ins for spoken digits: a third of a second of overtones each, rough as a voice is."""
    moments = np.arange(RATE // 3) / RATE
    roughness = np.random.default_rng(1)
    spoken = []
    for pitch in pitches:
        overtones = sum(
            np.sin(2 * np.pi * pitch * n * moments * (1 + 0.1 * moments)) / n for n in range(1, 8)
        )
        spoken.append(np.hanning(len(moments)) * (overtones + roughness.normal(0, 0.2, len(moments))) / 10)
    return np.concatenate(spoken)


CALL = words(110, 147, 196, 131)


def best(heard: Samples) -> tuple[float, float]:
    return (find(heard, CALL, at_most=1) or [(0.0, 0.0)])[0]


def test_the_same_sound_is_found_at_its_place() -> None:
    likeness, offset_s = best(np.concatenate((SECOND, CALL * 0.1, SECOND)))

    assert likeness == pytest.approx(1)
    assert offset_s == pytest.approx(1)


@pytest.mark.parametrize("gap_ms", [3, 20, 80])
def test_a_short_dropout_is_forgiven(gap_ms: int) -> None:
    half, gap = len(CALL) // 2, np.zeros(RATE * gap_ms // 1000)
    likeness, offset_s = best(np.concatenate((SECOND, CALL[:half], gap, CALL[half:], SECOND)))

    assert likeness > 0.9
    assert offset_s == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    "heard",
    [
        lambda: words(196, 110, 131, 147),
        lambda: CALL[::-1],
        lambda: np.random.default_rng(2).normal(0, 0.1, 4 * RATE),
        lambda: np.concatenate((CALL[: len(CALL) // 3], np.zeros(RATE * 2))),
    ],
    ids=["the digits in another order", "backwards", "noise", "cut off after a third"],
)
def test_another_sound_is_not_taken_for_it(heard: Callable[[], Samples]) -> None:
    assert best(np.concatenate((SECOND, heard(), SECOND)))[0] < 0.7


def test_silence_is_nothing() -> None:
    assert find(np.zeros(3 * RATE), CALL, at_most=5) == []


def test_a_sound_longer_than_the_recording_was_not_heard() -> None:
    assert find(CALL[:1000], CALL, at_most=5) == []


def test_each_time_is_found() -> None:
    heard = np.concatenate((SECOND, CALL, SECOND, CALL, SECOND))
    found = [offset_s for likeness, offset_s in find(heard, CALL, at_most=9) if likeness > 0.9]
    assert sorted(found) == [pytest.approx(1), pytest.approx(2 + len(CALL) / RATE)]


def test_of_two_numbers_much_alike_each_is_found_at_its_own_place() -> None:
    """Torn, the first is less like itself at first sight than the second is."""
    number, alike = words(110, 147, 196, 131), words(110, 147, 196, 98)
    third, gap = len(number) // 3, np.zeros(RATE // 12)
    torn = np.concatenate((number[:third], gap, number[third : 2 * third], gap, number[2 * third :]))
    heard = np.concatenate((SECOND, torn, SECOND, alike, SECOND))
    assert find(heard, number, at_most=1)[0][1] > 2, "this is the mistake"

    (first, first_s), (second, second_s) = places(heard, [number, alike])
    assert first_s == pytest.approx(1, abs=0.2)
    assert second_s == pytest.approx(2 + len(torn) / RATE, abs=0.01)
    assert min(first, second) > 0.9


def test_what_was_not_heard_takes_no_place_of_another() -> None:
    heard = np.concatenate((SECOND, CALL, SECOND))
    (never, _), (surely, _) = places(heard, [words(110, 147, 196, 98), CALL])
    assert never == 0
    assert surely == pytest.approx(1)


@pytest.mark.parametrize("step_s", [0.13, 0.7, 2.9])
@pytest.mark.parametrize("torn_ms", [0, 80])
def test_a_recording_that_grows_is_searched_to_its_end(tmp_path: Path, step_s: float, torn_ms: int) -> None:
    """However the looks fall, they find what one look at all of it finds."""
    half, gap = len(CALL) // 2, np.zeros(RATE * torn_ms // 1000)
    heard = np.concatenate((SECOND, SECOND, CALL[:half], gap, CALL[half:], SECOND))
    raw = (heard * 32767).astype("<i2").tobytes()
    recording = Recording(tmp_path / "hall.s16", began_at=0)
    search = Search(recording, CALL)
    step = 2 * int(step_s * RATE)
    for end in range(step, len(raw) + step, step):
        recording.path.write_bytes(raw[:end])
        search.goes_on()

    likeness, offset_s = search.best
    assert likeness == pytest.approx(best(heard)[0], abs=0.02)
    assert offset_s == pytest.approx(2, abs=0.1)
