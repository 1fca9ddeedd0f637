"""Every letter as a picture, to be looked at: `script/test --long tests/e2e/test_letter_pictures.py`.

The pictures lie in `build/screenshots/letters`. By day three letters, judged by axe-core and the narrow page.
"""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page

from queue_server.services.letter_kinds import ASKING, Kind, Links, Notice
from tests.e2e.harness.axe import axe
from tests.services.letter_desk import HOME, LINKS, START, Visit, a_notice, with_service, write

FOLDER = Path(__file__).parents[2] / "build" / "screenshots" / "letters"
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
WIDTHS = (320, 700)
BELL = {"de": "Bitte klingeln Sie am Seiteneingang.", "en": "Please ring the bell at the side entrance."}
TEXT = """<!doctype html><meta name="color-scheme" content="light dark"><title>x</title>
<style>body { margin: 16px; font: 14px/1.5 "Noto Sans Mono", monospace; white-space: pre-wrap;
overflow-wrap: anywhere }</style><body></body>"""


def every_kind(kind: Kind, *, two: bool = False) -> Notice:
    """Return a letter that has all that its kind may have."""
    changes: dict[str, Any] = {"site": {"admission_notice": BELL}, "links": LINKS}
    if kind is Kind.CONFIRM:
        changes |= {
            "links": Links(confirm=f"{HOME}/v/geheim/confirm"),
            "until": START,
            "visit": {"number": None},
        }
    elif kind in ASKING:
        changes |= {"until": START, "visit": {"number": None}}
    if kind in {Kind.MUST_MOVE, Kind.REFUSED, Kind.ACCEPTED}:
        changes["answer"] = "Frau Meier ist an diesem Tag leider krank."
    if two:
        changes["also"] = (Visit("ZWEI22", 632, START.replace(hour=10), 30, (("marriage-register", 1),)),)
    return with_service(a_notice(kind, **changes), "id-card", link="https://formulare.example/ausweis")


async def look(page: Page, name: str, html: str, text: str) -> None:
    """Take the pictures of one letter, as HTML and as text, by day and by night, narrow and wide."""
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await page.set_content(html)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, name
            await page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.png", full_page=True)
    await page.set_content(TEXT)
    await page.evaluate("text => { document.body.textContent = text }", text)
    await page.screenshot(path=FOLDER / f"{name}-text.png", full_page=True)


@pytest.mark.long
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", list(Kind))
async def test_every_letter_is_looked_at(browser: Browser, kind: Kind, language: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = await browser.new_page()
    for two in (False, True):
        letter = write(every_kind(kind, two=two), language)
        await look(page, f"{kind}-{language}{'-two' if two else ''}", letter.html, letter.text)
    await page.close()


@pytest.mark.parametrize("kind", [Kind.BOOKED, Kind.MUST_MOVE, Kind.MISSED])
async def test_a_letter_is_readable_by_day_and_night_on_the_smallest_phone(
    browser: Browser, kind: Kind
) -> None:
    """Failure 26: contrast, headings, names of links, no sideways scrolling."""
    page = await browser.new_page(viewport={"width": 320, "height": 568})
    await page.set_content(write(every_kind(kind, two=True)).html)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        found = [one for one in await axe(page) if not one.startswith(("region", "landmark-one-main"))]
        assert not found, "a mail program draws the page around it, so landmarks are its matter"
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await page.close()
