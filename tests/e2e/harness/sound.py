"""A private sound server without a sound card, and what was heard on it.

Media events and `AudioContext.state` tell nothing: both look healthy on a machine without any sound
device. So a browser plays into a null sink, the sink is recorded, and the recording is compared with
the file that should have sounded.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.e2e.harness.listening import RATE, SILENCE, SLACK, Samples, find, places, read_wav

_START_LIMIT_S = 10.0


class SoundServer:
    """A PulseAudio daemon of its own, as whatever user this is; root in a container included.

    It neither reads nor writes the user's own configuration, and listens on one socket in a folder
    that goes away with it.
    """

    def __init__(self, *sinks: str) -> None:
        # A socket's path may have 107 characters; pytest's temporary folders are longer.
        self._folder = tempfile.TemporaryDirectory(prefix="pulse-")
        self._socket = Path(self._folder.name, "s")
        self._process = self._run_daemon(sinks)
        self._wait_until_it_answers()

    @property
    def address(self) -> str:
        """The value of PULSE_SERVER for whoever shall play here."""
        return f"unix:{self._socket}"

    @contextlib.contextmanager
    def record(self, path: Path, sink: str = "hall") -> Iterator["Recording"]:
        """Record a sink from the first sample inside the block to its end."""
        with path.open("wb") as file:
            recorder = subprocess.Popen(
                [
                    *("parec", f"--device={sink}.monitor", "--latency-msec=20"),
                    *("--raw", f"--rate={RATE}", "--channels=1", "--format=s16le"),
                ],
                stdout=file,
                stdin=subprocess.DEVNULL,
                env=self._environment(),
            )
        try:
            _wait_for(lambda: path.stat().st_size > 0, f"no sound arrives from {sink}")
            yield Recording(path, time.monotonic() - path.stat().st_size / 2 / RATE)
        finally:
            recorder.send_signal(signal.SIGTERM)
            recorder.wait(timeout=5)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=5)
        self._folder.cleanup()

    def _run_daemon(self, sinks: tuple[str, ...]) -> subprocess.Popen[bytes]:
        modules = [f"module-null-sink sink_name={sink} rate={RATE}" for sink in sinks]
        modules.append(f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}")
        return subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no"),
                *("--disallow-exit", "--exit-idle-time=-1"),
                *(f"--load={module}" for module in modules),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it tells root that it is root
            env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        own = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"), self._folder.name)
        return {**os.environ, **own, "PULSE_SERVER": self.address}

    def _wait_until_it_answers(self) -> None:
        def answers() -> bool:
            assert self._process.poll() is None, "pulseaudio ended at once"
            with socket.socket(socket.AF_UNIX) as attempt:
                return attempt.connect_ex(str(self._socket)) == 0

        _wait_for(answers, "pulseaudio does not answer")


@dataclass(frozen=True)
class Recording:
    """What a sink has played so far; may be asked while it still grows.

    `began_at` is the `time.monotonic()` of its first sample, so `began_at + offset_s` is the moment at
    which something was heard (to about 50 ms).
    """

    path: Path
    began_at: float

    def samples(self, after: int = 0) -> Samples:
        """Return what was recorded, without the first `after` samples."""
        with self.path.open("rb") as file:
            file.seek(2 * after)
            raw = file.read()
        return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.float64) / 32768

    def cut(self, stretches: Iterable[tuple[float, float]], into: Path) -> Path:
        """Write stretches of it, from second to second, into a WAV file of their own."""
        heard = self.samples()
        parts = [heard[round(begin * RATE) : round(end * RATE)] for begin, end in stretches]
        with wave.open(str(into), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((np.concatenate(parts) * 32768).astype("<i2").tobytes())
        return into

    def correlate(self, wav_path: Path) -> tuple[float, float]:
        """Say how like the file the best matching stretch is (0 to 1), and where it begins, in seconds."""
        found = find(self.samples(), read_wav(wav_path), at_most=1)
        return found[0] if found else (0.0, 0.0)

    async def hear(self, wav_path: Path, within_s: float, least: float = 0.8) -> float:
        """Wait until the file has been heard; return where it begins, in seconds.

        A page may say `ended` before its last sound has left the machine, so ask here and do not sleep.
        AssertionError, with the best likeness so far, when the time is up.
        """
        search = Search(self, read_wav(wav_path))
        deadline = time.monotonic() + within_s
        while search.best[0] < least:
            # Asked before the look, so that the last look is at all that was heard until then.
            late = time.monotonic() >= deadline
            if not search.goes_on() and not late:
                await asyncio.sleep(0.2)
            heard = search.best[0] >= least
            assert heard or not late, f"{wav_path.name} was not heard: {search.best[0]:.2f} alike at best"
        return search.best[1]

    def hear_each(self, wav_paths: Sequence[Path], least: float = 0.6) -> list[float]:
        """Say where each of several files was heard, once: for numbers, which are much alike.

        `least` is only what tells it from nothing: a busy machine may tear half a second.
        """
        found = places(self.samples(), [read_wav(path) for path in wav_paths])
        for path, (likeness, _) in zip(wav_paths, found, strict=True):
            assert likeness >= least, f"{path.name} was not heard: {likeness:.2f} alike at best"
        return [offset_s for _, offset_s in found]

    def hear_one_of(self, wav_paths: Sequence[Path], begin_s: float, end_s: float) -> tuple[Path, float]:
        """Say which of several files was heard in a stretch, and where."""
        stretch = self.samples()[round(begin_s * RATE) : round(end_s * RATE)]
        found = [
            (likeness, offset_s, path)
            for path in wav_paths
            for likeness, offset_s in find(stretch, read_wav(path), at_most=3)
        ]
        _, offset_s, path = max(found)
        return path, begin_s + offset_s

    async def falls_silent(self, within_s: float = 10) -> None:
        """Wait until a second of silence was recorded: a page may say `ended` before the last sound left."""
        deadline = time.monotonic() + within_s
        while np.abs(self.samples()[-RATE:]).max() > SILENCE:
            assert time.monotonic() < deadline, "it does not fall silent"
            await asyncio.sleep(0.2)

    async def hear_times(self, times: int, wav_path: Path, within_s: float, least: float = 0.8) -> None:
        """Wait until the file has been heard so often; AssertionError when it was heard less or more."""
        deadline = time.monotonic() + within_s
        while len(beginnings := self.heard_at(wav_path, least)) < times:
            assert time.monotonic() < deadline, f"{wav_path.name} was heard at {beginnings} only"
            await asyncio.sleep(0.5)
        assert len(beginnings) == times, f"{wav_path.name} was heard at {beginnings}"

    def heard_at(self, wav_path: Path, least: float = 0.8) -> list[float]:
        """Say where the file was heard: each beginning in seconds, in order; a recall gives two."""
        found = find(self.samples(), read_wav(wav_path), at_most=50)
        return sorted(offset_s for likeness, offset_s in found if likeness >= least)


class Search:
    """Looks for a sound in a recording that grows, at each stretch once.

    A look at all of it takes half a second of computing for each minute: what is spoken meanwhile was torn.
    """

    def __init__(self, recording: Recording, sought: Samples) -> None:
        self._recording, self._sought = recording, sought
        self._done = 0
        self.best = (0.0, 0.0)
        """Likeness, and where it begins in seconds."""

    def goes_on(self) -> bool:
        """Look at what came since the last look; False when that was too little for a beginning."""
        heard = self._recording.samples(self._done)
        begins = len(heard) - len(self._sought) + 1
        if begins < RATE // 10:
            return False
        for likeness, offset_s in find(heard, self._sought, at_most=1):
            self.best = max(self.best, (likeness, offset_s + self._done / RATE))
        # The pieces of a sound may lie a little before and after their places.
        self._done += max(0, begins - 2 * SLACK)
        return True


def _wait_for(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.01)  # another process; there is nothing to wait on
