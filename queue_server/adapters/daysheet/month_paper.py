"""Draws the monthly sheet on one page of A4: figures on top, two pictures, the table.

The library for it is loaded here alone, in a process that ends soon (`SheetChild` starts it). What must not
live here: what stands on it (`web.sheet_words` has all of it in words and numbers).
"""

import asyncio
import base64
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from queue_server.adapters.apart import run_apart
from queue_server.adapters.daysheet.paper import drawable, find_faces

LONGEST_S: Final = 60.0
WIDE: Final = 210.0
HIGH: Final = 297.0
MARGIN: Final = 15.0
INNER: Final = WIDE - 2 * MARGIN
GAP: Final = 5.0
PICTURE_HIGH: Final = 26.0
TALLEST_ROW: Final = 5.6
COLUMN: Final = 33.0
LINE: Final = 0.3528 * 1.2
"""How high a line is, in mm for each point of its type."""
SMALLEST: Final = 0.7
"""So much smaller is a line that is too long, before it is cut."""
INK: Final = (7, 38, 46)
SOFT: Final = (63, 90, 97)
RULE: Final = (196, 208, 211)
GROUND: Final = (237, 242, 242)

Words = Mapping[str, Any]


class SheetChild:
    """Draws a sheet in a process of its own: library and fonts need 60 MB, which the server would keep."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # a town's twenty mailboxes, or a reader's twenty presses, are one child

    async def draw(self, words: Words) -> bytes:
        """Return the PDF. Raises OSError, which says why there is none."""
        async with self._turn:
            return await self._draw(words)

    async def _draw(self, words: Words) -> bytes:
        ended = await run_apart("queue_server.commands.sheet_paper", "by_server", words, LONGEST_S)
        if ended.trouble:
            raise OSError(ended.trouble)
        return ended.said


def draw(words: Words, *, compress: bool = True) -> bytes:
    """Return the sheet as a PDF of one page: the same words give the same bytes."""
    return _Paper(words, compress=compress).made()


class _Paper:
    """One page while it is drawn, from the top down."""

    def __init__(self, words: Words, *, compress: bool) -> None:
        from fpdf import FPDF

        self._words = words
        self._faces = find_faces()
        self._accent = _colour(words["accent"])
        self._pdf = pdf = FPDF(format="A4")
        pdf.set_compression(compress)
        pdf.set_creation_date(datetime.fromisoformat(words["made_at"]))
        pdf.set_title(drawable(f"{words['title']}, {words['town']}", self._faces))
        pdf.set_author(drawable(words["town"], self._faces))
        pdf.set_lang(words["language"])
        pdf.set_display_mode("fullpage")
        pdf.set_margins(MARGIN, MARGIN)
        pdf.set_auto_page_break(auto=False)  # what is too much for the page is drawn smaller
        pdf.c_margin = 0
        if self._faces:
            pdf.add_font("sheet", "", self._faces[0])
            pdf.add_font("sheet", "B", self._faces[1])
        pdf.add_page()

    def made(self) -> bytes:
        words = self._words
        at = self._keys(self._head())
        at = self._pictures(at)
        self._table(at, HIGH - MARGIN - 9)
        self._pdf.set_text_color(SOFT)
        self._pdf.set_xy(MARGIN, HIGH - MARGIN - 6)
        self._pdf.multi_cell(INNER, self._face(7.5) * LINE, drawable(words["made"], self._faces), align="L")
        return bytes(self._pdf.output())

    def _head(self) -> float:
        pdf, words = self._pdf, self._words
        pdf.set_fill_color(self._accent)
        pdf.rect(0, 0, WIDE, 4, style="F")
        left = MARGIN + self._logo(MARGIN, 11)
        pdf.set_text_color(self._accent)
        self._text(left, 11, words["town"], 11, bold=True)
        pdf.set_text_color(INK)
        self._text(left, 16.5, words["title"], 20, bold=True)
        pdf.set_text_color(SOFT)
        self._text(left, 25.5, words["lead"], 9, width=WIDE - MARGIN - left)
        return 33.0

    def _logo(self, x: float, y: float) -> float:
        """Draw the town's logo, if there is one; return how far it moves the words to the right."""
        if not self._words["logo"]:
            return 0.0
        high = 18.0
        image = io.BytesIO(base64.b64decode(self._words["logo"]))
        drawn = self._pdf.image(
            image, x, y, w=45, h=high, keep_aspect_ratio=True, alt_text=self._words["logo_alt"]
        )
        return float(drawn.rendered_width) + GAP

    def _keys(self, top: float) -> float:
        """Draw the figures on top, three in a row, each with what it was before."""
        pdf, keys = self._pdf, self._words["keys"]
        wide, high = (INNER - 2 * GAP) / 3, 18.0
        for place, (name, value, before) in enumerate(keys):
            x, y = MARGIN + place % 3 * (wide + GAP), top + place // 3 * (high + 3)
            pdf.set_fill_color(GROUND)
            pdf.rect(x, y, wide, high, style="F", round_corners=True, corner_radius=1.5)
            pdf.set_text_color(SOFT)
            self._text(x + 3, y + 2, name, 8, width=wide - 6)
            pdf.set_text_color(INK)
            self._text(x + 3, y + 5.8, value, 15, bold=True, width=wide - 6)
            pdf.set_text_color(SOFT)
            self._text(x + 3, y + 13, before, 7, width=wide - 6)
        return top + -(-len(keys) // 3) * (high + 3) + 2

    def _pictures(self, top: float) -> float:
        """Draw visits and waits of each day side by side."""
        wide = (INNER - 2 * GAP) / 2
        for place, one in enumerate(self._words["pictures"]):
            x = MARGIN + place * (wide + 2 * GAP)
            self._pdf.set_text_color(INK)
            self._text(x, top, one["title"], 9, bold=True, width=wide)
            self._legend(x, top + 5, one)
            self._pdf.set_text_color(SOFT)
            self._text(x, top + 10, one["most"], 7)
            self._ground(x, top + 14, wide)
            scale = wide / one["width"], PICTURE_HIGH / one["height"]
            if one["kind"] == "bars":
                self._bars(x, top + 14, one["bars"], scale)
            else:
                self._lines(x, top + 14, one["lines"], scale)
            self._pdf.set_text_color(SOFT)
            for foot in one["feet"]:
                middle = x + foot["x"] / 100 * wide
                self._text(middle - 6, top + 15 + PICTURE_HIGH, foot["name"], 7, width=12, align="C")
        return top + PICTURE_HIGH + 23

    def _legend(self, x: float, y: float, one: Words) -> None:
        pdf = self._pdf
        pdf.set_draw_color(self._accent)
        for place, name in enumerate(one["legend"]):
            is_near = place == 0
            pdf.set_fill_color(self._accent if is_near else (255, 255, 255))
            pdf.set_line_width(0.25)
            pdf.rect(x, y + 0.7, 2.4, 2.4, style="DF")
            pdf.set_text_color(SOFT)
            x += 4 + self._text(x + 4, y, name, 8) + GAP

    def _ground(self, x: float, y: float, wide: float) -> None:
        self._pdf.set_draw_color(RULE)
        self._pdf.set_line_width(0.15)
        for line in range(3):
            at = y + line * PICTURE_HIGH / 2
            self._pdf.line(x, at, x + wide, at)

    def _bars(self, x: float, y: float, bars: Sequence[Words], scale: tuple[float, float]) -> None:
        pdf, (wide, high) = self._pdf, scale
        pdf.set_draw_color(self._accent)
        pdf.set_line_width(0.25)
        for bar in bars:
            for part, colour in (("low", self._accent), ("high", (255, 255, 255))):
                if bar[part]:
                    pdf.set_fill_color(colour)
                    corner = x + bar["x"] * wide, y + bar[f"{part}_y"] * high
                    pdf.rect(*corner, bar["width"] * wide, bar[part] * high, style="DF")

    def _lines(self, x: float, y: float, lines: Sequence[Words], scale: tuple[float, float]) -> None:
        """Draw the lines, the first one of the far (its dots are empty), the last one of the near."""
        pdf, (wide, high) = self._pdf, scale
        pdf.set_draw_color(self._accent)
        for place, line in enumerate(lines):
            is_near = place == len(lines) - 1
            pdf.set_line_width(0.5 if is_near else 0.25)
            for stroke in line["strokes"]:
                points = [tuple(map(float, point.split(","))) for point in stroke.split()]
                for (ax, ay), (bx, by) in pairwise(points):
                    pdf.line(x + ax * wide, y + ay * high, x + bx * wide, y + by * high)
            pdf.set_fill_color(self._accent if is_near else (255, 255, 255))
            pdf.set_line_width(0.25)
            for px, py in line["points"]:
                pdf.rect(x + px * wide - 0.55, y + py * high - 0.55, 1.1, 1.1, style="DF")

    def _table(self, top: float, bottom: float) -> None:
        """Draw all parts in the room that is left: rows as high as on the screen, or lower when many."""
        pdf, parts = self._pdf, self._words["parts"]
        rows = 1 + sum((1.2 if title else 0) + len(lines) for title, lines in parts)
        high = min(TALLEST_ROW, (bottom - top) / rows)
        size = min(8.5, high * 1.75)
        self._row(top, high, size, "", self._words["heads"], bold=True)
        top += high
        for title, lines in parts:
            pdf.set_text_color(self._accent)
            self._text(MARGIN, top + high * 0.4, title, size, bold=True)
            top += high * 1.2 if title else 0
            for name, values in lines:
                self._row(top, high, size, name, values)
                top += high

    def _row(
        self, y: float, high: float, size: float, name: str, values: Sequence[str], *, bold: bool = False
    ) -> None:
        pdf, wide = self._pdf, COLUMN
        pdf.set_draw_color(RULE)
        pdf.set_line_width(0.15)
        pdf.line(MARGIN, y + high, WIDE - MARGIN, y + high)
        pdf.set_text_color(INK)
        room = INNER - len(values) * wide
        self._text(MARGIN, y + high * 0.18, name, size, width=room - 2)
        for place, value in enumerate(values):
            at = MARGIN + room + place * wide
            self._text(at, y + high * 0.18, value, size, bold=bold, width=wide, align="R")

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        width: float = 0.0,
        align: str = "L",
    ) -> float:
        """Write a line; one too long for `width` is smaller, then cut. Return how wide it is."""
        pdf, plain = self._pdf, drawable(text, self._faces)
        size = self._face(size, bold=bold)
        if width and (wide := pdf.get_string_width(plain)) > width:
            size = self._face(size * max(SMALLEST, width / wide * 0.99), bold=bold)
        if width and pdf.get_string_width(plain) > width:
            dots = drawable("…", self._faces)
            while plain and pdf.get_string_width(plain + dots) > width:
                plain = plain[:-1]
            plain = plain.rstrip() + dots
        pdf.set_xy(x, y)
        high = size * LINE
        pdf.cell(width or pdf.get_string_width(plain), high, plain, align=align)
        return float(pdf.get_string_width(plain))

    def _face(self, size: float, *, bold: bool = False) -> float:
        self._pdf.set_font("sheet" if self._faces else "Helvetica", "B" if bold else "", size)
        return size


def _colour(words: str) -> tuple[int, int, int]:
    return int(words[1:3], 16), int(words[3:5], 16), int(words[5:7], 16)


def draw_from(words: str) -> bytes:
    """Return the sheet of words that were sent as JSON."""
    return draw(json.loads(words))
