"""The road of those who booked, walked from end to end: portal or telephone, arriving, counter, screen.

It is walked in a town where it is about noon, at whatever hour the test runs: then a time of today can be
booked and checked in for. The clock itself is the real one (`harness.demo_elsewhere`).
"""

import asyncio
import email
import re
import sys
import time
from collections.abc import AsyncIterator
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.desk import DeskPage
from tests.e2e.faces.display import DisplayPage, Shown
from tests.e2e.faces.kiosk import KioskPage
from tests.e2e.faces.portal import PortalPage
from tests.e2e.faces.town import PASSWORD, Clerk, Ticket, Town, new_id
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.kiosk.real_town import Noon

DEMO = Path(__file__).with_name("harness") / "demo_elsewhere.py"
SMALL_AND_PLAIN: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
PARENT = "beispiel@posteo.de"
COMES = "Kind muss persönlich anwesend sein"
FAMILY_MIN = 20 + (15 + 3 * 10)
"""Registration of up to four together, one identity card, three further ones: the sum, in whole cells."""


@pytest.fixture(scope="module")
async def noon(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The demo where it is about noon; nothing is spoken and nothing printed, so it starts at once.

    One for all roads: each ends with its visits finished.
    """
    command = (sys.executable, str(DEMO), Noon().zone, "demo")
    folder = tmp_path_factory.mktemp("road") / "noon"
    running = Server(folder, command, ["--no-speech", "--no-agents", "--no-rate-limits"])
    await running.start()
    yield running
    running.kill()


@pytest.fixture
async def noon_town(noon: Server) -> AsyncIterator[Town]:
    async with Town.of(noon) as town:
        yield town


@pytest.mark.timeout(180)
async def test_who_booked_is_called_by_the_number_of_the_booking(
    noon: Server, noon_town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Issue "visitors book", done when 1: a family of four, and somebody on the telephone without contact."""
    portal = await PortalPage.open(browsers, browser, noon.url, **SMALL_AND_PLAIN)
    await portal.tick("residence-register-family", 4)
    await portal.tick("id-card", 4)
    await portal.page.fill("#persons", "4")
    await portal.onward()
    assert await portal.minutes() == FAMILY_MIN
    await portal.at_site("Rathaus am Markt")
    family_at = await portal.choose_earliest()
    await portal.type(name="Familie Mustermann", email="mustermann@posteo.de")
    await portal.onward()
    family = int(await portal.book())

    desk = await DeskPage.open(browsers, browser, noon.url)
    await desk.book("perso")
    caller = await desk.number()
    assert str(caller) in await desk.prints_card()
    booked = await (await noon_town.sign_in("anna")).post("/sites/rathaus/appointments/search", text="")
    minutes = {one["number"]: one["minutes"] for one in booked["appointments"]}
    assert minutes == {family: FAMILY_MIN, caller: 15}

    kiosk = await KioskPage.open(browsers, browser, noon.url)
    await kiosk.check_in(family, f"{family_at:%H:%M}")
    assert await kiosk.shown_number() == family
    await desk.press("i")
    await desk.stands_as("Angemeldet")
    await portal.page.reload()
    await portal.page.get_by_role("link", name=re.compile("Zu Ihrer Nummer")).click()
    await portal.page.wait_for_url("**/t/*")

    display = await DisplayPage.open(browsers, browser, noon.url)
    counter = await CounterPage.open(browsers, browser, noon.url)
    await counter.lists("waiting", family, caller)
    for number, does in ((family, "next"), (caller, "done_next")):
        await counter.press(does)
        await display.shows(number)
        assert Shown(number, "1") in await display.calls()
        await counter.has(number, "called")
        await counter.press("come")
        await counter.has(number, "serving")
    await counter.press("finish")
    await counter.stands_at("idle")
    await desk.page.reload()
    await desk.stands_as("Erledigt")


@pytest.mark.timeout(120)
async def test_walk_in_and_couple_are_called_by_the_numbers_of_their_bookings(
    noon: Server, browsers: Browsers, browser: Browser
) -> None:
    """The same, done when 1: a walk-in who books at the kiosk, and a couple who move two identity cards."""
    kiosk = await KioskPage.open(browsers, browser, noon.url)
    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    walk_in, at = await kiosk.book_later()
    await kiosk.is_done()

    portal = await PortalPage.open(browsers, browser, noon.url, **SMALL_AND_PLAIN)
    await portal.tick("id-card", 2)
    await portal.page.fill("#persons", "2")
    await portal.onward()
    await portal.at_site("Rathaus am Markt")
    before = await portal.choose_earliest()
    await portal.type(name="Erika Mustermann", email="erika@posteo.de")
    await portal.onward()
    couple = int(await portal.book())
    moved_to = await portal.move(day=0, time=1)
    assert moved_to != f"{before:%H:%M}"
    assert int(await portal.number()) == couple, "on the same day the number stays"

    for number, clock in ((walk_in, at), (couple, moved_to)):
        await kiosk.check_in(number, clock)
        assert await kiosk.shown_number() == number
        await kiosk.is_done()
    display = await DisplayPage.open(browsers, browser, noon.url)
    counter = await CounterPage.open(browsers, browser, noon.url)
    # Whose time is earlier depends on the hour at which the test runs.
    first, second = (couple, walk_in) if moved_to < at else (walk_in, couple)
    await counter.lists("waiting", first, second)
    for number, does in ((first, "next"), (second, "done_next")):
        await counter.press(does)
        await display.shows(number)
        await counter.has(number, "called")
        await counter.press("come")
        await counter.has(number, "serving")
    await counter.press("finish")
    await counter.stands_at("idle")


@pytest.mark.timeout(120)
async def test_what_five_visitors_came_without_stands_in_the_report(
    noon: Server, noon_town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Issue "for every visitor", checked bag: a passport for a child, from the phone to the report."""
    portal = await PortalPage.open(browsers, browser, noon.url, **SMALL_AND_PLAIN)
    await portal.tick("passport")
    await portal.onward()
    await portal.at_site("Rathaus am Markt")
    await portal.answer("für ein Kind", "Ja")
    await portal.choose_earliest()
    await portal.type(name="Erika Beispiel", email=PARENT)
    await portal.onward()
    number = int(await portal.book())
    letter = await letter_to(PARENT, noon.data / "spool")
    assert f"[ ] {COMES}" in letter.splitlines()

    kiosk = await KioskPage.open(browsers, browser, noon.url)
    await kiosk.scan(portal.manage_url)
    assert await kiosk.shown_number() == number
    await expect(kiosk.page.locator(".result__bring")).to_contain_text(COMES)
    counter = await CounterPage.open(browsers, browser, noon.url, "bernd", "rathaus-2")
    await counter.press("next")
    await counter.has(number, "called")
    await counter.press("come")
    await counter.has(number, "serving")
    await counter.note_missing(COMES)

    clerk = await noon_town.clerk("anna")
    for _ in range(4):
        await came_without(clerk, await clerk.take("passport"))
    report = await browsers.open(browser, f"{noon.url}/sign-in?next=/admin/missing")
    await report.fill("#user", "admin")
    await report.fill("#password", PASSWORD)
    await report.press("#password", "Enter")
    line = report.locator(".missing__line", has_text=COMES)
    await expect(line).to_contain_text("hat 5-mal gefehlt")


async def letter_to(address: str, spool: Path) -> str:
    """Wait for the letter to somebody, and return its plain text."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for path in spool.glob("*.eml"):
            letter = email.message_from_bytes(path.read_bytes(), policy=default)
            if letter["To"] and address in letter["To"]:
                part = letter.get_body(("plain",))
                assert part is not None
                return str(part.get_content())
        await asyncio.sleep(0.05)
    raise AssertionError(f"no letter to {address}")


async def came_without(clerk: Clerk, ticket: Ticket) -> None:
    """Serve somebody who took a number, and note that the child is missing."""
    await clerk.call(ticket=ticket.id)
    await clerk.do("start")
    visits = (await clerk.get(f"/counters/{clerk.counter}/documents"))["visits"]
    [[one]] = [
        [one for one in visit["documents"] if one["name"]["de"] == COMES]
        for visit in visits
        if visit["ticket"] == ticket.id
    ]
    what = {"service": one["service"], "document": one["document"]}
    await clerk.do("missing", request_id=new_id(), ticket=ticket.id, missing=True, **what)
    await clerk.do("finish")
