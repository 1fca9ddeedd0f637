"""Turn a slip into the bytes of ESC/POS: the one place where texts and pictures meet a printer's language.

Lays out and renders; sends nothing (`transport`), and everything it writes has passed `ink.harmless`.
"""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from PIL import Image

from kiosk import drawing
from kiosk.drawing import Align
from kiosk.ink import harmless, page_for, wrapped
from kiosk.slip import Line, Slip

DOTS: Final = {80: 576, 58: 384}
CELL: Final = 12  # dots of one letter in font A
LABEL_SHARE: Final = 0.46  # a label column wider than this leaves too little for the values
TIME_SHARE: Final = 17  # hundredths of the width are the letters high: "14:20 Uhr" fills a line
FRAGMENT: Final = 240  # rows of one raster command: small printers hold no more


def render(slip: Slip, profile: str = "default", *, drawn: bool = False, logo: bytes | None = None) -> bytes:
    """Give the bytes that print the slip and cut it, for a printer profile of python-escpos.

    `drawn`: every text as a picture, for printers whose code pages are not what they say.
    `logo`: a picture that stands above everything.
    """
    press = _Press(slip, profile, drawn=drawn)
    if logo is not None and (picture := drawing.logo(logo, press.dots)) is not None:
        press.picture(picture)
        press.gap(12)
    for at, text in enumerate(slip.header):
        press.line(text, bold=at == 0, large=at == 0)
    press.rule()
    if slip.mark:
        press.mark(slip.mark)
    press.line(slip.headline, bold=True, large=True)
    press.number(slip.number)
    press.rule()
    if slip.time:
        press.line(slip.time_caption, bold=True)
        press.time(slip.time)
        press.rule()
    press.rows(slip.lines)
    if slip.qr:
        press.rule()
        press.picture(drawing.qr(slip.qr, press.dots))
    press.line(slip.qr_caption)
    if slip.footer:
        press.rule()
    for text in slip.footer:
        press.line(text)
    return press.finished()


class _Press:
    """One sheet of paper. A fresh printer object for each: on a used one the code pages are out of step."""

    def __init__(self, slip: Slip, profile: str, *, drawn: bool) -> None:
        self._printer = _dummy(profile)
        self.dots = _dots(self._printer.profile.profile_data, DOTS[slip.paper])
        self._columns = self.dots // CELL
        self._direction = slip.direction
        # right to left, a printer's text mode has no order of its own to offer
        self._codecs = {} if drawn or slip.direction == "rtl" else _codecs(self._printer)
        self._printer.hw("INIT")

    def line(self, text: str, *, bold: bool = False, large: bool = False) -> None:
        """Print one centred text, wrapped; an empty one prints nothing."""
        text = harmless(text)
        if not text:
            return
        if (page := page_for(text, self._codecs)) is None:
            size = drawing.TEXT_SIZE * (3 if large else 2) // 2
            self.picture(
                drawing.text(text, self.dots, size=size, bold=bold, align="center", direction=self._direction)
            )
            return
        wide = 2 if large and len(text) * 2 <= self._columns else 1
        self._style(align="center", bold=bold, wide=wide, high=2 if large else 1)
        for part in wrapped(text, self._columns // wide):
            self._text(part, page)
            self._newline()

    def number(self, text: str) -> None:
        self.gap(16)
        self.picture(drawing.number(harmless(text), self.dots))
        self.gap(18)

    def time(self, text: str) -> None:
        """Print an appointed time: large, and smaller than the number, for which nobody should take it."""
        self.gap(8)
        size = self.dots * TIME_SHARE // 100
        self.picture(drawing.text(harmless(text), self.dots, size=size, bold=True, align="center"))
        self.gap(8)

    def mark(self, text: str) -> None:
        self.picture(drawing.label(harmless(text), self.dots, direction=self._direction))
        self.gap(8)

    def rows(self, lines: tuple[Line, ...]) -> None:
        """Print labels and values in two columns, or below each other where the labels are too long."""
        clean = [Line(value=harmless(line.value), label=harmless(line.label)) for line in lines]
        column = self._label_column(clean)
        for line in clean:
            self._row(line, column)

    def _label_column(self, lines: list[Line]) -> int:
        """Say how many columns the labels take with their gap; 0: labels above values.

        Which is better as soon as a value's word would have to be cut.
        """
        widest = max((self._label_dots(line) for line in lines), default=0)
        if not widest:
            return 0
        column = -(-widest // CELL) + 2
        longest_word = max((len(word) for line in lines for word in line.value.split()), default=0)
        fits = column <= self._columns * LABEL_SHARE and longest_word <= self._columns - column
        return column if fits else 0

    def _label_dots(self, line: Line) -> int:
        if page_for(line.label + line.value, self._codecs) is not None:
            return len(line.label) * CELL
        return drawing.text_width(line.label)

    def _row(self, line: Line, column: int) -> None:
        page = page_for(line.label + line.value, self._codecs)
        if page is None:
            self._drawn_row(line, column)
        elif column:
            self._columns_row(line, column, page)
        else:
            self._stacked_row(line, page)

    def _columns_row(self, line: Line, column: int, page: str) -> None:
        label = line.label
        for part in wrapped(line.value, self._columns - column) or [""]:
            self._style()
            self._text(label.ljust(column), page)
            self._style(bold=True)
            self._text(part, page)
            self._newline()
            label = ""

    def _stacked_row(self, line: Line, page: str) -> None:
        for text, bold in ((line.label, False), (line.value, True)):
            self._style(bold=bold)
            for part in wrapped(text, self._columns):
                self._text(part, page)
                self._newline()

    def _drawn_row(self, line: Line, column: int) -> None:
        value_dots = self.dots - column * CELL
        label = self._drawn(line.label, column * CELL if column else self.dots)
        value = self._drawn(line.value, value_dots, bold=True)
        if not column:
            if line.label:
                self.picture(label, self._start)
            self.picture(value, self._start)
        elif self._direction == "rtl":
            label = drawing.placed(label, column * CELL, "right")
            value = drawing.placed(value, value_dots, "right")
            self.picture(drawing.side_by_side(value, label, self.dots, value_dots), "left")
        else:
            self.picture(drawing.side_by_side(label, value, self.dots, column * CELL), "left")

    def _drawn(self, text: str, dots: int, *, bold: bool = False) -> Image.Image:
        return drawing.text(text, dots, bold=bold, align=self._start, direction=self._direction)

    @property
    def _start(self) -> Align:
        return "right" if self._direction == "rtl" else "left"

    def rule(self) -> None:
        self.gap(10)
        self.picture(drawing.rule(self.dots))
        self.gap(12)

    def gap(self, dots: int) -> None:
        """Feed some dots, as a white picture: the unit of the feed commands differs between printers."""
        self.picture(Image.new("L", (8, dots), 255), "left")

    def picture(self, picture: Image.Image, align: Align = "center") -> None:
        """Print a picture with `GS v 0`, which every printer of the last twenty years knows.

        Not by `image()` of python-escpos: for profiles without a known width, its default among them, that
        prints a complaint on standard output for each picture.
        """
        self._style()
        placed = drawing.placed(picture, self.dots, align)
        for top in range(0, placed.height, FRAGMENT):
            part = placed.crop((0, top, placed.width, min(placed.height, top + FRAGMENT)))
            self._printer._raw(_raster(part))

    def finished(self) -> bytes:
        """Feed, cut (partly, so that the slip hangs until it is taken) and hand over the bytes."""
        self._printer.cut(mode="PART")
        output: bytes = self._printer.output
        return output

    def _style(self, *, align: Align = "left", bold: bool = False, wide: int = 1, high: int = 1) -> None:
        self._printer.set(align=align, bold=bold, custom_size=True, width=wide, height=high)

    def _text(self, text: str, page: str) -> None:
        # forced, because left alone python-escpos takes the first page in its list for each character
        self._printer.magic.force_encoding(page)
        self._printer.text(text)

    def _newline(self) -> None:
        self._printer._raw(b"\n")


def _raster(picture: Image.Image) -> bytes:
    """Write `GS v 0`: width in bytes and height in rows, low byte first; a set bit is black."""
    bits = picture.point(lambda value: 255 - value).convert("1", dither=Image.Dither.NONE)
    width, height = (bits.width + 7) // 8, bits.height
    return b"\x1dv0\x00" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + bits.tobytes()


def _dots(profile: Mapping[str, Any], paper_dots: int) -> int:
    """Say how many dots a line has: some printers are narrower than their paper."""
    pixels = profile.get("media", {}).get("width", {}).get("pixels")
    return min(paper_dots, pixels // 8 * 8) if isinstance(pixels, int) else paper_dots


def _codecs(printer: Any) -> dict[str, str]:
    from escpos.codepages import CodePages

    pages = set(printer.profile.get_code_pages()) & set(CodePages.data)
    named = {page: CodePages.get_encoding(page).get("python_encode") for page in pages}
    return {page: codec for page, codec in named.items() if codec}


def _dummy(profile: str) -> Any:
    dummy = _dummy_class()
    try:
        return dummy(profile=profile)
    except KeyError:
        raise UnknownProfile(profile) from None


class UnknownProfile(ValueError):  # noqa: N818 - errors name the refusal
    """python-escpos has no printer profile of that name."""


@cache
def _dummy_class() -> Any:
    """Import python-escpos on first use: it takes 0.2 s."""
    with _logging_as_it_was():
        from escpos import capabilities
        from escpos.printer import Dummy
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        # each import leaves a folder of its own under the temporary one; nobody else reads it
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy


@contextmanager
def _logging_as_it_was() -> Iterator[None]:
    """Undo `logging.basicConfig()`, which python-escpos calls on import: the root logger is not its own."""
    root = logging.getLogger()
    before = root.handlers[:]
    try:
        yield
    finally:
        for handler in root.handlers[:]:
            if handler not in before:
                root.removeHandler(handler)
                handler.close()
