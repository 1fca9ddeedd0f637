"""The colours of a letter as HTML: the town's, else ours; a mail program knows no tokens.css.

What must not live here: what can be read (`domain.look`), and the letter (`templates/mail_letter.html`).
"""

from collections.abc import Mapping
from typing import Final

from queue_server.domain.look import Look, Shades, drawn

_OURS: Final[Shades] = {
    "house": "#0a4b58",
    "on-house": "#ffffff",
    "brand": "#0a4b58",
    "brand-soft": "#d3e7ea",
    "on-brand": "#ffffff",
    "link": "#0a5a6b",
}
_OURS_DARK: Final[Shades] = {
    "brand": "#8fd3df",
    "brand-soft": "#173d46",
    "on-brand": "#07181c",
    "link": "#8fd3df",
}


def letter_colours(look: Look) -> Mapping[str, Shades]:
    """Return the shades by their tokens' names, in light and dark."""
    shades = drawn(look)
    return {"light": {**_OURS, **shades.light}, "dark": {**_OURS_DARK, **shades.dark}}
