"""The roads of counter and desk in the other engine: where it can be, the very tests, in Firefox."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e import test_desk, test_keyboard
from tests.e2e.conftest import SILENT, Screenshot, a_demo
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.desk import DeskPage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server


@pytest.fixture(scope="module")
async def server(new_town: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One for all: the hall's tests come first, and find it empty."""
    async with a_demo(new_town, tmp_path_factory.mktemp("firefox"), SILENT, "--no-rate-limits") as running:
        yield running


@pytest.fixture
def browser(firefox: Browser) -> Browser:
    return firefox


test_a_clerk_works_with_keys_alone = test_keyboard.test_a_clerk_works_with_keys_alone


@pytest.mark.long
async def test_a_day_by_mouse_while_a_colleague_works_beside(
    server: Server, town: Town, browsers: Browsers, browser: Browser, screenshot: Screenshot
) -> None:
    """Call, come, park, hand over, finish; what another does comes over the socket."""
    counter = await CounterPage.open(browsers, browser, server.url)
    bernd = await CounterPage.open(browsers, browser, server.url, "bernd", "rathaus-2")
    first, second = await (await town.sign_in()).takes(2)
    await counter.lists("waiting", first.number, second.number)
    await counter.click("next")
    await counter.has(first.number, "called")
    await counter.offered("undo").click()
    await counter.stands_at("idle")
    await counter.click("next")
    await counter.has(first.number, "called")
    await bernd.lists("waiting", second.number)
    await counter.click("come")
    await screenshot(counter.page, "firefox-counter")
    await counter.offered("park").click()
    await counter.lists("parked", first.number)
    await counter.click("next")
    await counter.click("come")
    await counter.offered("transfer").click()
    await counter.page.select_option("#to-counter", "rathaus-2")
    await counter.page.click("dialog button[type=submit]")
    await counter.stands_at("idle")

    await bernd.click("next")
    await bernd.has(second.number, "called")
    await bernd.click("come")
    await bernd.click("finish")
    await bernd.stands_at("idle")
    await counter.offered("resume_parked").click()
    await counter.click("finish")
    await counter.stands_at("idle")
    await expect(counter.page.locator("dialog[open]")).to_have_count(0)


test_keys_do_not_act_while_somebody_types = test_keyboard.test_keys_do_not_act_while_somebody_types
test_a_booking_takes_five_keys_and_a_few_letters = test_desk.test_a_booking_takes_five_keys_and_a_few_letters
test_counts_and_several_services_by_key = test_desk.test_counts_and_several_services_by_key
test_arrows_choose_among_services_and_days = test_desk.test_arrows_choose_among_services_and_days
test_a_walk_in_gets_a_number_by_key = test_desk.test_a_walk_in_gets_a_number_by_key
test_a_call_back_is_found_moved_and_cancelled_by_key = (
    test_desk.test_a_call_back_is_found_moved_and_cancelled_by_key
)


@pytest.mark.long
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("width", "height"), [(320, 640), (1280, 800)])
async def test_the_pages_fit_and_are_accessible(
    server: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot, width: int, height: int
) -> None:
    await test_desk.test_the_pages_fit_and_are_accessible(
        server, browsers, browser, screenshot, width, height
    )


async def test_requests_letters_and_messages_open(
    server: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot
) -> None:
    """The desk's other pages, and the administrator's: no error on the console, no policy broken."""
    desk = await DeskPage.open(browsers, browser, server.url)
    for path in ("/desk/rathaus/requests", "/desk/rathaus/letters"):
        await desk.page.goto(server.url + path)
        await expect(desk.page.locator("main h1")).to_be_visible()
    await screenshot(desk.page, "firefox-desk-letters")
    admin = await browsers.open(browser, f"{server.url}/sign-in")
    await admin.fill("#user", "admin")
    await admin.fill("#password", "rathaus")
    await admin.press("#password", "Enter")
    await admin.wait_for_url(lambda url: "sign-in" not in url)
    for path in ("/admin/letters", "/admin/letters/booked/de"):
        await admin.goto(server.url + path)
        await expect(admin.locator("main h1")).to_be_visible()
    await screenshot(admin, "firefox-admin-letters")
