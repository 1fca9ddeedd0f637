"""What reaches a printer as text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ink import encodable, harmless, page_for, wrapped

PAGES = {"CP437": "cp437", "CP858": "cp858", "CP1252": "cp1252", "CP932": "cp932"}


@given(st.text())
def test_nothing_obeyable_is_left(text: str) -> None:
    """Failure 14: control bytes and direction marks in any field are harmless text."""
    left = harmless(text)
    assert not [c for c in left if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"}]
    assert not set(left) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\xad")
    assert harmless(left) == left


def test_what_was_there_stays_visible() -> None:
    """Failure 14."""
    assert harmless("a\x1b@b\x00\nc\td\u202ee") == "a?@b? c de"
    assert harmless("<b>Haus</b>") == "<b>Haus</b>"


def test_letters_with_loose_dots_are_composed() -> None:
    assert harmless("u\u0308ber") == "über"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Rathaus", "CP437"),
        ("Führungszeugnis ÄÖÜß", "CP437"),
        ("37 €", "CP858"),
        ("10–25 Minuten „so“", "CP1252"),
        ("Ваш номер", None),
        ("رقمك", None),
        ("日本", None),
        ("10–25 Ваш", None),
    ],
)
def test_each_text_gets_one_page_or_none(text: str, page: str | None) -> None:
    assert page_for(text, PAGES) == page


def test_printer_without_pages_has_everything_drawn() -> None:
    assert page_for("Rathaus", {}) is None


def test_page_that_python_does_not_know_encodes_nothing() -> None:
    assert not encodable("ü", "cp-of-nowhere")


@given(st.text("ab ", max_size=80), st.integers(1, 20))
def test_wrapping_keeps_every_letter_and_the_width(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(0 < len(line) <= columns for line in lines)
