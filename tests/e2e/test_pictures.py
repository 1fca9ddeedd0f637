"""The pictures of README and docs: a busy hall, as it looks. Renewed with --long --screenshots."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.e2e.conftest import Screenshot
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.desk import DeskPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.kiosk import KioskPage, PaperPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.portal import PortalPage
from tests.e2e.faces.start import StartPage
from tests.e2e.faces.town import Clerk, Signed, Ticket, Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.kiosk.hall import PUBLIC_URL
from tests.kiosk.real_town import Noon

DEMO = Path(__file__).with_name("harness") / "demo_elsewhere.py"
SHARP = {"color_scheme": "light", "reduced_motion": "reduce"}
HALL = {"width": 1920, "height": 1080}
DESK = {"width": 1440, "height": 900}
KIOSK = {"width": 1080, "height": 1920}
SHEET: ViewportSize = {"width": 1000, "height": 1300}


@pytest.fixture
async def busy(reachable: Server, town: Town) -> "tuple[Signed, list[Clerk]]":
    """A morning in the town hall: three counters serve, people with all kinds of concerns wait."""
    desk = await town.sign_in()
    clerks = [
        await town.clerk(user, f"rathaus-{counter}")
        for user, counter in (("bernd", 2), ("clara", 3), ("david", 4))
    ]
    for clerk, service in zip(clerks, ("residence-register", "cashier", "civil-certificate"), strict=True):
        await clerk.serve_and_finish(ticket=(await desk.take(service)).id)
    return desk, clerks


async def a_waiting_room(desk: Signed) -> list[Ticket]:
    """Anna's queue: couples, a family, somebody who needs more time."""
    return [
        await desk.take("id-card", persons=2, services=[{"id": "id-card", "count": 2}]),
        await desk.take("passport", needs=["more_time"]),
        await desk.take("id-docs-pickup"),
        await desk.take("registration-certificate", language="en"),
    ]


async def settled(page: Page) -> None:
    """Wait for fonts and pictures, so that none is missing on the picture."""
    await page.evaluate("document.fonts.ready")
    await page.evaluate("Promise.all([...document.images].map(image => image.decode().catch(() => 0)))")


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_pictures_of_a_busy_morning(
    reachable: Server,
    town: Town,
    busy: "tuple[Signed, list[Clerk]]",
    browsers: Browsers,
    browser: Browser,
    screenshot: Screenshot,
) -> None:
    desk, (bernd, clara, _) = busy
    url = reachable.url
    start = await StartPage.open(browsers, browser, url, viewport=DESK, **SHARP)
    display = await DisplayPage.open(browsers, browser, url, viewport=HALL, **SHARP)
    await DisplayPage.open(browsers, await browsers.launch("first_floor"), url, "rathaus-og")
    kiosk = await KioskPage.open(browsers, browser, url, viewport=KIOSK, **SHARP)
    counter = await CounterPage.open(browsers, browser, url, viewport=DESK, **SHARP)
    tickets = await a_waiting_room(desk)
    await counter.lists("waiting", *[ticket.number for ticket in await _in_order(town, tickets)])

    await expect(kiosk.page.locator(".start__count")).to_contain_text(str(len(tickets)))
    await settled(kiosk.page)
    taken = [await screenshot(kiosk.page, "kiosk")]
    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    await expect(kiosk.page.locator(".later__times")).to_be_visible()
    taken.append(await screenshot(kiosk.page, "kiosk-concern"))
    mine = await kiosk.take()
    await kiosk.slip_is("ready")
    taken.append(await screenshot(kiosk.page, "kiosk-number"))
    paper = PaperPage(
        await browsers.open(browser, f"{url}/demo/paper/rathaus-kiosk", viewport=SHEET, **SHARP)
    )
    await paper.has_slips(1)
    await settled(paper.page)
    taken.append(await screenshot(paper.page, "paper"))

    phone = await PhonePage.open(browsers, browser, mine.path, device_scale_factor=2, **SHARP)
    await phone.is_in("waiting")
    await settled(phone.page)
    taken.append(await screenshot(phone.page, "phone"))

    for clerk in (clara, bernd):
        service = "cashier" if clerk is clara else "residence-register"
        called = await desk.take(service)
        await clerk.call(ticket=called.id)
        await display.shows(called.number)
    await counter.press("next")
    await counter.reads_report("good", within_s=60)
    await settled(display.page)
    await expect(display.page.locator(".call")).to_have_count(3)
    taken += [await screenshot(display.page, "display"), await screenshot(counter.page, "counter")]
    taken.append(await screenshot(start.page, "start"))

    for picture in taken:
        assert _is_no_blank(picture), picture


@pytest.fixture
async def noon(tmp_path: Path) -> AsyncIterator[Server]:
    """The demo where it is noon, so that times of today are free at whatever hour pictures are taken."""
    command = (sys.executable, str(DEMO), Noon().zone, "demo")
    running = Server(tmp_path / "noon", command, ["--no-speech", "--public-url", PUBLIC_URL])
    await running.start()
    yield running
    running.kill()


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_pictures_of_booked_visits(
    noon: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot
) -> None:
    """From home, on the phone and at the kiosk: what each of them sees."""
    desk = await DeskPage.open(browsers, browser, noon.url, viewport=DESK, **SHARP)
    for name in ("Erika Mustermann", "Jörg Wolf"):
        await desk.book("perso", name)
        await desk.page.goto(f"{noon.url}/desk/rathaus")
    await desk.choose("reisepass")
    taken = [await screenshot(desk.page, "desk")]
    await desk.press("Enter", "Enter")
    await desk.reads_reference()
    await desk.page.goto(f"{desk.page.url.partition('?')[0]}/card")
    await desk.page.set_viewport_size(SHEET)
    await settled(desk.page)
    taken.append(await screenshot(desk.page, "desk-card"))

    portal = await PortalPage.open(browsers, browser, noon.url, viewport=DESK, **SHARP)
    await portal.tick("id-card", 2)
    await portal.page.fill("#persons", "2")
    await portal.onward()
    await portal.at_site("Rathaus am Markt")
    at = await portal.choose_earliest()
    await portal.type(name="Erika Mustermann", email="erika@posteo.de")
    await portal.onward()
    number = int(await portal.book())
    await portal.page.goto(portal.page.url.partition("?")[0])
    taken.append(await screenshot(portal.page, "booking-manage"))

    kiosk = await KioskPage.open(browsers, browser, noon.url, viewport=KIOSK, **SHARP)
    await kiosk.page.locator('.arrive-button[lang="de"]').tap()
    taken.append(await screenshot(kiosk.page, "kiosk-arrive"))
    await kiosk.page.reload()
    await kiosk.check_in(number, f"{at:%H:%M}")
    await kiosk.slip_is("ready")
    taken.append(await screenshot(kiosk.page, "kiosk-arrived"))
    await kiosk.is_done()
    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    await kiosk.page.locator(".later__days").tap()
    await expect(kiosk.page.locator(".days__sheet")).to_be_visible()
    taken.append(await screenshot(kiosk.page, "kiosk-days"))
    await kiosk.page.locator(".day--free").nth(1).tap()
    await kiosk.page.locator(".times .later__time").nth(3).tap()
    await kiosk.page.get_by_role("button", name="Termin nehmen").tap()
    await kiosk.slip_is("ready")
    taken.append(await screenshot(kiosk.page, "kiosk-booked"))
    for picture in taken:
        assert _is_no_blank(picture), picture


async def _in_order(town: Town, tickets: list[Ticket]) -> list[Ticket]:
    """The tickets as the queue orders them: due times, not arrival."""
    by_number = {ticket.number: ticket for ticket in tickets}
    return [by_number[one["number"]] for one in (await town.queue())["waiting"] if one["number"] in by_number]


def _is_no_blank(picture: Path) -> bool:
    with Image.open(picture) as image:
        return len(image.convert("RGB").getcolors(1 << 24) or []) > 50
