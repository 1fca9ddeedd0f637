"""The monthly sheet as a PDF: one page of A4, whatever stands on it, with its words and its own font."""

import base64
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from queue_server.adapters.daysheet import month_paper, paper
from queue_server.adapters.daysheet.month_paper import SheetChild, draw
from tests.adapters.daysheet.test_paper import texts_of

VALUES = ["45 %", "51 %", "–"]
PICTURE = {
    "width": 720,
    "height": 160,
    "most": "100",
    "feet": [{"x": 3, "name": "2.2."}],
    "legend": ["A", "B"],
}
BAR = {"x": 30, "width": 20, "low_y": 100, "low": 60, "high_y": 40, "high": 60}
LINE = {"points": [(40, 100), (60, 80)], "strokes": ["40,100 60,80"]}
LONG = "Ausweisdokumente für die ganze Familie mit bis zu vier Personen beantragen, ändern, abholen"


def words(rows: int = 9, **changed: Any) -> dict[str, Any]:
    return {
        "language": "de",
        "made_at": datetime(2026, 3, 1, 8, tzinfo=UTC).isoformat(),
        "town": "Musterstadt",
        "title": "Monatsblatt Februar 2026",
        "lead": "Zahlen · Bürgerbüro",
        "made": "Gezählt am 1. März 2026. " * 6,
        "accent": "#0a4b58",
        "logo": "",
        "logo_alt": "",
        "heads": ["Februar 2026", "Januar 2026", "Februar 2025"],
        "keys": [(f"Wert {n}", "1.200", "Vormonat 1.320 · Vorjahr –") for n in range(6)],
        "pictures": [
            {**PICTURE, "kind": "bars", "title": "Besuche", "bars": [BAR]},
            {**PICTURE, "kind": "lines", "title": "Wartezeit", "lines": [LINE, LINE]},
        ],
        "parts": [
            ("", [("Suchen", VALUES)]),
            ("Nach Anliegen", [(f"{LONG} {n}", VALUES) for n in range(rows)]),
        ],
    } | changed


def places(content: bytes) -> list[float]:
    """Return how high above the foot of the page each line of text stands, in points."""
    return [float(y) for _, y in re.findall(rb"([\d.]+) (-?[\d.]+) Td", content)]


@pytest.mark.parametrize("rows", [0, 9, 60])
def test_it_is_one_page_of_a4_however_much_stands_on_it(rows: int) -> None:
    content = draw(words(rows), compress=False)
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == 1
    assert b"/MediaBox [0 0 595.28 841.89]" in content
    assert min(places(content)) > 20, "nothing runs off the foot of the page"


def test_it_says_whose_it_is_in_which_language_and_brings_its_font() -> None:
    content = draw(words(), compress=False)
    assert b"/Lang (de)" in content
    assert b"/Title (" in content
    assert len(re.findall(rb"/FontFile2 ", content)) == 2
    assert b"/Subtype /Image" not in content, "pictures are drawn, not painted"


def test_its_words_can_be_selected_and_those_too_long_are_cut() -> None:
    told = texts_of(draw(words(), compress=False))
    for one in ("Monatsblatt Februar 2026", "Musterstadt", "1.200", "Vormonat 1.320 · Vorjahr –", "45 %"):
        assert one in told
    assert LONG not in told
    assert re.search(r"Ausweisdokumente für die ganze Familie.*…", told)


def test_the_same_words_are_the_same_bytes() -> None:
    """A mail that is sent twice is one message."""
    assert draw(words()) == draw(words())
    assert b"/CreationDate (D:20260301080000" in draw(words(), compress=False), "not of now"


def test_the_town_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    Image.new("RGB", (60, 30), "red").save(file, "PNG")
    logo = base64.b64encode(file.getvalue()).decode()
    content = draw(words(accent="#0b6b3a", logo=logo, logo_alt="Wappen"), compress=False)
    assert b"/Subtype /Image" in content
    assert b"0.0431 0.4196 0.2275 rg" in content
    assert b"0.0431 0.4196 0.2275 rg" not in draw(words(), compress=False)


def test_without_any_font_it_is_drawn_with_the_readers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (paper, month_paper):
        monkeypatch.setattr(module, "find_faces", lambda: None)
    told = texts_of(draw(words(town="Łódź"), compress=False))
    assert "Lódz" in told
    assert "Monatsblatt Februar 2026" in told


async def test_it_is_drawn_in_a_process_of_its_own(tmp_path: Path) -> None:
    content = await SheetChild().draw(words())
    assert content == draw(words())
    with pytest.raises(OSError, match="KeyError"):
        await SheetChild().draw({"language": "de"})
