"""The waiting line, with the real engine; a script stands in where it must hang or fail."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from queue_server.adapters.speech.speech import Rendered, SpeechRenderer
from queue_server.adapters.speech.speech_queue import SpeechQueue, Urgency


class RecordingRenderer(SpeechRenderer):
    """The real one; notes what was rendered, in order."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rendered: list[str] = []

    def render(self, language: str, text: str) -> Rendered | None:
        self.rendered.append(text)
        return super().render(language, text)


class Held(RecordingRenderer):
    """Takes its time for a long text: until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go = threading.Event()

    def render(self, language: str, text: str) -> Rendered | None:
        if text == "lang":
            self.go.wait(20)
        return super().render(language, text)


@pytest.fixture
def renderer(tmp_path: Path) -> RecordingRenderer:
    return RecordingRenderer(tmp_path)


@pytest.fixture
async def queue(renderer: RecordingRenderer) -> AsyncIterator[SpeechQueue]:
    queue = SpeechQueue(renderer)
    await queue.start()
    yield queue
    await queue.stop()


async def test_text_is_ready_when_ensured(queue: SpeechQueue) -> None:
    rendered = await queue.ensure("de", "Nummer vier, eins, sieben", timeout_s=10)
    assert rendered
    assert rendered.path.exists()
    assert queue.get_cached("de", "Nummer vier, eins, sieben") == rendered


async def test_text_rendered_ahead_is_there_without_waiting(queue: SpeechQueue) -> None:
    assert queue.render_soon("de", "eins")
    assert queue.get_cached("de", "eins") is None
    await queue.ensure("de", "zwei", urgency=Urgency.SET_UP, timeout_s=10)
    assert queue.get_cached("de", "eins")


async def test_loop_stays_free_while_speech_is_rendered(queue: SpeechQueue) -> None:
    """The call itself must never feel a voice being made."""
    waiting = asyncio.ensure_future(queue.ensure("de", "Nummer vier, eins, sieben", timeout_s=10))
    turns = 0
    while not waiting.done():
        await asyncio.sleep(0)
        turns += 1
    assert await waiting
    # A loop that waited for the engine would turn once or twice; counted in turns, not in seconds.
    assert turns > 100


async def test_same_text_asked_by_many_is_rendered_once(
    queue: SpeechQueue, renderer: RecordingRenderer
) -> None:
    first, *others = await asyncio.gather(*(queue.ensure("de", "eins", timeout_s=10) for _ in range(20)))
    assert first
    assert others == [first] * 19
    assert renderer.rendered == ["eins"]


async def test_called_goes_before_drawn_goes_before_set_up(
    queue: SpeechQueue, renderer: RecordingRenderer
) -> None:
    for text, urgency in [("eins", Urgency.SET_UP), ("zwei", Urgency.DRAWN), ("drei", Urgency.DRAWN)]:
        queue.render_soon("de", text, urgency)
    await queue.ensure("de", "vier", timeout_s=10)
    await queue.ensure("de", "eins", urgency=Urgency.SET_UP, timeout_s=10)
    assert renderer.rendered == ["vier", "zwei", "drei", "eins"]


async def test_text_that_is_called_while_it_waits_moves_to_the_front(
    queue: SpeechQueue, renderer: RecordingRenderer
) -> None:
    for text in ("eins", "zwei", "drei"):
        queue.render_soon("de", text)
    await queue.ensure("de", "drei", timeout_s=10)
    assert renderer.rendered[0] == "drei"
    await queue.ensure("de", "zwei", timeout_s=10)
    assert renderer.rendered == ["drei", "eins", "zwei"]


async def test_line_is_bounded_and_a_call_still_gets_in(renderer: RecordingRenderer) -> None:
    queue = SpeechQueue(renderer, limit=2)
    await queue.start()
    assert queue.render_soon("de", "eins", Urgency.SET_UP)
    assert queue.render_soon("de", "zwei", Urgency.SET_UP)
    assert not queue.render_soon("de", "drei", Urgency.SET_UP)
    dropped = asyncio.ensure_future(queue.ensure("de", "zwei", urgency=Urgency.SET_UP))
    await asyncio.sleep(0)
    assert await queue.ensure("de", "vier", timeout_s=10)
    assert await dropped is None
    await queue.stop()
    assert "zwei" not in renderer.rendered


async def test_failed_text_gives_none_and_the_next_is_spoken(
    queue: SpeechQueue, caplog: pytest.LogCaptureFixture
) -> None:
    assert await queue.ensure("de", ", . !", timeout_s=10) is None
    assert await queue.ensure("de", "eins", timeout_s=10)
    assert "silent" in str(queue.health().last_error)
    assert "could not be spoken" in caplog.text


async def test_unknown_language_gives_none_at_once(queue: SpeechQueue) -> None:
    await queue.ensure("de", "eins", timeout_s=10)
    assert not queue.render_soon("tlh", "eins")
    assert await queue.ensure("tlh", "eins") is None


async def test_without_engine_every_answer_is_none(tmp_path: Path) -> None:
    queue = SpeechQueue(SpeechRenderer(tmp_path, engines=()))
    await queue.start()
    assert await queue.ensure("de", "eins") is None
    assert not queue.render_soon("de", "zwei")
    assert queue.waiting_count == 0
    assert not queue.health().available
    await queue.stop()


async def test_queue_that_was_not_started_keeps_nobody_waiting(tmp_path: Path) -> None:
    queue = SpeechQueue(SpeechRenderer(tmp_path))
    assert await queue.ensure("de", "eins") is None
    await queue.stop()


async def test_queue_that_was_stopped_keeps_nobody_waiting(tmp_path: Path) -> None:
    queue = SpeechQueue(SpeechRenderer(tmp_path))
    await queue.start()
    early = asyncio.ensure_future(queue.ensure("de", "eins"))
    await queue.stop()
    assert await early is None
    assert await queue.ensure("de", "zwei") is None
    assert not queue.render_soon("de", "drei")


async def test_waiting_ends_at_the_time_limit_and_rendering_goes_on(queue: SpeechQueue) -> None:
    assert await queue.ensure("de", "eins", timeout_s=0.001) is None
    assert await queue.ensure("de", "eins", timeout_s=10)


async def test_stop_ends_within_a_second_and_answers_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking = tmp_path / "speaking"
    script = tmp_path / "espeak-ng"
    script.write_text(
        "#!/bin/sh\ncase $1 in --version) echo 'x: 1 y';; "
        f"--voices) printf 'h\\n5 de -/M German gmw/de\\n';; *) touch {speaking}; exec sleep 60;; esac\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    queue = SpeechQueue(SpeechRenderer(tmp_path / "cache", deadline_s=30, engines=("espeak-ng",)))
    await queue.start()
    callers = [asyncio.ensure_future(queue.ensure("de", text)) for text in ("eins", "zwei")]
    assert await asyncio.to_thread(appears, speaking)
    began = time.perf_counter()
    await queue.stop()
    assert time.perf_counter() - began < 5  # the engine's own limit is 30
    assert await asyncio.gather(*callers) == [None, None]
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("of_long", [Urgency.DRAWN, Urgency.ASKED])
async def test_a_long_text_holds_up_nobody_who_waits_now(tmp_path: Path, of_long: Urgency) -> None:
    """A call, and the next kiosk. What is rendered ahead waits: it must not take both cores."""
    renderer = Held(tmp_path)
    queue = SpeechQueue(renderer)
    await queue.start()
    assert queue.render_soon("de", "lang", of_long)
    assert await queue.ensure("de", "eins", urgency=Urgency.ASKED, timeout_s=10)
    assert queue.render_soon("de", "zwei")
    assert await queue.ensure("de", "vier", timeout_s=10)
    if of_long is Urgency.DRAWN:
        assert renderer.rendered == ["eins", "vier"]
    renderer.go.set()
    assert await queue.ensure("de", "zwei", urgency=Urgency.DRAWN, timeout_s=10)
    await queue.stop()
    assert set(renderer.rendered) == {"eins", "zwei", "vier", "lang"}


def appears(file: Path) -> bool:
    until = time.monotonic() + 20
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return file.exists()


async def test_what_was_used_longest_ago_goes_at_the_start(
    renderer: RecordingRenderer, tmp_path: Path
) -> None:
    """Kiosks have whole pages spoken: without an end the folder would fill the disk."""
    old = tmp_path / "old.wav"
    old.write_bytes(b"x" * 100)
    queue = SpeechQueue(renderer, keep_bytes=0)
    await queue.start()
    await queue.ensure("de", "eins", timeout_s=10)
    assert not old.exists()
    old.write_bytes(b"x" * 100)
    waiting = asyncio.ensure_future(queue.ensure("de", "zwei", timeout_s=10))
    await asyncio.sleep(0)
    await queue.prune()
    assert old.exists(), "a text that waits comes first"
    assert await waiting
    await queue.prune()
    await queue.stop()
    assert not old.exists()
    assert queue.may_speak
