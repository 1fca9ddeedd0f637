"""Finding a known sound in a recording: numbers in, numbers out. Nothing here plays or records."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

RATE = 48_000
SILENCE = 1e-4  # root mean square below which nothing was heard: -80 dB of full scale
# A busy machine starves the browser for some milliseconds, and what follows comes that much later. One
# correlation over the whole file then falls to 0.7 though every word was heard; so pieces are compared,
# each within a little slack around its place.
PIECE = RATE // 4
SLACK = RATE // 4
_WORTH_A_LOOK = 0.2


def read_wav(path: Path) -> Samples:
    """Read a 16-bit WAV as one channel at the rate of the recordings."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2, f"{path} is not 16-bit"
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        mono = frames.reshape(-1, file.getnchannels()).mean(axis=1) / 32768
        return _resample(mono, file.getframerate())


def _resample(samples: Samples, rate: int) -> Samples:
    if rate == RATE:
        return samples
    count = round(len(samples) * RATE / rate)
    return np.fft.irfft(np.fft.rfft(samples), count) * (count / len(samples))


def find(heard: Samples, sought: Samples, at_most: int) -> list[tuple[float, float]]:
    """List where `sought` seems to be, best first: (likeness from 0 to 1, beginning in seconds)."""
    curve = correlation(heard, sought)
    found: list[tuple[float, float]] = []
    while len(found) < at_most and len(curve) and curve.max() >= _WORTH_A_LOOK:
        start = int(np.argmax(curve))
        found.append((max(float(curve[start]), _piece_by_piece(heard, sought, start)), start / RATE))
        curve[max(0, start - len(sought) // 2) : start + len(sought) // 2] = 0
    return sorted(found, reverse=True)


def places(heard: Samples, sought: Sequence[Samples]) -> list[tuple[float, float]]:
    """Say for each of several sounds that were heard once how alike, and where; (0, 0) for one not heard.

    Spoken numbers that differ by a digit are up to 0.92 alike, more than a torn one is at first sight to
    itself. So a place is given to the sound that is most like it.
    """
    pairs = [
        (likeness, offset_s, which)
        for which, sound in enumerate(sought)
        for likeness, offset_s in find(heard, sound, at_most=len(sought) + 2)
    ]
    given: dict[int, tuple[float, float]] = {}
    for likeness, offset_s, which in sorted(pairs, reverse=True):
        half_s = len(sought[which]) / RATE / 2
        if which not in given and all(abs(offset_s - other) > half_s for _, other in given.values()):
            given[which] = (likeness, offset_s)
    return [given.get(which, (0.0, 0.0)) for which in range(len(sought))]


def correlation(heard: Samples, sought: Samples) -> Samples:
    """Correlate, normalised, for each start in `heard`: 1 means the same sound at any volume."""
    if len(heard) < len(sought) or not len(sought):
        return np.zeros(0)
    starts = len(heard) - len(sought) + 1
    # Block by block: one transform of some minutes takes three times as long as many that fit the cache.
    size = min(1 << (len(heard) + len(sought)).bit_length(), 1 << (4 * len(sought)).bit_length())
    step = size - len(sought) + 1
    spectrum = np.conj(np.fft.rfft(sought, size))
    blocks = (heard[begin : begin + size] for begin in range(0, starts, step))
    raw = np.concatenate([np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)[:step] for block in blocks])
    raw = raw[:starts]
    energy_until = np.concatenate(([0.0], np.cumsum(heard**2)))
    energy = energy_until[len(sought) :] - energy_until[:starts]
    audible = energy > SILENCE**2 * len(sought)
    norm = np.sqrt(np.where(audible, energy, 1.0)) * np.sqrt(float(np.sum(sought**2)) or 1.0)
    return np.where(audible, raw / norm, 0.0)


def _piece_by_piece(heard: Samples, sought: Samples, start: int) -> float:
    """Correlate the pieces of `sought` around their places; louder pieces count more, silent ones not."""
    before, after = max(0, start - SLACK), start + len(sought) + SLACK
    nothing = np.zeros(SLACK)
    near = np.concatenate((nothing[: SLACK - (start - before)], heard[before:after], nothing))
    likeness = weight = 0.0
    for begin in range(0, len(sought), PIECE):
        piece = sought[begin : begin + PIECE]
        energy = float(np.sum(piece**2))
        around = near[begin : begin + len(piece) + 2 * SLACK]
        likeness += energy * float(correlation(around, piece).max(initial=0.0))
        weight += energy
    return likeness / weight if weight else 0.0
