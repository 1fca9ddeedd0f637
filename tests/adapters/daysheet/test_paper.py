"""The day on paper: a PDF that says what it should, in any script that our font has, and without one."""

import re
import zlib
from datetime import UTC, datetime

import pytest

from queue_server.adapters.daysheet import paper
from queue_server.domain.day_sheet import Part, Sheet

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HEAD = ("Zeit", "Nr.", "Anliegen")


def a_sheet(rows: int = 1, name: str = "Ayşe Şahin") -> Sheet:
    cells = [("08:00", str(100 + n), f"Pass für {name}") for n in range(rows)]
    part = Part("Termine", HEAD, (10, 10, 80), cells, numbers=1, when_empty="Nichts.")
    return Sheet(
        *("Tagesblatt", "Musterstadt", "Rathaus", "Dienstag", "Stand 12:00", "Für den Notfall."),
        page="Seite {page} von {pages}",
        language="de",
        parts=[part],
    )


def drawn(sheet: Sheet, faces: tuple[object, ...] | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the texts of a PDF: of the readers' own font as they are, of ours through its table."""
    if faces is None:
        monkeypatch.setattr(paper, "find_faces", lambda: None)
    return texts_of(paper.draw(sheet, NOON, compress=False))


def texts_of(content: bytes) -> str:
    """Return the texts of a PDF that is not compressed."""
    shown = []
    maps = [_characters(one) for one in re.findall(rb"begincmap.*?endcmap", content, re.DOTALL)]
    for raw in re.findall(rb"\((?:[^()\\]|\\.)*\) ?T[jJ]|\[(?:\((?:[^()\\]|\\.)*\)|[^\]])*\] ?TJ", content):
        for text in re.findall(rb"\(((?:[^()\\]|\\.)*)\)", raw):
            plain = re.sub(rb"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text, flags=re.DOTALL)
            shown += [_read(plain, table) for table in maps] if maps else [plain.decode("latin-1")]
    return "\n".join(shown)


_ESCAPED = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _characters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", cmap)
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _read(text: bytes, table: dict[int, str]) -> str:
    codes = (int.from_bytes(text[at : at + 2], "big") for at in range(0, len(text), 2))
    return "".join(table.get(code, "\ufffd") for code in codes)


def test_it_is_a_pdf_on_a4_with_its_pages_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    content = paper.draw(a_sheet(rows=60), NOON, compress=False)
    assert content.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 595.28 841.89]" in content
    assert b"/Lang (de)" in content
    texts = drawn(a_sheet(rows=60), None, monkeypatch).replace(" \n", " ")
    assert "Seite 1 von 3" in texts
    assert "Seite 3 von 3" in texts
    assert texts.count("Anliegen") == 3, "the head of the table stands on each page"


@pytest.mark.skipif(paper.find_faces() is None, reason="no font at all here")
@pytest.mark.parametrize("name", ["Ayşe Şahin", "Łukasz Żółty", "Jürgen Groß", "Αλέξης", "Иван"])
def test_names_are_drawn_as_they_are_written(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name in drawn(a_sheet(name=name), (), monkeypatch)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Ayşe Şahin", "Ayse Sahin"), ("Łukasz", "Lukasz"), ("Groß", "Groß"), ("Иван", "????")],
)
def test_without_a_font_of_our_own_it_is_still_readable(
    name: str, plain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"Pass für {plain}" in drawn(a_sheet(name=name), None, monkeypatch)


def test_a_day_without_appointments_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nichts." in drawn(a_sheet(rows=0), None, monkeypatch)


def test_the_file_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "find_faces", lambda: None)
    content = paper.draw(a_sheet(), NOON)
    streams = re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    assert any(b"Musterstadt" in zlib.decompress(one) for one in streams)
