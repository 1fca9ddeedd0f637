"""A visitor's phone: the status page."""

from typing import Any, Literal

from playwright.async_api import Browser, Page, expect

from tests.e2e.harness.browser import Browsers

SIZE = {"width": 390, "height": 844}
State = Literal["waiting", "away", "called", "serving", "no_show", "ended"]


class PhonePage:
    """The page behind the QR of a slip."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(cls, browsers: Browsers, browser: Browser, url: str, **options: Any) -> "PhonePage":
        page = await browsers.open(
            browser, url, **{"viewport": SIZE, "has_touch": True, "is_mobile": True, **options}
        )
        return cls(page)

    async def switch_ringing_on(self) -> None:
        """Press the one button that browsers ask for before a page may sound."""
        await self.page.click('[data-act="ring"]')
        await expect(self.page.locator('[data-part="ringing"]')).to_be_visible()

    async def number(self) -> int:
        return int(await self.page.get_attribute("[data-number]", "data-number") or 0)

    async def is_in(self, state: State, within_s: float = 5) -> None:
        await expect(self.page.locator(f'#main[data-state="{state}"]')).to_be_attached(
            timeout=within_s * 1000
        )

    async def rings(self, times: int = 1, within_s: float = 5) -> None:
        """Wait until the page has rung so often since it was opened."""
        await expect(self.page.locator(f'#main[data-rang="{times}"]')).to_be_attached(timeout=within_s * 1000)

    async def has_rung(self) -> int:
        return int(await self.page.get_attribute("#main", "data-rang") or 0)

    async def say(self, act: Literal["away", "back"]) -> None:
        """Press "be right back", or whichever button brings me back in this state."""
        await self.page.locator(f'form:has(input[value="{act}"]) button:visible').click()

    async def give_up(self) -> None:
        await self.page.locator("details:has(input[value=cancel]) summary").click()
        await self.page.locator('form:has(input[value="cancel"]) button').click()
