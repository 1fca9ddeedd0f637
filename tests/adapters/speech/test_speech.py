"""Rendering with the real engines; broken engines are scripts in the place of espeak-ng."""

import os
import shutil
import threading
import time
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import pytest

from queue_server.adapters.speech.sound_files import read_sounds
from queue_server.adapters.speech.speech import Rendered, SpeechError, SpeechRenderer
from queue_server.domain.phrases import WordTable, number_phrase, room_phrase
from tests.sounds.listening import ffmpeg_loudness, needs_ffmpeg, samples_of

WORDS = read_sounds(files("sounds")).words
VOICES = "Pty Language Age/Gender VoiceName File\n 5  de  --/M  German  gmw/de\n"


def a_renderer(folder: Path, *engines: str, rate: int = 145, deadline_s: float = 10.0) -> SpeechRenderer:
    renderer = SpeechRenderer(folder, rate=rate, deadline_s=deadline_s, engines=engines or ("pyttsx3",))
    renderer.open()
    return renderer


@pytest.fixture
def renderer(tmp_path: Path) -> SpeechRenderer:
    return a_renderer(tmp_path)


@pytest.fixture(params=["pyttsx3", "espeak-ng"])
def each_engine(request: pytest.FixtureRequest, tmp_path: Path) -> SpeechRenderer:
    if request.param == "espeak-ng" and not shutil.which("espeak-ng"):
        pytest.skip("Debian's espeak-ng is not installed")
    return a_renderer(tmp_path, request.param)


def spoken(renderer: SpeechRenderer, language: str, text: str) -> Rendered:
    rendered = renderer.render(language, text)
    assert rendered
    return rendered


def a_broken_engine(
    folder: Path, monkeypatch: pytest.MonkeyPatch, on_text: str, *, deadline_s: float = 20.0
) -> SpeechRenderer:
    """An espeak-ng that lists its voices and then does `on_text` (shell)."""
    script = folder / "bin" / "espeak-ng"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\ncase "$1" in\n--version) echo "eSpeak NG text-to-speech: 0.1  Data at: /";;\n'
        f"--voices) printf '{VOICES}';;\n*) {on_text};;\nesac\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    return a_renderer(folder / "cache", "espeak-ng", deadline_s=deadline_s)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@needs_ffmpeg
@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Nummer vier, eins, sieben"), ("en", "please go to room three, A"), ("de", "bitte Zimmer drei")],
)
def test_speech_has_one_loudness_and_does_not_clip(
    each_engine: SpeechRenderer, language: str, text: str
) -> None:
    integrated, peak = ffmpeg_loudness(spoken(each_engine, language, text).path)
    assert integrated == pytest.approx(-18.0, abs=0.5)
    assert peak <= -1.5


@needs_ffmpeg
@pytest.mark.parametrize("words", WORDS.values(), ids=list(WORDS))
def test_a_call_is_as_loud_in_every_language(renderer: SpeechRenderer, words: WordTable) -> None:
    """-18 LUFS, one more or less; peaks below -1.5 dBFS: nobody's language is shouted or mumbled."""
    for phrase in (number_phrase(words, 417), room_phrase(words, "3")):
        integrated, peak = ffmpeg_loudness(spoken(renderer, words.language, phrase).path)
        assert integrated == pytest.approx(-18.0, abs=1)
        assert peak <= -1.5


def test_file_is_mono_16_bit_trimmed_and_as_long_as_said(each_engine: SpeechRenderer) -> None:
    rendered = spoken(each_engine, "de", "Nummer vier, eins, sieben")
    samples, rate = samples_of(rendered.path)
    assert rendered.duration_ms == pytest.approx(1000 * len(samples) / rate, abs=1)
    assert 1500 < rendered.duration_ms < 3000
    assert max(map(abs, samples[: rate // 10])) > 1000  # speaks within 100 ms


def test_text_that_takes_the_engine_long_is_whole(each_engine: SpeechRenderer) -> None:
    """pyttsx3's runAndWait returns after 10 ms, done or not: files were missing or cut on a busy machine."""
    once = spoken(each_engine, "de", "Nummer vier, eins, sieben").duration_ms
    often = spoken(each_engine, "de", ", ".join(["Nummer vier, eins, sieben"] * 30)).duration_ms
    assert often > 30 * 0.9 * once


def test_more_digits_take_longer_and_a_slower_rate_too(tmp_path: Path) -> None:
    usual, slow = a_renderer(tmp_path), a_renderer(tmp_path, rate=110)
    short = spoken(usual, "de", "Nummer vier, eins, sieben").duration_ms
    assert spoken(usual, "de", "Nummer vier, eins, sieben, drei").duration_ms > short + 300
    assert spoken(slow, "de", "Nummer vier, eins, sieben").duration_ms > 1.1 * short


def test_second_rendering_is_the_cached_file(renderer: SpeechRenderer) -> None:
    first = spoken(renderer, "de", "eins")
    written = first.path.stat().st_ino
    assert renderer.render("de", "eins") == first == renderer.cached("de", "eins")
    assert first.path.stat().st_ino == written


def test_cache_outlives_the_process(tmp_path: Path) -> None:
    first = spoken(a_renderer(tmp_path), "de", "eins")
    assert a_renderer(tmp_path).cached("de", "eins") == first


def test_nothing_but_finished_files_lies_in_the_folder(renderer: SpeechRenderer, tmp_path: Path) -> None:
    rendered = spoken(renderer, "de", "eins")
    assert files_in(tmp_path) == [f"{rendered.hash}.wav"]


def test_hash_tells_apart_text_voice_and_rate(tmp_path: Path) -> None:
    usual, slow = a_renderer(tmp_path), a_renderer(tmp_path, rate=120)
    asked = [(usual, "de", "eins"), (usual, "de", "zwei"), (usual, "en", "eins"), (slow, "de", "eins")]
    assert len({spoken(renderer, language, text).hash for renderer, language, text in asked}) == 4


def test_regional_language_falls_back_to_its_main_voice(renderer: SpeechRenderer) -> None:
    assert spoken(renderer, "de-AT", "eins") == spoken(renderer, "de", "eins")
    assert spoken(renderer, "en-US", "four").hash != spoken(renderer, "en", "four").hash


def test_cache_looks_up_in_well_under_a_millisecond(renderer: SpeechRenderer) -> None:
    spoken(renderer, "de", "eins")
    began = time.perf_counter()
    for _ in range(100):
        assert renderer.cached("de", "eins")
    assert (time.perf_counter() - began) / 100 < 0.001


def test_emptied_cache_folder_is_filled_again(renderer: SpeechRenderer) -> None:
    first = spoken(renderer, "de", "eins")
    first.path.unlink()
    assert renderer.cached("de", "eins") is None
    assert spoken(renderer, "de", "eins").path.exists()


def test_damaged_file_is_rendered_again(tmp_path: Path) -> None:
    first = spoken(a_renderer(tmp_path), "de", "eins")
    first.path.write_bytes(b"")
    again = a_renderer(tmp_path)
    assert again.cached("de", "eins") is None
    assert spoken(again, "de", "eins").duration_ms == first.duration_ms


def test_unknown_language_is_not_spoken_by_an_english_voice(each_engine: SpeechRenderer) -> None:
    """pyttsx3 turns to English silently; a hall would hear German digits read by an Englishman."""
    assert each_engine.render("tlh", "eins") is None
    assert each_engine.health(["de", "tlh"]).voices == {"de": "gmw/de", "tlh": None}


def test_voice_that_vanished_is_an_error_and_no_file(each_engine: SpeechRenderer, tmp_path: Path) -> None:
    assert each_engine.engine
    each_engine.engine.voices["tlh"] = "art/klingon"  # type: ignore[index]
    with pytest.raises(SpeechError, match=r"voice"):
        each_engine.render("tlh", "eins")
    assert files_in(tmp_path) == []


def test_text_without_words_is_an_error_and_no_file(each_engine: SpeechRenderer, tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="silent or too short"):
        each_engine.render("de", ", . !")
    assert files_in(tmp_path) == []
    assert "silent" in str(each_engine.health().last_error)


def test_empty_text_is_no_call_of_the_engine(renderer: SpeechRenderer) -> None:
    assert renderer.render("de", " ") is None
    assert renderer.health().last_error is None


def test_many_threads_get_each_their_own_text(renderer: SpeechRenderer) -> None:
    """pyttsx3 in threads writes the wrong text into the wrong file; a process for each cannot.

    Eight at once may miss their deadline on a busy machine: such a text is asked for again at the end.
    """

    def render(word: str) -> None:
        with suppress(SpeechError):
            renderer.render("de", word)

    words = ["eins", "Nummer vier, eins, sieben", "bitte Zimmer drei", "neunhundertneunundneunzig"]
    alone = {word: spoken(renderer, "de", word).path.read_bytes() for word in words}
    renderer.prune(keep_bytes=0)
    threads = [threading.Thread(target=render, args=(word,), daemon=True) for word in words * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert {word: spoken(renderer, "de", word).path.read_bytes() for word in words} == alone


def test_health_names_engine_version_and_voices(renderer: SpeechRenderer) -> None:
    health = renderer.health(["de", "en"])
    assert (health.available, health.engine, health.last_error) == (True, "pyttsx3", None)
    assert health.version
    assert health.version.startswith("1.5")
    assert health.voices == {"de": "gmw/de", "en": "gmw/en"}


def test_without_any_engine_there_is_no_speech_and_no_error(tmp_path: Path) -> None:
    silent = a_renderer(tmp_path, "no-such-engine")
    assert not silent.available
    assert silent.render("de", "eins") is None
    assert silent.cached("de", "eins") is None
    assert silent.health(["de"]).voices == {"de": None}
    assert silent.health().last_error == "no speech engine installed"


def test_folder_that_cannot_be_made_leaves_the_hall_without_speech(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    silent = a_renderer(tmp_path / "cache" / "speech")
    assert not silent.available
    assert "Not a directory" in str(silent.health().last_error)


def test_engine_that_hangs_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid_file = tmp_path / "pid"
    renderer = a_broken_engine(tmp_path, monkeypatch, f"echo $$ > {pid_file}; exec sleep 60", deadline_s=2.0)
    with pytest.raises(SpeechError, match="no answer within 2 s"):
        renderer.render("de", "eins")
    assert ends(int(pid_file.read_text()))
    assert files_in(tmp_path / "cache") == []


@pytest.mark.parametrize(
    ("on_text", "complaint"),
    [
        ("exit 0", "EOFError"),
        ("echo no such device >&2; exit 1", "no such device"),
        ("echo nonsense", "Error: file does not start with RIFF"),
        ("kill -9 $PPID", "child ended with -9"),
    ],
)
def test_engine_that_breaks_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_text: str, complaint: str
) -> None:
    renderer = a_broken_engine(tmp_path, monkeypatch, on_text)
    with pytest.raises(SpeechError, match=complaint):
        renderer.render("de", "eins")
    assert complaint in str(renderer.health().last_error)


def test_engine_that_cannot_even_name_its_voices_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_broken_engine(tmp_path, monkeypatch, "exit 1")
    (tmp_path / "bin" / "espeak-ng").write_text("#!/bin/sh\nexit 3\n")
    renderer = a_renderer(tmp_path / "other", "espeak-ng")
    assert not renderer.available
    assert "espeak-ng" in str(renderer.health().last_error)


def test_close_ends_a_running_text_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid_file = tmp_path / "pid"
    renderer = a_broken_engine(tmp_path, monkeypatch, f"echo $$ > {pid_file}; exec sleep 60")
    failed: list[SpeechError] = []

    def render() -> None:
        try:
            renderer.render("de", "eins")
        except SpeechError as error:
            failed.append(error)

    thread = threading.Thread(target=render)
    thread.start()
    while not pid_file.exists() and thread.is_alive():
        time.sleep(0.01)
    renderer.close()
    thread.join(timeout=0.5)
    assert failed
    assert not thread.is_alive()
    with pytest.raises(SpeechError, match="closed"):
        renderer.render("de", "zwei")


def test_left_overs_of_a_crash_are_cleared(tmp_path: Path) -> None:
    (tmp_path / "part-crashed").mkdir()
    (tmp_path / "part-crashed" / "speech.wav").write_bytes(b"RIFF")
    a_renderer(tmp_path)
    assert files_in(tmp_path) == []


def test_prune_keeps_what_was_used_last(renderer: SpeechRenderer) -> None:
    old, new = spoken(renderer, "de", "eins"), spoken(renderer, "de", "zwei")
    os.utime(old.path, (1, 1))
    assert renderer.prune(keep_bytes=new.path.stat().st_size) == 1
    assert renderer.cached("de", "eins") is None
    assert renderer.cached("de", "zwei") == new


def test_server_secrets_do_not_reach_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUFRUF_SECRET", "hidden")
    renderer = a_broken_engine(tmp_path, monkeypatch, f"env > {tmp_path / 'env'}")
    with pytest.raises(SpeechError):
        renderer.render("de", "eins")
    assert "hidden" not in (tmp_path / "env").read_text()


def ends(pid: int) -> bool:
    """Whether the process ends within two seconds (a killed one takes a moment; a zombie has ended)."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
