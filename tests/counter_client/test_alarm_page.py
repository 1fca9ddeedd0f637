"""The staff alarm on the clerk's page: who sees and hears what, in a real browser."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.counter_client.conftest import SESSION, Hall, OpenCounter
from tests.counter_client.test_modules import Module
from tests.e2e.harness.axe import axe_by_day_and_night

CHORD = "Control+Alt+a"


@pytest.fixture(autouse=True)
def quiet_again(hall: Hall) -> Iterator[None]:
    """End what a test leaves running: the server is shared."""
    yield
    for one in running(hall):
        hall._http.post(f"/sites/rathaus/alarms/{one['id']}", json={"act": "end"}).raise_for_status()


def running(hall: Hall) -> list[dict[str, Any]]:
    return list(hall._http.get("/sites/rathaus/alarms").json()["alarms"])


@pytest.fixture
async def colleague(hall: Hall, browser: Browser) -> AsyncIterator[Page]:
    """Bernd's page at the next counter, in a browser of his own."""
    context: BrowserContext = await browser.new_context(locale="de-DE")
    cookie = {"name": SESSION, "value": hall.session("bernd"), "url": hall.server.url}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(f"{hall.server.url}/counter/rathaus-2")
    await page.wait_for_selector("html[data-stage]")
    yield page
    await context.close()


def sound(page: Page, state: str) -> Any:
    return page.locator(f'html[data-alarm-sound="{state}"]')


async def raise_by_two_presses(page: Page) -> None:
    button = page.locator("[data-alarm=call]")
    await button.click()
    await expect(button).to_have_text("Noch einmal drücken")
    await page.wait_for_timeout(350)
    await button.click()


async def test_two_presses_call_everybody_and_nothing_sounds_here(
    hall: Hall, open_counter: OpenCounter, colleague: Page
) -> None:
    """Failure 25: the colleague's page shows and sounds, the own one has a quiet line."""
    page = await open_counter()
    title = await page.title()
    await colleague.mouse.click(5, 5)
    await raise_by_two_presses(page)
    await expect(colleague.locator(".alarm__title")).to_have_text("Alarm: Zimmer 1")
    await expect(sound(colleague, "playing")).to_be_attached()
    await expect(page.locator(".alarm-call__said")).to_contain_text("Hilfe ist gerufen")
    await expect(page.locator(".alarm")).to_be_hidden()
    assert await page.evaluate("document.documentElement.dataset.alarmSound ?? ''") == ""
    assert await page.title() == title
    await expect(colleague).to_have_title("Alarm: Zimmer 1")
    assert await axe_by_day_and_night(colleague) == []
    await colleague.locator("[data-alarm=going]").click()
    await expect(sound(colleague, "")).to_be_attached()
    await expect(page.locator(".alarm-call__said")).to_contain_text("Unterwegs: Zimmer 2")
    await page.locator("[data-alarm=end]").click()
    await expect(colleague.locator(".alarm")).to_be_hidden()
    await expect(page.locator("[data-alarm=call]")).to_have_text("Alarm")


async def test_one_press_and_a_double_click_call_nobody(hall: Hall, open_counter: OpenCounter) -> None:
    page = await open_counter()
    button = page.locator("[data-alarm=call]")
    await button.dblclick()
    await expect(button).to_have_text("Noch einmal drücken")
    await expect(button).to_have_text("Alarm", timeout=6000)
    assert running(hall) == []


async def test_the_keys_call_from_within_a_dialog_and_the_banner_stands_above_one(
    hall: Hall, open_counter: OpenCounter, colleague: Page
) -> None:
    page = await open_counter()
    for one in (page, colleague):
        await one.locator('[data-act="more"]').click()
        await expect(one.locator("dialog.sheet")).to_be_visible()
    await page.keyboard.press(CHORD)
    await expect(colleague.locator(".alarm:modal .alarm__title")).to_be_focused()
    await colleague.keyboard.press("Enter")
    assert [one["going"] for one in running(hall)] == [[]], "what was typed into the dialog answers nothing"
    await colleague.keyboard.press("Escape")
    await expect(sound(colleague, "")).to_be_attached()
    await expect(colleague.locator("dialog.sheet")).to_be_visible()
    await expect(colleague.locator(".alarm")).to_be_visible()


async def test_a_trial_says_that_it_is_one(hall: Hall, open_counter: OpenCounter, colleague: Page) -> None:
    page = await open_counter()
    await page.locator('[data-act="more"]').click()
    await page.locator('[data-act="alarm_test"]').click()
    await expect(colleague.locator(".alarm__title")).to_have_text("Probealarm: Zimmer 1")
    await expect(page.locator(".alarm-call__said")).to_contain_text("Probealarm läuft")
    assert [one["test"] for one in running(hall)] == [True]


async def test_a_page_that_is_opened_later_sees_what_runs(hall: Hall, open_counter: OpenCounter) -> None:
    bernd = {"cookie": f"{SESSION}={hall.session('bernd')}"}
    httpx2.post(
        f"{hall.server.url}/api/v1/counters/rathaus-2/alarm", json={"request_id": "later"}, headers=bernd
    ).raise_for_status()
    page = await open_counter()
    await expect(page.locator(".alarm__title")).to_have_text("Alarm: Zimmer 2")
    await page.goto(f"{hall.server.url}/desk/rathaus")
    await expect(page.locator(".alarm__title")).to_have_text("Alarm: Zimmer 2")
    await page.locator("[data-alarm=going]").click()
    await expect(page.locator(".alarm__told")).to_contain_text("Unterwegs: Empfang")


async def test_an_answer_that_fails_is_said_and_ending_a_colleagues_takes_two_presses(
    hall: Hall, open_counter: OpenCounter, colleague: Page
) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, json={"error": {"code": "storage_unavailable", "message": ""}})

    page = await open_counter()
    await colleague.mouse.click(5, 5)
    await page.keyboard.press(CHORD)
    await colleague.route("**/alarms/*", refuse)
    await colleague.locator("[data-alarm=going]").click()
    await expect(colleague.locator(".alarm__blocked")).to_have_text(
        "Das kam nicht an. Drücken Sie noch einmal."
    )
    await expect(sound(colleague, "playing")).to_be_attached()
    assert await axe_by_day_and_night(colleague) == []
    await colleague.unroute("**/alarms/*")
    end = colleague.locator("[data-alarm=end]")
    await end.dblclick()
    await expect(end).to_have_text("Noch einmal drücken")
    assert len(running(hall)) == 1
    await colleague.wait_for_timeout(350)
    await end.click()
    await expect(colleague.locator(".alarm")).to_be_hidden()
    assert running(hall) == []


async def test_an_empty_room_does_not_ring_all_night(module: Module) -> None:
    body = """
    const alarms = [{ id: "a", told: "far" }, { id: "b", told: "far" }, { id: "c", told: "near" }];
    const heard = new Map([["a", 0], ["b", 300_000]]);
    return [0, 599_999, 600_000, 900_000].map((now) =>
      m.sounding(alarms, { acknowledged: new Set(), heard, now }).map((one) => one.id).join(""));
    """
    assert await module("alarm_view", body) == ["ab", "ab", "b", ""]


async def test_a_siren_that_was_stopped_is_not_begun_again_by_its_own_end(module: Module) -> None:
    body = """
    const states = [];
    const siren = m.makeSiren((state) => states.push(state));
    siren.start(); siren.start(); siren.stop(); siren.stop();
    return [siren.state(), states.at(-1)];
    """
    assert await module("siren", body) == ["", ""]


async def test_what_a_press_means(module: Module) -> None:
    got = await module(
        "alarm_view",
        "return [[null, 0], [0, 250], [0, 301], [0, 2999], [0, 3001]].map((p) => m.pressMeans(...p));",
    )
    assert got == ["arm", "", "call", "call", "arm"]


async def test_a_letter_typed_with_alt_gr_calls_nobody(module: Module) -> None:
    pressed = "ctrlKey: true, altKey: true, code: 'KeyA', repeat: false"
    keys = f"{{{pressed}, getModifierState: (name) => name === given}}"
    assert await module("alarm_view", f"return m.isChord({keys});", "AltGraph") is False
    assert await module("alarm_view", f"return m.isChord({keys});", "Shift") is True


async def test_the_siren_rises_three_times_and_never_clips(module: Module) -> None:
    body = (
        "const all = m.turn(8000); return [all.length, Math.max(...all.map(Math.abs)), [...all.slice(-800)]];"
    )
    length, loudest, rest = await module("siren", body)
    assert length == round((3 * 0.38 + 0.9) * 8000)
    assert 0.5 < loudest <= 0.9
    assert set(rest) == {0}, "a pause, in which one hears what is shouted"
