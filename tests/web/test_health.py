"""Whether the server lives and is fit, and who may read how fit."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from tests.adapters.calendars.radicale_server import Radicale
from tests.web.linking import link
from tests.web.running import HOST, Town
from tests.web.test_sockets import picture


async def test_the_process_answers(town: Town) -> None:
    assert (await town.ask(None, "GET", "/healthz")).json() == {"status": "ok"}


async def test_how_the_backups_stand_is_told(town: Town) -> None:
    assert (await ready(town, "anna"))["backup"] == {"age_s": None, "error": ""}
    figures = (await town.ask("integration", "GET", "/metrics")).text
    assert "aufruf_backup_failed 0.0" in figures
    assert "aufruf_backup_age_seconds" not in figures
    folder = town.house.settings.backup_folder
    folder.mkdir(exist_ok=True)
    (folder / f"aufruf-{town.house.clock() - timedelta(hours=2):%Y%m%dT%H%M%SZ}.backup").touch()
    age = (await ready(town, "anna"))["backup"]["age_s"]  # type: ignore[index]
    assert 7200 <= age < 7300
    assert "aufruf_backup_age_seconds 72" in (await town.ask("integration", "GET", "/metrics")).text


async def test_strangers_read_only_whether_it_is_ready(each_town: Town) -> None:
    answer = await each_town.ask(None, "GET", "/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_the_details_are_of_the_own_sites_only(served_town: Town) -> None:
    async with served_town.socket("kiosk", "/live/kiosks/rathaus-kiosk?agent=1") as agent:
        await picture(agent)
        await agent.send(json.dumps({"printer": {"state": "error", "code": "paper_out"}}))
        details = await ready(served_town, "anna")
        while details["printers"] != {"rathaus-kiosk": "paper_out"}:
            details = await ready(served_town, "anna")
        assert details["database"] == "ok"
        assert details["displays"] == {"rathaus-eg": False, "rathaus-og": False}
        assert details["speech"]
        assert (await ready(served_town, "greta"))["printers"] == {}
        assert "rathaus" not in json.dumps(await ready(served_town, "other town's administrator"))


async def ready(town: Town, who: str) -> dict[str, object]:
    return dict((await town.ask(who, "GET", "/readyz")).json())


async def test_a_display_is_healthy_only_when_its_sound_works(served_town: Town) -> None:
    """Failure 22."""
    async with served_town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        blocked = {"health": {"audio": {"unlocked": False, "output": True}}}
        await display.send(json.dumps(blocked))
        await (await display.ping())
        assert (await ready(served_town, "anna"))["displays"] == {"rathaus-eg": False, "rathaus-og": False}
        await display.send(json.dumps({"health": {"audio": {"unlocked": True, "output": True}}}))
        while not (await ready(served_town, "anna"))["displays"]["rathaus-eg"]:  # type: ignore[index]
            pass


async def test_without_its_database_it_is_not_ready_and_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(town.house.database, "read", gone)
    answer = await town.ask(None, "GET", "/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not_ready"})


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("anna", 403), ("integration", 200), ("administrator", 200)]
)
async def test_figures_are_for_this_machine_or_with_a_token(town: Town, who: str | None, status: int) -> None:
    elsewhere = httpx2.ASGITransport(town.app, client=("203.0.113.9", 4711))
    async with httpx2.AsyncClient(transport=elsewhere, base_url=HOST) as client:
        answer = await client.get("/metrics", headers=town.headers(who))
    assert answer.status_code == status
    behind_a_proxy = await town.ask(who, "GET", "/metrics", x_forwarded_for="203.0.113.9")
    assert behind_a_proxy.status_code == status


@pytest.mark.parametrize("who", ["other town's administrator", "integration", None])
async def test_the_figures_of_a_site_are_for_its_own_town(town: Town, who: str | None) -> None:
    """This machine reads all of them."""
    forwarded = {"x_forwarded_for": "203.0.113.9"} if who else {}
    figures = (await town.ask(who, "GET", "/metrics", **forwarded)).text
    assert "aufruf_writable 1.0" in figures
    assert ('site="rathaus"' in figures) is (who != "other town's administrator")


async def test_the_figures_tell_how_the_hall_is(town: Town) -> None:
    await town.open()
    await town.take()
    figures = (await town.ask(None, "GET", "/metrics")).text
    assert 'aufruf_waiting{site="rathaus"} 1.0' in figures
    assert 'aufruf_open_counters{site="rathaus"} 1.0' in figures
    assert 'aufruf_display_healthy{display="rathaus-eg",site="rathaus"} 0.0' in figures


async def test_a_broken_calendar_of_a_clerk_is_told_to_colleagues(town: Town) -> None:
    folder = town.house.settings.calendar_folder
    folder.mkdir(exist_ok=True)
    (folder / "bernd.ics").write_bytes(b"<html>please sign in</html>")
    (folder / "anna.ics").write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nEND:VCALENDAR\r\n"
    )
    details: dict[str, object] = {}
    while not details.get("calendars"):
        await asyncio.sleep(0.1)  # the server looks every two seconds
        details = await ready(town, "anna")
    assert details["calendars"] == {"anna": "ok", "bernd": "broken: ValueError"}
    assert (await ready(town, "other town's administrator"))["calendars"] == {}


async def test_whose_calendar_cannot_be_read_is_told_and_counted(town: Town, radicale: Radicale) -> None:
    """Failure 19: no stale offers for that clerk, visibly; the figures name nobody."""
    account = radicale.make("bernd")
    radicale.stop()
    try:
        await link(town, account)
        assert 'aufruf_calendars_unread{site="rathaus"} 1.0' in await metrics(town)
        await once(town, "bernd", "unreachable")
    finally:
        radicale.start()
    await link(town, replace(account, every=timedelta(seconds=30)))
    await once(town, "bernd", "ok")
    assert 'aufruf_calendars_unread{site="rathaus"} 0.0' in await metrics(town)
    assert "bernd" not in await metrics(town)


async def once(town: Town, clerk_id: str, state: str) -> None:
    while town.house.clerk_calendars.health().get(clerk_id) != state:
        await asyncio.sleep(0.01)


async def metrics(town: Town) -> str:
    return (await town.ask(None, "GET", "/metrics")).text
