"""Colours as numbers, against pairs that anybody can look up."""

from math import radians

import pytest

from queue_server.domain.colours import colour_of, contrast, luminance, mixed, nearest, parts_of, read_colour

KNOWN = [
    ("#000000", "#ffffff", 21.0),
    ("#ffffff", "#ffffff", 1.0),
    ("#777777", "#ffffff", 4.48),  # the grey that just fails
    ("#767676", "#ffffff", 4.54),  # and the one that just holds
    ("#ff0000", "#ffffff", 4.0),
    ("#0000ff", "#ffffff", 8.59),
    ("#ffff00", "#000000", 19.56),
]
"""Contrast ratios as the W3C and every checker give them."""


@pytest.mark.parametrize(("one", "other", "ratio"), KNOWN)
def test_the_contrast_of_known_pairs(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_a_veil_lies_over_a_colour() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert mixed("#0a4b58", "#ffffff", 0.0) == "#0a4b58"


def test_the_luminance_of_the_three_lights() -> None:
    assert [luminance(one) for one in ("#ff0000", "#00ff00", "#0000ff")] == [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#0B6B3A", "#0b6b3a"),
        (" 0b6b3a ", "#0b6b3a"),
        ("#0a6", "#00aa66"),
        ("", None),
        ("green", None),
        ("#0b6b3", None),
        ("#0b6b3a80", None),
        ("url(x)", None),
    ],
)
def test_what_somebody_types_is_a_colour_or_none(typed: str, read: str | None) -> None:
    assert read_colour(typed) == read


@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#0a4b58", "#ffd500", "#c8102e", "#0000ff", "#808080"]
)
def test_a_colour_taken_apart_and_put_together_is_itself(colour: str) -> None:
    assert colour_of(*parts_of(colour)) == colour


def test_what_no_screen_shows_is_as_vivid_as_it_can_be() -> None:
    found = colour_of(0.9, 0.4, radians(30))
    lightness, chroma, hue = parts_of(found)
    assert lightness == pytest.approx(0.9, abs=0.01)
    assert hue == pytest.approx(radians(30), abs=0.05)
    assert 0.02 < chroma < 0.2


def test_the_nearest_colour_keeps_its_hue_and_no_nearer_one_passes() -> None:
    yellow = "#ffd500"

    def passes(one: str) -> bool:
        return contrast(one, "#ffffff") >= 4.5

    found = nearest(yellow, passes)
    assert found is not None
    assert 4.5 <= contrast(found, "#ffffff") < 4.7
    assert parts_of(found)[2] == pytest.approx(parts_of(yellow)[2], abs=0.05)
    assert nearest("#0b6b3a", passes) == "#0b6b3a"
    assert nearest(yellow, lambda one: False) is None
