"""A clerk enters something while a visitor types: it is seen when the time is booked, whichever way.

A real CalDAV server, and the town's own: the only clerk for a concern is linked.
"""

import ast
import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import httpx2
import pytest

from queue_server.live import postman
from tests.adapters.calendars.radicale_server import Radicale, entry
from tests.web.forms import Visitor
from tests.web.linking import link
from tests.web.running import Town
from tests.web.test_api_booking import ERIKA, VISITOR, send
from tests.web.test_mailing import PUBLIC
from tests.web.test_page_confirm import confirmed_by_mail, link_of
from tests.web.test_page_desk import Desk, words

ONLY_CLERK = "david"
MARRIAGE = "marriage-register"
DAY = "2026-03-12"
TYPED: dict[str, Any] = {"p__name": "Erika Mustermann", "p__email": "erika@posteo.de"}


@pytest.fixture
async def linked(town: Town, radicale: Radicale) -> Town:
    await link(town, replace(radicale.make(), name=ONLY_CLERK))
    async with asyncio.timeout(5):
        while town.house.clerk_calendars.unknown():
            await asyncio.sleep(0.01)
    return town


def enter(town: Town, radicale: Radicale, starts_at: str) -> None:
    """Enter something private in the clerk's calendar, a moment after it was read last."""
    town.clock.forward(seconds=2)
    at = datetime.fromisoformat(starts_at)
    utc = at - (at.utcoffset() or timedelta())
    lines = f"DTSTART:{utc:%Y%m%dT%H%M%SZ}", "DURATION:PT1H", "SUMMARY:Zahnarzt"
    radicale.put(f"at-{utc:%H%M}", entry(f"at-{utc:%H%M}", *lines))


async def free(town: Town) -> list[str]:
    path = f"/api/v1/sites/rathaus/times?services={MARRIAGE}&day={DAY}"
    return list((await town.ask(None, "GET", path)).json()["times"])


async def hold(town: Town, starts_at: str) -> int:
    answer = await send(town, "holds", services=[{"id": MARRIAGE}], starts_at=starts_at)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def assert_taken(answer: httpx2.Response, starts_at: str) -> None:
    assert answer.status_code == 409, answer.text
    error = answer.json()["error"]
    assert error["code"] == "slot_taken"
    assert error["next"]
    assert starts_at not in error["next"]


async def test_in_the_portal_nothing_typed_is_lost(linked: Town, radicale: Radicale) -> None:
    visitor = Visitor(linked)
    await visitor.open(f"/termin/rathaus?step=2&s={MARRIAGE}&day={DAY}")
    chosen = visitor.times[0]
    await visitor.press("at", chosen)
    await visitor.press("act", "check", **TYPED)
    enter(linked, radicale, chosen)
    await visitor.press("act", "book", status=409)
    assert chosen not in visitor.times
    assert "Zahnarzt" not in visitor.page.text
    await visitor.press("at", visitor.times[0])
    assert "Erika Mustermann" in visitor.page.text
    await visitor.press("act", "check")
    await visitor.press("act", "book")
    assert "data-number" in visitor.page.text


async def test_over_the_api(linked: Town, radicale: Radicale) -> None:
    chosen, moved_to, *_ = [time for time in await free(linked) if time[14:16] in {"00", "30"}][::4]
    held = await hold(linked, chosen)
    enter(linked, radicale, chosen)
    assert_taken(await send(linked, "appointments", hold=held, person=ERIKA), chosen)
    assert chosen not in await free(linked)
    other = (await free(linked))[-1]
    booked = (await send(linked, "appointments", hold=await hold(linked, other), person=ERIKA)).json()
    code = booked["manage_url"].rpartition("/")[2]
    answer = await send(linked, "holds", services=[{"id": MARRIAGE}], starts_at=moved_to, code=code)
    assert answer.status_code == 201, answer.text
    enter(linked, radicale, moved_to)
    moved = await send(linked, "appointments/own/move", hold=answer.json()["id"], code=code, client=VISITOR)
    assert_taken(moved, moved_to)


async def test_at_the_desk_and_at_the_kiosk(linked: Town, radicale: Radicale) -> None:
    desk, fields = Desk(linked), {f"n-{MARRIAGE}": "1"}
    chosen = (await free(linked))[0]
    enter(linked, radicale, chosen)
    answer = await desk.post(**fields, at=chosen, name="Erika")
    assert answer.status_code == 409, words(answer.text)
    other = next(time for time in await free(linked) if time > chosen)
    enter(linked, radicale, other)
    body = {"request_id": linked.press(), "services": [{"id": MARRIAGE, "count": 1}], "starts_at": other}
    at_kiosk = await linked.ask("kiosk", "POST", "/api/v1/kiosks/rathaus-kiosk/appointments", body)
    assert_taken(at_kiosk, other)


@PUBLIC
async def test_what_a_mail_confirms_at_another_time(
    linked: Town, radicale: Radicale, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)
    await confirmed_by_mail(linked)
    visitor = Visitor(linked)
    await visitor.open(f"/termin/rathaus?step=2&s={MARRIAGE}&day={DAY}")
    first = visitor.times[0]
    await visitor.press("at", first)
    await visitor.press("act", "check", **TYPED)
    await visitor.press("act", "book")
    await visitor.open(await link_of(linked))
    enter(linked, radicale, first)
    await visitor.press("act", "confirm", status=409)
    chosen = visitor.times[-1]
    enter(linked, radicale, chosen)
    await visitor.press("at", chosen, status=409)
    assert chosen not in visitor.times
    await visitor.press("at", visitor.times[-1])
    assert "Ihr Termin ist gebucht" in visitor.words


async def test_the_desk_is_told_whose_times_are_not_offered(linked: Town, radicale: Radicale) -> None:
    """Failure 19: visibly, and the clerk is named; what others do goes on."""
    desk, line = Desk(linked), "Kalender nicht lesbar"
    assert line not in words(await desk.get()), linked.house.clerk_calendars.health()
    radicale.stop()
    try:
        linked.clock.forward(minutes=16)
        async with asyncio.timeout(5):
            while line not in (page := words(await desk.get())):
                await asyncio.sleep(0.05)
        assert f"{line}: David Krämer" in page, page[page.index(line) :][:200]
        assert await free(linked) == []
        answer = await linked.ask(None, "GET", f"/api/v1/sites/rathaus/times?services=id-card&day={DAY}")
        assert answer.json()["times"]
    finally:
        radicale.start()
    linked.clock.forward(minutes=3)
    async with asyncio.timeout(5):
        while line in words(await desk.get()):
            await asyncio.sleep(0.05)
    assert await free(linked)


def test_whoever_books_reads_the_calendars_before() -> None:
    """No way of booking forgets it: every module that sends such a command reads."""
    books = {
        *("booking.confirm", "booking.move", "booking.bring", "kiosk.book"),
        *("requests.confirm_mail", "confirm_at"),
    }
    for file in resources.files("queue_server").joinpath("web").iterdir():
        if not file.name.endswith(".py"):
            continue
        tree = ast.parse(file.read_text("utf-8"))
        calls = {ast.unparse(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
        assert not calls & books or "read_calendars" in calls, file.name
