"""Draws a day sheet on A4. The library for it is loaded here alone, in a process that ends soon.

What must not live here: what stands on it.
"""

import unicodedata
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from queue_server.domain.day_sheet import Part, Sheet

if TYPE_CHECKING:
    from fpdf import FPDF

FOLDERS: Final = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts"),
    "~/.local/share/fonts",
)
FACES: Final = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
)
BUNDLED: Final = "DejaVuSansMono.ttf"
"""Comes with python-barcode, which the printing of slips brings along."""
_MARGIN: Final = 14
_ZEBRA: Final = 240
_SOFT: Final = 90
_RULE: Final = 170
_UNDECOMPOSED: Final = str.maketrans(
    {
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ı": "i",
        "→": ">",
        "·": "-",
        "–": "-",
        "□": "[ ]",
        "✓": "",
        "„": '"',
    }
)


def draw(sheet: Sheet, made_at: datetime, *, compress: bool = True) -> bytes:
    """Return the sheet as a PDF."""
    from fpdf import FPDF

    faces = find_faces()

    class Paper(FPDF):
        def header(self) -> None:
            _head(self, sheet)

        def footer(self) -> None:
            _foot(self, sheet)

    pdf = Paper(format="A4")
    pdf.set_compression(compress)
    pdf.set_creation_date(made_at)
    pdf.set_title(drawable(f"{sheet.title} {sheet.site}, {sheet.day}", faces))
    pdf.set_lang(sheet.language)
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(auto=True, margin=18)
    if faces:
        regular, bold = faces
        pdf.add_font("sheet", "", regular)
        pdf.add_font("sheet", "B", bold)
    pdf.add_page()
    for part in sheet.parts:
        _part(pdf, part)
    return bytes(pdf.output())


@cache
def find_faces() -> tuple[Path, Path] | None:
    """Return the files of a regular and a bold face; None where there is none but the PDF readers' own."""
    files: dict[str, Path] = {}
    for folder in FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            files |= {path.name: path for path in sorted(root.rglob("*.ttf"), reverse=True)}
    for regular, bold in FACES:
        if regular in files:
            return files[regular], files.get(bold) or files[regular]
    spec = find_spec("barcode")  # found, not imported: only its font is wanted
    for place in (spec and spec.submodule_search_locations) or ():
        path = Path(place, "fonts", BUNDLED)
        if path.is_file():
            return path, path
    return None


def drawable(text: str, faces: object) -> str:
    """Return the text as it can be drawn: without a font of our own the readers' knows Latin-1 alone."""
    if faces:
        return text
    plain = unicodedata.normalize("NFC", text).translate(_UNDECOMPOSED)
    return "".join(_latin(sign) for sign in plain)


def _latin(sign: str) -> str:
    try:
        sign.encode("latin-1")
    except UnicodeEncodeError:
        base = unicodedata.normalize("NFKD", sign)[0]
        return base if base.isascii() else "?"
    return sign


def _has_faces(pdf: "FPDF") -> bool:
    return "sheet" in pdf.fonts


def _face(pdf: "FPDF", size: float, *, bold: bool = False) -> None:
    family = "sheet" if _has_faces(pdf) else "Helvetica"
    pdf.set_font(family, "B" if bold else "", size)


def _write(pdf: "FPDF", text: str, **how: Any) -> None:
    pdf.cell(text=drawable(text, _has_faces(pdf)), **how)


def _head(pdf: "FPDF", sheet: Sheet) -> None:
    _face(pdf, 9)
    pdf.set_text_color(_SOFT)
    _write(pdf, f"{sheet.town} · {sheet.site}")
    _write(pdf, sheet.made, w=0, align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
    pdf.ln(2)
    _face(pdf, 17, bold=True)
    _write(pdf, sheet.day, w=0, h=9, new_x="LMARGIN", new_y="NEXT")
    _face(pdf, 9)
    pdf.multi_cell(0, 4.5, drawable(sheet.note, _has_faces(pdf)), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def _foot(pdf: "FPDF", sheet: Sheet) -> None:
    pdf.set_y(-13)
    _face(pdf, 9)
    pdf.set_text_color(_SOFT)
    _write(pdf, sheet.title)
    words = sheet.page.format(page=pdf.page_no(), pages="{nb}")
    _write(pdf, words, w=0, align="R")
    pdf.set_text_color(0)


def _part(pdf: "FPDF", part: Part) -> None:
    from fpdf.enums import TableBordersLayout, TableCellFillMode
    from fpdf.fonts import FontFace

    pdf.ln(2)
    _face(pdf, 12, bold=True)
    _write(pdf, part.title, h=8, new_x="LMARGIN", new_y="NEXT")
    _face(pdf, 10)
    pdf.set_draw_color(_RULE)
    pdf.set_line_width(0.1)
    if not part.rows:
        _write(pdf, part.when_empty, h=8, new_x="LMARGIN", new_y="NEXT")
        return
    called = FontFace(emphasis="BOLD", size_pt=13)
    with pdf.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_color=_ZEBRA,
        cell_fill_mode=TableCellFillMode.ROWS,
        col_widths=tuple(part.widths),
        headings_style=FontFace(emphasis="BOLD", fill_color=(255, 255, 255)),
        line_height=5.4,
        padding=(1.2, 1.4),
        text_align="LEFT",
    ) as rows:
        for cells in (part.head, *part.rows):
            row = rows.row()
            for place, cell in enumerate(cells):
                is_number = place == part.numbers and cells is not part.head
                row.cell(drawable(cell, _has_faces(pdf)), style=called if is_number else None)
