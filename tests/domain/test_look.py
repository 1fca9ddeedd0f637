"""Whatever a town chooses, its pages can be read; what cannot be is told, with the nearest that can."""

from itertools import product
from math import radians

import pytest

from queue_server.domain.colours import WHITE, colour_of, contrast, mixed, parts_of
from queue_server.domain.look import (
    AMBER,
    CONTROL,
    DARK_GROUNDS,
    GROUNDS,
    HALL,
    TEXT,
    Look,
    Shades,
    drawn,
    misses,
)

EVERY = [
    colour_of(lightness, chroma, radians(hue))
    for lightness, chroma, hue in product((0.05, 0.5, 0.9), (0.02, 0.25), range(0, 360, 60))
]
"""From black to white, from grey to garish, all around."""
INK, SOFT = ("#07262e", "#eef6f6"), ("#3f5a61", "#b2c8cc")
"""Text and second text of the pages, in light and dark; tests/web/test_look.py compares them."""
RINGS = (INK[0], WHITE), (WHITE, "#04181e")


def test_a_town_that_chose_nothing_has_ours() -> None:
    assert misses(Look()) == []
    assert not any((drawn(Look()).light, drawn(Look()).dark, drawn(Look()).more_light))


def test_a_dark_green_is_taken_as_it_is() -> None:
    green = Look("#0b6b3a", "#01502a")
    assert misses(green) == []
    assert drawn(green).light["brand"] == "#0b6b3a"
    assert drawn(green).light["house"] == "#01502a"


def test_a_bright_yellow_is_refused_and_a_darker_one_of_its_hue_offered() -> None:
    accent, second = misses(Look("#ffd500", "#ffd500"))
    assert (accent.field, accent.least, second.field, second.least) == (
        "look_accent",
        TEXT,
        "look_second",
        HALL,
    )
    assert accent.ratio < 1.5
    assert misses(Look(accent.offer, second.offer)) == []
    for offer in (accent.offer, second.offer):
        assert parts_of(offer)[2] == pytest.approx(parts_of("#ffd500")[2], abs=0.1)


@pytest.mark.parametrize("red", ["#e2001a", "#ff0000"])
def test_a_red_that_just_fails_is_offered_a_little_darker(red: str) -> None:
    [miss] = misses(Look(red))
    assert contrast(miss.offer, WHITE) < 6.5
    assert misses(Look(miss.offer)) == []


def readable(shades: Shades, grounds: Shades, ink: str, soft: str, least: float = TEXT) -> list[str]:
    """Return what of these shades cannot be read."""
    stands = [("link", one, least) for one in (*grounds.values(), shades["brand-soft"])]
    pairs = [(shades[name], ground, needed) for name, ground, needed in stands]
    pairs += [(shades["on-brand"], shades[one], TEXT) for one in ("brand", "brand-hover")]
    pairs += [(ink, shades["brand-soft"], HALL), (soft, shades["brand-soft"], TEXT)]
    pairs += [(shades["brand"], one, CONTROL) for one in grounds.values()]
    pairs += [(shades["on-house"], shades["house"], HALL)] if "house" in shades else []
    return [f"{one} on {other}" for one, other, needed in pairs if contrast(one, other) < needed]


def test_whatever_is_chosen_can_be_read_in_light_and_dark() -> None:
    """4.5:1 on pages, 7:1 in the hall and for who asks for more, 3:1 for borders."""
    for one in EVERY:
        made = drawn(Look(one, one))
        for dark, (shades, more, grounds) in enumerate(
            ((made.light, made.more_light, GROUNDS), (made.dark, made.more_dark, DARK_GROUNDS))
        ):
            assert readable(shades, grounds, INK[dark], SOFT[dark]) == [], one
            assert readable(more, grounds, INK[dark], INK[dark], HALL) == [], one


def test_white_is_read_where_something_lighter_lies_in_a_large_field() -> None:
    """The arrow of a quiet display is a veil of 6 per cent, "numbers are given out" on a kiosk one of 14."""
    for one in EVERY:
        for shades in (drawn(Look(one)).light, drawn(Look(one)).dark):
            assert contrast(WHITE, mixed(shades["house"], WHITE, 0.06)) >= HALL
            assert contrast(WHITE, mixed(shades["house"], WHITE, 0.14)) >= TEXT


def test_one_of_the_two_rings_of_focus_stands_out_on_every_shade() -> None:
    for one, (dark, rings) in product(EVERY, enumerate(RINGS)):
        made = drawn(Look(one, one))
        for ground in (made.dark if dark else made.light).values():
            assert max(contrast(ring, ground) for ring in rings) >= CONTROL, (one, ground)


def test_no_accent_passes_for_called_in_the_dark() -> None:
    """Amber is "called" and nothing else; a light yellow button would pass for it."""
    vivid = parts_of(AMBER)[1]
    for one in EVERY:
        _, chroma, hue = parts_of(drawn(Look(one)).dark["brand"])
        if abs(hue - parts_of(AMBER)[2]) < radians(25):
            assert chroma < vivid / 3, one
