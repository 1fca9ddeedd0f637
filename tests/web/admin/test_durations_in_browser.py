"""From a past that was pressed, through what was measured, to other minutes from a day on, and back: walked.

Issue "honest time", done when: the proposal flow walked in a browser.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from queue_server.domain.service_times import mean
from queue_server.web.hit_rates import HitRates
from queue_server.web.planning import Planning
from tests.e2e.harness.judging import NARROW, WIDE, judge
from tests.e2e.harness.keys import enter, tab_to
from tests.web.admin.setup import found
from tests.web.lived import learn, live_through
from tests.web.running import PASSWORD, Town
from tests.web.test_page_status import photograph

PAGE = "/admin/durations"
MONDAY = date(2026, 3, 16)
BEFORE, BEHIND = MONDAY - timedelta(days=4), MONDAY + timedelta(days=1)
PASSPORT = (("passport", 1),)
ROW = 'tbody tr:has(input[value="passport"])'


@pytest.fixture
async def lived(served_town: Town) -> Town:
    await live_through(served_town)
    await learn(served_town)
    return served_town


@pytest.fixture
async def page(lived: Town, browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=WIDE, locale="de-DE", reduced_motion="reduce")  # type: ignore[arg-type]
    page = await context.new_page()
    await sign_in(lived, page)
    yield page
    await context.close()


async def sign_in(town: Town, page: Page, path: str = "/admin") -> None:
    """Sign in as people do; a session does not outlast the days that pass here."""
    await page.goto(f"http://{town.address}/sign-in?next={path}")
    await page.fill("#user", "admin")
    await page.fill("#password", PASSWORD)
    await page.click('main button[type="submit"]')
    await page.wait_for_url(f"**{path}")


async def last_time(town: Town, day: date) -> str:
    """Return the last start of a day that a passport is offered; a longer visit has to begin sooner."""
    answer = await town.ask(None, "GET", f"/api/v1/sites/rathaus/times?services=passport&day={day}")
    return str(answer.json()["times"][-1])


async def expected_now(town: Town) -> int:
    """Return what is expected of somebody who takes a number now."""
    taken = await town.take("passport")
    return await town.house.sequencer.look(
        "rathaus", lambda unit: unit.hall.tickets[taken["id"]].expected_min
    )


def foretold(town: Town) -> float:
    """Return how many minutes the forecast reckons with for a passport."""
    minutes = found(town, "service", "passport").minutes
    return mean(HitRates(town.house).knowledge("rathaus").times.spread(PASSPORT, minutes))


async def it_is(town: Town, at: datetime) -> None:
    """Let it be another day, and what is due happen."""
    town.clock.now = at
    await Planning(town.house).turn()
    await town.house.renew_if_changed()


async def test_what_was_measured_is_taken_over_from_a_day_on_and_back(lived: Town, page: Page) -> None:
    today, later = await last_time(lived, BEFORE), await last_time(lived, BEHIND)
    reckoned = foretold(lived)
    assert 27 < reckoned < 40
    await page.get_by_role("link", name="Für eine Dienstleistung wird eine andere Dauer").click()
    row = page.locator(ROW)
    await expect(row).to_contain_text("15 Min., jede weitere 10 Min.")
    await expect(row.get_by_role("checkbox")).to_be_checked()
    await expect(row).to_contain_text("Mitte 27 Min., acht von zehn bis 52 Min.")
    await expect(row.locator("svg .chart__high")).to_have_count(2)
    await expect(row.locator("td").last).to_have_text("36")
    await expect(page.locator("tbody tr", has_text="Personalausweis beantragen").first).to_contain_text(
        "passt"
    )
    await photograph(page, "durations-walked")

    await page.get_by_role("button", name="Auswirkungen ansehen").click()
    effect = page.locator("main table").first
    await expect(effect).to_contain_text("So viele Termine passen in eine Woche")
    await expect(effect).to_contain_text("Neun von zehn warten dann höchstens")
    day = page.locator("main table").nth(1)
    await expect(day).to_contain_text("Ein wirklicher Tag: Montag, 9. März 2026, Rathaus am Markt")
    await expect(page.locator("main")).to_contain_text(
        "für diese Dienstleistung: 6; davon kam niemand zu: 2."
    )
    before, after = [
        int(
            (
                await day.locator("tr", has_text="Mittlere Wartezeit").locator("td").nth(n).inner_text()
            ).split()[0]
        )
        for n in (0, 1)
    ]
    assert after < before, "who is booked with the time it takes waits less"
    await photograph(page, "durations-preview")
    await page.fill("#starts", MONDAY.isoformat())
    await page.get_by_role("button", name="Übernehmen").click()
    await expect(page.locator("main .notice--good")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Ab Montag, 16. März 2026")

    await lived.open()
    assert found(lived, "service", "passport").minutes == 15
    assert await expected_now(lived) == 15
    assert await last_time(lived, BEFORE) == today
    assert await last_time(lived, BEHIND) < later, "behind that day it is offered accordingly at once"
    assert foretold(lived) == pytest.approx(reckoned)

    await it_is(lived, datetime(2026, 3, 16, 8, tzinfo=UTC))
    await lived.open()
    assert found(lived, "service", "passport").minutes == 30
    assert await expected_now(lived) == 30
    assert foretold(lived) == pytest.approx(reckoned), "visits last as long as they did"
    await learn(lived)
    await sign_in(lived, page, PAGE)
    await expect(page.locator("main")).to_contain_text("Die vorgesehenen Zeiten passen.")

    await page.goto(f"http://{lived.address}/admin/changes")
    await page.get_by_role("button", name="Rückgängig machen").first.click()
    await expect(page.locator("main .notice--good")).to_be_visible()
    assert found(lived, "service", "passport").minutes == 15
    assert await last_time(lived, BEHIND) == later


async def test_it_is_done_with_keys_alone_on_the_narrowest_screen(lived: Town, page: Page) -> None:
    """Failure 26: no mouse, and 320 pixels, which is 400 % of 1280."""
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await page.goto(f"http://{lived.address}{PAGE}")
    await tab_to(page, f"{ROW} input[type=checkbox]")
    await page.keyboard.press("Space")
    await enter(page, 'button[value="preview"]')
    await expect(page.locator("main [role=alert]")).to_contain_text("mindestens einen Vorschlag")
    await tab_to(page, f"{ROW} input[type=checkbox]")
    await expect(page.locator(f"{ROW} input[type=checkbox]")).to_be_checked()
    await enter(page, 'button[value="preview"]')
    await expect(page.get_by_role("heading", level=1)).to_have_text("Was die neuen Zeiten bewirken")
    wrong = await judge(page, is_visitors=False)
    assert not wrong, "\n".join(wrong)
    await tab_to(page, "#starts")
    await page.keyboard.type("05052026")  # read alike wherever the day comes first, or the month
    await enter(page, 'button[value="apply"]')
    await expect(page.locator("main .notice--good")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Ab Dienstag, 5. Mai 2026")
    assert found(lived, "service", "passport").minutes == 15
