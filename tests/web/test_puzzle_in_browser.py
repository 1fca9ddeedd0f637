"""The puzzle in a real browser: solved beside the page, under the strict policy, on plain http at 320 px."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.harness.browser import Running
from tests.e2e.harness.browser import chromium as executable
from tests.e2e.test_accessible import judge
from tests.web.running import Town
from tests.web.test_page_booking import COUPLE, with_puzzle

pytestmark = pytest.mark.e2e

# On this name `crypto.subtle` is missing, as in most town halls' own networks.
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP rathaus.test 127.0.0.1"]
HALF_DONE = "addEventListener('message', () => { for (let n = 0; n < 8; n += 1) postMessage(n); });"


@pytest.fixture(scope="module")
async def chromium(running_browsers: Running) -> AsyncIterator[Browser]:
    browser = await running_browsers.playwright.chromium.launch(executable_path=executable(), args=FLAGS)
    yield browser
    await browser.close()


async def chosen(browser: Browser, town: Town, *, scripts: bool, worker: str = "") -> tuple[Page, list[str]]:
    """Press a time on a phone; return the page and what the browser complained of.

    `worker` stands for ours, where the page has to stand still.
    """
    context = await browser.new_context(
        viewport={"width": 320, "height": 640}, locale="de-DE", java_script_enabled=scripts
    )
    if worker:
        await context.route(
            "**/puzzle_worker.js", lambda route: route.fulfill(body=worker, content_type="text/javascript")
        )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: complaints.append(str(one)))
    port = town.address.rpartition(":")[2]
    await page.goto(f"http://rathaus.test:{port}{COUPLE}")
    await page.locator("#times .time").first.click()
    return page, complaints


async def test_the_device_solves_it_and_the_time_is_held(served_town: Town, chromium: Browser) -> None:
    with_puzzle(served_town)
    page, complaints = await chosen(chromium, served_town, scripts=True)
    await expect(page.get_by_text("Für Sie frei gehalten")).to_be_visible(timeout=20_000)
    assert [one for one in complaints if "Cross-Origin-Opener-Policy" not in one] == [], "that needs TLS"


async def test_without_scripts_there_are_phone_and_mail(served_town: Town, chromium: Browser) -> None:
    with_puzzle(served_town)
    page, _ = await chosen(chromium, served_town, scripts=False)
    await expect(page.get_by_text("Ihr Browser führt keine Skripte aus")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Anrufen")).last).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Schreiben"))).to_be_visible()
    await expect(page.locator("#puzzle")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_the_page_with_the_puzzle_is_accessible_while_it_stands(
    served_town: Town, chromium: Browser
) -> None:
    """Failure 26: axe in both colour schemes, 320 px, 400 % zoom; the progress has a name."""
    with_puzzle(served_town)
    page, _ = await chosen(chromium, served_town, scripts=True, worker=HALF_DONE)
    await expect(page.get_by_role("progressbar", name="Ihr Gerät rechnet")).to_be_visible()
    await expect(page.locator("progress")).to_have_attribute("max", "16")
    assert await page.locator("progress").evaluate("bar => bar.value") == 8
    assert await judge(page, "puzzle") == []
