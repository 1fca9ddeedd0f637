"""The reception desk in a browser: by keyboard, as clerks with a telephone at the ear work."""

from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.faces.town import PASSWORD
from tests.e2e.harness.browser import Browsers

SIZE = {"width": 1280, "height": 800}


class DeskPage:
    """One clerk's desk."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(
        cls, browsers: Browsers, browser: Browser, url: str, user: str = "anna", **options: Any
    ) -> "DeskPage":
        """Sign in and stand at the clerk's first desk."""
        page = await browsers.open(browser, f"{url}/desk", **{"viewport": SIZE, **options})
        await page.fill("#user", user)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await expect(page.locator("#concern")).to_be_visible()
        await page.wait_for_load_state()  # its scripts have run, and the field has the focus
        return cls(page)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    @property
    def focused(self) -> Locator:
        return self.page.locator(":focus")

    async def is_at(self, name: str) -> None:
        """Wait until the focus is on the field of that name or id."""
        await expect(self.page.locator(f":focus:is([name='{name}'], #{name})")).to_be_attached()

    async def has_chosen(self, **counts: int) -> None:
        """Wait until the concern is this: service (with _ for -) → count."""
        rows = self.page.locator(".wanted")
        await expect(rows).to_have_count(len(counts))
        for service, count in counts.items():
            row = self.page.locator(f".wanted[data-service='{service.replace('_', '-')}']")
            await expect(row).to_have_attribute("data-count", str(count))

    async def choose(self, letters: str) -> None:
        """Find a service by some letters, go on to the times and stand on the first."""
        await self.is_at("find")
        await self.type(letters)
        await self.press("Enter", "Enter")
        await self.is_at("at")

    async def book(self, letters: str = "perso", name: str = "") -> str:
        """Book the first time by keys alone; returns the reference."""
        await self.choose(letters)
        await self.press("Enter")
        await self.is_at("name")
        await self.type(name)
        await self.press("Enter")
        return await self.reads_reference()

    async def reads_reference(self) -> str:
        await self.page.wait_for_url("**/appointments/*")
        return await self.page.inner_text(".facts__code")

    async def number(self) -> int:
        return int(await self.page.inner_text(".answer__number"))

    async def prints_card(self) -> str:
        """Press the key that prints the booking's card; returns what stands on the paper."""
        await self.page.evaluate("window.print = () => { document.body.dataset.printed = 'yes'; }")
        await self.press("p")
        await expect(self.page.locator("body[data-printed]")).to_be_attached()
        await self.page.emulate_media(media="print")
        words = await self.page.inner_text(".sheet-a4")
        await self.page.emulate_media(media="screen")
        return words

    async def stands_as(self, state: str) -> None:
        """Wait until the appointment that is open is in this state, as the page words it."""
        await expect(self.page.locator(".answer__head .badge")).to_have_text(state)
