"""The visitor's own page: without scripts, live, and never ringing for somebody else's number."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from queue_server.domain import estimate
from queue_server.domain.estimate import Estimate
from queue_server.domain.person import Person
from queue_server.services import booking, offer, waits
from queue_server.services.ports import Answer, Unit
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.running import Town

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 568}
"""Also what 400 % zoom leaves of a screen 1280 pixels wide (WCAG 2.2, 1.4.10)."""


async def form(town: Town, ticket: dict[str, Any], act: str) -> Any:
    return await town.client.post(ticket["status_url"], data={"act": act}, follow_redirects=True)


async def read(town: Town, ticket: dict[str, Any], **headers: str) -> str:
    """Return what stands in the page, without its scripts' data."""
    answer = await town.ask(None, "GET", ticket["status_url"], **headers)
    return re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL)


async def test_the_page_works_by_forms_alone(each_town: Town) -> None:
    await each_town.open()
    ticket = await each_town.take()
    assert 'data-state="waiting"' in await read(each_town, ticket)
    assert 'data-state="away"' in (await form(each_town, ticket, "away")).text
    assert 'data-state="waiting"' in (await form(each_town, ticket, "back")).text
    await each_town.call()
    assert "Zimmer 1" in await read(each_town, ticket)
    await each_town.do("anna", "counters/rathaus-1/no-show")
    assert 'data-state="no_show"' in await read(each_town, ticket)
    assert 'data-state="waiting"' in (await form(each_town, ticket, "back")).text, "I missed it, I am here"
    assert 'data-state="cancelled"' in (await form(each_town, ticket, "cancel")).text


async def test_who_is_early_reads_the_appointed_time(town: Town) -> None:
    """ "0 before you, – minutes" says nothing to somebody who is called at ten to eleven."""
    arrived = await booked_for(town, "2026-03-10T10:50+01:00")
    page = await read(town, arrived)
    assert "Ihr Termin ist um 10:50 Uhr." in page
    assert re.search(r'data-part="facts" hidden', page)
    town.clock.forward(minutes=51)
    page = await read(town, arrived)
    assert "Ihr Termin ist um 10:50 Uhr." in page
    assert not re.search(r'data-part="facts" hidden', page), "now the order has a meaning"


async def test_a_walk_in_has_no_appointed_time(town: Town) -> None:
    page = await read(town, await town.take())
    assert "Ihr Termin" not in page
    assert not re.search(r'data-part="facts" hidden', page)


async def test_without_an_open_counter_the_page_says_so_and_guesses_nothing(town: Town) -> None:
    ticket = await town.take()
    page = await read(town, ticket)
    assert re.search(r'data-part="unknown">Zurzeit ist kein Schalter geöffnet\.', page)
    assert re.search(r'data-part="minutes" hidden', page)
    await town.open()
    page = await read(town, ticket)
    assert re.search(r'data-part="unknown" hidden', page)
    assert re.search(r'data-text="range">unter \d', page)


async def booked_for(town: Town, starts_at: str) -> dict[str, Any]:
    """Book an identity card, come at ten, and return the ticket with its page."""

    def work(unit: Unit) -> Answer:
        choice = offer.choose_bookable(unit.town, unit.site, [("id-card", 1)])
        held = booking.hold(unit, choice, datetime.fromisoformat(starts_at), channel="desk", client="desk")
        booked = booking.confirm(unit, held["id"], "desk", Person(), "de")
        return booking.check_in(unit, booked["reference"])

    ticket = await town.house.sequencer.do("rathaus", work)
    url = town.house.status_url("rathaus", ticket["id"], ticket["key"], ticket["secret_version"])
    return {**ticket, "status_url": url}


async def test_a_slip_of_a_lost_visit_opens_nobody_elses(town: Town) -> None:
    """After a restore ids are given again, and the kiosk's slip of then has the same one."""
    ticket = await town.take()
    lost = town.house.status_url("rathaus", ticket["id"], "another-key-", 1)
    own = town.house.status_url("rathaus", ticket["id"], ticket["key"], 1)
    assert own == ticket["status_url"]
    assert (await town.client.get(own)).status_code == 200
    assert (await town.client.get(lost)).status_code == 404


async def test_a_form_that_comes_too_late_says_so(town: Town) -> None:
    await town.open()
    ticket = await town.take()
    await town.call()
    await town.do("anna", "counters/rathaus-1/start")
    answer = await form(town, ticket, "cancel")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("act", ["", "finish", "cancel\x00"])
async def test_only_a_holders_acts_are_taken(town: Town, act: str) -> None:
    assert (await form(town, await town.take(), act)).status_code == 400


async def test_a_secret_that_is_none_or_was_replaced_opens_nothing(town: Town) -> None:
    ticket = await town.take()
    url = ticket["status_url"]
    for wrong in (url[:-1], url + "A", url[:-2] + "zz", "/t/%00", "/t/" + "A" * 5000):
        assert (await town.ask(None, "GET", wrong)).status_code == 404
    assert (await town.ask(None, "POST", url[:-1])).status_code in {303, 400, 404}


async def test_yesterdays_slip_says_that_the_visit_is_over(town: Town) -> None:
    """Its number may be somebody else's today; the page neither shows nor rings for it."""
    ticket = await town.take()
    town.clock.forward(days=1)
    await town.open()
    answer = await town.ask(None, "GET", ticket["status_url"])
    assert answer.status_code == 404
    assert f">{ticket['number']}<" not in answer.text
    assert "live.js" not in answer.text


async def test_the_page_speaks_the_kiosks_language_until_another_is_chosen(town: Town) -> None:
    ticket = await town.take(language="en")
    assert '<html lang="en"' in await read(town, ticket, accept_language="de")
    await town.client.get(ticket["status_url"], params={"lang": "de"})
    assert '<html lang="de"' in await read(town, ticket)
    other = await town.take(language="fr")
    town.client.cookies.clear()
    assert '<html lang="en"' in await read(town, other, accept_language="en")


async def test_the_page_tells_why_others_come_first_and_no_concern(town: Town) -> None:
    await town.open()
    mine = await town.take("id-docs-family", needs=["deaf"])
    quick = await town.take("id-docs-pickup")
    page = await read(town, mine)
    assert str(quick["number"]) in page
    assert "Vor Ihnen ist noch eine Person" in page
    answer = await town.ask(None, "GET", mine["status_url"])
    assert "id-docs" not in answer.text
    assert not re.search(r'value="deaf"[^>]*checked', answer.text), (
        "whoever looks over a shoulder reads no need"
    )


async def test_who_needs_help_says_so_on_the_phone_and_the_clerk_reads_it(town: Town) -> None:
    ticket = await town.take()
    assert "Unser Team weiß Bescheid" not in await read(town, ticket)
    form = {"act": "needs", "need": ["more_time", "step_free"]}
    page = await town.client.post(ticket["status_url"], data=form, follow_redirects=True)
    assert "Unser Team weiß Bescheid" in page.text
    await town.open()
    await town.call()
    state = await town.ask("anna", "GET", "/api/v1/counters/rathaus-1")
    assert state.json()["current"]["needs"] == ["more_time", "step_free"]
    assert (await town.client.post(ticket["status_url"], data=form)).status_code == 409
    wrong = {"act": "needs", "need": "<script>"}
    assert (await town.client.post(ticket["status_url"], data=wrong)).status_code in {400, 409}


async def test_where_visitors_are_fetched_the_page_says_so(town: Town) -> None:
    ticket = await town.take(site="buergerzentrum", who="greta")
    await town.open("buergerzentrum-1", "greta")
    await town.call("buergerzentrum-1", "greta")
    page = await read(town, ticket)
    assert "Wir holen Sie ab" in page
    assert "Bitte bleiben Sie im Wartebereich" in page
    assert "Bitte kommen Sie jetzt" not in page
    assert "Im Foyer abholen" not in page, "that is what the clerk reads"
    assert "Zimmer A" not in page


# -- in a browser ----------------------------------------------------------------------------------------


async def a_phone(browser: Browser, town: Town, ticket: dict[str, Any], **options: Any) -> Page:
    context = await browser.new_context(**{"viewport": PHONE, "locale": "de-DE", **options})
    page = await context.new_page()
    await page.goto(f"http://{town.address}{ticket['status_url']}")
    await page.wait_for_selector("html[data-live=live]")
    return page


async def photograph(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


async def rang(page: Page) -> int:
    return int(await page.locator("#main").get_attribute("data-rang") or 0)


async def test_a_call_fills_the_phone_and_rings_once_each_time(served_town: Town, browser: Browser) -> None:
    await served_town.open()
    ticket = await served_town.take()
    page = await a_phone(browser, served_town, ticket)
    await photograph(page, "status-waiting")
    await page.get_by_role("button", name="Hier klingeln").click()
    await page.wait_for_selector("[data-part=ringing]:visible")
    followed = served_town.house.hub.phones._followed["rathaus"]
    assert list(followed.values()) == [ticket["key"]], "what it shows is kept"
    await served_town.call()
    await page.wait_for_selector("[data-state=called]")
    call, number = page.locator("[data-part=call]"), page.locator(".visit__number")
    box, below = await call.bounding_box(), await number.bounding_box()
    assert box is not None
    assert below is not None
    assert box["height"] >= PHONE["height"] * 0.55
    assert box["y"] + box["height"] <= below["y"]
    assert await rang(page) == 1
    await photograph(page, "status-called")
    await served_town.take()
    await page.wait_for_timeout(700)
    assert await rang(page) == 1, "another visitor's news"
    await served_town.do("anna", "counters/rathaus-1/recall")
    await expect(page.locator("#main")).to_have_attribute("data-rang", "2")
    await served_town.do("anna", "counters/rathaus-1/start")
    await page.wait_for_selector("[data-state=serving]")
    await served_town.do("anna", "counters/rathaus-1/finish")
    await page.wait_for_selector("[data-state=ended]")
    assert not await call.is_visible()


async def test_a_strangers_old_page_does_not_ring_for_a_reused_number(
    served_town: Town, browser: Browser
) -> None:
    """The number comes back, the key does not."""
    await served_town.open()
    old = await served_town.take()
    page = await a_phone(browser, served_town, old)
    seen = await page.evaluate(
        """async ([key, number]) => {
            const {makeBell, view} = await import("/static/status_view.js");
            const call = {key: "somebody else's", number, seq: 99, age_ms: 0};
            const none = {waiting: [], away: [], missed: [], serving: [], call_mode: "screen"};
            const theirs = view({...none, called: [call]}, key);
            const mine = view({...none, called: [{...call, key}]}, key);
            const bell = makeBell();
            return [theirs.state, bell.ring(theirs), bell.ring(mine), bell.ring(mine)];
        }""",
        [old["key"], old["number"]],
    )
    assert seen == ["ended", False, True, False]


@pytest.mark.parametrize("state", ["away", "no_show"])
async def test_the_page_is_accessible_and_fits_the_narrowest_screen(
    served_town: Town, browser: Browser, state: str
) -> None:
    """Failure 26: 320 pixels, which is also 400 % zoom."""
    await served_town.open()
    ticket = await served_town.take()
    if state == "away":
        await form(served_town, ticket, "away")
    elif state != "waiting":
        await served_town.call()
    if state == "no_show":
        await served_town.do("anna", "counters/rathaus-1/no-show")
    page = await a_phone(browser, served_town, ticket, viewport=NARROW)
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not await axe_by_day_and_night(page)
    await photograph(page, f"status-{state}-dark-320")


async def test_a_long_wait_is_said_in_hours_before_and_after_the_script(
    served_town: Town, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_wait(from_min: int, to_min: int) -> None:
        monkeypatch.setattr(estimate, "_as_range", lambda ahead, *_: Estimate(ahead, from_min, to_min))

    monkeypatch.setattr(waits, "_fresh", lambda *_: None)
    all_wait(95, 120)
    await served_town.open()
    ticket = await served_town.take()
    written = await read(served_town, ticket)
    assert "1½–2" in written
    assert "Stunden, geschätzt" in written
    page = await a_phone(browser, served_town, ticket, viewport=NARROW)
    figure = page.locator('[data-part="minutes"]')
    await expect(figure).to_contain_text("1½–2")
    await photograph(page, "status-hours-320")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    all_wait(25, 40)
    await served_town.take()
    await expect(figure).to_contain_text("25–40")
    await expect(figure).to_contain_text("Minuten, geschätzt")
    all_wait(0, 100)
    await served_town.take()
    await expect(figure).to_contain_text("unter 2")
    await expect(figure).to_contain_text("Stunden, geschätzt")


async def test_without_scripts_the_page_is_whole(served_town: Town, browser: Browser) -> None:
    await served_town.open()
    ticket = await served_town.take()
    context = await browser.new_context(viewport=PHONE, locale="de-DE", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"http://{served_town.address}{ticket['status_url']}")
    await page.get_by_role("button", name="Ich bin kurz weg").click()
    await page.get_by_role("button", name="Ich bin wieder da").click()
    await page.get_by_text("Nummer zurückgeben", exact=True).click()
    await page.get_by_role("button", name=f"Nummer {ticket['number']} zurückgeben").click()
    assert await page.get_by_text("Sie haben Ihre Nummer zurückgegeben").is_visible()
