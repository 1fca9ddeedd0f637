"""A kiosk that speaks more languages than fit on one page."""

from playwright.async_api import expect

from queue_server.web.texts import load_texts, offered
from tests.e2e.harness.axe import axe
from tests.kiosk.conftest import OpenKiosk
from tests.kiosk.hall import Hall


async def test_a_kiosk_of_six_languages_turns_to_each_and_back(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Two languages are spoken at once, six would be a wall of words; nobody's choice stays for the next."""
    page = await open_kiosk(hall, width=1280, height=800, clock=True)
    row = page.locator(".start__languages button")
    assert set(await row.evaluate_all("all => all.map((one) => one.lang)")) == set(offered())
    assert await page.locator(".begin").count() == 1
    await row.and_(page.locator("[lang=ar]")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()
    await expect(page.locator(".begin")).to_have_text(
        load_texts()["ar"]("kiosk.language") + load_texts()["ar"]("kiosk.begin")
    )
    await expect(page.locator('.start__languages [lang="ar"]')).to_be_focused()
    sizes = await row.evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert min(sizes) >= 76  # 20 mm at 96 dots an inch
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await axe(page) == []
    await page.clock.run_for(65_000)
    await expect(page.locator("html[lang=de][dir=ltr]")).to_be_attached()
