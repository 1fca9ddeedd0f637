"""The files that a call is spoken with, as the server gives them, and where they were heard."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.faces.town import Town
from tests.e2e.harness.listening import RATE, read_wav
from tests.e2e.harness.sound import Recording

LANGUAGES = ("de", "en")
TOLERATED_S = 0.2  # what a busy machine's sound server may shift


@dataclass(frozen=True)
class Clip:
    """A file that was served, kept to be compared with what was heard."""

    name: str
    path: Path

    @property
    def length_s(self) -> float:
        return len(read_wav(self.path)) / RATE


@dataclass(frozen=True)
class Heard:
    """A clip with the moment of the recording at which it began."""

    clip: Clip
    at_s: float

    @property
    def ends_s(self) -> float:
        return self.at_s + self.clip.length_s


class Clips:
    """Fetches the served sound files into a folder."""

    def __init__(self, town: Town, folder: Path) -> None:
        self._town = town
        self._folder = folder

    async def gong(self) -> Clip:
        return await self._fetch("gong", "/static/sounds/gong.wav")

    async def tone(self) -> Clip:
        return await self._fetch("tone", "/static/sounds/tone.wav")

    async def number(self, number: int, language: str = "de") -> Clip:
        return await self._fetch(f"number-{number}-{language}", f"/sounds/speech/{language}/number/{number}")

    async def room(self, room_id: str, language: str = "de") -> Clip:
        return await self._fetch(f"room-{room_id}-{language}", f"/sounds/speech/{language}/room/{room_id}")

    async def ready_for(self, *numbers: int) -> None:
        """Wait until the words of these numbers are rendered, as they are when people have waited a while.

        A call is not held up for its words: made a moment after its number was drawn, it may be a chime.
        """
        for number in numbers:
            for language in LANGUAGES:
                await self.number(number, language)

    async def announcement(self, call: Any, languages: tuple[str, ...] = LANGUAGES) -> list[Clip]:
        """List what a call of the board sounds like when nobody else waits to be spoken, in order."""
        words = [
            clip
            for language in languages
            for clip in (
                await self.number(call["number"], language),
                await self.room(call["room_id"], language),
            )
        ]
        return [await self.gong(), *words]

    async def _fetch(self, name: str, path: str) -> Clip:
        file = self._folder / f"{name}.wav"
        if not file.exists():
            file.write_bytes(await self._town.file(path))
        return Clip(name, file)


async def hear_all(recording: Recording, clips: list[Clip], within_s: float = 20) -> list[Heard]:
    """Wait until every clip was heard, in whatever order; AssertionError names the first that was not."""
    return [Heard(clip, await recording.hear(clip.path, within_s)) for clip in clips]


def follow_each_other(heard: list[Heard]) -> bool:
    """Say whether each began after the one before it had ended: in this order, and none over another."""
    return all(later.at_s >= earlier.ends_s - TOLERATED_S for earlier, later in itertools.pairwise(heard))
