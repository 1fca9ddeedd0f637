"""Every page in every language, side by side: docs/contact-sheet, made by `--long --screenshots`.

Visitors' pages as on a phone, kiosk and displays at their size, slips and letters, and staff's pages in
German and English. They are there to be looked at: cut words, lines that run the wrong way, arrows that
point back.
"""

import dataclasses
import re
from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from kiosk.preview import picture
from kiosk.printing import render
from kiosk.slip import slip_from
from queue_server.domain.town import Site
from queue_server.services.letter_kinds import Kind
from queue_server.services.ports import Answer, JobToPrint, Unit
from queue_server.web.languages import is_visitors
from queue_server.web.letter_sample import sample_letter
from queue_server.web.slips import slip
from queue_server.web.texts import STAFF_LANGUAGES, offered
from tests.display.conftest import LOUDSPEAKER
from tests.web.contact import as_png, folder_of, keep, side_by_side
from tests.web.every_page import STATES, Stage, State, pages_of, set_the_stage
from tests.web.running import START, Town

PHONE: Final = {"width": 360, "height": 760}
DESK: Final = {"width": 1280, "height": 860}
PILLAR: Final = {"width": 1080, "height": 1920}
WALL: Final = {"width": 1920, "height": 1080}
LEFT_OUT: Final = {"/styleguide", "/demo/mails", "/demo/paper/rathaus-kiosk", "/barrierefreiheit"}
"""The demo's own pages, and one that looks like the portal's question for the town."""

DEMO = pytest.mark.parametrize(
    "changes",
    [{"demo": True, "demo_password": "rathaus", "public_url": ""}],
    indirect=True,
)


def name_of(state: State) -> str:
    return re.sub(r"[^a-z]+", "-", f"{state.path} {state.press}".lower()).strip("-") or "start"


async def photograph(page: Page, size: dict[str, int]) -> bytes:
    await page.set_viewport_size({"width": size["width"], "height": size["height"]})
    return await page.screenshot(animations="disabled", caret="hide")


async def row_of(
    stage: Stage, browser: Any, state: State, languages: tuple[str, ...], size: dict[str, int]
) -> list[bytes]:
    """Photograph a state in each language, and see that it is in that language and its direction."""
    pictures = []
    for language in languages:
        page, _ = await stage.go(browser, state, language)
        root = page.locator("html")
        # What is answered to a press has no `?lang=` of its own: the cookie of the page before says it.
        assert await root.get_attribute("lang") == language, (state.path, language)
        assert await root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        pictures.append(await photograph(page, size))
    return pictures


def speak(town: Town, language: str) -> None:
    """Let the displays of all sites speak this language."""

    def of(site: Site) -> Site:
        displays = tuple(dataclasses.replace(one, spoken=(language,)) for one in site.displays)
        return dataclasses.replace(site, displays=displays)

    town.house.directory.sites = {
        id_: (one, of(site)) for id_, (one, site) in town.house.directory.sites.items()
    }


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("changes", [{"public_url": ""}], indirect=True)
async def test_every_visitors_page_stands_in_every_language(
    served_town: Town, browser: Any, request: pytest.FixtureRequest
) -> None:
    """Issue "for every visitor", done when 5."""
    folder = folder_of(is_kept=bool(request.config.getoption("--screenshots")))
    stage = await set_the_stage(served_town, offered())
    for state in pages_of("ar", STATES):
        if state.path not in LEFT_OUT:
            row = await row_of(stage, browser, state, offered(), PHONE)
            keep(side_by_side(row, 240), folder, name_of(state))
    await stage.close()


@DEMO
@pytest.mark.long
@pytest.mark.timeout(900)
async def test_staffs_pages_stand_in_german_and_english(
    served_town: Town, browser: Any, request: pytest.FixtureRequest
) -> None:
    folder = folder_of(is_kept=bool(request.config.getoption("--screenshots")))
    stage = await set_the_stage(served_town, STAFF_LANGUAGES)
    for state in pages_of("de", STATES):
        is_theirs = not is_visitors(state.path.partition("?")[0]) and not state.path.startswith("/styleguide")
        if is_theirs and "{" not in state.path and state.who not in {"display", "Arabic display", "kiosk"}:
            row = await row_of(stage, browser, state, STAFF_LANGUAGES, DESK)
            keep(side_by_side(row, 480), folder, f"staff-{name_of(state)}")
    await stage.close()


@DEMO
@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_hall_stands_in_every_language(
    served_town: Town, browser: Any, request: pytest.FixtureRequest
) -> None:
    """Kiosk, displays, slip and letter."""
    folder = folder_of(is_kept=bool(request.config.getoption("--screenshots")))
    stage = await set_the_stage(served_town, offered())
    shown: dict[str, list[bytes]] = {}
    for language in offered():
        speak(served_town, language)
        for name, one in (await hall_in(stage, browser, language)).items():
            shown.setdefault(name, []).append(one)
    for name, pictures in shown.items():
        width, columns = (480, 3) if name.startswith("display") else (240, 6)
        keep(side_by_side(pictures, width, columns), folder, name)
    await stage.close()


async def hall_in(stage: Stage, browser: Any, language: str) -> dict[str, bytes]:
    found = await kiosk_in(stage, browser, language)
    for name, who, path, ready in (
        ("display-call", "display", "/display/rathaus-eg", ".call"),
        ("display-quiet", "Arabic display", "/display/rathaus-og", ".quiet__line"),
    ):
        page = await stage.page(browser, who)
        await page.add_init_script(LOUDSPEAKER)
        await page.set_viewport_size({"width": WALL["width"], "height": WALL["height"]})
        await page.goto(f"{stage.address}{path}")
        await expect(page.locator(ready).first).to_be_visible()
        assert await page.locator("html").get_attribute("lang") == language
        await expect(page.locator(ready).first).to_have_css("opacity", "1")
        found[name] = await page.screenshot(caret="hide")
    found["slip"] = await slip_in(stage, language)
    letter = sample_letter(stage.town.house, *_first_town(stage), Kind.BOOKED, language, {})
    page = await stage.page(browser, "visitor")
    await page.set_viewport_size({"width": 480, "height": 1100})
    await page.set_content(letter.html)
    found["letter"] = await photograph(page, {"width": 480, "height": 1100})
    return found


def _first_town(stage: Stage) -> tuple[Any]:
    return (stage.town.house.town_and_site("rathaus")[0],)


async def kiosk_in(stage: Stage, browser: Any, language: str) -> dict[str, bytes]:
    """Walk from the start to the number."""
    page = await stage.page(browser, "kiosk")
    await page.set_viewport_size({"width": PILLAR["width"], "height": PILLAR["height"]})
    await page.goto(f"{stage.address}/kiosk/rathaus-kiosk")
    await page.locator(f'.start__languages [lang="{language}"]').click()
    found = {}
    steps = (
        ("start", ".begin", ".begin--first"),
        ("concern", ".tile", ".tile >> nth=0"),
        ("services", ".service__choose", ".service:not(.service--other) .service__choose >> nth=0"),
        ("chosen", ".service--chosen", ".foot .button--primary"),
        ("people", ".need", ".foot .button--primary"),
        ("confirm", ".confirm .fact__value .number >> nth=0", '.take:not([aria-disabled="true"])'),
    )
    direction = "getComputedStyle(document.querySelector('.start__wait > .number')).direction"
    assert await page.evaluate(direction) == ("rtl" if language == "ar" else "ltr"), (
        "from – to, as it is read"
    )
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name, ready, press in steps:
        await expect(page.locator(ready).first).to_be_visible()
        assert await page.locator("html").get_attribute("lang") == language
        found[f"kiosk-{name}"] = await photograph(page, PILLAR)
        await page.locator(press).click()
    await expect(page.locator(".result__digits")).to_be_visible()
    found["kiosk-number"] = await photograph(page, PILLAR)
    return found


async def slip_in(stage: Stage, language: str) -> bytes:
    """Return the paper as the printer would make it."""
    house = stage.town.house
    taken = await stage.town.take(language=language)

    def look(unit: Unit) -> Answer:
        job = JobToPrint(1, "rathaus-kiosk", taken["id"], 1, "new", "", START, 3, 10, 25)
        return {"slip": slip(house, unit, unit.hall.tickets[taken["id"]], job)}

    printed = (await house.sequencer.look("rathaus", look))["slip"]
    return as_png(picture(render(slip_from(printed)), 80))
