"""What is pressed on a page to bring about a state that no address alone shows: refusals, held times.

What must not live here: where the page stands and who looks at it (`tests.web.every_page`).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import Page, expect

Press = Callable[[Page], Awaitable[None]]
REFUSED: Final = "[aria-invalid=true], main [role=alert]"
SEND: Final = "main form:not(.search) button.button--primary"


async def send(page: Page) -> None:
    """Send the page's form as it stands, past what the browser itself would stop."""
    await page.evaluate("() => { for (const form of document.forms) form.noValidate = true; }")
    await page.locator(SEND).last.click()
    await expect(page.locator(REFUSED).first).to_be_visible()


async def sign_in_wrongly(page: Page) -> None:
    await page.fill("#user", "anna")
    await page.fill("#password", "wrong")
    await send(page)


async def broken_file(page: Page) -> None:
    broken = {"name": "town.toml", "mimeType": "text/plain", "buffer": b"[town]\nnonsense = 1\n"}
    await page.locator("#file-town").set_input_files(broken)  # type: ignore[arg-type]
    await page.locator("form", has=page.locator("#file-town")).locator("button[value=check]").click()
    await expect(page.locator(REFUSED).first).to_be_visible()


async def see_what_it_does(page: Page) -> None:
    """Look at what the proposed minutes would do."""
    await page.locator("button[value=preview]").click()
    await expect(page.locator("#starts")).to_be_visible()


async def hold(page: Page) -> None:
    """Choose the earliest time: the page asks for what the town has to know."""
    await page.locator(".time").first.click()
    await expect(page.locator(".held")).to_be_visible()


async def hold_and_say_nothing(page: Page) -> None:
    await hold(page)
    await page.locator(".onward__go").click()
    await expect(page.locator("[aria-invalid=true]").first).to_be_visible()


async def hold_with_a_slip(page: Page) -> None:
    """Mistype the address, so that the page asks what was meant."""
    await hold(page)
    await page.fill("#p-name", "Erika Mustermann")
    await page.fill("#p-email", "erika@gmial.com")
    await page.locator(".onward__go").click()
    await expect(page.locator("#meant")).to_be_visible()


async def look_over(page: Page) -> None:
    await hold_with_a_slip(page)
    await page.locator("#meant button").first.click()
    await expect(page.locator(".check__grid")).to_be_visible()


async def open_needs(page: Page) -> None:
    """Unfold the question before the times, with the languages into which somebody can interpret."""
    await page.locator("#needs summary").click()
    await expect(page.locator("#needs select")).to_be_visible()


async def come_too_late(page: Page) -> None:
    """Choose a time that somebody else has taken by now: one that nobody offers."""
    await page.locator(".time").first.evaluate("node => { node.value = '2026-03-15T03:05+01:00'; }")
    await page.locator(".time").first.click()
    await expect(page.locator(".lost__times")).to_be_visible()


async def move(page: Page) -> None:
    """Choose another time for one's appointment, as far as the question whether it shall be so."""
    await page.locator(".day--free:not(.day--small)").last.click()
    await page.locator(".times .time").first.click()
    await expect(page.locator(".swap")).to_be_visible()


PRESSES: Final[dict[str, Press]] = {
    "what it does": see_what_it_does,
    "send": send,
    "wrong password": sign_in_wrongly,
    "broken file": broken_file,
    "hold": hold,
    "nothing said": hold_and_say_nothing,
    "mistyped": hold_with_a_slip,
    "look over": look_over,
    "too late": come_too_late,
    "needs": open_needs,
    "move": move,
}
