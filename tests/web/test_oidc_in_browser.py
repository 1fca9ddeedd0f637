"""The way to the town's directory and back in a real browser: a Strict cookie arrives all the same.

The server is `127.0.0.1`, the directory `localhost`: to the browser these are two sites.
"""

import pytest
from playwright.async_api import Browser

from tests.e2e.harness.axe import axe
from tests.web.running import Town
from tests.web.test_page_oidc import a_provider, connect

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore:get_jwt_config"),
    pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated"),
]


async def test_who_comes_back_from_the_directory_is_signed_in_without_scripts(
    served_town: Town, browser: Browser
) -> None:
    with a_provider() as issuer:
        connect(served_town, issuer, "link_by_user = true")
        context = await browser.new_context(java_script_enabled=False, locale="de-DE")
        page = await context.new_page()
        await page.goto(f"http://{served_town.address}/sign-in?next=/account")
        await page.get_by_role("link", name="Mit dem Konto der Stadt anmelden").click()
        assert page.url.startswith(issuer)
        await page.get_by_text("4711").first.click()
        await page.wait_for_url("**/account")
        assert "anna" in await page.locator("main").inner_text()
        await page.locator(".ways summary").click()
        await page.get_by_role("button", name="Abmelden").click()
        await page.wait_for_url(f"{issuer}/**")
        await context.close()


async def test_the_pages_of_signing_in_fit_a_phone_and_everybody(served_town: Town, browser: Browser) -> None:
    """Failure 26."""
    with a_provider() as issuer:
        connect(served_town, issuer)
        small = {"width": 320, "height": 700}
        context = await browser.new_context(viewport=small, locale="de-DE", reduced_motion="reduce")  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"http://{served_town.address}/sign-in?next=/account")
        found = await axe(page)
        await page.get_by_label("Benutzername").fill("anna")
        await page.get_by_label("Kennwort").fill("ein gutes Kennwort")
        await page.get_by_role("button", name="Anmelden").click()
        await page.wait_for_url("**/account")
        for scheme in ("dark", "light"):
            await page.emulate_media(color_scheme=scheme)
            found += await axe(page)
        assert found == []
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320
        await context.close()
