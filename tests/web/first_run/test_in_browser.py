"""The first set-up in a real browser: by keyboard, without scripts, on a phone's width."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.harness.axe import axe, axe_by_day_and_night
from tests.e2e.harness.hands import Effort, Keyboard
from tests.web.first_run.conftest import PASSWORD, TYPED, NewServer
from tests.web.running import serving

NEXT = ".first__onward .button--primary"
WHERE = ".first__where"


@pytest.fixture
async def address(new_server: NewServer) -> AsyncIterator[str]:
    async with serving(new_server.town) as served:
        yield f"http://{served.address}{new_server.link}"


async def test_the_first_steps_with_keys_alone_and_without_scripts(browser: Browser, address: str) -> None:
    """Failure 26: nobody needs a mouse; in a field Enter leads on, not back."""
    context = await browser.new_context(
        java_script_enabled=False, locale="de-DE", viewport={"width": 320, "height": 700}
    )
    page = await context.new_page()
    await page.goto(address)
    keys = Keyboard(Effort())
    await keys.type(page, "#user", "anna")
    await keys.type(page, "#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(WHERE)).to_contain_text("Schritt 2 von 7")
    await keys.type(page, "#name", "Neustadt")
    await keys.choose(page, "#state", "Sachsen")
    await keys.press(page, NEXT)
    await expect(page.locator(WHERE)).to_contain_text("Schritt 3 von 7")
    await context.close()


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth") <= 320)


async def test_every_page_fits_a_phone(browser: Browser, address: str, new_server: NewServer) -> None:
    await new_server.at("summary")
    context = await browser.new_context(locale="de-DE", viewport={"width": 320, "height": 700})
    page = await context.new_page()
    for step in (*TYPED, "summary"):
        await page.goto(f"{address}/{step}")
        assert await fits(page), step
    assert not await axe(page)
    await page.locator("#make").click()
    await expect(page.locator(".next__password").first).to_be_visible()
    assert await fits(page)
    await page.goto(f"{address.partition('/first-run')[0]}/admin/pair")
    assert await fits(page)
    await context.close()


@pytest.mark.long
async def test_axe_finds_nothing_on_any_page(browser: Browser, address: str, new_server: NewServer) -> None:
    await new_server.at("summary")
    context = await browser.new_context(locale="de-DE", viewport={"width": 320, "height": 700})
    page = await context.new_page()
    for step in (*TYPED, "summary"):
        await page.goto(f"{address}/{step}")
        assert not await axe_by_day_and_night(page), step
    await page.locator("#make").click()
    await expect(page.locator(".next__password").first).to_be_visible()
    assert not await axe_by_day_and_night(page)
    await page.goto(f"{address.partition('/first-run')[0]}/admin/pair")
    assert not await axe_by_day_and_night(page)
    await context.close()
