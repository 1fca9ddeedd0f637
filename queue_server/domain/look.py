"""A town's look: what becomes of its two colours in light and dark, and whether they can be read.

What lives here: the shades, the contrasts they must keep, the nearest colour that keeps them. What must not:
style sheets and pages (`web.look`), and which type faces a computer has (its stack stands there, too).

The accent is what is pressed, chosen and linked; the second colour fills the large calm fields (the heads,
the screen of the hall). Amber stays "called", red stays "wrong": they are no town's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from math import degrees
from typing import Final

from queue_server.domain.colours import WHITE, colour_of, contrast, mixed, nearest, parts_of

TEXT: Final = 4.5
"""WCAG 1.4.3, on pages."""
HALL: Final = 7.0
"""In the hall, and for whoever asks their system for more contrast (1.4.6)."""
CONTROL: Final = 3.0
"""WCAG 1.4.11: borders of controls, rings of focus."""

GROUNDS: Final[Mapping[str, str]] = {"surface": WHITE, "ground": "#edf2f2", "surface-sunk": "#e1eaeb"}
DARK_GROUNDS: Final[Mapping[str, str]] = {
    "surface": "#0c2830",
    "ground": "#05181d",
    "surface-sunk": "#03111a",
}
"""What pages are drawn on, as in tokens.css; a test compares them."""
AMBER: Final = "#ffc02e"
_VEIL: Final = 0.06
"""How white the arrow is that lies under the words of a quiet display (display.css)."""
_NEAR_AMBER: Final = 32.0
_HOUSE_LIGHTNESS: Final = 0.38
_DARK_INK: Final = 0.22

Shades = Mapping[str, str]


class Face(StrEnum):
    """A type face of texts. Numbers keep theirs: 1 and 7 must not be confused in any town."""

    HOUSE = "house"
    ARIAL = "arial"
    VERDANA = "verdana"
    GEORGIA = "georgia"


@dataclass(frozen=True, slots=True)
class Look:
    """What a town chose; an empty colour is ours."""

    accent: str = ""
    second: str = ""
    face: Face = Face.HOUSE


@dataclass(frozen=True, slots=True)
class Miss:
    """A colour that cannot be read: `ratio` where `least` is needed, and the nearest one that holds."""

    field: str
    ratio: float
    least: float
    offer: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The tokens (without `--color-`) that a look sets; `more…`: where more contrast is asked for."""

    light: Shades
    dark: Shades
    more_light: Shades
    more_dark: Shades


def misses(look: Look) -> list[Miss]:
    """Return which of the two colours cannot be read. Dark shades are made so that they can."""
    found = []
    if look.accent and (ratio := accent_ratio(look.accent)) < TEXT:
        found.append(Miss("look_accent", ratio, TEXT, readable_accent(look.accent)))
    if look.second and (ratio := second_ratio(look.second)) < HALL:
        found.append(Miss("look_second", ratio, HALL, readable_second(look.second)))
    return found


def accent_ratio(accent: str) -> float:
    """Return the least contrast of links and buttons on whatever they stand on."""
    return min(contrast(accent, one) for one in (*GROUNDS.values(), _soft(accent)))


def second_ratio(second: str) -> float:
    """Return the least contrast of white words on large fields, also where something lighter lies in them."""
    return contrast(WHITE, mixed(second, WHITE, _VEIL))


def readable_accent(accent: str, least: float = TEXT) -> str:
    """Return the colour, or the nearest of its hue that can be read on every ground."""
    return nearest(accent, lambda one: accent_ratio(one) >= least) or "#000000"


def readable_second(second: str) -> str:
    """Return the colour, or the nearest of its hue on which white is read across a hall."""
    return nearest(second, lambda one: second_ratio(one) >= HALL) or "#000000"


@lru_cache(256)
def drawn(look: Look) -> Drawn:
    """Return all shades of a look; a colour that cannot be read is replaced by the nearest that can."""
    made: dict[str, dict[str, str]] = {one.name: {} for one in fields(Drawn)}
    if look.accent:
        accent = readable_accent(look.accent)
        made["light"] |= _accent_light(accent)
        made["more_light"] |= _accent_light(readable_accent(accent, HALL))
        made["dark"] |= _accent_dark(accent, lightness=0.84)
        made["more_dark"] |= _accent_dark(accent, lightness=0.92)
    if look.accent or look.second:
        house = readable_second(look.second or look.accent)
        made["light"] |= {"house": house, "on-house": WHITE}
        made["dark"] |= {"house": _calm(house), "on-house": WHITE}
    return Drawn(**made)


def _accent_light(accent: str) -> Shades:
    lightness, chroma, hue = parts_of(accent)
    # Nearly black cannot be told from darker: it answers the hand by getting lighter.
    hover = colour_of(lightness - 0.08 if lightness > 0.3 else lightness + 0.12, chroma, hue)
    return {
        "brand": accent,
        "brand-hover": hover,
        "brand-soft": _soft(accent),
        "on-brand": WHITE,
        "link": accent,
    }


def _soft(accent: str) -> str:
    _, chroma, hue = parts_of(accent)
    return colour_of(0.915, min(chroma, 0.035), hue)


def _accent_dark(accent: str, lightness: float) -> Shades:
    _, chroma, hue = parts_of(accent)
    vivid = min(chroma, 0.045 if _is_near_amber(accent) else 0.13)
    brand = colour_of(lightness, vivid, hue)
    return {
        "brand": brand,
        "brand-hover": colour_of(min(lightness + 0.06, 0.97), vivid * 0.7, hue),
        "brand-soft": colour_of(0.34, min(chroma, 0.055), hue),
        "on-brand": colour_of(_DARK_INK, min(chroma, 0.04), hue),
        "link": brand,
    }


def _calm(house: str) -> str:
    """Return a large field's colour for dark rooms: no lighter than ours is."""
    lightness, chroma, hue = parts_of(house)
    return colour_of(min(lightness, _HOUSE_LIGHTNESS), min(chroma, 0.12), hue)


def _is_near_amber(colour: str) -> bool:
    """Tell whether a light shade would pass for "called"."""
    apart = abs(degrees(parts_of(colour)[2] - parts_of(AMBER)[2])) % 360
    return min(apart, 360 - apart) < _NEAR_AMBER
