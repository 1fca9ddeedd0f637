"""`/admin/health`: for administrators, the worst first, in their language; no other town's devices."""

import asyncio
import re
from typing import Any

import pytest

from queue_server.domain.doctor.findings import CHECKS, Finding
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.running import START, Town
from tests.web.test_doctoring import doctor_of, looks
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph

PAGE = "/admin/health"


async def read(town: Town, who: str = "administrator", language: str = "de") -> str:
    answer = await town.client.get(PAGE, params={"lang": language}, headers=town.headers(who))
    assert answer.status_code == 200
    return answer.text


async def first_look(town: Town) -> None:
    """Wait for what a server looks at in its first moment."""
    while ("hall", "backups") not in town.house.condition.found:
        await asyncio.sleep(0.01)


async def test_before_the_first_look_nothing_is_claimed(town: Town) -> None:
    await first_look(town)
    town.house.condition.looked_at.clear()
    town.house.condition.found.clear()
    page = words(await read(town))
    assert page.count("noch nicht geprüft") == len(CHECKS)
    assert "Es ist noch nichts geprüft." in page
    town.house.condition.take("hall", {"disk": []}, START)
    assert "Es ist noch nicht alles geprüft. Bisher ist nichts ausgefallen." in words(await read(town))
    town.house.condition.take("hall", {check: [] for check in CHECKS}, START)
    assert "Alles in Ordnung." in words(await read(town))


async def test_the_machine_is_looked_at_at_once(town: Town) -> None:
    await first_look(town)
    assert "disk" in town.house.condition.looked_at
    assert "displays" not in town.house.condition.looked_at, "screens still come back after a start"


async def test_the_worst_stands_first_with_what_to_do(town: Town) -> None:
    await looks(town, minutes=0.3)
    page = words(await read(town))
    alarm, hint = "Der Bildschirm rathaus-eg ist nicht verbunden.", "öffentliche Adresse nicht"
    assert page.index(alarm) < page.index(hint)
    assert "Sehen Sie nach, ob er eingeschaltet ist" in page
    assert "seit 10.03.26" in page
    english = words(await read(town, language="en"))
    assert "The screen rathaus-eg is not connected." in english
    assert not re.search(r"doctor\.[a-z]", page + english)


async def test_another_town_sees_its_own_devices_only(town: Town) -> None:
    await looks(town, minutes=0.3)
    other = await read(town, "other town's administrator")
    assert "rathaus-eg" not in other
    assert "nachbarhaus-tv" in other


async def test_check_now_looks_at_everything(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(_: object) -> dict[str, object]:
        return {"speech": []}

    monkeypatch.setattr(doctor_of(town)._tools.eyes, "thorough", nothing)
    form = {"csrf": field(await read(town), "csrf")}
    answer = await town.client.post(PAGE, data=form, headers=town.headers("administrator"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=now")
    assert "speech" in town.house.condition.looked_at
    assert (await town.client.post(PAGE, data={}, headers=town.headers("administrator"))).status_code == 403


async def test_the_page_is_accessible_and_narrow(served_town: Town, browser: Any) -> None:
    """Failure 26."""
    served_town.house.condition.take(
        "hall", {"key": [Finding("key_beside_backups", params={"where": "x" * 60})]}, START
    )
    await looks(served_town, minutes=0.3)
    for size in (NARROW, {"width": 1280, "height": 900}):
        context = await browser.new_context(
            viewport=size, extra_http_headers=served_town.headers("administrator"), locale="de-DE"
        )
        page = await context.new_page()
        await page.goto(f"http://{served_town.address}{PAGE}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if size is NARROW:
            assert not await axe_by_day_and_night(page)
            await photograph(page, "health-dark-320")
        else:
            await photograph(page, "health-1280")
        await context.close()
