"""Hands that press twice: one result, and it stays to be read (failure 2)."""

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.faces.kiosk import KioskPage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server


@pytest.mark.parametrize(
    "across",
    [
        pytest.param(0.15, marks=pytest.mark.long, id="left"),
        pytest.param(0.5, id="middle"),
        pytest.param(0.85, marks=pytest.mark.long, id="right"),
    ],
)
async def test_a_double_tap_on_take_gives_one_number_and_leaves_it_on_the_screen(
    server: Server, town: Town, browsers: Browsers, browser: Browser, across: float
) -> None:
    """Failure 2. "Done" comes up where "take a number" was: the second tap closed the page unread."""
    await town.clerk()
    kiosk = await KioskPage.open(browsers, browser, server.url)
    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    take = kiosk.page.locator(".take:not([aria-disabled=true])")
    box = None
    while box is None:  # the offer's figures may come between: the page draws the button anew
        await expect(take).to_be_visible()
        box = await take.bounding_box()
    place = (box["x"] + box["width"] * across, box["y"] + box["height"] / 2)

    await kiosk.page.touchscreen.tap(*place)
    await kiosk.is_at("result")
    await kiosk.page.touchscreen.tap(*place)

    number = await kiosk.shown_number()
    assert [one["number"] for one in (await town.queue())["waiting"]] == [number]
    done = kiosk.page.locator(".result__acts .button--primary:not([aria-disabled=true])")
    await expect(done).to_be_visible()
    await expect(kiosk.page.locator(".result")).to_be_visible()
    await done.tap()
    await kiosk.is_at("start")
