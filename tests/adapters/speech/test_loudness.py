"""Trimming and levelling, with ffmpeg as the judge."""

import math
import random
import wave
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from queue_server.adapters.speech import loudness
from tests.sounds.listening import ffmpeg_loudness, needs_ffmpeg

PEAK = 32768 * 10 ** (-1.5 / 20)


def a_sound(
    level: Callable[[float], float], *, seconds: float, rate: int = 22_050, hertz: float = 440
) -> "array[int]":
    """A tone whose amplitude (0 to 1) follows `level` of the time."""
    times = (index / rate for index in range(round(seconds * rate)))
    return array("h", (round(32767 * level(t) * math.sin(2 * math.pi * hertz * t)) for t in times))


def syllables(t: float) -> float:
    """Something like speech: bursts, rests, and a loud beginning."""
    return max(0.0, math.sin(2 * math.pi * 3 * t)) * (0.9 if t < 0.15 else 0.12)


def correlation(left: "array[int]", right: "array[int]") -> float:
    def product(one: "array[int]", other: "array[int]") -> int:
        return sum(x * y for x, y in zip(one, other, strict=True))

    return product(left, right) / math.sqrt(product(left, left) * product(right, right))


def save(samples: "array[int]", path: Path, rate: int) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return path


def test_reference_tone_of_the_standard_measures_what_the_standard_says() -> None:
    """EBU Tech 3341, case 1, one channel: 997 Hz at -20 dBFS peak is -23.0 LUFS."""
    tone = a_sound(lambda _: 0.1, seconds=3, rate=48_000, hertz=997)
    assert loudness.loudness(tone, 48_000) == pytest.approx(-23.0, abs=0.05)


@needs_ffmpeg
@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_measures_as_ffmpeg_does(tmp_path: Path, rate: int) -> None:
    noise = random.Random(417)
    sound = array("h", (round(noise.gauss(0, 9000) * syllables(i / rate)) for i in range(3 * rate)))
    judged, _ = ffmpeg_loudness(save(sound, tmp_path / "sound.wav", rate))
    assert loudness.loudness(sound, rate) == pytest.approx(judged, abs=0.15)


def test_pauses_do_not_count_as_quiet_speech() -> None:
    speech = a_sound(lambda _: 0.3, seconds=2)
    with_rest = speech + array("h", bytes(2 * 22_050 * 4))
    assert loudness.loudness(with_rest, 22_050) == pytest.approx(loudness.loudness(speech, 22_050), abs=0.7)


@pytest.mark.parametrize("loud", [0.01, 0.1, 0.9])
def test_quiet_and_loud_speech_end_equally_loud(loud: float) -> None:
    out = loudness.normalise(a_sound(lambda t: loud * syllables(t), seconds=2), 22_050)
    assert loudness.loudness(out, 22_050) == pytest.approx(loudness.TARGET_LUFS, abs=0.3)


def test_no_sample_passes_the_peak_limit_even_where_one_syllable_shouts() -> None:
    shouting = a_sound(lambda t: 0.98 if 0.5 < t < 0.51 else 0.08, seconds=2)
    out = loudness.normalise(shouting, 22_050)
    assert max(map(abs, out)) <= PEAK
    assert max(map(abs, out[: 22_050 // 4])) > 1.4 * 0.08 * 32767  # the rest was raised all the same


def test_the_limiter_turns_down_gently() -> None:
    """A gain that jumps is heard as a click: no step between samples may be steeper than the tone's own."""
    out = loudness.normalise(a_sound(syllables, seconds=2, hertz=200), 22_050)
    steepest = 2 * math.pi * 200 / 22_050 * PEAK
    assert max(abs(right - left) for left, right in pairwise(out)) < 1.3 * steepest


def test_levelling_does_not_change_what_is_said() -> None:
    """Limiting must be heard as little as it is in the files of a real voice (0.995 and better)."""
    sound = a_sound(lambda t: 0.03 + 0.8 * math.sin(10 * t) ** 200, seconds=2)
    out = loudness.normalise(sound, 22_050)
    assert max(map(abs, out)) == pytest.approx(PEAK, rel=0.02)
    assert correlation(sound, out) > 0.98


def test_silence_around_speech_is_cut_and_edges_fade() -> None:
    rest = array("h", bytes(2 * 22_050))
    out = loudness.trim(rest + a_sound(lambda _: 0.5, seconds=1) + rest, 22_050)
    assert len(out) / 22_050 == pytest.approx(1.08, abs=0.02)
    assert out[0] == out[-1] == 0


def test_speech_without_rest_is_not_cut() -> None:
    assert len(loudness.trim(a_sound(lambda _: 0.5, seconds=0.5), 22_050)) == round(0.5 * 22_050)


@pytest.mark.parametrize("samples", [array("h"), array("h", bytes(40_000)), array("h", [3, -3] * 9000)])
def test_silence_stays_silence(samples: "array[int]") -> None:
    assert len(loudness.trim(samples, 22_050)) == 0
    assert loudness.normalise(samples[:10], 22_050) == samples[:10]
