"""The booking pages as a visitor uses them, by what stands on them."""

import re
from datetime import datetime

from playwright.async_api import Browser, Page, expect

from tests.e2e.harness.browser import Browsers


class PortalPage:
    """`/termin` in a window of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(
        cls, browsers: Browsers, browser: Browser, url: str, path: str = "/termin", **options: object
    ) -> "PortalPage":
        return cls(await browsers.open(browser, url + path, **options))

    async def is_at(self, step: str) -> None:
        """Wait until the named step is the present one."""
        await expect(self.page.locator('[aria-current="step"]')).to_contain_text(step)

    async def tick(self, service: str, count: int = 1) -> None:
        """Open a service's category and tick it."""
        fold = self.page.locator("details.category", has=self.page.locator(f'input[value="{service}"]'))
        if await fold.get_attribute("open") is None:
            await fold.locator("summary").click()
        row = fold.locator(".service", has=self.page.locator(f'input[value="{service}"]'))
        await row.locator("input").check()
        if count > 1:
            await row.locator("select").select_option(str(count))

    async def onward(self) -> None:
        await self.page.locator(".onward__go").click()

    async def at_site(self, name: str) -> None:
        await self.page.locator(".site", has_text=name).click()
        await expect(self.page.locator(".site--chosen")).to_contain_text(name)

    async def minutes(self) -> int:
        """Read how long the visit takes, as it stands above the sites."""
        await self.is_at("Ort und Zeit")
        lead = await self.page.locator("main p.soft").first.inner_text()
        return int(re.findall(r"\d+", lead)[0])

    async def answer(self, question: str, reply: str) -> None:
        """Answer a question about documents, and let the list be shown."""
        asked = self.page.locator(".bring__question", has_text=question)
        await asked.get_by_label(reply, exact=True).check()
        await self.page.get_by_role("button", name="Liste").click()
        await expect(asked.get_by_label(reply, exact=True)).to_be_checked()

    async def choose_earliest(self) -> datetime:
        """Choose the earliest time of all; returns it on the site's clock."""
        first = self.page.locator(".shortcuts .time").first
        at = datetime.fromisoformat(await first.get_attribute("value") or "")
        await first.click()
        await self.is_at("Angaben")
        return at

    async def choose_day(self, nth: int = 2) -> None:
        """Choose one of the free days of the month that is shown; the next month when it has too few."""
        free = self.page.locator(".day--free:not(.day--small)")
        if await free.count() <= nth:
            await self.page.locator(".month__turn").last.click()
        await free.nth(nth).click()
        await expect(self.page.locator(".times__day")).to_be_visible()

    async def choose_time(self, nth: int = 0) -> None:
        await self.page.locator("#times .time").nth(nth).click()

    async def type(self, **fields: str) -> None:
        for name, text in fields.items():
            await self.page.fill(f"#p-{name}", text)

    async def move(self, day: int, time: int) -> str:
        """Move the booking whose page this is; returns its new clock."""
        await self.page.get_by_role("link", name="Verschieben").click()
        await self.choose_day(day)
        chosen = self.page.locator("#times .time").nth(time)
        clock = datetime.fromisoformat(await chosen.get_attribute("value") or "").strftime("%H:%M")
        await chosen.click()
        await self.page.get_by_role("button", name="Ja, verschieben").click()
        await expect(self.page.get_by_role("heading", name="Ihr Termin ist verschoben")).to_be_visible()
        return clock

    async def book(self) -> str:
        """Press the last button; return the number that will be called."""
        await self.page.get_by_role("button", name="Termin buchen").click()
        await expect(self.page.get_by_role("heading", name="Ihr Termin ist gebucht")).to_be_visible()
        return await self.number()

    async def number(self) -> str:
        return await self.page.locator("[data-number]").get_attribute("data-number") or ""

    @property
    def manage_url(self) -> str:
        """The link to the booking whose page this is; its code stands on paper, too."""
        return self.page.url.partition("?")[0]

    async def reference(self) -> str:
        return await self.page.locator(".answer__reference").inner_text()
