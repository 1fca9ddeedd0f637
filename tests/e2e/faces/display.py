"""The waiting area's screen, as those who wait read it."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.e2e.faces.start import StartPage
from tests.e2e.harness.browser import Browsers

ON = '[data-part="newest"] .call, [data-part="others"] .call'
READ = """nodes => nodes.map(node => [
    node.querySelector(".call__number .visually-hidden").textContent,
    (node.querySelector(".room__name .visually-hidden") ?? node.querySelector(".room__name")).textContent,
])"""


@dataclass(frozen=True)
class Shown:
    """A call as it stands on the screen."""

    number: int
    room: str


class DisplayPage:
    """One display of the demo."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(
        cls, browsers: Browsers, browser: Browser, url: str, device: str = "rathaus-eg", **options: Any
    ) -> "DisplayPage":
        """Come in by the start page; wait until the hall's picture is there."""
        start = await StartPage.open(browsers, browser, url, **options)
        display = cls(await start.enter("display", device))
        await display.is_live()
        await start.page.close()
        return display

    async def is_live(self, within_s: float = 10) -> None:
        await expect(self.page.locator("html[data-live=live]")).to_be_attached(timeout=within_s * 1000)

    async def is_lost(self, within_s: float) -> None:
        await expect(self.page.locator("html[data-live=lost]")).to_be_attached(timeout=within_s * 1000)

    async def calls(self) -> list[Shown]:
        """Read the calls that are on, the newest first."""
        read = await self.page.locator(ON).evaluate_all(READ)
        return [Shown(int(number), room) for number, room in read]

    async def shows(self, number: int, within_s: float = 3) -> None:
        await expect(self._call(number)).to_be_visible(timeout=within_s * 1000)

    async def shows_not(self, number: int, within_s: float = 3) -> None:
        await expect(self._call(number)).to_have_count(0, timeout=within_s * 1000)

    async def lists_as_past(self, number: int, within_s: float = 3) -> None:
        """Wait until the number stands among the last ones."""
        past = self.page.locator('[data-part="last"] li', has_text=str(number))
        await expect(past).to_be_visible(timeout=within_s * 1000)

    async def speaks(self, number: int, within_s: float = 10) -> None:
        """Wait until the screen marks this number as being spoken."""
        speaking = self.page.locator(".call.is-speaking .call__number", has_text=str(number))
        await expect(speaking).to_have_count(1, timeout=within_s * 1000)

    async def is_silent(self, within_s: float = 30) -> None:
        """Wait until no announcement is under way."""
        await expect(self.page.locator(".call.is-speaking")).to_have_count(0, timeout=within_s * 1000)

    def _call(self, number: int) -> Any:
        return self.page.locator(ON).filter(has=self.page.locator(".call__number", has_text=str(number)))
