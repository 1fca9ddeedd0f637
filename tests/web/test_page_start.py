"""The start page, the front door, and a device that asks to be paired."""

import re
from typing import Any

import pytest

from queue_server.adapters import pairing
from queue_server.domain.access import Role
from tests.web.running import Town
from tests.web.test_api_sessions import token

CODE = re.compile(r"([A-Z0-9]{4})-([A-Z0-9]{4})")
DEMO = [{"demo": True, "demo_password": "rathaus"}]


@pytest.mark.parametrize("changes", DEMO, indirect=True)
async def test_the_demo_links_every_screen_and_says_how_to_sign_in(town: Town) -> None:
    page = (await town.ask(None, "GET", "/")).text
    for door in ("display/rathaus-eg", "display/rathaus-og", "kiosk/rathaus-kiosk"):
        assert f'action="/demo/open/{door}"' in page
    assert page.count('href="/counter?site=') >= 2
    assert ">rathaus<" in page


@pytest.mark.parametrize("changes", DEMO, indirect=True)
async def test_the_demo_lets_a_browser_be_a_display(town: Town) -> None:
    start = await town.client.get("/")
    opened = await town.client.post("/demo/open/display/rathaus-eg", data={"csrf": token(start)})
    assert opened.headers["location"] == "/display/rathaus-eg"
    assert (await town.client.get("/display/rathaus-eg")).status_code == 200
    missing = await town.client.post("/demo/open/display/nothing", data={"csrf": token(start)})
    odd = await town.client.post("/demo/open/counter/rathaus-1", data={"csrf": token(start)})
    assert (missing.status_code, odd.status_code) == (404, 404)
    unasked = await town.client.post("/demo/open/display/rathaus-og", data={})
    assert unasked.status_code == 403


async def test_a_real_server_has_no_such_doors(town: Town) -> None:
    page = (await town.ask(None, "GET", "/")).text
    assert "/demo/" not in page
    assert "Musterstadt" in page
    for path in ("/demo/open/display/rathaus-eg", "/styleguide", "/demo/paper/rathaus-kiosk"):
        assert (await town.ask(None, "POST", path)).status_code == 404


async def test_a_device_is_paired_without_a_keyboard(each_town: Town) -> None:
    sent = await each_town.client.get("/display/rathaus-eg")
    assert sent.headers["location"] == "/pair?display=rathaus-eg"
    page = await each_town.client.get(sent.headers["location"])
    code = CODE.search(page.text)
    assert code is not None
    assert f"aufruf pair {code.group(0)} --display rathaus-eg" in page.text
    again = await each_town.client.get("/pair?display=rathaus-eg")
    assert code.group(0) in again.text, "a reload shows the same code"
    await each_town.house.write(
        lambda conn: pairing.claim_pairing(
            conn,
            organisation_id="musterstadt",
            code=code.group(0),
            role=Role.DISPLAY,
            site_id="rathaus",
            device_id="rathaus-eg",
            now=each_town.clock(),
        )
    )
    paired = await each_town.client.get("/pair")
    assert paired.headers["location"] == "/display/rathaus-eg"
    assert (await each_town.client.get("/display/rathaus-eg")).status_code == 200


async def test_a_code_ends_after_ten_minutes(town: Town) -> None:
    first = CODE.search((await town.client.get("/pair")).text)
    town.clock.forward(minutes=10, seconds=1)
    second = CODE.search((await town.client.get("/pair")).text)
    assert first is not None
    assert second is not None
    assert first.group(0) != second.group(0)


async def test_too_many_devices_are_told_to_wait(town: Town) -> None:
    for _ in range(20):
        town.client.cookies.clear()
        assert (await town.client.get("/pair")).status_code == 200
    town.client.cookies.clear()
    assert (await town.client.get("/pair")).status_code == 429


async def test_what_somebody_writes_shows_as_text(town: Town) -> None:
    """Failure 14: HTML is text in every place where a request's words come back."""
    evil = "<script>alert(1)</script>"
    form = await town.client.get("/sign-in", params={"next": "/a" + evil})
    fields = {"csrf": token(form), "user": evil, "password": "x"}
    wrong = await town.client.post("/sign-in", params={"next": "/a" + evil}, data=fields)
    paired = await town.client.get("/pair", params={"display": evil})
    missing = await town.client.get(f"/t/{evil}")
    for page in (form, wrong, paired, missing):
        assert evil not in page.text
    assert "&lt;script&gt;" in wrong.text


async def test_a_paired_device_goes_on_by_itself(served_town: Town, browser: Any) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"http://{served_town.address}/pair?display=rathaus-eg")
    code = await page.locator(".pairing__code").inner_text()
    await served_town.house.write(
        lambda conn: pairing.claim_pairing(
            conn,
            organisation_id="musterstadt",
            code=code[-9:],
            role=Role.DISPLAY,
            site_id="rathaus",
            device_id="rathaus-eg",
            now=served_town.clock(),
        )
    )
    await page.wait_for_url("**/display/rathaus-eg")
