"""What a listener would say of a sound: ffmpeg's loudness, and the phonemes of the speech engine.

Both are judges from outside, so that our own measuring is not measured by itself.
"""

import json
import re
import shutil
import subprocess
import sys
import wave
from array import array
from pathlib import Path

import pytest

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg judges loudness")

_PHONEMES = """
import ctypes, json, sys, espeakng_loader
library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_TextToPhonemes.restype = ctypes.c_char_p
retrieval, utf8, ipa = 1, 1, 2
assert library.espeak_Initialize(retrieval, 0, espeakng_loader.get_data_path().encode(), 0) > 0
voice, texts = json.load(sys.stdin)
assert library.espeak_SetVoiceByName(voice.encode()) == 0
for text in texts:
    rest, spoken = ctypes.c_char_p(text.encode() + b"  "), []  # without spaces a last letter is lost here
    while rest.value:
        spoken.append(library.espeak_TextToPhonemes(ctypes.byref(rest), utf8, ipa).decode())
    print(json.dumps("|".join(spoken)))
"""


def spoken(voice: str, *texts: str) -> list[str]:
    """Say how the voice pronounces the texts: IPA, with a bar at each rest."""
    done = subprocess.run(
        [sys.executable, "-c", _PHONEMES],
        input=json.dumps([voice, texts]),
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    return [str(json.loads(line)) for line in done.stdout.splitlines()]


def ffmpeg_loudness(path: Path) -> tuple[float, float]:
    """Measure integrated loudness (LUFS) and sample peak (dBFS) with ffmpeg's ebur128."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", path, "-af", "ebur128=peak=sample", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    summary = done.stderr[done.stderr.rindex("Summary:") :]
    integrated = re.search(r"I:\s+(\S+) LUFS", summary)
    peak = re.search(r"Peak:\s+(\S+) dBFS", summary)
    assert integrated
    assert peak
    return float(integrated[1]), float(peak[1])


def samples_of(path: Path) -> "tuple[array[int], int]":
    """Read a mono 16-bit file: samples and rate."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return array("h", file.readframes(file.getnframes())), file.getframerate()
