"""Reading a package of sounds."""

from importlib.resources import files
from pathlib import Path

import pytest

from queue_server.adapters.speech.sound_files import Chime, read_sounds
from queue_server.domain.phrases import number_phrase

MANIFEST = 'languages = ["xx"]\n[chimes.gong]\nfile = "gong.wav"\nduration_ms = 1700\n'
WORDS = 'number = "No {digits}"\nroom = "room {room}"\nnamed_room = "{room}"\npause = " "\n'


def a_package(folder: Path, *, words: str = WORDS) -> Path:
    (folder / "words").mkdir()
    (folder / "manifest.toml").write_text(MANIFEST, "utf-8")
    (folder / "words" / "xx.toml").write_text(words, "utf-8")
    return folder


def test_a_language_is_a_file_and_a_word_in_the_manifest(tmp_path: Path) -> None:
    sounds = read_sounds(a_package(tmp_path))
    assert sounds.languages() == ["xx"]
    assert number_phrase(sounds.words["xx"], 417) == "No 4 1 7"
    assert sounds.chimes == {"gong": Chime("gong.wav", 1700)}


def test_our_own_package_is_read_by_name() -> None:
    sounds = read_sounds(files("sounds"))
    assert sounds.languages()[:2] == ["de", "en"]
    assert number_phrase(sounds.words["de"], "042") == "Nummer null, vier, zwei"


def test_faulty_words_are_refused_with_their_language(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^words xx: number lacks \{digits\}"):
        read_sounds(a_package(tmp_path, words=WORDS.replace("{digits}", "")))


def test_missing_words_are_refused(tmp_path: Path) -> None:
    (a_package(tmp_path) / "words" / "xx.toml").unlink()
    with pytest.raises(FileNotFoundError):
        read_sounds(tmp_path)
