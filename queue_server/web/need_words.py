"""Needs in words, for pages of staff and of who booked: one of them names a language.

What must not live here: which needs there are (`domain.needs`).
"""

from queue_server.domain.interpreting import language_in
from queue_server.web.languages import name_in
from queue_server.web.texts import Texts


def in_words(say: Texts, need: str, face: str) -> str:
    """Return what a need is called on a face: `booking` or `counter`."""
    language = language_in((need,))
    if language:
        return say(f"{face}.need_interpreter_in", language=name_in(say, language))
    return say(f"{face}.need_{need}")
