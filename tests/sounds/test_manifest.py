"""The manifest tells the truth about the files beside it."""

import wave
from importlib.resources import files

from queue_server.adapters.speech.sound_files import read_sounds
from sounds import chimes


def test_manifest_lists_every_chime_with_its_length() -> None:
    listed = read_sounds(files("sounds")).chimes
    assert set(listed) == {chime.name for chime in chimes.CHIMES}
    for chime in listed.values():
        with wave.open(str(chimes.STATIC / chime.file)) as file:
            assert chime.duration_ms == round(1000 * file.getnframes() / file.getframerate())


def test_manifest_lists_every_file_of_words() -> None:
    listed = read_sounds(files("sounds")).languages()
    lying_there = [file.name.removesuffix(".toml") for file in (files("sounds") / "words").iterdir()]
    assert sorted(listed) == sorted(lying_there)
    assert listed[0] == "de"
