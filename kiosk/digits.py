"""Our own digits for the number on the slip: drawn with a round pen, so that none is taken for another.

The 1 has a foot and the 7 a bar, 6 and 9 have open necks, the 8 two separate rings; a 0 beside letters is
struck through. Drawn here because a kiosk has no certain font. Texts are drawn in `drawing`.
"""

from math import cos, radians, sin
from typing import Final

from PIL import Image, ImageDraw

Point = tuple[float, float]
Stroke = tuple[Point, ...]

WIDTH: Final = 60
HEIGHT: Final = 100
PEN: Final = 15
GAP: Final = 12
FINE: Final = 4  # drawn so many times larger, then made smaller: smooth edges before black and white


def _arc(centre: Point, radius: Point, start: int, end: int) -> Stroke:
    """Points on an ellipse; degrees run clockwise from the right, as y runs downwards."""
    return tuple(
        (centre[0] + radius[0] * cos(radians(at)), centre[1] + radius[1] * sin(radians(at)))
        for at in range(start, end + 1, 5)
    )


def _bend(begins: Point, to: Point, by: Point, ends: Point) -> Stroke:
    """Points on a cubic Bézier curve."""
    parts = [(1 - n / 12, n / 12) for n in range(13)]
    weights = [(a**3, 3 * a * a * b, 3 * a * b * b, b**3) for a, b in parts]
    corners = (begins, to, by, ends)
    return tuple(
        (
            sum(weight * x for weight, (x, _) in zip(four, corners, strict=True)),
            sum(weight * y for weight, (_, y) in zip(four, corners, strict=True)),
        )
        for four in weights
    )


# The neck ends as a tangent of the ring: else both edges would have a kink, as large as a hand on a screen.
_SIX: Final = (
    _arc((30, 66), (22, 26), 0, 360),
    _bend((45, 8), (33, 19), (16.1, 35.1), (9.33, 57.1)),
)

STROKES: Final[dict[str, tuple[Stroke, ...]]] = {
    "0": (_arc((30, 50), (22, 42), 0, 360),),
    "1": (((12, 27), (32, 8), (32, 92)), ((13, 92), (51, 92))),
    "2": ((*_arc((30, 31), (22, 23), 190, 400), (9.8, 92), (52, 92)),),
    "3": (_arc((29, 28.5), (20, 20.5), 200, 450), _arc((29, 70.5), (23, 21.5), 270, 515)),
    "4": (((41, 92), (41, 8), (8, 66), (52, 66)),),
    "5": (((49, 8), (15, 8), (11.4, 47.6)), _arc((29, 65), (23, 27), 220, 510)),
    "6": _SIX,
    "7": (((8, 8), (52, 8), (24, 92)), ((22, 50), (52, 50))),
    "8": (_arc((30, 29), (18, 21), 0, 360), _arc((30, 71), (22, 21), 0, 360)),
    "9": tuple(tuple((60 - x, 100 - y) for x, y in stroke) for stroke in _SIX),
}
STRUCK: Final[Stroke] = ((17, 72), (43, 28))


def width_of(count: int, height: int) -> int:
    """Say how wide so many digits of this height are, in dots."""
    return (count * WIDTH + (count - 1) * GAP) * height // HEIGHT


def digit(character: str, height: int, *, struck: bool = False) -> Image.Image:
    """Draw one digit, black (0) on white (255)."""
    scale = height * FINE / HEIGHT
    page = Image.new("L", (round(WIDTH * scale), height * FINE), 255)
    pen = ImageDraw.Draw(page)
    for stroke in STROKES[character]:
        _draw(pen, stroke, PEN, scale)
    if struck and character == "0":
        _draw(pen, STRUCK, PEN * 0.5, scale)
    small = page.resize((WIDTH * height // HEIGHT, height), Image.Resampling.LANCZOS)
    return small.point(lambda value: 255 if value > 127 else 0)


def _draw(pen: ImageDraw.ImageDraw, stroke: Stroke, width: float, scale: float) -> None:
    points = [(x * scale, y * scale) for x, y in stroke]
    half = width * scale / 2
    pen.line(points, fill=0, width=round(width * scale))
    for x, y in points:
        pen.ellipse((x - half, y - half, x + half, y + half), fill=0)
