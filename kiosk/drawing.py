"""Pictures for the slip, black (0) on white (255): number, texts that no code page holds, rules, QR code.

Knows neither printer nor slip: takes texts and widths in dots, gives pictures.
"""

import unicodedata
from io import BytesIO
from math import ceil
from typing import Final, Literal

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from kiosk import digits, fonts
from kiosk.slip import Direction

Align = Literal["left", "center", "right"]

TEXT_SIZE: Final = 24  # as high as the printer's own letters
QUIET_MODULES: Final = 4  # ISO/IEC 18004: phones find the code by its white margin
MOST_LOGO_ROWS: Final = 120
SMALLEST_MODULE: Final = 3  # dots; below that thermal paper smears


def number(text: str, dots: int) -> Image.Image:
    """Draw the number as large as the paper sensibly takes: 26 mm on 80 mm paper, 17 mm on 58 mm."""
    height = dots * 36 // 100
    while height > 40 and _number_width(text, height) > dots - 16:
        height -= 4
    struck = not text.isdigit()
    page = _blank(_number_width(text, height), height)
    x = 0
    for character in text:
        glyph = _glyph(character, height, struck=struck)
        page.paste(glyph, (x, 0))
        x += glyph.width + digits.GAP * height // digits.HEIGHT
    return page


def _number_width(text: str, height: int) -> int:
    gaps = (len(text) - 1) * (digits.GAP * height // digits.HEIGHT)
    return sum(_glyph_width(character, height) for character in text) + gaps


def _glyph_width(character: str, height: int) -> int:
    if character in digits.STROKES:
        return digits.width_of(1, height)
    return max(1, round(_capitals(character, height).getlength(character)))


def _glyph(character: str, height: int, *, struck: bool) -> Image.Image:
    if character in digits.STROKES:
        return digits.digit(character, height, struck=struck)
    page = _blank(_glyph_width(character, height), height)
    font = _capitals(character, height)
    ImageDraw.Draw(page).text((0, height - 1), character, font=font, fill=0, anchor="ls")
    return _two_tone(page)


def _capitals(character: str, height: int) -> FreeTypeFont:
    return fonts.font_for(character, height * 100 // 73, bold=True)  # capitals are 0.73 of a font's size


def text(
    content: str, dots: int, *, size: int = TEXT_SIZE, bold: bool = False, align: Align = "left",
    direction: Direction = "ltr",
) -> Image.Image:  # fmt: skip
    """Draw a text, wrapped to the width and only as wide as it needs; `align` is among its own lines.

    A text runs in the direction of its first letter, so that a German name keeps its full stop at its end
    on an Arabic slip; one without letters runs as the slip does.
    """
    running = _direction_of(content, direction)
    font = fonts.font_for(content, size, bold=bold)
    lines = _wrap(content, dots, font, running)
    widths = [_width(line, font, running) for line in lines]
    step = round(size * 1.3)
    page = _blank(max(1, min(dots, max(widths, default=1))), max(1, step * len(lines)))
    pen = ImageDraw.Draw(page)
    for at, (line, width) in enumerate(zip(lines, widths, strict=True)):
        x = _left(page.width - width, align)
        pen.text((x, at * step + size), line, font=font, fill=0, anchor="ls", direction=_shaping(running))
    return _two_tone(page)


def text_width(content: str) -> int:
    """Say how many dots the text takes on one line."""
    return _width(content, fonts.font_for(content, TEXT_SIZE), _direction_of(content, "ltr"))


def _direction_of(content: str, otherwise: Direction) -> Direction:
    for character in content:
        match unicodedata.bidirectional(character):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return otherwise


def _wrap(content: str, dots: int, font: FreeTypeFont, direction: Direction) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in content.split():
        longer = f"{line} {word}" if line else word
        if line and _width(longer, font, direction) > dots:
            lines.append(line)
            longer = word
        while _width(longer, font, direction) > dots and len(longer) > 1:
            fits = _fitting(longer, dots, font, direction)
            lines.append(longer[:fits])
            longer = longer[fits:]
        line = longer
    return [*lines, line] if line else lines


def _fitting(word: str, dots: int, font: FreeTypeFont, direction: Direction) -> int:
    return next((n for n in range(len(word) - 1, 1, -1) if _width(word[:n], font, direction) <= dots), 1)


def _width(content: str, font: FreeTypeFont, direction: Direction) -> int:
    return ceil(font.getlength(content, direction=_shaping(direction)))


def _shaping(direction: Direction) -> str | None:
    return direction if fonts.can_shape() else None


def label(content: str, dots: int, *, direction: Direction = "ltr") -> Image.Image:
    """Draw a short text white on black, with a margin: the mark of a reprint."""
    inner = text(content, dots - 48, size=28, bold=True, align="center", direction=direction)
    page = Image.new("L", (inner.width + 48, inner.height + 16), 0)
    page.paste(inner.point(lambda value: 255 - value), (24, 8))
    return page


def rule(dots: int) -> Image.Image:
    """Draw a thin line over the whole width."""
    return Image.new("L", (dots, 2), 0)


def qr(link: str, dots: int) -> Image.Image:
    """Draw a QR code about 32 mm wide, less on narrow paper, with its quiet zone.

    As a picture, because not every printer has the QR command, and those that have differ in it.
    """
    import qrcode  # 40 ms, and only the agent needs it

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(link)
    code.make(fit=True)
    matrix = code.get_matrix()
    module = max(SMALLEST_MODULE, min(260, dots * 2 // 3) // len(matrix))
    page = _blank(len(matrix), len(matrix))
    page.putdata([0 if black else 255 for row in matrix for black in row])
    return page.resize((len(matrix) * module,) * 2, Image.Resampling.NEAREST)


def is_picture(raw: bytes) -> bool:
    """Say whether these bytes can be drawn: a proxy's page and half a file cannot."""
    return _opened(raw) is not None


def _opened(raw: bytes) -> Image.Image | None:
    try:
        with Image.open(BytesIO(raw), formats=("PNG", "JPEG", "WEBP")) as found:
            return found.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def logo(raw: bytes, dots: int) -> Image.Image | None:
    """Draw a town's logo in dots of black, at most half as wide as the paper; None for what is no picture."""
    coloured = _opened(raw)
    if coloured is None:
        return None
    paper = Image.new("RGBA", coloured.size, "white")  # what is clear on a screen is white on paper
    paper.alpha_composite(coloured)
    plain = paper.convert("L")
    part = min(dots / 2 / plain.width, MOST_LOGO_ROWS / plain.height, 1.0)
    small = plain.resize((max(1, round(plain.width * part)), max(1, round(plain.height * part))))
    return small.convert("1").convert(
        "L"
    )  # in dots, as newspapers do: a plain threshold loses every light colour


def side_by_side(left: Image.Image, right: Image.Image, dots: int, at: int) -> Image.Image:
    """Put two pictures on one strip: the second one begins at a dot."""
    page = _blank(dots, max(left.height, right.height))
    page.paste(left, (0, 0))
    page.paste(right, (at, 0))
    return page


def placed(picture: Image.Image, dots: int, align: Align) -> Image.Image:
    """Move a picture to its place by white on its left only: white on the right is not worth sending.

    Not left to the printer: several ignore the alignment for pictures.
    """
    left = _left(max(0, dots - picture.width), align)
    page = _blank(min(dots, left + picture.width), picture.height)
    page.paste(picture, (left, 0))
    return page


def _left(free: int, align: Align) -> int:
    return {"left": 0, "center": free // 2, "right": free}[align]


def _blank(width: int, height: int) -> Image.Image:
    return Image.new("L", (width, height), 255)


def _two_tone(page: Image.Image) -> Image.Image:
    return page.point(lambda value: 255 if value > 140 else 0)
