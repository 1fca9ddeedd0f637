"""Appointments at the touch page: coming later instead of waiting, and checking in; nothing is played."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from queue_server.adapters.server_key import LETTERS
from queue_server.domain.ticket import TicketState
from tests.e2e.harness.axe import axe
from tests.kiosk.real_town import TOWN, Noon, RealTown, a_real_town
from tests.kiosk.test_page import TARGETS, number
from tests.kiosk.test_scanner import scan

SITE = """
[[sites]]
id = "NAME"
name = { de = "Haus NAME", en = "House NAME" }
time_zone = "ZONE"
always_open = true
areas = [{ id = "NAME-foyer", name = { de = "Foyer", en = "Lobby" } }]
rooms = [{ name = "1" }]
counters = [{ id = "NAME-1", room = "1" }]
displays = [{ id = "NAME-tv" }]
kiosks = [{ id = "NAME-kiosk", area = "NAME-foyer" }]

[[clerks]]
user = "NAME"
name = "Clerk NAME"
sites = ["NAME"]
roster = [{ days = "mon-sun", hours = "06:00-23:00", counter = "NAME-1" }]
"""
SITES = ("nord", "west")
CARD = [{"id": "id-card", "count": 1}]
OpenKiosk = Callable[..., Awaitable[Page]]


def town_file(noon: Noon) -> str:
    return TOWN + "".join(SITE.replace("NAME", name).replace("ZONE", noon.zone) for name in SITES)


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealTown]:
    folder = tmp_path_factory.mktemp("appointments") / "town"
    public = ("--public-url", "https://termine.neustadt.example")
    async with a_real_town(folder, town_file, SITES, *public) as town:
        yield town


@pytest.fixture
async def open_kiosk(town: RealTown, browser: Browser) -> AsyncIterator[OpenKiosk]:
    pages: list[Page] = []
    complaints: list[str] = []

    async def open_(*, width: int = 1080, height: int = 1920, clock: bool = False) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="de-DE", reduced_motion="reduce"
        )
        await context.add_cookies([town.cookie("nord")])  # type: ignore[list-item]
        page = await context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if clock:
            await page.clock.install()
        await page.goto(f"{town.server.url}/kiosk/nord-kiosk")
        await page.wait_for_selector(".begin")
        return page

    yield open_
    for page in pages:
        await page.context.close()
    assert complaints == []


async def booked(town: RealTown, site: str = "nord") -> dict[str, Any]:
    """Book the first time of the day as the town's portal does."""
    earliest = f"{town.server.url}/api/v1/sites/{site}/earliest?services=id-card"
    at = (await town.get(earliest))["times"][0]
    who = {"client": "a-visitor-at-home", "request_id": f"{site}-{at[:16]}"}
    hold = await town.post("administrator", f"{site}/holds", who | {"services": CARD, "starts_at": at})
    person = {"name": "Erika Mustermann", "email": "erika@neustadt.example"}
    body = who | {"request_id": f"book-{site}-{at[:16]}", "hold": hold.json()["id"], "person": person}
    answer = await town.post("administrator", f"{site}/appointments", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def type_in(page: Page, text: str, then: str = "Weiter") -> None:
    for sign in text:
        await page.locator(".keypad__keys").get_by_text(sign, exact=True).click()
    await page.get_by_role("button", name=then, exact=True).click()


async def test_walk_in_comes_later_instead_of_waiting(town: RealTown, open_kiosk: OpenKiosk) -> None:
    """B2: the free times of today stand beside the wait, before a number is taken; nothing is asked."""
    page = await open_kiosk()
    await page.locator(".begin").first.click()
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    await page.locator("#foot .button--primary").click()
    await page.locator("#foot .button--primary").click()
    times = page.locator(".later__time")
    await expect(times).to_have_count(3)
    assert await axe(page) == []
    time = (await times.nth(1).inner_text())[:5]
    await times.nth(1).click()
    await expect(page.locator("h1")).to_contain_text(time)
    assert await page.evaluate(TARGETS) == []
    await page.get_by_role("button", name="Termin nehmen").dblclick()
    shown = await number(page)
    await expect(page.locator(".result__clock")).to_contain_text(time)
    # Nobody prints here: the number and the code of the manage page are on the screen (failure 5).
    await expect(page.locator(".slip--failed")).to_contain_text(str(shown), timeout=15_000)
    assert await page.locator(".slip__qr").evaluate("async i => (await i.decode(), i.naturalWidth)") > 0
    assert await axe(page) == []
    await page.get_by_role("button", name="Fertig").click()
    await page.locator(".arrive-button").first.click()
    await type_in(page, str(shown))
    await type_in(page, time.replace(":", ""), "Anmelden")
    assert await number(page) == shown
    await expect(page.locator(".result__line")).to_contain_text(f"früh da. Wir rufen Sie ab {time}")
    # Number and time may be overheard: nothing of the page tells the concern.
    await expect(page.locator(".result__bring")).to_have_text(
        "Haben Sie alles dabei?Die Liste steht in Ihrer Bestätigung."
    )
    all_of_it = (await page.locator("main").inner_text()).lower()
    assert [word for word in ("ausweis", "pass", "lichtbild", "gebühr") if word in all_of_it] == []


async def test_code_of_the_confirmation_checks_in(town: RealTown, open_kiosk: OpenKiosk) -> None:
    """B1; failure 27: neither the name nor the concern is on the page, and the secret in no address.

    What to have along is named to who showed the secret: a reminder with nothing to press.
    """
    mine = await booked(town)
    page = await open_kiosk()
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    await scan(page, mine["manage_url"])
    assert await number(page) == mine["number"]
    await expect(page.locator(".result__bring h2")).to_have_text("Haben Sie alles dabei?")
    assert await axe(page) == []
    shown = str(await page.locator("main").evaluate(BESIDE_THE_REMINDER))
    assert "Foyer" in shown
    assert [word for word in ("Erika", "Personalausweis") if word in shown] == []
    secret = mine["manage_url"].rpartition("/")[2]
    assert [url for url in urls if secret in url] == []
    await scan(page, mine["manage_url"])
    await expect(page.locator(".word")).to_contain_text(f"Ihre Nummer ist {mine['number']}")
    elsewhere = await booked(town, "west")
    await scan(page, elsewhere["manage_url"])
    await expect(page.locator(".word")).to_contain_text("Wir erwarten Sie hier: Haus west")


async def test_every_answer_to_arriving_has_its_words(open_kiosk: OpenKiosk) -> None:
    """Who was called and missed it, or is away, is not told to wait: nobody would call."""
    page = await open_kiosk(width=1280, height=800)
    found = await page.evaluate(WORDS_OF_STATES, [state.value for state in TicketState])
    assert found["no_show"] == "missed"
    assert (found["away"], found["serving"], found["waiting"]) == ("away", "called", "here")
    texts = (await page.evaluate("JSON.parse(document.getElementById('config').textContent)"))["texts"]
    answers = {*found.values(), "wrong_day", "wrong_site", "over", "code_unknown", "pause"}
    wanted = {f"kiosk.arrive_{one}{end}" for one in answers for end in ("", "_text")}
    wanted |= {f"kiosk.arrived_{one}" for one in ("early", "on_time", "late")} | {"kiosk.arrive_unknown"}
    for language in ("de", "en"):
        assert {key for key in wanted if not texts[language].get(key)} == set()


BESIDE_THE_REMINDER = """main => {
    const copy = main.cloneNode(true);
    copy.querySelector(".result__bring").remove();
    return copy.textContent;
}"""
WORDS_OF_STATES = """async states => {
    const { wordOfState } = await import("/static/kiosk/arriving.js");
    return Object.fromEntries(states.map(state => [state, wordOfState(state)]));
}"""


async def test_after_three_errors_the_desk_is_named(town: RealTown, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(width=1280, height=800)
    await page.locator('.arrive-button[lang="de"]').click()
    await page.get_by_role("button", name="Ich habe nur das Buchungszeichen").click()
    keys = await page.locator(".keypad__keys .key:not(.key--delete)").all_inner_texts()
    assert "".join(keys) == LETTERS
    assert await axe(page) == []
    assert await page.evaluate(TARGETS) == []
    await type_in(page, "AAAAAA")
    await type_in(page, "915", "Anmelden")  # nine o'clock needs no 0
    for _ in range(2):
        await expect(page.locator(".notice--bad")).to_contain_text("keinen Termin gefunden")
        await page.get_by_role("button", name="Weiter", exact=True).click()
        await page.get_by_role("button", name="Anmelden", exact=True).click()
    await expect(page.locator(".word h1")).to_have_text("Bitte wenden Sie sich an den Empfang")


async def test_what_was_typed_is_warned_about_and_cleared(open_kiosk: OpenKiosk, town: RealTown) -> None:
    """Failure 18. Checking in stays possible while no numbers are given out."""
    page = await open_kiosk(clock=True)
    try:
        await town.post("administrator", "nord/issuing", {"issuing": False})
        await expect(page.locator('.start[data-state="stopped"]')).to_be_visible()
        await page.locator('.arrive-button[lang="en"]').click()
        await type_in(page, "417", "Continue")
        await page.clock.run_for(62_000)
        await expect(page.locator("dialog")).to_contain_text("Are you still there?")
        await page.clock.run_for(30_000)
        await expect(page.locator(".start")).to_be_visible()
        await page.locator('.arrive-button[lang="de"]').click()
        assert "".join(await page.locator(".typed__sign").all_inner_texts()) == ""
    finally:
        await town.post("administrator", "nord/issuing", {"issuing": True})
