"""Who comes back to the status page after a tunnel or a sleep sees what those see who stayed."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.web.running import Town

SEEN = """() => ["[data-state]", "[data-text=ahead]", "[data-text=room]", "[data-part=facts]",
    "[data-part=call]"]
    .map((where) => document.querySelector(where))
    .map((node) => [node.dataset.state ?? node.textContent, node.hidden])"""

HISTORIES = """async () => {
    const {makeBell, view} = await import("/static/status_view.js");
    let seed = 4711;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    const wrong = [];
    for (let history = 0; history < 300; history += 1) {
        const stayed = makeBell(), slept = makeBell();
        const heard = {stayed: [], slept: []};
        let call = null, seq = 0, views = {}, asleep = false;
        for (let now = 0; now < 40; now += 1) {
            const age = call === null ? 0 : call.age_ms + random(30_000);
            const what = random(6);
            if (what === 0) call = {key: "mine", number: 302, seq: ++seq, age_ms: 0};
            else if (what === 1) call = null;
            else if (call !== null) call = {...call, age_ms: age};
            const stranger = {key: "theirs", number: 302, seq: ++seq, age_ms: 0};
            const waiting = call ? [] : [{key: "mine", ahead: now}];
            const queue = {waiting, away: [], missed: [], serving: [],
                called: [stranger, ...(call ? [call] : [])], call_mode: "screen"};
            asleep = now < 39 && (asleep ? random(4) > 0 : random(5) === 0);
            for (const [who, bell] of [["stayed", stayed], ["slept", slept]]) {
                if (who === "slept" && asleep) continue;
                views[who] = view(queue, "mine");
                if (bell.ring(views[who])) heard[who].push(views[who].call.seq);
            }
        }
        const twice = heard.slept.length !== new Set(heard.slept).size;
        const invented = heard.slept.some((one) => !heard.stayed.includes(one));
        const fresh = call !== null && call.age_ms <= 60_000 && !heard.slept.includes(call.seq);
        if (twice || invented || fresh || JSON.stringify(views.stayed) !== JSON.stringify(views.slept))
            wrong.push(history);
    }
    return wrong;
}"""


class Tunnel:
    """The way between one phone and the server: while `closed`, it swallows everything and breaks nothing."""

    def __init__(self) -> None:
        self.closed = False

    async def through(self, page: Page) -> None:
        await page.route_web_socket(re.compile("/live/"), self._pass)

    def _pass(self, phone: WebSocketRoute) -> None:
        if self.closed:
            return
        server = phone.connect_to_server()
        phone.on_message(lambda words: None if self.closed else server.send(words))
        server.on_message(lambda words: None if self.closed else phone.send(words))


async def open_page(
    browser: Browser, town: Town, ticket: dict[str, Any], tunnel: Tunnel | None = None
) -> Page:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE")
    page = await context.new_page()
    if tunnel is not None:
        await page.clock.install()
        await tunnel.through(page)
    await page.goto(f"http://{town.address}{ticket['status_url']}")
    await page.wait_for_selector("html[data-live=live]")
    return page


async def wake(page: Page) -> None:
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def the_same(one: Page, other: Page) -> None:
    """Wait until both pages show the same."""
    async with asyncio.timeout(10):
        while await one.evaluate(SEEN) != await other.evaluate(SEEN):
            await asyncio.sleep(0.05)


async def test_coming_back_equals_having_stayed(served_town: Town, browser: Browser) -> None:
    """After a second, a minute and an hour, while the hall goes on; what is old is told with its age."""
    await served_town.open()
    await served_town.open("rathaus-2", "bernd")
    await served_town.take()
    ticket = await served_town.take()
    tunnel = Tunnel()
    stayed = await open_page(browser, served_town, ticket)
    left = await open_page(browser, served_town, ticket, tunnel)
    steps: list[tuple[int, Callable[[], Awaitable[object]]]] = [
        (1, served_town.call),
        (60, lambda: served_town.call("rathaus-2", "bernd")),
        (3600, lambda: served_town.do("bernd", "counters/rathaus-2/no-show")),
    ]
    for away_s, work in steps:
        tunnel.closed = True
        await asyncio.gather(*(served_town.take() for _ in range(10)))
        await work()
        await left.clock.fast_forward(away_s * 1000)
        if away_s > 30:
            await expect(left.locator(".visit__lost")).to_contain_text(re.compile(r"Stand von \d\d:\d\d Uhr"))
            assert await left.locator("#main").get_attribute("data-state") != "ended"
        tunnel.closed = False
        await wake(left)
        await left.wait_for_selector("html[data-live=live]")
        await the_same(stayed, left)
    assert await left.locator("#main").get_attribute("data-state") == "no_show"
    assert await left.evaluate(HISTORIES) == [], "the same for any history, and no call rings twice"


async def test_a_call_that_is_taken_back_says_so_and_takes_its_signs_back(
    served_town: Town, browser: Browser
) -> None:
    """Title and icon show the call among other tabs; who was on the way reads that it no longer counts."""
    await served_town.open()
    ticket = await served_town.take()
    page = await open_page(browser, served_town, ticket)
    await served_town.call()
    await page.wait_for_selector("#main[data-state=called]")
    assert (await page.title()).startswith("Sie sind an der Reihe")
    assert "called.svg" in str(await page.locator("link[rel=icon]").get_attribute("href"))
    await served_town.do("anna", "counters/rathaus-1/undo")
    await expect(page.locator("[data-text=line]")).to_contain_text("Bitte warten Sie noch.")
    assert "Sie sind an der Reihe" not in await page.title()
    assert "mark.svg" in str(await page.locator("link[rel=icon]").get_attribute("href"))


async def test_a_phone_that_may_not_sound_says_so(served_town: Town, browser: Browser) -> None:
    """Failure 22, on one's own phone: what is blocked never looks as if it would ring."""
    ticket = await served_town.take()
    context = await browser.new_context(locale="de-DE")
    await context.add_init_script(
        "AudioContext.prototype.resume = () => new Promise(() => {});"
        "Object.defineProperty(AudioContext.prototype, 'state', {get: () => 'suspended'});"
    )
    page = await context.new_page()
    await page.goto(f"http://{served_town.address}{ticket['status_url']}")
    await page.wait_for_selector("html[data-live=live]")
    await page.get_by_role("button", name="Hier klingeln").click()
    await expect(page.locator("[data-part=silent]")).to_be_visible()
    await expect(page.locator("[data-part=ringing]")).to_be_hidden()
    await expect(page.get_by_role("button", name="Hier klingeln")).to_be_enabled()
