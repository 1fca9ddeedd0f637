"""Whether a number can really be spoken: it is rendered into a folder that goes away again."""

import tempfile
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import Final

from queue_server.domain.doctor.keeping import Speech

NUMBER: Final = 417


def speech(languages: Collection[str], *, quick: bool) -> Speech:
    """Find the engine and its voices; unless `quick`, let it speak a number in each language."""
    from queue_server.adapters.speech.sound_files import read_sounds
    from queue_server.adapters.speech.speech import SpeechError, SpeechRenderer
    from queue_server.domain.phrases import number_phrase

    words = read_sounds(files("sounds")).words
    spoken = [language for language in languages if language in words]
    with tempfile.TemporaryDirectory() as folder:
        renderer = SpeechRenderer(Path(folder))
        renderer.open()
        try:
            for language in () if quick else spoken:
                renderer.render(language, number_phrase(words[language], NUMBER))
        except SpeechError:
            pass  # `health` tells it
        finally:
            renderer.close()
        health = renderer.health(spoken)
    # A language of which we have no words is as silent as one without a voice.
    voices = {language: health.voices.get(language) for language in languages}
    return Speech(health.available, voices, health.last_error or "")
