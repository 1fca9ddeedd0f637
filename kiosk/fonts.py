"""Which font can draw a text: what the system has, else what our libraries bring along.

Never fetches a font. python-barcode (which comes with python-escpos) carries DejaVu Sans Mono, so Latin,
Greek, Cyrillic and Arabic can be drawn even on a bare machine; Pillow's own font holds little but ASCII.
"""

import logging
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PIL import ImageFont, features
from PIL.ImageFont import FreeTypeFont

REGULAR: Final = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "arial.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansEthiopic-Regular.ttf",
)
BOLD: Final = (
    "DejaVuSans-Bold.ttf",
    "NotoSans-Bold.ttf",
    "LiberationSans-Bold.ttf",
    "arialbd.ttf",
    "NotoSansArabic-Bold.ttf",
    "NotoSansHebrew-Bold.ttf",
    "NotoSansCJK-Bold.ttc",
    "NotoSansEthiopic-Bold.ttf",
)
MONOSPACED: Final = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "cour.ttf")
log = logging.getLogger(__name__)
NO_CHARACTER: Final = "\uffff"  # Unicode promises that this is none, so its picture is the font's empty box


def font_for(text: str, size: int, *, bold: bool = False) -> FreeTypeFont:
    """Give the first font that has every character of the text, else the one that lacks the fewest."""
    return min(_fonts(size, (*BOLD, *REGULAR) if bold else REGULAR), key=lambda font: _lacking(font, text))


def monospaced(size: int) -> FreeTypeFont:
    """Give a font whose characters are all equally wide, as a printer's are."""
    return _fonts(size, MONOSPACED)[0]


@cache
def can_shape() -> bool:
    """Tell whether Pillow can join Arabic letters and order mixed directions (libraqm); log once if not.

    Pillow brings libraqm along, and looks for the system's FriBiDi when it is first used.
    """
    can = bool(features.check("raqm"))
    if not can:
        log.warning("Arabic on slips is not joined and runs the wrong way: install libfribidi0")
    return can


@cache
def _fonts(size: int, names: tuple[str, ...]) -> tuple[FreeTypeFont, ...]:
    return tuple(_load(size, names))


def _load(size: int, names: tuple[str, ...]) -> Iterator[FreeTypeFont]:
    for name in names:
        try:
            yield ImageFont.truetype(name, size)
        except OSError:
            continue
    if (bundled := _bundled()) is not None:
        yield ImageFont.truetype(bundled, size)
    default = ImageFont.load_default(size)
    if isinstance(default, FreeTypeFont):
        yield default


@cache
def _bundled() -> Path | None:
    spec = find_spec("barcode")  # found, not imported: only its font is wanted
    for folder in (spec and spec.submodule_search_locations) or ():
        if (path := Path(folder, "fonts", "DejaVuSansMono.ttf")).is_file():
            return path
    return None


def _lacking(font: FreeTypeFont, text: str) -> int:
    return sum(not has_character(font, character) for character in set(text) if not character.isspace())


@cache
def has_character(font: FreeTypeFont, character: str) -> bool:
    """Tell whether the font draws anything else than its empty box."""
    return bytes(font.getmask(character)) != bytes(font.getmask(NO_CHARACTER))
