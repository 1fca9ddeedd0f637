"""Desk and counter are told when a clerk's own calendar contradicts a booking."""

import pytest

from queue_server.web.workers import owners
from tests.adapters.calendars.test_busy_times import calendar
from tests.web.running import Town
from tests.web.test_page_calendar_feed import book
from tests.web.test_page_desk import Desk, words


async def enter(town: Town, clerk: str = "anna", begins: str = "0900") -> None:
    """Let the clerk enter something over the booking of tomorrow at ten."""
    folder = town.house.settings.calendar_folder
    folder.mkdir(exist_ok=True)
    event = f"UID:x\nSUMMARY:Zahnarzt\nDTSTART:20260311T{begins}00Z\nDURATION:PT30M"
    (folder / f"{clerk}.ics").write_bytes(calendar(event))
    await town.house.clerk_calendars.renew(owners(town.house))  # type: ignore[attr-defined]


async def counter(town: Town, path: str = "/counter/rathaus-1/calendar") -> str:
    answer = await town.ask("anna", "GET", path)
    assert answer.status_code == 200
    return answer.text


async def test_the_desk_lists_it_with_a_way_to_the_booking(town: Town) -> None:
    made, desk = await book(town), Desk(town)
    assert "mit Konflikt" not in words(await desk.get())
    assert "Kein Termin widerspricht einem Kalender" in words(await desk.get("/conflicts"))
    await enter(town)
    assert "1 Termin mit Konflikt" in words(await desk.get())
    page = await desk.get("/conflicts")
    assert f'href="/desk/rathaus/appointments/{made["reference"]}"' in page
    assert "Anna Berger im Kalender belegt" in words(page)
    assert "Zahnarzt" not in page, "what the clerk does there is nobody's business"
    await enter(town, begins="1500")
    assert "mit Konflikt" not in words(await desk.get())


async def test_the_clerk_reads_it_at_the_counter(town: Town) -> None:
    await book(town)
    assert "notice" not in await counter(town)
    await enter(town)
    assert "Ihr Kalender widerspricht einem Termin." in words(await counter(town))
    assert 'href="/desk/rathaus/conflicts"' in await counter(town, "/counter/rathaus-1")
    assert "notice" not in (await town.ask("administrator", "GET", "/counter/rathaus-1/calendar")).text


async def test_anothers_conflict_is_not_told_to_a_clerk(town: Town) -> None:
    await book(town, clerk="bernd")
    await enter(town, "bernd")
    assert "notice" not in await counter(town)
    assert "Bernd Lindner" in await Desk(town).get("/conflicts")


@pytest.mark.parametrize("language", ["de", "en"])
async def test_it_is_told_in_both_languages(town: Town, language: str) -> None:
    await book(town)
    await enter(town)
    answer = await town.ask("anna", "GET", "/desk/rathaus/conflicts", Cookie=f"aufruf_language={language}")
    assert ("calendar is busy" if language == "en" else "im Kalender belegt") in words(answer.text)
