"""The colours keep their contrast, and the two dark blocks stay the same."""

import re

import pytest

from tests.display.peer import ROOT

CSS = (ROOT / "queue_server/web/static/tokens.css").read_text()
STYLES = [
    *sorted((ROOT / "queue_server/web/static").glob("*.css")),
    *sorted((ROOT / "display/static").glob("*.css")),
]

CALLED = 7.0  # numbers that are read from ten metres
TEXT = 4.5
CONTROL = 3.0
PAIRS = [
    ("on-called", "called", CALLED),
    ("on-called", "called-hover", CALLED),
    ("on-house", "house", CALLED),
    ("ink", "surface", CALLED),
    ("ink", "ground", CALLED),
    ("on-brand", "brand", CALLED),
    ("on-bad", "bad", CALLED),
    *(
        ("ink", ground, CALLED)
        for ground in (
            "surface-sunk",
            "brand-soft",
            "called-soft",
            "good-soft",
            "warn-soft",
            "bad-soft",
            "info-soft",
        )
    ),
    *(("ink-soft", ground, TEXT) for ground in ("ground", "surface", "surface-sunk", "brand-soft")),
    *((colour, f"{colour}-soft", TEXT) for colour in ("good", "warn", "bad", "info")),
    *((colour, "surface", TEXT) for colour in ("link", "good", "warn", "bad", "info")),
    ("link", "ground", TEXT),
    ("link", "brand-soft", TEXT),
    ("line-strong", "surface", CONTROL),
    ("line-strong", "surface-sunk", CONTROL),
    ("line-strong", "ground", CONTROL),
    ("focus", "focus-halo", 7.0),
]


def block(selector: str) -> dict[str, str]:
    body = CSS.split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))


LIGHT = block(":root {")
DARK = LIGHT | block(':root[data-theme="dark"] {')


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_keep_their_contrast(theme: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(theme[f"--color-{front}"], theme[f"--color-{back}"]) >= least


def test_no_word_of_the_hall_is_softer_than_seven_to_one() -> None:
    """Section 4: contrast of 7:1 in the hall; the soft ink of other pages has less."""
    hall = (ROOT / "display/static/display.css").read_text()
    assert "--color-ink-soft: var(--color-ink);" in hall
    used = set(re.findall(r"[^-]color: var\(--color-([\w-]+)\)", hall))
    known = {front for front, _, least in PAIRS if least == CALLED} | {"ink-soft"}
    assert used <= known | {"ground", "bad"}, "ground stands on ink, bad on its on-colour: pairs turned round"


def test_both_dark_blocks_are_the_same() -> None:
    assert block(':root:not([data-theme="light"]) {') == block(':root[data-theme="dark"] {')


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_styles_use_only_tokens_that_exist_and_no_colours_of_their_own(style: object) -> None:
    text = style.read_text()  # type: ignore[attr-defined]
    known = set(re.findall(r"(--[\w-]+):", text)) | set(LIGHT)
    set_by_scripts = {"--part", "--columns", "--rows", "--first-span", "--grid-min"}
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= known | set_by_scripts
    if not style.name.startswith("tokens"):  # type: ignore[attr-defined]
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b", text) == []
