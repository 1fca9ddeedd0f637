"""The paper preview: reads ESC/POS bytes back into the picture that a thermal printer would make of them.

A small interpreter of its own, so that the preview shows the bytes that are sent and not a second drawing
of the slip. It knows the commands that `printing` writes and reports every other. No printing here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from kiosk import fonts
from kiosk.slip import PaperWidth

PRINTABLE: Final[dict[int, int]] = {80: 576, 58: 384}
MARGIN: Final[dict[int, int]] = {80: 32, 58: 40}  # 8 dots a millimetre: what the print head does not reach
LINE_FEED: Final = 34  # 1/6 inch at 203 dpi
CELL: Final = (12, 24)
LONGEST: Final = 20_000  # dots, 2.5 m: broken bytes must not eat the memory
PAGES: Final = {
    0: "cp437", 2: "cp850", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 40: "iso8859-15",
}  # fmt: skip
KEPT: Final = 300  # slips in the spool folder


@dataclass(slots=True)
class Preview:
    """What the bytes gave: the picture, the text lines, how often it was cut, commands not understood."""

    picture: Image.Image
    text: str
    cut_count: int
    unknown: list[str]


def picture(data: bytes, paper: PaperWidth) -> Image.Image:
    """Give the picture of the printed paper, 8 dots a millimetre, with its white margins."""
    return interpret(data, paper).picture


def interpret(data: bytes, paper: PaperWidth) -> Preview:
    """Play the bytes through; never fails, whatever they are."""
    head = _Head(PRINTABLE[paper], data)
    while head.at < len(data):
        head.step()
    head.line_feed()
    return Preview(head.sheet(MARGIN[paper]), "\n".join(head.texts), head.cut_count, head.unknown)


def write_slip(spool: Path, job: str, data: bytes, paper: PaperWidth) -> Preview:
    """Leave `slip-<job>.png` and `.bin` in the spool folder, whole or not at all; the oldest ones go."""
    preview = interpret(data, paper)
    spool.mkdir(parents=True, exist_ok=True)
    name = f"slip-{re.sub(r'[^A-Za-z0-9_-]', '_', job)[:80]}"
    _replace(spool / f"{name}.bin", lambda path: path.write_bytes(data))
    _replace(spool / f"{name}.png", lambda path: preview.picture.save(path, "PNG"))
    for old in sorted(spool.glob("slip-*.png"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
        old.with_suffix(".bin").unlink(missing_ok=True)
    return preview


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    unfinished = path.with_name(f".{path.name}")
    write(unfinished)
    unfinished.replace(path)


@dataclass(slots=True)
class _Style:
    align: int = 0
    bold: bool = False
    inverted: bool = False
    wide: int = 1
    high: int = 1
    codec: str = "cp437"
    feed: int = LINE_FEED


@dataclass(slots=True)
class _Head:
    """The print head: where it stands in the bytes and on the paper."""

    dots: int
    data: bytes
    at: int = 0
    y: int = 0
    style: _Style = field(default_factory=_Style)
    glyphs: list[Image.Image] = field(default_factory=list)
    line: str = ""
    texts: list[str] = field(default_factory=list)
    strips: list[tuple[int, int, Image.Image]] = field(default_factory=list)
    cut_count: int = 0
    unknown: list[str] = field(default_factory=list)

    def step(self) -> None:
        for length in (3, 2, 1):
            if command := COMMANDS.get(self.data[self.at : self.at + length]):
                self.at += length
                command(self)
                return
        byte = self.take()
        if byte >= 0x20 and byte != 0x7F:
            self.character(bytes([byte]).decode(self.style.codec, "replace"))
        else:
            self.report(self.at - 1)

    def report(self, start: int) -> None:
        # of an unknown command the length is unknown too; its letter at least is not text
        if self.data[start] in {0x1B, 0x1C, 0x1D, 0x10}:
            self.at = min(len(self.data), start + 2)
        self.unknown.append(self.data[start : self.at].hex(" "))

    def take(self) -> int:
        byte = self.data[self.at] if self.at < len(self.data) else 0
        self.at += 1
        return byte

    def character(self, character: str) -> None:
        glyph = _glyph(character, self.style)
        if sum(old.width for old in self.glyphs) + glyph.width > self.dots:
            self.line_feed()
        self.glyphs.append(glyph)
        self.line += character

    def line_feed(self, feed: int | None = None) -> None:
        """Print what the line buffer holds, where the alignment puts it, and feed (dots; else a line)."""
        width = sum(glyph.width for glyph in self.glyphs)
        height = max((glyph.height for glyph in self.glyphs), default=0)
        x = (self.dots - width) * self.style.align // 2
        for glyph in self.glyphs:
            self.paste(x, self.y + height - glyph.height, glyph)
            x += glyph.width
        if self.glyphs:
            self.texts.append(self.line)
        self.glyphs, self.line = [], ""
        if height or self.at <= len(self.data):
            self.y += max(height, self.style.feed if feed is None else feed)

    def paste(self, x: int, y: int, strip: Image.Image) -> None:
        if y + strip.height <= LONGEST:
            self.strips.append((x, y, strip))

    def raster(self) -> None:
        """`GS v 0 m xL xH yL yH data`: a black and white picture."""
        mode = self.take()
        width = (self.take() + self.take() * 256) * 8
        height = self.take() + self.take() * 256
        data = self.data[self.at : self.at + width // 8 * height]
        self.at += width // 8 * height
        if mode & ~0x30 or not width or len(data) < width // 8 * height:
            self.unknown.append(f"raster mode {mode}, {width} x {height}, {len(data)} bytes")
            return
        strip = Image.frombytes("1", (width, height), data).convert("L").point(lambda value: 255 - value)
        x = max(0, (self.dots - width) * self.style.align // 2)
        self.paste(x, self.y, strip.crop((0, 0, min(width, self.dots), height)))
        self.y += height

    def cut(self) -> None:
        if self.take() in {65, 66}:
            self.y += self.take()
        self.cut_count += 1
        edge = Image.new("L", (self.dots, 3), 255)
        for x in range(0, self.dots, 16):
            edge.paste(150, (x, 1, x + 8, 2))
        self.paste(0, self.y, edge)
        self.y += 3

    def sheet(self, margin: int) -> Image.Image:
        height = min(LONGEST, max([self.y, *(y + strip.height for _, y, strip in self.strips)]))
        sheet = Image.new("L", (self.dots + 2 * margin, height + margin), 255)
        for x, y, strip in self.strips:
            sheet.paste(strip, (margin + x, margin // 2 + y))
        return sheet


def _glyph(character: str, style: _Style) -> Image.Image:
    """Draw one letter in its cell; larger sizes repeat its dots, as print heads do."""
    cell = Image.new("L", CELL, 255)
    pen = ImageDraw.Draw(cell)
    weight = 0.5 if style.bold else 0
    pen.text((0, 19), character, font=fonts.monospaced(20), fill=0, anchor="ls", stroke_width=weight)
    cell = cell.point(lambda value: 255 if value > 140 else 0)
    if style.inverted:
        cell = cell.point(lambda value: 255 - value)
    return cell.resize((CELL[0] * style.wide, CELL[1] * style.high), Image.Resampling.NEAREST)


def _reset(head: _Head) -> None:
    head.style = _Style()


def _align(head: _Head) -> None:
    head.style.align = {0: 0, 1: 1, 2: 2, 48: 0, 49: 1, 50: 2}.get(head.take(), 0)


def _bold(head: _Head) -> None:
    head.style.bold = bool(head.take() & 1)


def _invert(head: _Head) -> None:
    head.style.inverted = bool(head.take() & 1)


def _size(head: _Head) -> None:
    size = head.take()
    head.style.wide, head.style.high = (size >> 4 & 7) + 1, (size & 7) + 1


def _print_mode(head: _Head) -> None:
    mode = head.take()
    head.style.bold = bool(mode & 8)
    head.style.high, head.style.wide = 2 if mode & 16 else 1, 2 if mode & 32 else 1


def _code_page(head: _Head) -> None:
    page = head.take()
    if page not in PAGES:
        head.unknown.append(f"code page {page}")
    head.style.codec = PAGES.get(page, "cp437")


def _spacing(head: _Head) -> None:
    head.style.feed = head.take()


def _default_spacing(head: _Head) -> None:
    head.style.feed = LINE_FEED


def _feed_lines(head: _Head) -> None:
    for _ in range(head.take()):
        head.line_feed()


def _feed_dots(head: _Head) -> None:
    head.line_feed(head.take())


def _ask(head: _Head) -> None:
    head.take()  # a question to the printer leaves no trace on paper


COMMANDS: Final[dict[bytes, Callable[[_Head], None]]] = {
    b"\n": _Head.line_feed,
    b"\x1b@": _reset,
    b"\x1ba": _align,
    b"\x1bE": _bold,
    b"\x1b!": _print_mode,
    b"\x1bt": _code_page,
    b"\x1b3": _spacing,
    b"\x1b2": _default_spacing,
    b"\x1bd": _feed_lines,
    b"\x1bJ": _feed_dots,
    b"\x1d!": _size,
    b"\x1dB": _invert,
    b"\x1dV": _Head.cut,
    b"\x1dv0": _Head.raster,
    b"\x1dr": _ask,
    b"\x10\x04": _ask,
}
