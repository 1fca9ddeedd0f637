"""The touch page and the paper preview beside it."""

from dataclasses import dataclass
from typing import Any, Literal

import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.faces.start import StartPage
from tests.e2e.harness.browser import Browsers

UPRIGHT = {"width": 1080, "height": 1920}
Step = Literal[
    "start", "categories", "services", "people", "confirm", "days", "field", "later", "result", "given_back"
]


async def begin(page: Page, language: str = "de") -> None:
    """Begin in a language: the start page speaks one or two of them and turns to others."""
    await page.locator(".begin").first.wait_for()
    button = page.locator(f'.begin[lang="{language}"]')
    if not await button.count():
        await page.locator(f'.start__languages [lang="{language}"]').click()
    await button.click()


@dataclass(frozen=True)
class Given:
    """What the kiosk's page got for a press, and what it shows."""

    id: int
    number: int
    path: str


class KioskPage:
    """The kiosk of the demo, touched by a visitor."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(
        cls, browsers: Browsers, browser: Browser, url: str, device: str = "rathaus-kiosk", **options: Any
    ) -> "KioskPage":
        start = await StartPage.open(
            browsers, browser, url, **{"viewport": UPRIGHT, "has_touch": True, **options}
        )
        kiosk = cls(await start.enter("kiosk", device))
        await kiosk.gives_numbers()
        await start.page.close()
        return kiosk

    async def gives_numbers(self, within_s: float = 10) -> None:
        await expect(self.page.locator('.start[data-state="open"]')).to_be_visible(timeout=within_s * 1000)

    async def says_why_not(self, state: str, within_s: float = 10) -> None:
        await expect(self.page.locator(f'.start[data-state="{state}"]')).to_be_visible(
            timeout=within_s * 1000
        )

    async def is_at(self, step: Step, within_s: float = 5) -> None:
        await expect(self.page.locator(f"html[data-step={step}]")).to_be_attached(timeout=within_s * 1000)

    @property
    def onward(self) -> Locator:
        """The button that leads on: the primary one in the foot."""
        return self.page.locator("#foot .button--primary")

    async def choose(self, category: str, service: str, language: str = "de") -> None:
        """Touch the language, the kind of concern and the concern; stops before the persons."""
        await begin(self.page, language)
        await self.page.locator(".tile", has_text=category).first.tap()
        await self.page.locator(".service__choose", has_text=service).first.tap()
        await self.onward.tap()
        await self.is_at("people")

    async def to_confirmation(self, category: str, service: str, language: str = "de") -> None:
        await self.choose(category, service, language)
        await self.onward.tap()
        await self.is_at("confirm")

    async def take(self, taps: int = 1) -> Given:
        """Touch "take a number", as often as an impatient hand does in one place; one number comes."""
        button = self.page.locator(".take:not([aria-disabled=true])")
        box = None
        while box is None:  # a page that hears news at this moment draws the button anew
            await expect(button).to_be_visible()
            box = await button.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        async with self.page.expect_response(lambda answer: answer.url.endswith("/tickets")) as answered:
            if taps == 1:
                await button.tap()
            for _ in range(taps if taps > 1 else 0):
                await self.page.touchscreen.tap(x, y)
        given = await (await answered.value).json()
        await self.is_at("result")
        await expect(self.page.locator(".result__digits .visually-hidden")).to_have_text(str(given["number"]))
        return Given(given["id"], given["number"], given["status_url"])

    async def book_later(self) -> tuple[int, str]:
        """Touch the first time that stands beside the wait, and take it; returns number and clock."""
        time = self.page.locator(".later__times .later__time").first
        clock = await time.inner_text()
        await time.tap()
        await self.is_at("later")
        await self.page.get_by_role("button", name="Termin nehmen").tap()
        await self.is_at("result")
        return await self.shown_number(), clock

    async def is_done(self) -> None:
        """Touch "done", as soon as the page lets one."""
        await self.page.get_by_role("button", name="Fertig").tap()
        await self.gives_numbers()

    async def check_in(self, number: int, clock: str) -> None:
        """Touch the number of a booking and its time (`14:20`), as who has nothing to scan does."""
        await self.page.locator('.arrive-button[lang="de"]').tap()
        await self._touch(str(number), "Weiter")
        await self._touch(clock.replace(":", ""), "Anmelden")
        await self.is_at("result")

    async def scan(self, code: str) -> None:
        """Hold a letter's code before the scanner, which is a keyboard: the signs, then Enter."""
        await self.page.keyboard.type(code)
        await self.page.keyboard.press("Enter")
        await self.is_at("result")

    async def _touch(self, signs: str, then: str) -> None:
        for sign in signs:
            await self.page.locator(".keypad__keys").get_by_text(sign, exact=True).tap()
        await self.page.get_by_role("button", name=then, exact=True).tap()

    async def shown_number(self) -> int:
        return int(await self.page.inner_text(".result__digits .visually-hidden"))

    async def slip_is(self, state: Literal["printing", "ready", "failed", "unsure"]) -> None:
        await expect(self.page.locator(f'.result[data-slip="{state}"]')).to_be_visible(timeout=10_000)


class PaperPage:
    """The paper preview: what came out of the kiosk's printer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def has_slips(self, count: int, within_s: float = 10) -> None:
        await expect(self.page.locator(".paper")).to_have_count(count, timeout=within_s * 1000)

    async def newest_picture(self) -> bytes:
        """The picture of the newest slip, as the page got it."""
        path = await self.page.locator(".paper img").first.get_attribute("src")
        answer = await self.page.request.get(f"{self.page.url.split('/demo')[0]}{path}")
        return await answer.body()


def read_qr(picture: Image.Image) -> str | None:
    """Read a slip's QR as a phone does; None when there is none."""
    found = zxingcpp.read_barcode(picture)
    return str(found.text) if found else None
