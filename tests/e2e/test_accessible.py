"""The hall's pages as they stand while somebody works with them: axe, 320 px, 400 % zoom (failure 26).

What stands still is asked by `tests/web/test_every_page.py`.
"""

import contextlib

import pytest
from playwright.async_api import Browser, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.kiosk import KioskPage, PaperPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Town
from tests.e2e.harness.axe import axe
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server

NARROW = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}  # what 400 % leaves of 1280 × 1024
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1 && node.checkVisibility())
    .map(node => `${node.tagName}.${node.getAttribute("class")}`).slice(0, 4)"""
SCROLLS = "document.documentElement.scrollWidth > innerWidth"


async def judge(page: Page, state: str) -> list[str]:
    """List what is wrong with a page as it stands, and leave it at the size it had."""
    found = []
    await page.emulate_media(reduced_motion="reduce")  # a colour on its way is no colour yet
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        found += [f"{state}, {scheme}: {finding}" for finding in await axe(page)]
    size = page.viewport_size
    for narrow in (NARROW, ZOOMED):
        await page.set_viewport_size({"width": narrow["width"], "height": narrow["height"]})
        if await page.evaluate(SCROLLS):
            found.append(f"{state} scrolls sideways at {narrow}: {await page.evaluate(TOO_WIDE)}")
    if size is not None:
        await page.set_viewport_size(size)
    return found


@pytest.mark.timeout(180)
async def test_the_kiosk_and_its_paper(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Failure 26: usable by keyboard, by screen reader, at 320 px, at 400 % zoom."""
    await town.clerk()
    kiosk = await KioskPage.open(browsers, browser, server.url)
    found = await judge(kiosk.page, "start")
    await kiosk.page.locator('.begin[lang="de"]').tap()
    found += await judge(kiosk.page, "categories")
    await kiosk.page.locator(".tile", has_text="Ausweise").first.tap()
    found += await judge(kiosk.page, "services")
    await kiosk.page.locator(".service__choose", has_text="Personalausweis").first.tap()
    await kiosk.onward.tap()
    found += await judge(kiosk.page, "people")
    await kiosk.onward.tap()
    found += await judge(kiosk.page, "confirm")
    await kiosk.take()
    await kiosk.slip_is("ready")
    found += await judge(kiosk.page, "result")
    paper = PaperPage(await browsers.open(browser, f"{server.url}/demo/paper/rathaus-kiosk"))
    await paper.has_slips(1)
    found += await judge(paper.page, "paper")
    assert not found, "\n".join(found)


@pytest.mark.timeout(180)
async def test_the_clerks_pages(server: Server, town: Town, browsers: Browsers, browser: Browser) -> None:
    """Failure 26, staff pages included."""
    page = await browsers.open(browser, f"{server.url}/counter", viewport={"width": 1440, "height": 900})
    found = await judge(page, "sign-in")
    counter = await CounterPage(page).sign_in("anna", "rathaus-1")
    found += await judge(page, "nobody waits")
    tickets = await (await town.sign_in()).takes(4, needs=["deaf"], persons=2)
    await counter.lists("waiting", *(ticket.number for ticket in tickets))
    found += await judge(page, "idle")
    await counter.press("next")
    await counter.reads_report("fetch")
    found += await judge(page, "called")
    await counter.press("come")
    await expect(counter.primary("done_next")).to_be_visible()
    found += await judge(page, "serving")
    for act, key in (("transfer", "t"), ("concern", "a"), ("join", "j"), ("choose", "c"), ("walk_in", "w")):
        await asks(counter, key)
        found += await judge(page, act)
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog[open]")).to_have_count(0)
    await page.goto(f"{server.url}/counter")
    await expect(page.locator('button[data-counter="rathaus-1"]')).to_be_visible()
    found += await judge(page, "choose")
    assert not found, "\n".join(found)


async def asks(counter: CounterPage, key: str) -> None:
    """Open a dialog by its key; axe keeps the page so busy that a key may find the line lost."""
    dialog = counter.page.locator("dialog[open]")
    for _ in range(5):
        await counter.is_live()
        await counter.page.keyboard.press(key)
        with contextlib.suppress(PlaywrightTimeout):
            await dialog.wait_for(timeout=2000)
            return
    await expect(dialog).to_be_visible()


@pytest.mark.timeout(180)
async def test_the_display_and_the_phone(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Failure 26, the pages for those who wait."""
    display = await DisplayPage.open(browsers, browser, server.url, viewport={"width": 1920, "height": 1080})
    found = await judge(display.page, "quiet display")
    clerk = await town.clerk()
    first, second = await clerk.takes(2)
    phone = await PhonePage.open(browsers, browser, server.url + second.path)
    await phone.is_in("waiting")
    found += await judge(phone.page, "waiting phone")
    await clerk.call(ticket=first.id)
    await clerk.do("join", ticket=second.id)
    await display.shows(second.number)
    found += await judge(display.page, "calling display")
    await phone.is_in("called")
    found += await judge(phone.page, "called phone")
    await clerk.do("no-show", ticket=first.id)
    blocked = await DisplayPage.open(browsers, await browsers.launch(may_play=False), server.url)
    await expect(blocked.page.locator('[data-part="mute"]')).to_be_visible()
    found += await judge(blocked.page, "blocked display")
    server.kill()
    await display.is_lost(within_s=8)
    found += await judge(display.page, "lost display")
    assert not found, "\n".join(found)
