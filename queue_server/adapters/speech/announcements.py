"""Spoken calls, and a kiosk's page read aloud: which phrase is rendered when, and where its clip lies.

Without an engine: chimes only."""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from queue_server.adapters.speech.sound_files import Sounds, read_sounds
from queue_server.adapters.speech.speech import SpeechRenderer
from queue_server.adapters.speech.speech_queue import SpeechQueue, Urgency
from queue_server.domain.phrases import number_phrase, room_phrase, spelled, voice_of
from queue_server.domain.town import Site, spoken_at

WAIT_S = 1.4
"""A display waits 1.5 s for a clip and then does with the chime."""
READ_S = 4.0
"""So long somebody waits who has a page read aloud: longer would be silence."""
KEEP_BYTES = 400_000_000


class Announcements:
    """Implements `web.ports.Speech` over the speech queue; with `enabled` false it says nothing at all."""

    def __init__(self, folder: Path, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._renderer = SpeechRenderer(folder, engines=("pyttsx3", "espeak-ng") if enabled else ())
        self._queue = SpeechQueue(self._renderer, keep_bytes=KEEP_BYTES)
        self._sounds: Sounds = read_sounds(files("sounds"))

    async def start(self) -> None:
        await self._queue.start()

    async def stop(self) -> None:
        await self._queue.stop()

    async def prune(self) -> None:
        """Keep the clips used last: a kiosk's pages, with their times and waits, are new ones each day."""
        await self._queue.prune()

    @property
    def available(self) -> bool:
        return self._renderer.available

    @property
    def version(self) -> str:
        health = self._renderer.health()
        return "-".join(str(part) for part in (health.engine, health.version) if part) or "none"

    def prepare(self, sites: Iterable[Site]) -> None:
        for site in sites:
            for language in self._room_languages(site):
                for room in site.rooms:
                    self._soon(language, room_phrase(self._sounds.words[language], room.name), Urgency.SET_UP)

    def number_drawn(self, site: Site, number: int, language: str = "") -> None:
        if not self.available:
            return
        own = voice_of(language)
        owns = (own,) if site.announce_own_language and own in self._sounds.words else ()
        for one in dict.fromkeys((*self._languages(site), *owns)):
            self._soon(one, number_phrase(self._sounds.words[one], number), Urgency.DRAWN)

    async def number(self, language: str, number: int) -> Path | None:
        return await self._clip(language, lambda words: number_phrase(words, number))

    async def room(self, language: str, room: str) -> Path | None:
        return await self._clip(language, lambda words: room_phrase(words, room))

    def reads(self, language: str) -> bool:
        return self._enabled and self._queue.may_speak and voice_of(language) in self._sounds.words

    def why_silent(self, language: str) -> str:
        if not self._enabled or (self._queue.may_speak and not self.available):
            return ""
        if language not in self._sounds.words:
            return "words"
        return "" if self._queue.health([language]).voices[language] else "voice"

    async def read(self, language: str, text: str) -> Path | None:
        words = self._sounds.words.get(voice_of(language))
        if words is None:
            return None
        rendered = await self._queue.ensure(
            words.language, spelled(words, text), timeout_s=READ_S, urgency=Urgency.ASKED
        )
        return None if rendered is None else rendered.path

    def health(self) -> Mapping[str, Any]:
        health = self._queue.health(self._sounds.languages())
        return {
            "available": health.available,
            "engine": health.engine,
            "version": health.version,
            "voices": dict(health.voices),
            "last_error": health.last_error,
            "waiting_count": self._queue.waiting_count,
        }

    def _languages(self, site: Site) -> list[str]:
        return [language for language in spoken_at(site) if language in self._sounds.words]

    def _room_languages(self, site: Site) -> list[str]:
        """Whose language it will be, nobody knows; rooms are few."""
        every = self._sounds.words if site.announce_own_language else ()
        return list(dict.fromkeys((*self._languages(site), *every)))

    def _soon(self, language: str, phrase: str, urgency: Urgency) -> None:
        if phrase:
            self._queue.render_soon(language, phrase, urgency)

    async def _clip(self, language: str, phrase_of: Any) -> Path | None:
        words = self._sounds.words.get(language)
        phrase = phrase_of(words) if words is not None else ""
        if not phrase:
            return None
        rendered = await self._queue.ensure(language, phrase, timeout_s=WAIT_S)
        return None if rendered is None else rendered.path
