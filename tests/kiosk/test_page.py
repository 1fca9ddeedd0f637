"""The touch page in a real browser, on a real server, with a real agent."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.e2e.faces.kiosk import begin
from tests.e2e.harness.axe import axe
from tests.kiosk.conftest import OpenKiosk
from tests.kiosk.escpos_peer import a_printer
from tests.kiosk.hall import Hall, until

SMALLEST = 76  # 20 mm on a 22" screen of 1080 × 1920
TARGETS = """() => [...document.querySelectorAll("button")]
    .filter(b => b.checkVisibility() && b.getAttribute("aria-disabled") !== "true")
    .filter(b => Math.min(b.getBoundingClientRect().width, b.getBoundingClientRect().height) < LIMIT)
    .map(b => b.textContent.trim() || b.ariaLabel)""".replace("LIMIT", str(SMALLEST))
SCREENS = [(1080, 1920), (1920, 1080), (1280, 800), (800, 1280)]


async def choose(page: Page, *services: str, language: str = "de") -> None:
    """Go from the start to the step after the concern."""
    await begin(page, language)
    await page.locator(".tile").first.click()
    for service in services or ("Personalausweis beantragen",):
        await page.locator(".service__choose", has_text=re.compile(f"^{service}$")).click()
    await page.locator("#foot .button--primary").click()


async def to_confirm(page: Page, *services: str, language: str = "de") -> None:
    await choose(page, *services, language=language)
    await page.locator("#foot .button--primary").click()
    await expect(page.locator(".facts .spinner")).to_have_count(0)


def told(request: Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return body


async def take(page: Page) -> int:
    await page.locator(".take").click()
    return await number(page)


async def number(page: Page) -> int:
    await page.wait_for_selector(".result")
    return int(await page.locator(".result__digits .visually-hidden").inner_text())


async def test_number_is_taken_shown_and_printed(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await to_confirm(page)
    shown = await take(page)
    assert await hall.waiting() == [shown]
    await expect(page.locator(".result")).to_contain_text("Erdgeschoss")
    await expect(page.locator(".slip--ready")).to_have_text("Bitte nehmen Sie Ihren Zettel.")
    assert len(list(hall.paper.glob("slip-*.png"))) == 1
    await page.get_by_role("button", name="Fertig").click()
    await expect(page.locator(".begin")).to_have_count(1)


async def test_hammering_the_button_gives_one_number(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 2: a double tap on the ticket: one result."""
    page = await open_kiosk(hall)
    await to_confirm(page)
    await page.evaluate("for (let n = 0; n < 10; n += 1) document.querySelector('.take')?.click()")
    shown = await number(page)
    await expect(page.locator(".slip--ready")).to_be_visible()
    assert await hall.waiting() == [shown]


async def test_answer_lost_on_the_way_gives_one_number(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 2: the server took the press, the network swallowed the answer."""
    page = await open_kiosk(hall)
    ids: list[str] = []

    async def swallow(route: Route) -> None:
        ids.append(told(route.request)["request_id"])
        if len(ids) <= 2:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/tickets", swallow)
    await to_confirm(page)
    shown = await take(page)
    assert len(set(ids)) == 1
    assert len(ids) == 3
    assert await hall.waiting() == [shown]


async def test_several_services_with_counts_persons_and_needs_arrive(
    hall: Hall, open_kiosk: OpenKiosk
) -> None:
    page = await open_kiosk(hall)
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/tickets"):
            sent.append(told(request))

    page.on("request", note)
    await page.locator(".begin").first.click()
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    more = page.get_by_role("button", name="Mehr: Personalausweis beantragen")
    for _ in range(9):
        await more.click(force=True)
    await expect(page.locator(".service--chosen output")).to_have_text("4")
    await page.get_by_role("button", name="Zurück").click()
    await page.locator(".tile").nth(2).click()
    await page.locator(".service__choose", has_text="Lebensbescheinigung").click()
    await expect(page.locator(".foot__what")).to_contain_text("4 × Personalausweis")
    await page.locator("#foot .button--primary").click()
    await page.get_by_role("button", name="Mehr: Wie viele").click()
    await page.get_by_role("button", name="Ich höre nicht oder schlecht").click()
    await page.get_by_role("button", name="Weiter", exact=True).click()
    await expect(page.locator(".confirm")).to_contain_text("Haben Sie das dabei?")
    await take(page)
    assert sent[0]["services"] == [{"id": "id-card", "count": 4}, {"id": "life-certificate", "count": 1}]
    assert (sent[0]["persons"], sent[0]["needs"], sent[0]["language"]) == (2, ["deaf"], "de")


async def test_without_an_open_counter_it_says_so_and_foretells_nothing(
    hall: Hall, open_kiosk: OpenKiosk
) -> None:
    page = await open_kiosk(hall)
    await expect(page.locator(".start__wait")).to_have_text("Zurzeit ist kein Schalter geöffnet")
    await expect(page.locator(".start__unknown")).to_have_text("No counter is open at the moment")
    await to_confirm(page)
    await expect(page.locator(".fact")).to_have_count(1)
    await expect(page.locator(".fact")).to_contain_text("Zurzeit ist kein Schalter dafür geöffnet")


async def test_how_long_it_takes_is_told_before_a_number_is_taken(hall: Hall, open_kiosk: OpenKiosk) -> None:
    cookie = await hall.staff("anna")
    await hall.post("/counters/rathaus-1/open", {}, cookie=cookie, device=False)
    for n in range(3):
        await hall.take(f"n{n}")
    page = await open_kiosk(hall)
    await expect(page.locator(".start__wait .number")).to_have_text(re.compile(r"^\d+–\d+$"))
    await expect(page.locator(".start__count")).to_contain_text("3 Personen warten")
    await to_confirm(page)
    await expect(page.locator(".fact").nth(0)).to_contain_text("3")
    await expect(page.locator(".fact").nth(1)).to_contain_text(re.compile(r"\d+–\d+ Min\."))
    assert len(await hall.waiting()) == 3


async def test_paper_out_is_said_and_the_reprint_keeps_the_number(
    bare_hall: Hall, open_kiosk: OpenKiosk, tmp_path: Any
) -> None:
    """Failure 5: the number stands, the page says what to do, a reprint is the same number."""
    async with a_printer("paper_out") as printer:
        bare_hall.start_agent(printer.address, tmp_path / "agent")
        page = await open_kiosk(bare_hall)
        await expect(page.locator(".start__note")).to_contain_text("kein Zettel")
        await to_confirm(page)
        shown = await take(page)
        await expect(page.locator(".slip--failed")).to_contain_text("Das Papier ist leer")
        await expect(page.locator(".slip--failed")).to_contain_text(str(shown))
        assert await page.locator(".slip__qr").evaluate("async i => (await i.decode(), i.naturalWidth)") > 0
        # The page knows that the paper is out before the agent has tried; filled too soon, both would print.
        await until(lambda: bool(bare_hall.slips()) and bare_hall.slips()[-1][2] == "refused")
        printer.mood = "good"
        await page.get_by_role("button", name="Noch einmal drucken").click()
        await expect(page.locator(".slip--ready")).to_be_visible(timeout=15_000)
        assert await number(page) == shown
    assert len(printer.slips) == 1, printer.slips
    assert await bare_hall.waiting() == [shown]


async def test_without_an_agent_the_number_is_to_be_noted(bare_hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 5: nobody prints: the page does not promise a slip."""
    page = await open_kiosk(bare_hall)
    await expect(page.locator(".start__note")).to_be_visible()
    await to_confirm(page)
    shown = await take(page)
    await expect(page.locator(".slip--failed")).to_contain_text(f"merken Sie sich die {shown}")


async def test_forgotten_visit_is_warned_about_and_cleared(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 18: the kiosk returns to its start after a warning and clears what was chosen."""
    page = await open_kiosk(hall, clock=True)
    await choose(page, "Apply for identity card", language="en")
    await page.get_by_role("button", name="I need more time").click()
    await page.clock.run_for(55_000)
    await expect(page.locator("dialog")).to_be_hidden()
    await page.clock.run_for(10_000)
    warning = page.locator("dialog")
    await expect(warning).to_contain_text("Are you still there?")
    left = int(re.search(r"in (\d+) seconds", await warning.inner_text())[1])  # type: ignore[index]
    assert left >= 20
    await page.get_by_role("button", name="More time", exact=True).click()
    await expect(warning).to_be_hidden()
    await page.clock.run_for(40_000)
    await expect(warning).to_be_hidden()
    await page.clock.run_for(50_000)
    await expect(page.locator(".start")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "de"
    await begin(page, "en")
    await expect(page.locator(".tile--chosen")).to_have_count(0)
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    await page.locator("#foot .button--primary").click()
    await expect(page.locator('.need[aria-pressed="true"]')).to_have_count(0)


async def test_number_on_the_screen_goes_after_a_warning(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 18: the next visitor does not see somebody else's number."""
    page = await open_kiosk(hall, clock=True)
    await to_confirm(page)
    await take(page)
    await expect(page.locator(".slip--ready")).to_be_visible()
    await page.clock.run_for(27_000)
    closing = await page.locator("[data-closing]").inner_text()
    assert int(re.sub(r"\D", "", closing)) >= 20
    await page.get_by_role("button", name="Mehr Zeit").click()
    await expect(page.locator("[data-closing]")).to_have_count(0)
    await page.clock.run_for(51_000)
    await expect(page.locator(".start")).to_be_visible()


async def test_stopped_kiosk_says_so_without_a_touch_and_goes_on(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    admin = await hall.staff()
    await hall.post("/sites/rathaus/issuing", {"issuing": False}, cookie=admin, device=False)
    await expect(page.locator('.start[data-state="stopped"] h1')).to_have_text("Zurzeit keine Nummern")
    await expect(page.locator(".start")).to_contain_text("No numbers at the moment")
    await expect(page.locator(".begin")).to_have_count(0)
    assert await axe(page) == []
    await hall.post("/sites/rathaus/issuing", {"issuing": True}, cookie=admin, device=False)
    await expect(page.locator(".begin")).to_have_count(1)


async def test_stopped_in_the_last_moment_is_said_in_words(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await to_confirm(page)
    await page.route("**/tickets", lambda route: route.fulfill(status=409, json=REFUSAL))
    await page.locator(".take").click()
    await expect(page.get_by_role("alert")).to_have_text("Heute keine Nummern mehr")
    assert await hall.waiting() == []


REFUSAL = {"error": {"code": "not_issuing", "message": "…", "reason": "past_closing"}}


async def test_lost_server_is_said_and_the_page_comes_back_by_itself(
    hall: Hall, open_kiosk: OpenKiosk
) -> None:
    page = await open_kiosk(hall)
    hall.server.kill()
    await expect(page.locator('.start[data-state="lost"]')).to_contain_text("Empfang", timeout=10_000)
    await hall.server.start()
    await expect(page.locator(".begin")).to_have_count(1, timeout=20_000)


async def test_number_is_given_back(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await to_confirm(page)
    shown = await take(page)
    await page.get_by_role("button", name="Nummer zurückgeben").click()
    await page.get_by_role("button", name="Nein, behalten").click()
    assert await hall.waiting() == [shown]
    await page.get_by_role("button", name="Nummer zurückgeben").click()
    await page.get_by_role("button", name="Ja, zurückgeben").click()
    await expect(page.locator(".word")).to_contain_text(str(shown))
    assert await hall.waiting() == []


async def test_what_needs_no_number_is_explained(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await page.locator(".begin").first.click()
    await page.locator(".tile", has_text="Wohnsitz").click()
    await page.locator(".service--other button", has_text="Melderegisterauskunft").click()
    await expect(page.locator("dialog")).to_contain_text("online")
    assert await page.locator(".dialog__qr").evaluate("async i => (await i.decode(), i.naturalWidth)") > 0
    assert await axe(page) == []
    await page.get_by_role("button", name="Verstanden").click()
    await page.get_by_role("button", name="Zum Anfang").or_(page.get_by_role("button", name="Zurück")).click()
    await page.locator(".tile", has_text="Geburt").click()
    marriage = page.locator(".service", has_text="Eheschließung").first
    await expect(marriage).to_contain_text("Nur mit Termin")  # and here it gets one


async def test_language_changes_at_every_step_and_keeps_what_was_chosen(
    hall: Hall, open_kiosk: OpenKiosk
) -> None:
    page = await open_kiosk(hall)
    await choose(page)
    english = page.locator('.head__language[lang="en"]')
    await english.click()
    await expect(page.locator("h1")).to_have_text("Anything else we should know?")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await page.locator("#foot .button--primary").click()
    await expect(page.locator(".confirm__concern")).to_contain_text("Apply for identity card")
    await page.locator('.head__language[lang="de"]').click()
    await expect(page.locator(".confirm__concern")).to_contain_text("Personalausweis beantragen")
    await english.click()
    await take(page)
    await expect(page.locator(".result__label")).to_contain_text("Your number")


@pytest.mark.parametrize(("width", "height"), SCREENS)
async def test_every_step_is_whole_large_and_accessible(
    hall: Hall, open_kiosk: OpenKiosk, width: int, height: int
) -> None:
    page = await open_kiosk(hall, width=width, height=height)

    async def judge() -> None:
        assert await page.evaluate(TARGETS) == []
        size = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert size == [width, height], "nothing scrolls but lists"
        if (width, height) in SCREENS[:2]:
            assert await axe(page) == []

    await judge()
    await expect(page.locator(".begin").last).to_be_in_viewport(ratio=1)
    await expect(page.locator(".start__wait")).to_be_in_viewport(ratio=1)
    await page.locator(".begin").first.click()
    await judge()
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    await judge()
    await page.locator("#foot .button--primary").click()
    await judge()
    await page.locator("#foot .button--primary").click()
    await expect(page.locator(".facts .spinner")).to_have_count(0)
    await judge()
    await take(page)
    await expect(page.locator(".slip--ready")).to_be_in_viewport(ratio=1)
    await judge()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (480, 270)])
async def test_zoomed_page_reflows_and_nothing_is_cut_off(
    hall: Hall, open_kiosk: OpenKiosk, width: int, height: int
) -> None:
    """Failure 26: everything usable at 400 % zoom, at 320 px."""
    page = await open_kiosk(hall, width=width, height=height)

    async def judge() -> None:
        assert await page.evaluate("document.documentElement.scrollWidth") == width

    await judge()
    await page.locator(".begin").first.click()
    await judge()
    await page.locator(".tile").first.click()
    await page.locator(".service__choose").first.click()
    await judge()
    await page.locator("#foot .button--primary").click()
    await judge()
    await page.locator("#foot .button--primary").click()
    await expect(page.locator(".facts .spinner")).to_have_count(0)
    await judge()
    await page.locator(".take").scroll_into_view_if_needed()
    await take(page)
    await expect(page.locator(".slip--ready")).to_be_visible()
    await judge()


async def test_all_of_it_works_by_keyboard(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 26: everything usable by keyboard."""
    page = await open_kiosk(hall)

    async def press(selector: str) -> None:
        async with asyncio.timeout(20):
            while not await page.evaluate("s => document.activeElement.matches(s)", selector):
                await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")

    await press(".begin--first")
    assert await page.evaluate("document.activeElement.tagName") == "H1", "the new step is read out"
    await press(".tile")
    await press(".service__choose")
    await press("#foot .button--primary")
    await press("#foot .button--primary")
    await expect(page.locator(".facts .spinner")).to_have_count(0)
    await press(".take")
    assert await hall.waiting() == [await number(page)]


async def test_paper_preview_shows_new_slips_by_itself(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    await page.goto(f"{hall.server.url}/demo/paper/rathaus-kiosk")
    await expect(page.locator(".empty")).to_be_visible()
    assert await axe(page) == []
    await hall.take("a")
    await expect(page.locator(".paper img")).to_have_count(1, timeout=10_000)
    assert await page.locator(".paper img").evaluate("async i => (await i.decode(), i.naturalWidth)") > 500
    await hall.take("b")
    await expect(page.locator(".paper")).to_have_count(2, timeout=10_000)
    await page.reload()
    await expect(page.locator(".paper")).to_have_count(2)
