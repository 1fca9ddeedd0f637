"""The monthly sheet on paper: one A4, however much there is to tell."""

import re
from dataclasses import replace
from functools import partial

from playwright.async_api import Browser, Page
from sqlalchemy.engine import Connection

from queue_server.adapters import day_figures
from queue_server.adapters.town import store as town_store
from queue_server.domain.access import Actor, Role
from queue_server.domain.figures.period import Length, period_of
from queue_server.domain.figures.tally import NOBODYS, Tally
from tests.web.admin.counted import LAST
from tests.web.askers import MUSTER
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_status import photograph

REPORT = "/admin/figures/report"
LONG = "Aufenthaltserlaubnis für Familienangehörige von Unionsbürgerinnen und Unionsbürgern Nummer {n:02}"
WAYS = ("from_kiosk", "from_desk", "from_appointment", "from_integration")
CHANNELS = ("by_portal", "by_kiosk", "by_desk", "by_api")
MONTH = period_of(Length.MONTH, LAST)


def a_full_day(services: list[str], *, none_free: bool) -> Tally:
    """Everything that can be counted, of every one of these services."""
    tally = Tally()
    for place, service in enumerate(services):
        tally.count("visits", service, 9, by=400 - 10 * place)
        tally.count("served", service, 9, by=400 - 10 * place)
        for name in (*WAYS, *CHANNELS):
            tally.count(name, service, 9, by=100)
        for name in ("bookings", "bookings_judged", "bookings_outside", "appointments", "missed", "late"):
            tally.count(name, service, 9, by=50)
        tally.time("wait_booked", service, 9, 117)
        tally.count("found_nothing", service, 9, by=1000)
        if none_free:
            tally.count("none_free", service, 0)
        else:
            tally.time("earliest", service, 0, 112)
    for name in ("no_concern", "open_s", "busy_s", "calls", "calls_confirmed"):
        tally.count(name, NOBODYS, 9, by=9000)
    return tally


async def a_busy_town(town: Town, concerns: int) -> None:
    """Let two sites have been full in three months, with so many concerns of long names."""
    settings = town.house.town_and_site("rathaus")[0]
    names = [
        replace(one, name={"de": LONG.format(n=n)}) for n, one in enumerate(settings.services[:concerns])
    ]
    changed = replace(settings, services=(*names, *settings.services[concerns:]))
    ids = [one.id for one in names]

    def keep(conn: Connection) -> None:
        for month in (MONTH, MONTH.shifted(-1), MONTH.a_year_before()):
            for n in range(8):
                for site in [one.id for one in settings.sites][:2]:
                    day = month.first.replace(day=n + 1)
                    day_figures.keep_day(conn, site, day, a_full_day(ids, none_free=n < 2))

    await town.house.write(partial(town_store.save_town, town=changed, now=town.clock()))
    await town.house.renew_settings()
    await town.house.write(keep)


async def printed(page: Page, address: str) -> int:
    """Return on how many sheets of A4 it is printed."""
    await page.goto(address)
    paper = await page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type /Page\b(?!s)", paper))


async def test_a_month_is_on_one_sheet_however_much_there_is_to_tell(
    served_town: Town, browser: Browser
) -> None:
    town = served_town
    cookie = (await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada"))["cookie"]
    name, _, value = cookie.partition("=")
    address = f"http://{town.address}"
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    for concerns in (5, 14):
        await a_busy_town(town, concerns)
        assert await printed(page, f"{address}{REPORT}?month={MONTH.first:%Y-%m}") == 1, concerns
        told = await page.locator(".sheet").inner_text()
        assert LONG.format(n=0) in told, "the one most come for is on it"
        assert "112 Tage (4\N{NO-BREAK SPACE}von\N{NO-BREAK SPACE}16)" in told, (
            "of two sites on eight days, two of them without"
        )
        left_out = re.search(r"(\d+) weitere Anliegen", told)
        count = len(re.findall("Aufenthaltserlaubnis", told))
        assert count + (int(left_out[1]) if left_out else 0) == concerns, "what is left out is told"
        assert count >= 5
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 688, "height": 1017})
    await photograph(page, "figures-sheet")
    height = await page.evaluate("document.querySelector('.sheet').getBoundingClientRect().bottom")
    assert 800 < height <= 1017, "A4 within its margins, and well used while concerns are left out"
    await context.close()
