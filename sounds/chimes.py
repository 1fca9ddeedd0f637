"""The chimes, made by arithmetic: `python -m sounds.chimes` writes them into `static/`.

Here lives how they sound. Which chime is played when is the display's matter.
No recorded or third-party sound: nothing to license, and any change can be read here.
"""

import io
import math
import sys
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

RATE = 48_000
STATIC = Path(__file__).parent / "static"

# A struck bar: the fundamental, a weak octave for warmth, and an inharmonic partial that dies at
# once and is heard as the mallet. Ratio to the fundamental, amplitude, share of its decay time.
BAR = ((1.0, 1.0, 1.0), (2.0, 0.18, 0.6), (4.07, 0.1, 0.12))

ATTACK_S = 0.006  # long enough not to click, short enough to be struck
FADE_S = 0.08  # the tail ends in silence, so that files can be joined without a click


@dataclass(frozen=True)
class Stroke:
    """One bar struck once: when, how high, how long it rings (time to 1/e)."""

    at_s: float
    hertz: float
    decay_s: float


@dataclass(frozen=True)
class Chime:
    """A sound before the words; `level`, the amplitude of one stroke, makes it -18 LUFS, as speech is."""

    name: str
    length_s: float
    level: float
    strokes: tuple[Stroke, ...]


# A falling major third is the door-bell of half of Europe: friendly, and never an alarm (alarms rise
# or repeat). Both tones lie where ageing ears and cheap loudspeakers still work.
GONG = Chime("gong", 1.7, 0.363, (Stroke(0.0, 659.26, 0.40), Stroke(0.48, 523.25, 0.50)))

# While many calls wait: one tone, half a second.
TONE = Chime("tone", 0.7, 0.483, (Stroke(0.0, 659.26, 0.28),))

CHIMES = (GONG, TONE)


def render(chime: Chime) -> bytes:
    """Make the chime as a WAV file: 48 kHz, mono, 16 bit."""
    signal = [0.0] * round(chime.length_s * RATE)
    for stroke in chime.strokes:
        _strike(signal, stroke)
    faded = round(FADE_S * RATE)
    for index in range(faded):
        signal[-1 - index] *= index / faded
    return _wav(array("h", (round(32767 * chime.level * sample) for sample in signal)))


def write(folder: Path) -> None:
    """Write all chimes into `folder`."""
    for chime in CHIMES:
        (folder / f"{chime.name}.wav").write_bytes(render(chime))


def _strike(signal: list[float], stroke: Stroke) -> None:
    start = round(stroke.at_s * RATE)
    for ratio, amplitude, ring in BAR:
        turn = 2 * math.pi * stroke.hertz * ratio / RATE
        fall = 1 / (stroke.decay_s * ring * RATE)
        for index in range(len(signal) - start):
            signal[start + index] += (
                amplitude * _attack(index) * math.exp(-index * fall) * math.sin(turn * index)
            )


def _attack(index: int) -> float:
    rise = index / (ATTACK_S * RATE)
    return 1.0 if rise >= 1 else 0.5 - 0.5 * math.cos(math.pi * rise)


def _wav(samples: "array[int]") -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file.getvalue()


if __name__ == "__main__":
    write(STATIC)
