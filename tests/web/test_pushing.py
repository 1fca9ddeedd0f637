"""A call reaches a phone whose page is not looked at: from the clerk's press to the message on the screen."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser as WebBrowser
from playwright.async_api import expect

from queue_server.web.pushing import forget_ended
from tests.push_service import Browser, Service, a_push_service, encode, proven
from tests.web.running import Town


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with a_push_service(tmp_path) as served:
        yield served


@pytest.fixture
async def pushing_town(served_town: Town, service: Service, tmp_path: Path) -> Town:
    """A town whose operator has switched pushes on."""
    path = served_town.house.settings.connections_file
    path.touch(0o600)
    path.write_text(
        f'[push]\ncontact = "it@stadt.example"\nservices = ["{service.host}"]\n'
        f'ca_file = "{tmp_path / "push-ca.pem"}"\n'
    )
    assert served_town.house.connections.look()
    return served_town


async def ask_for_pushes(town: Town, ticket: dict[str, Any], browser: Browser, endpoint: str) -> int:
    form = {
        "act": "push",
        "endpoint": endpoint,
        "p256dh": encode(browser.point),
        "auth": encode(browser.auth),
    }
    return (await town.client.post(ticket["status_url"], data=form)).status_code


async def test_a_call_and_a_recall_reach_the_browser_with_number_and_room_alone(
    pushing_town: Town, service: Service
) -> None:
    """Over a real service, by RFC 8030, 8291 and 8292."""
    browser, ticket = Browser(), await pushing_town.take("id-docs-family", needs=["deaf"])
    await pushing_town.open()
    assert await ask_for_pushes(pushing_town, ticket, browser, service.endpoint) == 204
    await pushing_town.call()
    lines, body = await service.next()
    assert json.loads(browser.read(body)) == {
        "title": f"{ticket['number']} · Sie sind an der Reihe",
        "body": "Zimmer 1",
        "lang": "de",
        "dir": "ltr",
    }
    claims = proven(lines["authorization"])
    assert (claims["aud"], claims["sub"]) == (f"https://{service.host}", "mailto:it@stadt.example")
    assert claims["key"] == pushing_town.house.pushes.public_key
    service.answers = [410]
    await pushing_town.do("anna", "counters/rathaus-1/recall")
    assert browser.read((await service.next())[1])


async def test_a_call_taken_back_is_followed_by_the_word_to_wait(
    pushing_town: Town, service: Service
) -> None:
    browser, ticket = Browser(), await pushing_town.take()
    await pushing_town.open()
    assert await ask_for_pushes(pushing_town, ticket, browser, service.endpoint) == 204
    await pushing_town.call()
    await service.next()
    await pushing_town.do("anna", "counters/rathaus-1/undo")
    lines, body = await service.next()
    assert lines["topic"] == "call", "it takes the place of a call that is still on its way"
    assert json.loads(browser.read(body)) == {
        "title": f"{ticket['number']} · Mein Aufruf",
        "body": "Bitte warten Sie noch. Der Aufruf gilt nicht mehr. Wir rufen Sie wieder auf.",
        "lang": "de",
        "dir": "ltr",
        "quiet": True,
    }


async def test_the_wish_ends_with_the_visit_and_can_be_taken_back(
    pushing_town: Town, service: Service
) -> None:
    pushes, browser = pushing_town.house.pushes, Browser()
    ticket = await pushing_town.take()
    assert await ask_for_pushes(pushing_town, ticket, browser, service.endpoint) == 204
    assert await ask_for_pushes(pushing_town, ticket, browser, "") == 204
    assert pushes.sites == frozenset()
    assert await ask_for_pushes(pushing_town, ticket, browser, service.endpoint) == 204
    await forget_ended(pushing_town.house)
    assert pushes.sites == {"rathaus"}, "the visit goes on"
    await pushing_town.client.post(ticket["status_url"], data={"act": "cancel"})
    pushing_town.clock.forward(seconds=14)
    await forget_ended(pushing_town.house)
    assert pushes.sites == {"rathaus"}, "an undo of what ended a visit may bring it back"
    pushing_town.clock.forward(seconds=2)
    await forget_ended(pushing_town.house)
    assert pushes.sites == frozenset()
    assert await ask_for_pushes(pushing_town, ticket, browser, service.endpoint) == 409


async def test_a_site_that_was_removed_keeps_no_address_and_stops_no_other(
    pushing_town: Town, service: Service
) -> None:
    pushes, browser = pushing_town.house.pushes, Browser()
    phone = browser.subscription(service.endpoint)
    assert all(pushes.keep(site_id, "key", phone) for site_id in ("gone-1", "rathaus", "gone-2"))
    await forget_ended(pushing_town.house)
    assert pushes.sites == frozenset()


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1/x", "http://localhost/x", "https://evil.example/x"])
async def test_a_stranger_sends_us_nowhere_else(pushing_town: Town, endpoint: str) -> None:
    assert await ask_for_pushes(pushing_town, await pushing_town.take(), Browser(), endpoint) == 409
    assert pushing_town.house.pushes.sites == frozenset()


async def test_without_the_operators_word_nothing_is_offered_nor_taken(town: Town) -> None:
    ticket = await town.take()
    assert '"push_key": ""' in (await town.client.get(ticket["status_url"])).text
    assert await ask_for_pushes(town, ticket, Browser(), "https://fcm.googleapis.com/x") == 409


# The browser's own service lies far away; all else in this test is real: page, worker, server, encryption.
SUBSCRIBED = """
let known = null;
PushManager.prototype.getSubscription = async () => known;
PushManager.prototype.subscribe = async ({applicationServerKey}) => (known = {
    options: {applicationServerKey: applicationServerKey.buffer},
    unsubscribe: async () => ((known = null), true),
    toJSON: () => ({endpoint: "%s", keys: {p256dh: "%s", auth: "%s"}}),
});
"""
# A page stays for the time of an undo; how long is held in test_status_modules.
AT_ONCE = """
const later = setTimeout;
window.setTimeout = (act, ms, ...more) => later(act, ms === 15000 ? 0 : ms, ...more);
"""
MESSAGES = """async () => {
    const worker = await navigator.serviceWorker.getRegistration(location.pathname);
    return ((await worker?.getNotifications()) ?? []).map((one) => [one.title, one.body, one.lang, one.dir]);
}"""


async def test_a_call_reaches_the_page_in_the_background(
    pushing_town: Town, service: Service, browser: WebBrowser
) -> None:
    """The push that the server sent is handed to the browser by its test protocol, as its service would."""
    mine, ticket = Browser(), await pushing_town.take()
    await pushing_town.open()
    origin = f"http://{pushing_town.address}"
    context = await browser.new_context(locale="de-DE")
    await context.grant_permissions(["notifications"], origin=origin)
    await context.add_init_script(SUBSCRIBED % (service.endpoint, encode(mine.point), encode(mine.auth)))
    await context.add_init_script(AT_ONCE)
    page = await context.new_page()
    await page.goto(origin + ticket["status_url"])
    await page.wait_for_selector("html[data-live=live]")
    await page.get_by_role("button", name="Auch melden, wenn die Seite zu ist").click()
    # Starting a worker takes a busy machine seconds.
    await expect(page.locator("[data-part=pushing]")).to_be_visible(timeout=20_000)
    await pushing_town.call()
    message = mine.read((await service.next())[1]).decode()

    protocol, seen = await context.new_cdp_session(page), []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda told: seen.extend(told["registrations"]))
    await protocol.send("ServiceWorker.enable")
    while not seen:
        await page.wait_for_timeout(20)
    assert seen[0]["scopeURL"] == origin + ticket["status_url"], "the worker is this one page's"
    await protocol.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": seen[0]["registrationId"], "data": message},
    )
    said = [[f"{ticket['number']} · Sie sind an der Reihe", "Zimmer 1", "de", "ltr"]]
    await page.wait_for_function(
        f"async (said) => JSON.stringify(await ({MESSAGES})()) === JSON.stringify(said)", arg=said
    )
    await pushing_town.do("anna", "counters/rathaus-1/start")
    await page.wait_for_function(f"async () => (await ({MESSAGES})()).length === 0")
    await pushing_town.do("anna", "counters/rathaus-1/finish")
    await page.wait_for_function(
        "async () => !(await navigator.serviceWorker.getRegistration(location.pathname))"
    )
