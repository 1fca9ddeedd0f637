"""The kiosk for who does not see the screen: a number by keys alone, every page spoken by the real voice."""

import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Request, Response, expect

from tests.e2e.harness.axe import axe
from tests.e2e.harness.server import Server
from tests.kiosk.conftest import OpenKiosk
from tests.kiosk.hall import PUBLIC_URL, Hall

TOO_SMALL = """mm => [...document.querySelectorAll("button, input")].filter((one) => one.checkVisibility())
    .filter((one) => Math.min(one.offsetWidth, one.offsetHeight) < 20 * innerWidth / mm)
    .map((one) => one.textContent)"""
TOPS = """[...document.querySelectorAll("button")].filter((one) => one.checkVisibility())
    .map((one) => one.getBoundingClientRect().top)"""
MEASURED = "mm => document.documentElement.style.setProperty('--mm', `${innerWidth / mm}px`)"
PLAYED = """() => {
    window.played = [];
    Audio.prototype.play = function () { window.played.push(this.src); return Promise.resolve(); };
}"""
TABLET_MM = 194  # a screen of 15.6 inches, upright: its points are so small that 20 mm are 111 of them


@pytest.fixture(scope="module")
async def speaking_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("audio") / "town"
    hall = Hall(Server(folder, options=("--no-rate-limits", "--public-url", PUBLIC_URL)))
    await hall.open()
    yield hall
    hall.close()


class Listener:
    """What the page had spoken, in order; what was fetched ahead and cut off counts, too."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.refused: list[str] = []
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _asked(self, request: Request) -> None:
        if request.url.endswith("/speech"):
            self.said.append(json.loads(request.post_data or "{}")["text"])

    def _answered(self, response: Response) -> None:
        if response.status == 400:  # 404: a busy machine has no sound in time, and the page goes on
            self.refused.append(f"{response.status} {response.url}")

    async def hears(self, *texts: str) -> None:
        """Wait until these were spoken, in this order, and forget what came before."""
        for text in texts:
            await self._until(text)

    async def _until(self, text: str) -> None:
        while not any(text in one for one in self.said):
            await self.page.wait_for_event("request", lambda one: one.url.endswith("/speech"), timeout=15_000)
        at = next(index for index, one in enumerate(self.said) if text in one)
        del self.said[: at + 1]

    async def goes_to(self, text: str, most: int = 40) -> None:
        """Press "onward" until a control is named so."""
        for _ in range(most):
            await self.page.keyboard.press("ArrowRight")
            if text in await self.page.evaluate("document.activeElement.textContent"):
                return
        raise AssertionError(f"no control is called {text!r}")


async def test_a_number_is_taken_by_ears_and_four_keys(speaking_town: Hall, open_kiosk: OpenKiosk) -> None:
    """EN 301 549, 5.1.3: all is spoken, repeated, ended; the slip's content, too; nobody presses twice."""
    page = await open_kiosk(speaking_town)
    heard = Listener(page)
    press = page.keyboard.press
    await press("ArrowRight")
    await heard.hears("Vorlesen ist an.", "Wartezeit zurzeit")
    assert await axe(page) == []
    await heard.goes_to("Nummer ziehen")
    await heard.hears("Deutsch Nummer ziehen")
    await press("Enter")
    await heard.hears("Worum geht es?")
    await heard.goes_to("Ausweise und Pässe")
    await press("Enter")
    await heard.hears("Ausweise und Pässe", "Berühren Sie alles")
    await heard.goes_to("Personalausweis beantragen")
    await press("Enter")
    await heard.hears("gewählt")
    await heard.goes_to("Weiter")
    await press(" ")
    await heard.hears("Noch etwas, das wir wissen sollten?")
    await heard.goes_to("Nein, weiter")
    await press("Enter")
    await heard.hears("Möchten Sie eine Nummer ziehen?")
    await expect(page.locator('.take[aria-disabled="false"]')).to_be_visible()
    await heard.goes_to("Nummer ziehen")
    await press("Enter")
    number = await page.locator(".result__label .visually-hidden").inner_text()
    await heard.hears(f"Ihre Nummer {number.strip()}", "Bitte warten Sie hier:")
    await press("AudioVolumeUp")
    await heard.hears("Lautstärke 4 von 5")
    await press("F1")
    await expect(page.locator("html[data-audio]")).to_have_count(0)
    assert heard.refused == [], "no word of the road is strange to the house"
    assert len(await speaking_town.waiting()) == 1


async def test_helps_are_in_reach_and_gone_with_the_visitor(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 18: switches do not stay for the next one; 20 mm of a small, sharp screen are more points."""
    page = await open_kiosk(hall, clock=True)
    await page.evaluate(MEASURED, TABLET_MM)
    assert await page.evaluate(TOO_SMALL, TABLET_MM) == []
    await page.get_by_role("button", name="Hilfen").click()
    for name in ("low", "large", "contrast"):
        await page.locator(f'[data-help="{name}"]').click()
    assert await axe(page) == []
    assert await page.evaluate(TOO_SMALL, TABLET_MM) == []
    await page.locator(".dialog__foot button").click()
    await page.locator(".begin").first.click()
    await expect(page.locator(".tile").first).to_be_visible()
    assert min(await page.evaluate(TOPS)) >= 1920 * 0.48
    assert await page.evaluate(TOO_SMALL, TABLET_MM) == []
    assert await axe(page) == []
    await page.evaluate(PLAYED)
    await page.clock.run_for(62_000)
    await expect(page.locator('.dialog[data-name="warning"]')).to_be_visible()
    assert [one.rpartition("/")[2] for one in await page.evaluate("window.played")] == ["tone.wav"], (
        "seen and heard"
    )
    await page.clock.run_for(26_000)
    await expect(page.locator(".start")).to_be_visible()
    marks = await page.evaluate("({...document.documentElement.dataset})")
    assert not {"reach", "type", "contrast", "audio"} & set(marks)
