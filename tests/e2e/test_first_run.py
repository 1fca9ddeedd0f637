"""From the one-time link to the first call: clicked through in a browser, and counted.

Issue "the town sets itself up", done when 1.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from queue_server.adapters.town.public_holidays import closed_days
from tests.e2e.conftest import SILENT, Screenshot
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.kiosk import UPRIGHT, KioskPage
from tests.e2e.faces.portal import PortalPage
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.hands import Effort, Hands, Keyboard, Mouse
from tests.e2e.harness.server import Server

SERVE = (str(Path(sys.executable).with_name("aufruf")), "serve")
NEXT = ".first__onward .button--primary"
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
DESK = {"width": 1280, "height": 900}
PASSWORD = "korrekt pferd batterie"


@pytest.fixture
async def new_server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server on an empty folder."""
    server = Server(tmp_path / "town", command=SERVE, options=[SILENT])
    await server.start()
    yield server
    server.kill()


def link_of(server: Server) -> str:
    """Read the link where a server leaves it whose output is kept."""
    assert "/first-run/" not in server.log
    return (server.data / "first-run-link").read_text(encoding="utf-8").strip()


class FirstRun:
    """The pages in their order."""

    def __init__(self, page: Page, hands: Hands, screenshot: Screenshot) -> None:
        self.page, self.hands, self.screenshot = page, hands, screenshot

    async def step(self, number: int, name: str) -> None:
        """Leave a step, with a picture of how it looked filled in."""
        await self.screenshot(self.page, f"first-run/{number}-{name}")
        await self.hands.press(self.page, NEXT)
        await expect(self.page.locator(".first__where")).to_contain_text(f"Schritt {number + 1} von 7")

    async def account(self) -> None:
        await self.hands.type(self.page, "#user", "anna")
        await self.hands.type(self.page, "#password", PASSWORD)
        await self.step(1, "account")

    async def town(self) -> None:
        await self.hands.type(self.page, "#name", "Neustadt")
        await self.hands.choose(self.page, "#state", "Sachsen")
        await self.step(2, "town")

    async def hours(self) -> None:
        """Open day and night, so that the test may run at any hour."""
        await self.hands.type(self.page, "#h-rathaus-0", "0-24")
        await self.hands.press(self.page, 'button[value="same-rathaus"]')
        await expect(self.page.locator("#h-rathaus-4")).to_have_value("00:00-24:00")
        for day in (5, 6):
            await self.hands.type(self.page, f"#h-rathaus-{day}", "0-24")
        await self.step(3, "hours")

    async def the_rest(self) -> None:
        await self.step(4, "rooms")
        await self.step(5, "services")
        await self.hands.type(self.page, "#person-0", "Petra Müller")
        await self.step(6, "people")
        await self.screenshot(self.page, "first-run/7-summary")
        await self.hands.press(self.page, "#make")
        await expect(self.page).to_have_url(re.compile("/admin/first-steps$"))
        await self.screenshot(self.page, "first-run/8-first-steps")

    async def passwords(self) -> tuple[str, str]:
        user, password = await self.page.locator(".next__password").all_inner_texts()
        return user, password

    async def pair(self, kind: str, device: str, screen: Page) -> None:
        """Type the code that stands on the device's screen."""
        shown = CODE.search(await screen.inner_text(".pairing__code"))
        assert shown
        await self.hands.press(self.page, f'a[href="/admin/pair?device={kind}:{device}"]')
        await self.hands.type(self.page, "#code", shown[0])
        await self.screenshot(self.page, f"first-run/10-pair-{kind}")
        await self.hands.press(self.page, "main form .button--primary")
        await expect(self.page.locator(".notice--good")).to_be_visible()
        await self.hands.press(self.page, 'main a[href="/admin/first-steps"]')
        await expect(self.page).to_have_url(re.compile("/admin/first-steps$"))

    async def token(self) -> str:
        """Make the key for the program beside the printer."""
        await self.hands.press(self.page, 'main a[href^="/admin/tokens/new"]')
        await self.hands.choose(self.page, "#role", "Terminal")
        await self.hands.choose(self.page, "#site", "Rathaus")
        device = await self.page.locator("#device option").last.inner_text()
        await self.hands.choose(self.page, "#device", device)
        await self.hands.press(self.page, "main form .button--primary")
        return await self.page.inner_text(".people__secret code")

    async def test_devices(self) -> None:
        """Hear the display and print a slip, by one press each."""
        await self.hands.press(self.page, '.admin__ways a[href="/admin/devices"]')
        await self.see_the_program_beside_the_printer()
        for device, act in (("display-rathaus-bildschirm", "chime"), ("kiosk-rathaus-terminal", "slip")):
            await self.hands.press(self.page, f"#{device} button[value={act}]")
            good = self.page.locator(f"#{device} .notice--good")
            await expect(good).to_be_visible(timeout=15_000)
        await self.screenshot(self.page, "first-run/11-devices")

    async def see_the_program_beside_the_printer(self) -> None:
        """Look until the page says that it is connected, as somebody who has just started it does."""
        named = self.page.locator("#kiosk-rathaus-terminal dt", has_text=re.compile("^Druckprogramm$"))
        since = named.locator("xpath=following-sibling::dd[1]")
        async with asyncio.timeout(30):
            while not (await since.inner_text()).startswith("seit"):
                await asyncio.sleep(0.2)
                await self.page.reload()


@contextmanager
def printing(server: Server, folder: Path, token: str) -> Iterator[None]:
    """Run the program beside the printer, printing on the paper preview."""
    words = ["kiosk-agent", server.url, "--kiosk", "rathaus-terminal", "--printer", "preview:"]
    child = subprocess.Popen(
        [SERVE[0], *words, "--data", str(folder), "--until-stdin-closes"],
        env={"AUFRUF_TOKEN": token, "PATH": ""},
        stdin=subprocess.PIPE,
    )
    try:
        yield
    finally:
        child.kill()
        child.communicate()


async def walk(
    server: Server,
    browsers: Browsers,
    browser: Browser,
    hands: Hands,
    screenshot: Screenshot,
    tmp_path: Path,
) -> None:
    page = await browsers.open(browser, link_of(server), viewport=DESK)
    run = FirstRun(page, hands, screenshot)
    await run.account()
    await run.town()
    await run.hours()
    await run.the_rest()
    user, one_time = await run.passwords()

    portal = await PortalPage.open(browsers, browser, server.url)
    await portal.tick("id-card")
    await portal.onward()
    await expect(portal.page.locator(".shortcuts .time").first).to_be_visible()
    await screenshot(portal.page, "first-run/9-bookable")

    screen = await browsers.open(browser, f"{server.url}/display/rathaus-bildschirm", viewport=DESK)
    terminal = await browsers.open(
        browser, f"{server.url}/kiosk/rathaus-terminal", viewport=UPRIGHT, has_touch=True
    )
    await run.pair("display", "rathaus-bildschirm", screen)
    await run.pair("kiosk", "rathaus-terminal", terminal)
    token = await run.token()
    display, kiosk = DisplayPage(screen), KioskPage(terminal)
    await display.is_live(within_s=15)
    await kiosk.gives_numbers(within_s=15)

    with printing(server, tmp_path / "agent", token):
        await run.test_devices()
        await kiosk.to_confirmation("Ausweise", "Personalausweis")
        given = await kiosk.take()
        await kiosk.slip_is("ready")
        slips = list((tmp_path / "agent").rglob("slip-*.png"))
        assert len(slips) == 2  # the test's, and the visitor's

        counter = await sign_in(browsers, browser, server, hands, user, one_time)
        await counter.lists("waiting", given.number)
        await counter.press("next")
        await display.shows(given.number)
        assert "1 von 1" in await counter.reads_report("good")
        await screenshot(counter.page, "first-run/12-called")
        await screenshot(screen, "first-run/13-display")


async def sign_in(
    browsers: Browsers, browser: Browser, server: Server, hands: Hands, user: str, one_time: str
) -> CounterPage:
    """Sign in with the one-time password, choose one's own, take a counter."""
    page = await browsers.open(browser, f"{server.url}/counter", viewport={"width": 1440, "height": 900})
    await hands.type(page, "#user", user)
    await hands.type(page, "#password", one_time)
    await hands.press(page, "main form .button--primary")
    await expect(page).to_have_url(re.compile("/password"))
    await hands.type(page, "#password", one_time)
    await hands.type(page, "#new_password", "ganz anderes langes wort")
    await hands.press(page, "main form .button--primary")
    await hands.press(page, 'button[data-counter="rathaus-1"]')
    counter = CounterPage(page)
    await counter.stands_at("idle")
    return counter


@pytest.fixture
def open_today() -> None:
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    if closed_days("SN", today, today):
        pytest.skip("a public holiday: the hall is closed, as it should be")


@pytest.mark.usefixtures("open_today")
async def test_from_the_link_to_the_first_call_in_ten_minutes(
    new_server: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot, tmp_path: Path
) -> None:
    effort = Effort()
    await walk(new_server, browsers, browser, Mouse(effort), screenshot, tmp_path)
    assert effort.clicks <= 22, effort
    assert effort.fields <= 17, effort
    assert effort.minutes <= 10, effort


@pytest.mark.long
@pytest.mark.usefixtures("open_today")
async def test_the_same_with_keys_alone(
    new_server: Server, browsers: Browsers, browser: Browser, tmp_path: Path
) -> None:
    """Failure 26: nobody needs a mouse."""
    effort = Effort()

    async def no_picture(_: Page, name: str) -> Path:
        return Path(name)

    await walk(new_server, browsers, browser, Keyboard(effort), no_picture, tmp_path)
    assert effort.clicks <= 22, effort
