"""The machine's own way to make a sound: which player is there, and the siren that it plays.

What must not live here: when it sounds (`counter_client.watch`).
"""

import array
import math
import shutil
import subprocess
import threading
import wave
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

RATE: Final = 22_050
TURNS: Final = 4
POWERSHELL: Final = "(New-Object Media.SoundPlayer '{}').PlaySync()"
PLAYERS: Final[Mapping[str, Callable[[str], Sequence[str]]]] = {
    "pw-play": lambda file: [file],
    "paplay": lambda file: [file],
    "aplay": lambda file: ["-q", file],
    "afplay": lambda file: [file],
    "ffplay": lambda file: ["-nodisp", "-autoexit", "-loglevel", "quiet", file],
    "powershell": lambda file: ["-NoProfile", "-Command", POWERSHELL.format(file.replace("'", "''"))],
}
"""Tried in this order; each plays a file once and ends."""


def find_player(wanted: str | None = None) -> tuple[str, Callable[[str], Sequence[str]]] | None:
    """Return the program that plays a file, and its arguments; `wanted` is one that was named by hand."""
    if wanted is not None:
        program = shutil.which(wanted)
        return None if program is None else (program, PLAYERS.get(Path(wanted).stem, lambda file: [file]))
    found = ((shutil.which(name), arguments) for name, arguments in PLAYERS.items())
    return next(((program, arguments) for program, arguments in found if program), None)


def write_siren(path: Path) -> None:
    """Write three rising sweeps and a rest, some times over: the same as the counter's page plays."""
    sweep, rest = int(0.38 * RATE), int(0.9 * RATE)
    one, phase = array.array("h"), 0.0
    for at in range(3 * sweep):
        part = at % sweep
        phase += 2 * math.pi * 520 * (1500 / 520) ** (part / sweep) / RATE
        edge = min(1.0, part / 200, (sweep - part) / 200)
        one.append(int(0.85 * 32767 * edge * (0.75 * math.sin(phase) + 0.25 * math.sin(3 * phase))))
    one.extend([0] * rest)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(one.tobytes() * TURNS)


class Siren:
    """Plays a file again and again until it is stopped. `command` plays it once."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._silent = threading.Event()
        self._silent.set()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def sounds(self) -> bool:
        return not self._silent.is_set()

    def start(self) -> None:
        if not self.sounds:
            self._silent.clear()
            self._thread = threading.Thread(target=self._play, name="siren", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._silent.set()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None

    def _play(self) -> None:
        while not self._silent.is_set():
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the machine's own player
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except OSError:
                return  # it was there at start; the line that was printed stays
            self._process.wait()
            self._silent.wait(0.2)  # one that cannot play ends at once
