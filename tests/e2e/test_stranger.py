"""Numbers come back: a page that somebody forgot on a phone must not ring for the next who has it."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.e2e.faces.announcement import Clips
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Signed, Ticket, Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording

# The product with its clock three hours back; the rest of the machine keeps the time.
THREE_HOURS_AGO = """
import datetime, sys, time_machine
now = datetime.datetime.now(datetime.UTC)
time_machine.travel(now - datetime.timedelta(hours=3), tick=True).start()
from queue_server.cli import main
sys.exit(main())
"""
AT_ONCE = 30


async def test_a_strangers_old_page_does_not_ring_for_a_reused_number(
    server: Server, browsers: Browsers, browser: Browser, elsewhere: Recording, tmp_path: Path
) -> None:
    """The page lost its line while its visit waited; when it is back, its number is called for another.

    Numbers are free again two hours after a visit ended, so the first visit is three hours ago; the number
    comes back when all others are taken, at the latest.
    """
    await server.stop(within_s=10)
    earlier = Server(server.data, (sys.executable, "-c", THREE_HOURS_AGO, "demo"))
    earlier.port = home = server.port
    await earlier.start()
    async with Town.of(earlier) as town:
        old = await (await town.clerk()).take()
        phone = await PhonePage.open(browsers, await browsers.launch("elsewhere"), earlier.url + old.path)
        await phone.switch_ringing_on()
        await phone.is_in("waiting")
    earlier.kill()

    earlier.port = 0  # the phone does not find it there: it sleeps in a pocket
    await earlier.start()
    async with Town.of(earlier) as town:
        assert (await (await town.clerk()).serve_and_finish())["number"] == old.number
    earlier.kill()

    server.port = 0
    await server.start()
    async with Town.of(server) as town:
        clerk = await town.clerk()
        new = await _until_drawn(clerk, old.number)
        await clerk.call(ticket=new.id)
    server.kill()

    server.port = home
    await server.start()
    owner = await PhonePage.open(browsers, browser, server.url + new.path)
    await owner.is_in("called")
    assert await owner.number() == old.number
    await phone.is_in("ended", within_s=20)
    await expect(phone.page.locator('[data-part="call"]')).to_be_hidden()
    assert await phone.has_rung() == 0
    await phone.page.reload()
    await phone.is_in("ended")
    await expect(phone.page.locator('[data-part="call"]')).to_be_hidden()
    async with Town.of(server) as town:
        assert elsewhere.heard_at((await Clips(town, tmp_path).gong()).path, least=0.5) == []


async def _until_drawn(desk: Signed, number: int) -> Ticket:
    """Take numbers until this one comes: the hall is full of people at the latest then."""
    for _ in range(900 // AT_ONCE):
        for ticket in await asyncio.gather(*(desk.take() for _ in range(AT_ONCE))):
            if ticket.number == number:
                return ticket
    raise AssertionError(f"{number} was not drawn again")
