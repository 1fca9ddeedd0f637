"""The chimes are what the code says, and pleasant to the ear as far as figures can tell."""

import cmath
import math
import wave
from array import array
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sounds import chimes
from tests.sounds.listening import ffmpeg_loudness, needs_ffmpeg, samples_of

every_chime = pytest.mark.parametrize("chime", chimes.CHIMES, ids=lambda chime: chime.name)


def committed(chime: chimes.Chime) -> Path:
    return chimes.STATIC / f"{chime.name}.wav"


@every_chime
def test_code_makes_exactly_the_committed_file(chime: chimes.Chime, tmp_path: Path) -> None:
    chimes.write(tmp_path)
    assert (tmp_path / f"{chime.name}.wav").read_bytes() == committed(chime).read_bytes()


@every_chime
def test_chime_is_48_khz_mono_16_bit(chime: chimes.Chime) -> None:
    with wave.open(str(committed(chime))) as file:
        assert file.getparams()[:3] == (1, 2, 48_000)
        assert file.getnframes() == round(chime.length_s * 48_000)


@needs_ffmpeg
@every_chime
def test_chime_is_as_loud_as_speech_and_does_not_clip(chime: chimes.Chime) -> None:
    integrated, peak = ffmpeg_loudness(committed(chime))
    assert integrated == pytest.approx(-18.0, abs=0.3)
    assert peak <= -1.5


@every_chime
def test_chime_begins_and_ends_without_a_click(chime: chimes.Chime) -> None:
    samples, _ = samples_of(committed(chime))
    assert samples[0] == 0
    assert samples[-1] == 0
    assert max(abs(right - left) for left, right in pairwise(samples[:49])) < 500


def test_gong_has_two_tones_and_the_second_is_lower() -> None:
    samples, rate = samples_of(committed(chimes.GONG))
    first, second = samples[: round(0.4 * rate)], samples[round(0.7 * rate) : round(1.1 * rate)]
    assert strength(first, 659.26, rate) > 5 * strength(first, 523.25, rate)
    assert strength(second, 523.25, rate) > 2 * strength(second, 659.26, rate)


@every_chime
def test_a_chime_lies_below_two_kilohertz_where_old_ears_hear(chime: chimes.Chime) -> None:
    samples, rate = samples_of(committed(chime))
    power = np.abs(np.fft.rfft(np.array(samples, dtype=float))) ** 2
    above = np.fft.rfftfreq(len(samples), 1 / rate) > 2000
    assert power[above].sum() < 0.002 * power.sum()


def test_chimes_stay_small_and_short() -> None:
    assert sum(committed(chime).stat().st_size for chime in chimes.CHIMES) < 300_000
    assert chimes.TONE.length_s < chimes.GONG.length_s <= 2.0


def strength(samples: "array[int]", hertz: float, rate: int) -> float:
    """How much of a tone is in there (one bin of a Fourier transform)."""
    turn = -2j * math.pi * hertz / rate
    return abs(sum(sample * cmath.exp(turn * index) for index, sample in enumerate(samples)))
