"""What may go onto paper as text: every text passes here on its way to a printer.

Pure functions on characters; no printer, no picture.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

KEPT_FORMAT_CHARACTERS: Final = {"\u200c", "\u200d"}  # joiners: Persian and Indic words need them
PREFERRED_PAGES: Final = ("CP437", "CP858", "CP1252", "CP850", "CP852", "ISO_8859-15")
"""Latin only. Printers' tables for other scripts differ from model to model, so those are drawn; and
CP932, which python-escpos would choose for some signs, swallows the byte that follows."""


def harmless(text: str) -> str:
    """Give the text without anything that a printer or a bidi renderer would obey.

    Line breaks and tabs become spaces, other control bytes a visible "?", marks that turn the direction
    vanish (a slip sets its own). What is left is composed (NFC), so that "u" + dots is the "ü" of a code
    page.
    """
    cleaned = "".join(_harmless(character) for character in unicodedata.normalize("NFC", text))
    return " ".join(cleaned.split())


def _harmless(character: str) -> str:
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cc" | "Cs" | "Co" | "Cn":
            return "?"
        case "Cf" if character not in KEPT_FORMAT_CHARACTERS:
            return ""
    return character


def page_for(text: str, codecs: Mapping[str, str]) -> str | None:
    """Name the first preferred code page that holds the whole text; None: it must be drawn.

    `codecs`: the printer's code pages → Python's name for each.
    """
    for page in PREFERRED_PAGES:
        if page in codecs and encodable(text, codecs[page]):
            return page
    return None


def encodable(text: str, codec: str) -> bool:
    """Tell whether every character is printable ASCII or has its own byte in the code page."""
    try:
        encoded = text.encode(codec)
    except (UnicodeEncodeError, LookupError):
        return False
    return len(encoded) == len(text) and all(byte >= 0x20 and byte != 0x7F for byte in encoded)


def wrapped(text: str, columns: int) -> Sequence[str]:
    """Break a text at spaces into lines of at most so many columns; words that are longer are cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        if line and len(line) + 1 + len(rest) > columns:
            lines.append(line)
            line = ""
        while len(rest) > columns:
            lines.append(rest[:columns])
            rest = rest[columns:]
        line = f"{line} {rest}" if line else rest
    return [*lines, line] if line else lines
