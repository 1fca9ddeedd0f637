"""Somebody at a page, by mouse or by keyboard alone, who counts what it took.

What must not live here: what the pages are.
"""

from dataclasses import dataclass
from typing import Protocol

from playwright.async_api import Page, expect

from tests.e2e.harness.keys import tab_to

CLICK_S = 5
FIELD_S = 15
"""So long somebody needs for a press, looking for it included, and for a field, thinking included."""


@dataclass
class Effort:
    """What was done so far, over all pages."""

    clicks: int = 0
    fields: int = 0

    @property
    def minutes(self) -> float:
        return (self.clicks * CLICK_S + self.fields * FIELD_S) / 60


class Hands(Protocol):
    """The same acts, however they are done."""

    async def press(self, page: Page, selector: str) -> None: ...
    async def type(self, page: Page, selector: str, text: str) -> None: ...
    async def choose(self, page: Page, selector: str, label: str) -> None: ...


@dataclass
class Mouse:
    """Clicks, and types into what was clicked."""

    effort: Effort

    async def press(self, page: Page, selector: str) -> None:
        self.effort.clicks += 1
        await page.click(selector)

    async def type(self, page: Page, selector: str, text: str) -> None:
        self.effort.fields += 1
        await page.fill(selector, text)

    async def choose(self, page: Page, selector: str, label: str) -> None:
        self.effort.fields += 1
        await page.select_option(selector, label=label)


@dataclass
class Keyboard:
    """Tab, letters, Enter: no mouse at all. The focus is looked at on the way."""

    effort: Effort

    async def press(self, page: Page, selector: str) -> None:
        self.effort.clicks += 1
        await tab_to(page, selector, most=250)
        await page.keyboard.press("Enter")

    async def type(self, page: Page, selector: str, text: str) -> None:
        self.effort.fields += 1
        await tab_to(page, selector, most=250)
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.type(text)
        await expect(page.locator(selector)).to_have_value(text)

    async def choose(self, page: Page, selector: str, label: str) -> None:
        """Type the first letters of the choice, as one does in a list."""
        self.effort.fields += 1
        await tab_to(page, selector, most=250)
        await page.keyboard.type(label)
        chosen = page.locator(f"{selector} option:checked")
        await expect(chosen).to_have_text(label)
