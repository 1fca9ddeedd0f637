"""Booking another day at the touch page: the sheet of days, the times, and what a site wants typed."""

import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.faces.kiosk import begin
from tests.e2e.harness.axe import axe
from tests.kiosk.real_town import TOWN, Noon, RealTown, a_real_town
from tests.kiosk.test_page import SCREENS, TARGETS, number
from tests.kiosk.test_start_page import OVERFLOWING

pytestmark = pytest.mark.asyncio(loop_scope="session")

SITE = """
[[sites]]
id = "NAME"
name = { de = "Haus NAME", en = "House NAME" }
time_zone = "ZONE"
opening = { mon-sun = "06:00-23:00" }
closures = [{ on = CLOSED, reason = { de = "Betriebsausflug", en = "Staff outing" } }]
areas = [{ id = "NAME-foyer", name = { de = "Foyer", en = "Lobby" } }]
rooms = [{ name = "1" }]
counters = [{ id = "NAME-1", room = "1" }]
displays = [{ id = "NAME-tv" }]
kiosks = [{ id = "NAME-kiosk", area = "NAME-foyer" }]
kiosk_fields = [FIELDS]
interpreter_languages = [SPOKEN]
interpreter_days = 1

[[clerks]]
user = "NAME"
name = "Clerk NAME"
sites = ["NAME"]
roster = [{ days = "mon-sun", hours = "10:00-HOUR:00", counter = "NAME-1" }]
"""
SPOKEN = {"asking": '"tr", "fa", "en"', "plain": ""}
PASSPORT = '\n[services.passport]\nadmission = "appointment"\n'
FIELDS = {"asking": '"name", "contact", "birth_date"', "plain": ""}
CLOSED_IN, FULL_IN = 2, 3
OpenKiosk = Callable[..., Awaitable[Page]]


def town_file(noon: Noon) -> str:
    closed = f"{noon.at(days=CLOSED_IN):%Y-%m-%d}"
    return (
        TOWN
        + PASSPORT
        + "".join(
            SITE.replace("NAME", name)
            .replace("ZONE", noon.zone)
            .replace("CLOSED", closed)
            .replace("FIELDS", fields)
            .replace("SPOKEN", SPOKEN[name])
            .replace("HOUR", "11" if name == "plain" else "20")
            for name, fields in FIELDS.items()
        )
    )


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealTown]:
    """Two houses; in the plain one a clerk works for an hour a day, and one day is taken already."""
    folder = tmp_path_factory.mktemp("booking") / "town"
    async with a_real_town(folder, town_file, tuple(FIELDS)) as town:
        full = f"{town.noon.at(days=FULL_IN):%Y-%m-%d}"
        offer = f"{town.server.url}/api/v1/sites/plain/times?services=id-card&day={full}"
        while times := (await town.get(offer))["times"]:
            who = {
                "client": f"a-visitor-{times[0][11:13]}-{times[0][14:16]}-at-home",
                "request_id": times[0][:16],
            }
            body = who | {"services": [{"id": "id-card"}], "starts_at": times[0]}
            assert (await town.post("administrator", "plain/holds", body)).status_code == 201
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def open_kiosk(town: RealTown, browser: Browser) -> AsyncIterator[OpenKiosk]:
    pages: list[Page] = []
    complaints: list[str] = []

    async def open_(
        site: str = "plain", *, width: int = 1080, height: int = 1920, clock: bool = False
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="de-DE", reduced_motion="reduce"
        )
        await context.add_cookies([town.cookie(site)])  # type: ignore[list-item]
        page = await context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if clock:
            await page.clock.install()
        await page.goto(f"{town.server.url}/kiosk/{site}-kiosk")
        await page.wait_for_selector(".begin")
        return page

    yield open_
    for page in pages:
        await page.context.close()
    assert complaints == []


async def to_days(page: Page, language: str = "de") -> None:
    """From the start to the sheet of days, past the wait."""
    await begin(page, language)
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    await page.locator("#foot .button--primary").click()
    await page.locator("#foot .button--primary").click()
    await page.locator(".later__days").click()
    await expect(page.locator(".day").first).to_be_visible()


async def touch(page: Page, text: str) -> None:
    for sign in text:
        key = page.locator(".keyboard .key--space") if sign == " " else None
        await (key or page.locator(".keyboard .key").get_by_text(sign, exact=True)).click()


def day(town: RealTown, later: int) -> str:
    return f'.day[data-date="{town.noon.at(days=later):%Y-%m-%d}"]'


async def test_free_full_and_closed_days_differ_by_more_than_colour(
    town: RealTown, open_kiosk: OpenKiosk
) -> None:
    """G5; failure 26: by a word and a sign, too; a closed day says why."""
    page = await open_kiosk()
    await to_days(page)
    for later, word in ((1, "frei"), (CLOSED_IN, "zu"), (FULL_IN, "voll")):
        await expect(page.locator(day(town, later)).locator(".day__state")).to_have_text(word)
    signs = [
        await page.locator(day(town, later)).locator("path").get_attribute("d")
        for later in (1, CLOSED_IN, FULL_IN)
    ]
    assert len(set(signs)) == 3
    await expect(page.locator(".days__reasons")).to_contain_text("Betriebsausflug")
    await expect(page.locator(day(town, FULL_IN))).to_have_attribute("aria-disabled", "true")
    await page.locator(day(town, FULL_IN)).click(force=True)
    await expect(page.locator(".days__sheet")).to_be_visible()
    assert await axe(page) == []
    assert await page.evaluate(TARGETS) == []


async def test_start_page_says_when_the_next_time_is_free(town: RealTown, open_kiosk: OpenKiosk) -> None:
    """B2: without a touch, in both languages, as the live picture has it."""
    plain, asking = await open_kiosk(), await open_kiosk("asking", width=1280, height=800)
    tomorrow = town.noon.at(days=1).day
    await expect(plain.locator(".start__free")).to_contain_text("Heute ist kein Termin mehr frei")
    await expect(plain.locator(".start__free")).to_contain_text(f", {tomorrow}. ")
    await expect(plain.locator(".start__free")).to_contain_text("No appointments left today")
    await expect(asking.locator(".start__free")).to_contain_text(re.compile(r"Termine heute frei: \d\d:\d\d"))
    assert await asking.evaluate(OVERFLOWING) == []


async def test_who_gets_no_number_may_book(town: RealTown, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(width=1280, height=800)
    try:
        await town.post("administrator", "plain/issuing", {"issuing": False})
        await page.locator('.book-button[lang="de"]').click()
        await page.locator(".tile").first.click()
        await page.locator(".service__choose").first.click()
        await page.locator("#foot .button--primary").click()
        await page.locator("#foot .button--primary").click()
        await expect(page.locator(".days__sheet")).to_be_visible()
    finally:
        await town.post("administrator", "plain/issuing", {"issuing": True})


async def test_walk_in_books_another_day_without_typing_anything(
    town: RealTown, open_kiosk: OpenKiosk
) -> None:
    """Failure 2: two taps are one booking; the page says the day as well as the time."""
    page = await open_kiosk()
    await to_days(page)
    await page.locator(day(town, 1)).click()
    time = page.locator(".times .later__time").nth(1)
    clock = await time.inner_text()
    await time.click()
    await expect(page.locator("h1")).to_contain_text(f"um {clock} Uhr kommen?")
    await page.locator(".take").dblclick()
    shown = await number(page)
    await expect(page.locator(".result__time")).to_contain_text(f"{town.noon.at(days=1).day}. ")
    await expect(page.locator(".result__clock")).to_have_text(f"{clock} Uhr")
    with closing(sqlite3.connect(town.server.data / "aufruf.sqlite3", timeout=5)) as database:
        query = "SELECT count(*) FROM appointment WHERE state = 'booked' AND number = ?"
        assert database.execute(query, [shown]).fetchone() == (1,)


async def test_earliest_time_is_one_touch_away(town: RealTown, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk()
    await to_days(page, "en")
    offer = f"{town.server.url}/api/v1/sites/plain/earliest?services=id-card"
    first = (await town.get(offer))["times"][0]
    await expect(page.locator(".days__first")).to_contain_text(first[11:16])
    await page.locator(".days__first").click()
    await expect(page.locator(".fact--time")).to_contain_text(first[11:16])
    await page.get_by_role("button", name="Back").click()
    await expect(page.locator(".days__sheet")).to_be_visible()


async def test_time_that_was_taken_meanwhile_leads_back_to_its_day(
    town: RealTown, open_kiosk: OpenKiosk
) -> None:
    """Failure 17: shown free, sold out meanwhile; what was chosen stays."""
    page = await open_kiosk()
    await to_days(page)
    await page.locator(day(town, 4)).click()
    clock = await page.locator(".times .later__time").first.inner_text()
    await page.locator(".times .later__time").first.click()
    offer = f"{town.server.url}/api/v1/sites/plain/times?services=id-card&day="
    at = (await town.get(f"{offer}{town.noon.at(days=4):%Y-%m-%d}"))["times"][0]
    body = {"client": "somebody-who-was-faster", "request_id": "faster", "starts_at": at}
    await town.post("administrator", "plain/holds", body | {"services": [{"id": "id-card"}]})
    await page.locator(".take").click()
    await expect(page.locator(".notice--bad")).to_contain_text("gerade vergeben worden")
    times = page.locator(".times .later__time")
    await expect(times.first).to_be_visible()
    assert clock not in await times.all_inner_texts()


async def test_what_needs_an_appointment_gets_one_here(open_kiosk: OpenKiosk) -> None:
    """No number is offered for it, and nobody is sent away to telephone."""
    page = await open_kiosk()
    await page.locator('.begin[lang="de"]').click()
    await page.locator(".tile").first.click()
    passport = page.locator(".service__choose", has_text="Nur mit Termin")
    await passport.click()
    await page.locator("#foot .button--primary").click()
    await page.locator("#foot .button--primary").click()
    await expect(page.locator(".days__sheet")).to_be_visible()
    await page.get_by_role("button", name="Zurück").click()
    await expect(page.locator(".people:visible")).to_be_visible()


async def to_fields(page: Page, language: str = "de") -> None:
    await to_days(page, language)
    await page.locator(".days__first").click()
    await expect(page.locator(".keyboard")).to_be_visible()


async def test_what_the_site_needs_is_typed_hidden_and_kept_for_the_clerk(
    town: RealTown, open_kiosk: OpenKiosk
) -> None:
    """Failure 27: who stands behind reads dots; nothing typed is in an address, in the log or on the page."""
    page = await open_kiosk("asking")
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    await to_fields(page)
    await touch(page, "Jörg ")
    await touch(page, "W")  # a large one by itself, at the beginning of a word
    await expect(page.locator(".secret__shown")).to_have_text("•••• W")
    assert await axe(page) == []
    assert await page.evaluate(TARGETS) == []
    await page.locator("#secret").press_sequentially("olf")  # a keyboard with keys
    await page.locator(".secret__eye").click()
    await expect(page.locator(".secret__shown")).to_have_text("Jörg Wolf")
    await page.locator("#secret").press("Enter")
    await touch(page, "joerg@posteo.de")
    await page.get_by_role("button", name="Weiter", exact=True).click()
    await touch(page, "30022000")
    onward = page.get_by_role("button", name="Weiter", exact=True)
    await expect(onward).to_have_attribute("aria-disabled", "true")  # there is no such day
    for _ in range(8):
        await page.locator(".key--delete").click()
    await touch(page, "29022000")
    await onward.click()
    assert "Wolf" not in await page.content()
    await page.locator(".take").click()
    shown = await number(page)
    found = (await town.post("administrator", "asking/appointments/search", {"text": "Wolf"})).json()
    assert [(one["number"], one["name"]) for one in found["appointments"]] == [(shown, "Jörg Wolf")]
    told = "".join(urls) + town.server.log
    assert not any(word in told for word in ("Wolf", "posteo"))


async def test_what_was_typed_goes_with_the_visitor(open_kiosk: OpenKiosk) -> None:
    """Failure 18: warned about, then cleared; the next one finds an empty field."""
    page = await open_kiosk("asking", clock=True)
    await to_fields(page)
    await page.locator("#secret").press_sequentially("Jörg Wolf")
    await page.clock.run_for(62_000)
    await expect(page.locator("dialog")).to_contain_text("Sind Sie noch da?")
    await page.clock.run_for(30_000)
    await expect(page.locator(".start")).to_be_visible()
    assert "Wolf" not in await page.content()
    await to_fields(page)
    assert await page.input_value("#secret") == ""


@pytest.mark.parametrize(("width", "height"), SCREENS)
async def test_all_keys_are_in_view(open_kiosk: OpenKiosk, width: int, height: int) -> None:
    page = await open_kiosk("asking", width=width, height=height)
    await to_fields(page)
    hidden: list[Any] = await page.evaluate(OUT_OF_VIEW)
    assert hidden == []


OUT_OF_VIEW = """() => {
    const end = document.getElementById("foot").getBoundingClientRect().top;
    return [...document.querySelectorAll(".secret, .key")].filter(one => {
        const box = one.getBoundingClientRect();
        return box.bottom > end || box.right > innerWidth;
    }).map(one => one.textContent);
}"""


@pytest.mark.parametrize(("width", "height"), [(320, 640), (480, 270)])
async def test_booking_reflows_when_zoomed(open_kiosk: OpenKiosk, width: int, height: int) -> None:
    """Failure 26: everything usable at 400 % zoom, at 320 px."""
    page = await open_kiosk("asking", width=width, height=height)
    fits = "document.documentElement.scrollWidth"
    await to_days(page, "en")
    assert await page.evaluate(fits) == width
    await page.locator(".days__first").click()
    await page.locator("#secret").press_sequentially("Maximiliane Mustermann-Schmidtbauer")
    assert await page.evaluate(fits) == width
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator("h1")).to_have_text("How can we reach you?")


async def test_who_needs_an_interpreter_is_asked_for_the_language(open_kiosk: OpenKiosk) -> None:
    """By the languages' own names: who looks for one cannot read the page's word for it."""
    page = await open_kiosk("asking")
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(f"{request.url} {request.post_data or ''}"))
    await to_people(page)
    asked = page.get_by_role("group", name="In welche Sprache?")
    need = page.get_by_role("button", name="Jemand soll für mich dolmetschen")
    await expect(asked).to_be_hidden()
    await need.click()
    await expect(asked.get_by_role("button")).to_have_text(
        ["Türkçe", "فارسی", "English", "Eine andere Sprache"]
    )
    await expect(asked.locator('[aria-pressed="true"]')).to_have_count(0)
    assert await axe(page) == []
    assert await page.evaluate(TARGETS) == []
    await asked.get_by_role("button", name="فارسی").click()
    await expect(asked.locator('[aria-pressed="true"]')).to_have_text("فارسی")
    await page.get_by_role("button", name="Weiter", exact=True).click()
    await page.locator(".take").click()
    await number(page)
    [taken] = [one for one in bodies if one.split()[0].endswith("/tickets")]
    assert '"needs":["interpreter_fa"]' in taken
    assert not any("interpreter" in one.split()[0] for one in bodies), (
        "failure 27: in a body, never in an address"
    )


async def test_the_pages_own_language_is_chosen_first_and_goes_with_the_need(open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk("asking")
    await to_people(page, "en")
    need = page.get_by_role("button", name="I need somebody to interpret")
    await need.click()
    asked = page.get_by_role("group", name="Into which language?")
    await expect(asked.locator('[aria-pressed="true"]')).to_have_text("English")
    await need.click()
    await expect(asked).to_be_hidden()
    await expect(page.locator('.need[aria-pressed="true"]:visible')).to_have_count(0)


async def test_where_nobody_interprets_nobody_is_asked_for_a_language(open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk("plain")
    await to_people(page)
    await expect(page.get_by_role("button", name="Jemand soll für mich dolmetschen")).to_have_count(0)


async def to_people(page: Page, language: str = "de") -> None:
    await begin(page, language)
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    await page.locator("#foot .button--primary").click()
    await page.wait_for_selector(".people")


async def test_times_of_an_old_picture_are_of_no_other_day(open_kiosk: OpenKiosk) -> None:
    """After midnight the evening's times read as those of a new day on which the hall is long closed."""
    page = await open_kiosk("asking")
    found = await page.evaluate(
        """async () => {
            const { startView } = await import("/static/kiosk/start.js");
            const config = JSON.parse(document.getElementById("config").textContent);
            const { makeTexts } = await import("/static/texts.js");
            const texts = new Map([["de", makeTexts(config.texts.de, "de")]]);
            const today = ["2026-03-10T17:30+01:00", "2026-03-10T22:50+01:00"];
            const free = { today, next: "2026-03-11T08:00+01:00" };
            const figures = { wait: null, waiting_count: 0, printer: "ready", free };
            const picture = { giving: true, reason: "", ...figures };
            const line = (date, time) => {
                const here = { config, texts, language: "de", live: "live", hasScanner: false };
                const view = startView({ ...here, picture, local: { date, time } });
                return view.querySelector(".start__free")?.textContent ?? "";
            };
            return [line("2026-03-10", "17:00"), line("2026-03-10", "23:00"), line("2026-03-11", "00:05")];
        }"""
    )
    assert "17:30" in found[0]
    assert "22:50" in found[0]
    assert "17:30" not in found[1] + found[2]
    assert "Mittwoch" in found[1]
    assert found[2] == "", "nothing is known of that day yet"
