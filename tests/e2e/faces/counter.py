"""A clerk's page: signing in, taking a counter, and the acts by key or by mouse."""

from typing import Any, Literal

from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.faces.town import PASSWORD
from tests.e2e.harness.browser import Browsers

SIZE = {"width": 1440, "height": 900}
Stage = Literal["closed", "foreign", "paused", "idle", "called", "serving"]
Kind = Literal["waiting", "good", "fetch"]


class CounterPage:
    """One counter's page in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    async def open(
        cls,
        browsers: Browsers,
        browser: Browser,
        url: str,
        user: str = "anna",
        counter: str = "rathaus-1",
        **options: Any,
    ) -> "CounterPage":
        page = await browsers.open(browser, f"{url}/counter", **{"viewport": SIZE, **options})
        return await cls(page).sign_in(user, counter)

    async def sign_in(self, user: str, counter: str) -> "CounterPage":
        """Fill in the form that stands before the counter, and sit down at one."""
        await self.page.fill("#user", user)
        await self.page.fill("#password", PASSWORD)
        await self.page.press("#password", "Enter")
        await self.page.click(f'button[data-counter="{counter}"]')
        await self.stands_at("idle")
        return self

    async def stands_at(self, stage: Stage, within_s: float = 5) -> None:
        await expect(self.page.locator(f"html[data-stage={stage}]")).to_be_attached(timeout=within_s * 1000)

    async def is_live(self, within_s: float = 10) -> None:
        await expect(self.page.locator("html[data-live=live]")).to_be_attached(timeout=within_s * 1000)

    async def is_lost(self, within_s: float) -> None:
        await expect(self.page.locator("html[data-live=lost]")).to_be_attached(timeout=within_s * 1000)

    def primary(self, does: str) -> Locator:
        """The one large button, while it does this and may be pressed."""
        return self.page.locator(f'#primary[data-does="{does}"]:not([aria-disabled])')

    async def press(self, does: str, key: str = "n") -> None:
        """Press the key of the large button, once it names this act."""
        await expect(self.primary(does)).to_be_visible()
        await self.page.keyboard.press(key)

    async def click(self, does: str) -> None:
        await self.primary(does).click()

    async def act(self, act: str, key: str) -> None:
        """Press the key of an act beside the large button, once it is offered."""
        await expect(self.offered(act)).to_be_visible()
        await self.page.keyboard.press(key)

    async def note_missing(self, document: str) -> None:
        """Note by key that the visitor came without a document."""
        await self.act("missing", "e")
        row = self.page.locator("dialog[open] .bring__press", has_text=document)
        await self.page.keyboard.press(await row.locator("kbd").inner_text())
        await expect(row).to_have_attribute("aria-pressed", "true")
        await self.page.keyboard.press("Escape")

    def offered(self, act: str) -> Locator:
        return self.page.locator(f'[data-act="{act}"]:not([aria-disabled])').first

    async def number(self) -> int:
        return int(await self.page.inner_text(".band__number .visually-hidden"))

    async def has(self, number: int, stage: Stage) -> None:
        """Wait until this number is at the counter, in this state."""
        await self.stands_at(stage)
        await expect(self.page.locator(".band__number .visually-hidden")).to_have_text(str(number))

    async def reads_report(self, kind: Kind, within_s: float = 10) -> str:
        """Wait for the call report to be of a kind; returns its words."""
        report = self.page.locator(f".report--{kind}")
        await expect(report).to_be_visible(timeout=within_s * 1000)
        return await report.inner_text()

    async def lists(self, where: Literal["waiting", "parked", "missed", "away"], *numbers: int) -> None:
        """Wait until exactly these numbers stand in a list, in this order."""
        rows = self.page.locator(f".card--{where} .queue__number .visually-hidden")
        await expect(rows).to_have_text([str(number) for number in numbers])

    async def notices(self) -> list[str]:
        return await self.page.locator(".notices .notice").all_inner_texts()
