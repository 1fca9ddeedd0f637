"""Ten tasks of an administrator's week, walked through in a browser: docs/operators/ten-tasks.md.

Issue "the town sets itself up", done when 5. Each task is looked at from where it shows: by a visitor, by a
clerk, in the list of what changed.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.faces.town import PASSWORD
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server

pytestmark = pytest.mark.timeout(180)


class Week:
    """The administrator at the desk, with the server's pages."""

    def __init__(self, server: Server, browsers: Browsers, browser: Browser, page: Page) -> None:
        self.server, self.browsers, self.browser, self.page = server, browsers, browser, page

    async def go(self, path: str) -> None:
        await self.page.goto(self.server.url + path)

    async def type(self, field: str, words: str) -> None:
        await self.page.locator(f'[id="f-{field}"]').fill(words)

    async def type_number(self, field: str, digits: str) -> None:
        """Type over what stands there: filled in by the driver, Firefox puts the digits behind it."""
        await self.page.locator(f'[id="f-{field}"]').press("ControlOrMeta+a")
        await self.page.keyboard.type(digits)

    async def choose(self, field: str, label: str) -> None:
        await self.page.locator(f'[id="f-{field}"]').select_option(label=label)

    async def tick(self, field: str, value: str) -> None:
        await self.page.locator(f'input[name="{field}"][value="{value}"]').check()

    async def press(self, act: str) -> None:
        """Press a button of the page's form by what it does: save, preview, apply."""
        await self.page.locator(f'main form button[value="{act}"]').click()

    async def is_kept(self) -> None:
        await expect(self.page.locator("main .notice--good").first).to_contain_text("Gespeichert")

    async def visitor(self, path: str) -> Page:
        return await self.browsers.open(self.browser, self.server.url + path)


async def sign_in(page: Page, user: str, password: str) -> None:
    await page.fill("#user", user)
    await page.fill("#password", password)
    await page.click('main button[type="submit"]')


@pytest.fixture
async def week(server: Server, browsers: Browsers, browser: Browser) -> Week:
    page = await browsers.open(browser, f"{server.url}/sign-in?next=/admin")
    await sign_in(page, "admin", PASSWORD)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Verwaltung")
    return Week(server, browsers, browser, page)


async def close_a_day(week: Week) -> None:
    day = date.today() + timedelta(days=20)  # noqa: DTZ011 - any day within the horizon
    await week.go("/admin/setup/site/rathaus")
    await week.type("closures.0.on", day.isoformat())
    await week.type("closures.0.reason.de", "Betriebsausflug")
    await week.press("preview")
    await expect(week.page.locator("main")).to_contain_text("Betriebsausflug")
    await week.press("apply")
    await week.is_kept()


async def change_from_a_monday_on(week: Week) -> None:
    today = date.today()  # noqa: DTZ011 - the same day as the server's, or the one before
    monday = today + timedelta(days=14 - today.weekday())
    await week.go("/admin/setup/service/id-card")
    await week.type_number("minutes", "20")
    await week.press("preview")
    await week.page.fill("#starts", monday.isoformat())
    await week.press("apply")
    await week.go("/admin/planned")
    await expect(week.page.locator("main")).to_contain_text("Personalausweis")
    await expect(week.page.locator("main")).to_contain_text(f"{monday.day}.")


async def add_a_room_with_a_counter(week: Week) -> None:
    await week.go("/admin/setup/room/_new?site=rathaus")
    await week.type("name", "7")
    await week.choose("area_id", "1. Obergeschoss")
    await week.press("save")
    await week.is_kept()
    await week.go("/admin/setup/counter/_new?site=rathaus")
    await week.type("name", "7")
    await week.choose("room_id", "7")
    await week.press("save")
    await week.is_kept()
    await week.go("/counter")
    await expect(week.page.get_by_role("link", name="Zimmer 7")).to_be_visible()


async def offer_a_service_of_the_catalogue(week: Week) -> None:
    await week.go("/admin/setup/service/_catalogue?q=Fischerei")
    taken = week.page.locator("main .list__item").first
    name = (await taken.locator("strong").inner_text()).strip()
    await taken.get_by_role("link").click()
    await week.choose("department_id", "Ordnungsamt")
    await week.tick("site_ids", "rathaus")
    await week.tick("clerk_ids", "anna")
    await week.press("save")
    await week.is_kept()
    visitor = await week.visitor("/termin")
    await expect(visitor.locator("main")).to_contain_text(name)


async def change_minutes_and_take_it_back(week: Week) -> None:
    await week.go("/admin/setup/service/passport")
    before = await week.page.locator("#f-minutes").input_value()
    await week.type_number("minutes", "45")
    await week.press("save")
    await week.is_kept()
    await week.page.get_by_role("button", name="Rückgängig machen").click()
    await expect(week.page.locator("main")).to_contain_text("Zurückgenommen")
    await expect(week.page.locator("#f-minutes")).to_have_value(before)


async def welcome_a_colleague(week: Week) -> None:
    await week.go("/admin/setup/clerk/_new")
    await week.type("name", "Kim Neumann")
    await week.type("user", "kim")
    await week.tick("site_ids", "rathaus")
    await week.tick("service_ids", "passport")
    await week.press("save")
    await week.is_kept()
    await week.page.locator('main a[href^="/admin/accounts/new"]').click()
    await week.page.locator("main form.people__form .button--primary").click()
    password = await week.page.locator(".people__secret code").inner_text()
    colleague = await week.visitor("/sign-in")
    await sign_in(colleague, "kim", password)
    await expect(colleague).to_have_url(re.compile("/password"))


async def enter_an_absence(week: Week) -> None:
    day = date.today() + timedelta(days=30)  # noqa: DTZ011 - any day to come
    await week.go("/department/buergerbuero")
    await week.page.select_option("#clerk", label="Anna Berger")
    await week.page.fill("#first", day.isoformat())
    await week.page.fill("#last", (day + timedelta(days=4)).isoformat())
    await week.page.locator('button[value="check"]').click()
    await week.page.locator('main button[value="enter"]').click()
    await expect(week.page.locator("main .notice--good").first).to_be_visible()


async def try_a_printer(week: Week) -> None:
    await week.go("/admin/devices")
    await week.page.get_by_role("button", name="Probezettel").first.click()
    await expect(week.page.locator("main")).to_contain_text("gedruckt", timeout=10_000)


async def word_a_letter(week: Week) -> None:
    await week.go("/admin/letters/booked/de")
    subject = week.page.locator("main form textarea, main form input[type=text]").first
    await subject.fill(await subject.input_value() + " Bis bald!")
    await week.page.locator('main button[value="save"]').first.click()
    await expect(week.page.locator("main .notice--good").first).to_be_visible()


async def take_the_set_up_along(week: Week) -> None:
    await week.go("/admin/exchange")
    async with week.page.expect_download() as coming:
        await week.page.locator('main a[href*="town.toml"], main a[download]').first.click()
    file = await (await coming.value).path()
    assert "Betriebsausflug" in file.read_text(encoding="utf-8")
    await week.go("/admin/log")
    await expect(week.page.locator("main")).to_contain_text("Kim Neumann")


TASKS = (
    close_a_day,
    change_from_a_monday_on,
    add_a_room_with_a_counter,
    offer_a_service_of_the_catalogue,
    change_minutes_and_take_it_back,
    welcome_a_colleague,
    enter_an_absence,
    try_a_printer,
    word_a_letter,
    take_the_set_up_along,
)


async def test_a_week_of_an_administrator(week: Week) -> None:
    """One after the other in one town: what one task leaves is what the next one finds."""
    for task in TASKS:
        await task(week)
