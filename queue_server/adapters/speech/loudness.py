"""Trim speech and bring it to one loudness, in plain Python.

Here lives arithmetic on samples (signed 16 bit, mono). It takes some 50 ms of CPU for a text, so it runs
in the speech child and never in the server, whose event loop would feel it. No numpy: the
server must not carry it for this.
Loudness is ITU-R BS.1770-4 (K-weighting, 400 ms blocks, two gates), as EBU R 128 uses it.
"""

import math
from array import array
from collections.abc import Sequence
from itertools import pairwise

TARGET_LUFS = -18.0
PEAK_DBFS = -1.5
FULL_SCALE = 32768.0

BLOCK_S = 0.005  # the grain of trimming, measuring and limiting
AUDIBLE_DBFS = -50.0
LEAD_S, TAIL_S, EDGE_S = 0.02, 0.06, 0.005  # kept before and after speech; faded at both ends
SOFTENED_BLOCKS = 4  # the limiter turns down and up within ± 20 ms

Biquad = tuple[float, float, float, float, float]


def trim(samples: "array[int]", rate: int) -> "array[int]":
    """Cut the silence before and after the speech; empty when all is silent."""
    size = _block_size(rate)
    floor = FULL_SCALE * _ratio(AUDIBLE_DBFS)
    audible = [index for index, peak in enumerate(_peaks(samples, size)) if peak > floor]
    if not audible:
        return array("h")
    start = max(0, audible[0] * size - round(LEAD_S * rate))
    kept = samples[start : (audible[-1] + 1) * size + round(TAIL_S * rate)]
    edge = min(round(EDGE_S * rate), len(kept))
    for index in range(edge):
        kept[index] = round(kept[index] * index / edge)
        kept[-1 - index] = round(kept[-1 - index] * index / edge)
    return kept


def loudness(samples: Sequence[int], rate: int) -> float:
    """Measure the integrated loudness in LUFS; -inf when nothing passes the gate of -70 LUFS."""
    return _gated(_energies(samples, rate), rate)


def normalise(samples: "array[int]", rate: int) -> "array[int]":
    """Bring speech to TARGET_LUFS with no sample above PEAK_DBFS.

    Speech peaks some 19 dB above its loudness, so at -18 LUFS a few syllables would clip: those alone are
    turned down. Turning all down instead left quiet texts 3 LU below the chime.
    """
    size = _block_size(rate)
    peaks = _peaks(samples, size)
    energies = _energies(samples, rate)
    measured = _gated(energies, rate)
    if math.isinf(measured):
        return samples
    gain = _ratio(TARGET_LUFS - measured)
    for _ in range(10):  # limiting takes loudness away; ask for that much more
        gains = [gain * limit for limit in _limits(peaks, gain)]
        reached = _gated([energy * g * g for energy, g in zip(energies, gains, strict=True)], rate)
        gain *= _ratio(TARGET_LUFS - reached)
    return _applied(samples, gains, size)


def _limits(peaks: Sequence[float], gain: float) -> list[float]:
    """Say for each block how far to turn it down: lowest of the neighbours, then their mean.

    Every mean runs over values that are at most this block's own limit, so the peak holds.
    """
    ceiling = FULL_SCALE * _ratio(PEAK_DBFS)
    needed = [min(1.0, ceiling / (gain * peak)) if peak else 1.0 for peak in peaks]
    reach = SOFTENED_BLOCKS
    spans = [slice(max(0, index - reach), index + reach + 1) for index in range(len(needed))]
    lowest = [min(needed[span]) for span in spans]
    return [sum(lowest[span]) / len(lowest[span]) for span in spans]


def _applied(samples: "array[int]", gains: Sequence[float], size: int) -> "array[int]":
    """Multiply, gliding within each block between gains that both keep the block's limit."""
    edges = [gains[0], *map(min, gains, gains[1:]), gains[-1]]
    out = array("h")
    for block, (left, right) in enumerate(pairwise(edges)):
        step = (right - left) / size
        part = samples[block * size : (block + 1) * size]
        # int() cuts towards zero: rounding up could lift a sample over the limit.
        out.extend(int(sample * (left + index * step)) for index, sample in enumerate(part))
    return out


def _gated(energies: Sequence[float], rate: int) -> float:
    per_second = rate / _block_size(rate)
    window, hop = round(0.4 * per_second), round(0.1 * per_second)
    starts = range(0, max(1, len(energies) - window + 1), hop)
    means = [_mean(energies[start : start + window]) for start in starts]
    heard = [mean for mean in means if _lufs(mean) > -70.0]
    floor = _lufs(_mean(heard)) - 10.0
    return _lufs(_mean([mean for mean in heard if _lufs(mean) > floor]))


def _energies(samples: Sequence[int], rate: int) -> list[float]:
    """Measure the mean square of each block after K-weighting (a shelf for the head, a high-pass)."""
    weighted = _filtered(
        _filtered([sample / FULL_SCALE for sample in samples], _shelf(rate)), _high_pass(rate)
    )
    size = _block_size(rate)
    starts = range(0, len(weighted), size)
    return [_mean([sample * sample for sample in weighted[start : start + size]]) for start in starts]


def _peaks(samples: Sequence[int], size: int) -> list[float]:
    blocks = (samples[start : start + size] for start in range(0, len(samples), size))
    return [float(max(map(abs, block))) for block in blocks]


def _filtered(samples: Sequence[float], filter_: Biquad) -> list[float]:
    b0, b1, b2, a1, a2 = filter_
    first = second = 0.0
    out = []
    for sample in samples:
        result = b0 * sample + first
        first = b1 * sample - a1 * result + second
        second = b2 * sample - a2 * result
        out.append(result)
    return out


def _shelf(rate: int) -> Biquad:
    """Stage 1 of BS.1770 annex 1: its 48 kHz coefficients as an analogue filter, for any rate."""
    tangent, quality = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    scale = 1 + tangent / quality + tangent**2
    return (
        (high + band * tangent / quality + tangent**2) / scale,
        2 * (tangent**2 - high) / scale,
        (high - band * tangent / quality + tangent**2) / scale,
        2 * (tangent**2 - 1) / scale,
        (1 - tangent / quality + tangent**2) / scale,
    )


def _high_pass(rate: int) -> Biquad:
    """Stage 2 of BS.1770 annex 1."""
    tangent, quality = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    scale = 1 + tangent / quality + tangent**2
    return 1.0, -2.0, 1.0, 2 * (tangent**2 - 1) / scale, (1 - tangent / quality + tangent**2) / scale


def _lufs(mean_square: float) -> float:
    return -0.691 + 10 * math.log10(mean_square) if mean_square > 0 else -math.inf


def _ratio(decibels: float) -> float:
    return math.pow(10.0, decibels / 20)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _block_size(rate: int) -> int:
    return round(BLOCK_S * rate)
