"""Colours as numbers: how much two of them stand out from each other, and lighter or darker ones of one hue.

What must not live here: which colours a page has and what they must keep (`domain.look`).

A colour is `#rrggbb` in small letters. Contrast is that of WCAG 2.2 ("relative luminance", "contrast
ratio"). Shades are made in OKLCH (Björn Ottosson, 2020): in HSL a darker blue turns violet, and one step of
lightness is not the same for yellow and blue.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from math import atan2, cos, hypot, sin
from typing import Final

WHITE: Final = "#ffffff"
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_STEPS: Final = 200
_HALVINGS: Final = 12
_TOLERANCE: Final = 1e-4


def read_colour(text: str) -> str | None:
    """Return a colour that somebody typed ("#0A6", "0b6b3a"), None when it is none."""
    plain = text.strip().lower().removeprefix("#")
    if len(plain) == 3:
        plain = "".join(sign * 2 for sign in plain)
    found = f"#{plain}"
    return found if COLOUR.fullmatch(found) else None


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio, 1 to 21, whichever is the text."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(colour: str, veil: str, part: float) -> str:
    """Return what is seen where a veil of so many parts of one lies over a colour, as browsers mix them."""
    pairs = ((int(colour[at : at + 2], 16), int(veil[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(under * (1 - part) + over * part):02x}" for under, over in pairs)


def parts_of(colour: str) -> tuple[float, float, float]:
    """Return lightness (0 to 1), chroma and hue (radians)."""
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(a, b), atan2(b, a)


@lru_cache(4096)
def colour_of(lightness: float, chroma: float, hue: float) -> str:
    """Return the colour; where a screen has none so vivid, the most vivid of that lightness and hue."""
    rgb = _rgb(lightness, chroma, hue)
    if not _is_shown(rgb):
        least, most = 0.0, chroma
        for _ in range(_HALVINGS):
            half = (least + most) / 2
            least, most = (half, most) if _is_shown(_rgb(lightness, half, hue)) else (least, half)
        rgb = _rgb(lightness, least, hue)
    return "#" + "".join(f"{round(255 * _encoded(min(max(part, 0.0), 1.0))):02x}" for part in rgb)


def nearest(colour: str, passes: Callable[[str], bool]) -> str | None:
    """Return the colour itself if it passes, else the nearest lighter or darker one of its hue that does."""
    if passes(colour):
        return colour
    lightness, chroma, hue = parts_of(colour)
    for step in range(1, _STEPS + 1):
        for one in (lightness - step / _STEPS, lightness + step / _STEPS):
            if 0 <= one <= 1 and passes(found := colour_of(one, chroma, hue)):
                return found
    return None


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _decoded(red), _decoded(green), _decoded(blue)


def _decoded(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _encoded(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def _rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _is_shown(rgb: tuple[float, float, float]) -> bool:
    return all(-_TOLERANCE <= part <= 1 + _TOLERANCE for part in rgb)
