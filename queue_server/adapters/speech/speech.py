"""Render spoken texts into files, once each: engine, cache, deadline.

Here lives what blocks: finding the engine, one child process for each text, the folder of finished files.
`speech_queue` is the asynchronous front; `speech_child` is the process that speaks. What is said
is built elsewhere (`domain.phrases`): a text comes in, a file comes out, or None, and the hall has the chime.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

PACKAGE_ROOT = Path(__file__).parents[3]
# Counts into every hash. Raise it whenever trimming or levelling changes, or old files stay for ever.
FINISH = 1


class SpeechError(Exception):
    """A text could not be rendered; the message says why, for the log and the health page."""


@dataclass(frozen=True)
class Rendered:
    """A finished file: mono 16-bit WAV, about -18 LUFS. `hash` is its name and never changes meaning."""

    path: Path
    duration_ms: int
    hash: str


@dataclass(frozen=True)
class Engine:
    """A speech engine that answered: its voices by language in lower case ("de" → "gmw/de")."""

    name: str
    version: str
    voices: Mapping[str, str]

    def voice_for(self, language: str) -> str | None:
        """Choose the voice of a language, or of its main language ("de-AT" → "de")."""
        wanted = language.lower()
        return self.voices.get(wanted) or self.voices.get(wanted.partition("-")[0])


@dataclass(frozen=True)
class SpeechHealth:
    """What the health page shows; `voices` only for the languages asked for."""

    available: bool
    engine: str | None
    version: str | None
    voices: Mapping[str, str | None]
    last_error: str | None


class SpeechRenderer:
    """Texts to files. `render` blocks about 110 ms; `cached` and `health` answer at once."""

    def __init__(
        self,
        folder: Path,
        *,
        rate: int = 145,
        deadline_s: float = 5.0,
        engines: Sequence[str] = ("pyttsx3", "espeak-ng"),
    ) -> None:
        """Use `folder` as cache. `rate` is words a minute: slower than talk, for a loud hall."""
        self.engine: Engine | None = None
        self._folder = folder
        self._rate = rate
        self._deadline_s = deadline_s
        self._engine_names = engines
        self._known: dict[str, Rendered] = {}
        self._last_error: str | None = None
        self._children: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def available(self) -> bool:
        """Tell whether calls can be spoken; False before `open` and without an engine."""
        return self.engine is not None

    def open(self) -> None:
        """Find the engine and clear away what a crash left (blocks about 120 ms).

        Never raises: without engine or folder nothing is spoken, and `health` tells why.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._last_error = str(error)
            return
        for left_over in self._folder.glob("part-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        for name in self._engine_names:
            if _installed(name) and (engine := self._describe(name)):
                self.engine = engine
                return
        self._last_error = self._last_error or "no speech engine installed"

    def can_speak(self, language: str, text: str) -> bool:
        """Tell whether there is an engine, a voice of the language, and something to say."""
        return self._key(language, text) is not None

    def cached(self, language: str, text: str) -> Rendered | None:
        """Look up a finished file; never renders, well under a millisecond."""
        key = self._key(language, text)
        if key is None:
            return None
        if known := self._known.get(key):
            # Touching marks it as used, for `prune`, and fails when somebody emptied the folder:
            # a name without a file would be a call without a sound.
            with suppress(OSError):
                os.utime(known.path)
                return known
        return self._remember(key)

    def render(self, language: str, text: str) -> Rendered | None:
        """Give the file for a text, rendering it when needed; None without engine or voice.

        Raises SpeechError when the engine broke, was silent, or took longer than the deadline.
        """
        if found := self.cached(language, text):
            return found
        key = self._key(language, text)
        if key is None or self.engine is None:
            return None
        try:
            self._make(key, self.engine, str(self.engine.voice_for(language)), text)
        except (SpeechError, OSError) as error:
            self._last_error = f"{language}: {error}"
            raise SpeechError(self._last_error) from error
        return self._remember(key)

    def prune(self, keep_bytes: int) -> int:
        """Delete the files used longest ago until `keep_bytes` remain; return how many went.

        900 numbers in two languages take about 170 MB; a town that renames rooms for years must not fill
        the disk. Run it when nothing is about to be played, such as at the end of the day.
        """
        files = sorted(self._folder.glob("*.wav"), key=lambda file: file.stat().st_mtime, reverse=True)
        total, gone = 0, 0
        for file in files:
            total += file.stat().st_size
            if total > keep_bytes:
                self._known.pop(file.stem, None)
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def health(self, languages: Sequence[str] = ()) -> SpeechHealth:
        """Report engine, voices of `languages`, and the last error."""
        engine = self.engine
        return SpeechHealth(
            available=self.available,
            engine=engine.name if engine else None,
            version=engine.version if engine else None,
            voices={language: engine.voice_for(language) if engine else None for language in languages},
            last_error=self._last_error,
        )

    def close(self) -> None:
        """End running children at once; whoever waits in `render` gets SpeechError."""
        with self._lock:
            self._closed = True
            for child in self._children:
                _kill(child)

    def _key(self, language: str, text: str) -> str | None:
        voice = self.engine.voice_for(language) if self.engine else None
        if self.engine is None or voice is None or not text.strip():
            return None
        facts = [FINISH, self.engine.name, self.engine.version, voice, self._rate, text]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]

    def _remember(self, key: str) -> Rendered | None:
        path = self._folder / f"{key}.wav"
        self._known.pop(key, None)
        with suppress(OSError, EOFError, wave.Error):
            os.utime(path)
            with wave.open(str(path)) as file:
                duration_ms = round(1000 * file.getnframes() / file.getframerate())
            self._known[key] = Rendered(path, duration_ms, key)
        return self._known.get(key)

    def _make(self, key: str, engine: Engine, voice: str, text: str) -> None:
        # Its own folder: whatever a killed child leaves half-written goes with it, and a
        # reader sees the finished file or none.
        with tempfile.TemporaryDirectory(prefix="part-", dir=self._folder) as part:
            path = Path(part) / "speech.wav"
            task = {"engine": engine.name, "act": "render", "voice": voice, "rate": str(self._rate)}
            self._ask({**task, "text": text, "path": str(path)})
            path.replace(self._folder / f"{key}.wav")

    def _describe(self, name: str) -> Engine | None:
        try:
            answer = self._ask({"engine": name, "act": "describe"})
        except (SpeechError, OSError) as error:
            self._last_error = f"{name}: {error}"
            return None
        # "gmw/de" is the plain voice of "de"; accents ("gmw/en-gb-scotland") have longer names.
        voices = {voice.rpartition("/")[2].lower(): voice for voice in answer["voices"]}
        return Engine(name, str(answer["version"]), voices)

    def _ask(self, task: Mapping[str, str]) -> dict[str, list[str]]:
        """Give one task to a child of its own and wait for the answer, at most until the deadline."""
        child = self._start()
        try:
            output, errors = child.communicate(json.dumps(task), timeout=self._deadline_s)
        except subprocess.TimeoutExpired:
            _kill(child)
            _, errors = child.communicate()
            raise SpeechError(f"no answer within {self._deadline_s:g} s; {_last_line(errors)}") from None
        finally:
            with self._lock:
                self._children.discard(child)
        return _answer(output, errors, child.returncode)

    def _start(self) -> "subprocess.Popen[str]":
        with self._lock:
            if self._closed:
                raise SpeechError("closed")
            # -P: a file in the working directory must not stand in for a module.
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "queue_server.adapters.speech.speech_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                env=_environment(),
                start_new_session=True,  # so that espeak-ng, the child's child, can be killed with it
            )
            self._children.add(child)
            return child


def _answer(output: str, errors: str, status: int) -> dict[str, list[str]]:
    try:
        answer: dict[str, list[str]] = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError):
        raise SpeechError(f"child ended with {status}: {_last_line(errors)}") from None
    if "error" in answer:
        raise SpeechError(str(answer["error"]))
    return answer


def _last_line(errors: str) -> str:
    lines = errors.strip().splitlines()
    return lines[-1] if lines else "no output"


def _environment() -> dict[str, str]:
    """Give the child what it needs and nothing else: the server's secrets stay here."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": str(PACKAGE_ROOT)}


def _installed(engine: str) -> bool:
    if engine == "pyttsx3":
        return find_spec("pyttsx3") is not None and find_spec("espeakng_loader") is not None
    return shutil.which(engine) is not None


def _kill(child: "subprocess.Popen[str]") -> None:
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
