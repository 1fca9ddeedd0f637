"""The week of a site on one page: rosters, bookings and free hours, in pictures and in words."""

from datetime import date

from playwright.async_api import Browser, expect

from queue_server.domain.access import Actor, Role
from tests.domain.town_plans import edit
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.admin.setup import read
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_api_booking import book
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import words
from tests.web.test_page_status import NARROW, photograph
from tests.web.test_planning import plan

WEEK = "/admin/week"


async def test_the_week_shows_who_works_what_is_booked_and_what_is_free(town: Town) -> None:
    await book(town)
    page = words(await read(town, WEEK))
    assert "9. März 2026 bis 15. März 2026" in page
    assert "Bürgerbüro" in page
    assert "heute" in page
    assert " frei" in page
    assert "Woche davor" not in page, "what is over was rostered by another set-up"
    later = words(await read(town, f"{WEEK}?site=rathaus&day=2026-03-18"))
    assert "16. März 2026 bis 22. März 2026" in later
    assert "Woche davor" in later


async def test_what_is_planned_is_in_the_week_of_its_day(town: Town) -> None:
    await plan(town, edit("clerk", "anna", name="Anna Neuer-Name"), date(2026, 3, 17))
    assert "Anna Neuer-Name" not in await read(town, WEEK)
    assert "Anna Neuer-Name" in await read(town, f"{WEEK}?site=rathaus&day=2026-03-17")


async def test_who_administers_one_site_sees_its_week_alone(town: Town) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    await read(town, WEEK, who)
    answer = await town.client.get(f"{WEEK}?site=rathaus", headers=who)
    assert answer.status_code == 404
    assert (await town.client.get(WEEK, headers=town.headers("anna"))).status_code == 403


async def test_both_pages_can_be_read_on_a_phone_by_day_and_night(
    served_town: Town, browser: Browser
) -> None:
    town = served_town
    await book(town)
    await plan(town, edit("area", "rathaus-eg", limit=17))
    cookie = (await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada"))["cookie"]
    name, _, value = cookie.partition("=")
    address = f"http://{town.address}"
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    for path, shot in ((f"{WEEK}?site=rathaus&day=2026-03-12", "week"), ("/admin/planned", "planned")):
        await page.set_viewport_size({"width": 1280, "height": 900})
        await page.goto(f"{address}{path}")
        await expect(page.locator("h1")).to_be_visible()
        await photograph(page, f"{shot}-1280")
        await page.set_viewport_size(NARROW)
        await photograph(page, f"{shot}-320")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert not await axe_by_day_and_night(page)
        await photograph(page, f"{shot}-320-dark")
    await context.close()
