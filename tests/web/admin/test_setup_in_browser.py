"""The administration in a browser: by keyboard, at phone size, without a script."""

from typing import Any

import pytest

from tests.web.admin.setup import found
from tests.web.askers import PEOPLE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_status import NARROW

pytestmark = pytest.mark.timeout(60)


async def test_an_area_is_changed_by_keyboard_without_a_script(served_town: Town, browser: Any) -> None:
    """Failure 26. How its pages look is asked by `test_every_page.py`."""
    served_town.clock.forward(seconds=1)
    who = await let_in(served_town, PEOPLE["administrator"], "alma")
    name, _, value = who["cookie"].partition("=")
    address = f"http://{served_town.address}"
    cookie = {"name": name, "value": value, "url": address}
    context = await browser.new_context(viewport=NARROW, java_script_enabled=False, locale="de-DE")
    context.set_default_timeout(8_000)
    await context.add_cookies([cookie])
    page = await context.new_page()
    await page.goto(f"{address}/admin/setup/area/rathaus-eg")
    await page.locator("#f-limit").focus()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("0")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await page.locator("main p a").first.press("Enter")
    await page.wait_for_url("**/admin/setup/area")
    await page.go_back()
    await page.get_by_role("alert").wait_for()
    assert await page.locator("#f-limit").input_value() == "0", "the way back leads to what was typed"
    await page.get_by_role("link", name="Höchstens so viele Wartende").press("Enter")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("14")
    await page.keyboard.press("Enter")
    await page.get_by_text("Gespeichert.").wait_for()
    assert found(served_town, "area", "rathaus-eg").limit == 14
    await page.get_by_role("button", name="Rückgängig machen").press("Enter")
    await page.get_by_text("Zurückgenommen.").wait_for()
    assert found(served_town, "area", "rathaus-eg").limit != 14
    await context.close()
