"""Calendars of clerks in a folder: read when they change, kept when they break, counted in the book."""

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from queue_server.adapters.calendars.busy_cells import owners_of
from queue_server.adapters.calendars.clerk_calendars import ClerkCalendars
from queue_server.adapters.database import Database
from queue_server.domain.errors import SlotTaken
from queue_server.domain.slots import Span, cell_of, starts_in, time_of
from queue_server.services import offer
from queue_server.services.ports import Unit
from tests.adapters.calendars.test_busy_times import calendar
from tests.services.booking_hall import TOMORROW, Booker
from tests.town_hall import CAR, PASS, at, booking_town

TOWN = booking_town()
NOON = at("12:00")
SPAN = Span(cell_of(at("00:00", TOMORROW)), 288)
MORNING = "DTSTART:20260304T080000Z\nDTEND:20260304T090000Z"
AFTERNOON = "DTSTART:20260304T130200Z\nDTEND:20260304T135900Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "calendars"
    found.mkdir()
    return found


@pytest.fixture
def calendars(folder: Path) -> ClerkCalendars:
    return ClerkCalendars(folder)


def look(calendars: ClerkCalendars) -> None:
    calendars.look(owners_of([TOWN]), NOON)


def put(path: Path, content: bytes, age_s: int = 0) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(0, (1_000_000 + age_s) * 10**9))


def busy(calendars: ClerkCalendars, clerk_id: str = "carla") -> list[str]:
    cells = list(starts_in(calendars.busy(clerk_id, SPAN), SPAN))
    return [f"{time_of(cells[0]):%H:%M}", f"{time_of(cells[-1]):%H:%M}", str(len(cells))] if cells else []


def test_without_a_folder_nobody_is_busy(tmp_path: Path) -> None:
    calendars = ClerkCalendars(tmp_path / "nowhere")
    look(calendars)
    assert busy(calendars) == []
    assert calendars.health() == {}


def test_every_cell_that_is_touched_is_busy(folder: Path, calendars: ClerkCalendars) -> None:
    put(folder / "carla.ics", calendar(MORNING, AFTERNOON))
    look(calendars)
    assert busy(calendars) == ["08:00", "13:55", str(12 + 12)]
    assert busy(calendars, "anna") == []


def test_several_files_of_a_folder_are_one_calendar(folder: Path, calendars: ClerkCalendars) -> None:
    (folder / "carla").mkdir()
    put(folder / "carla" / "office.ics", calendar(MORNING))
    put(folder / "carla" / "holidays.ics", calendar(AFTERNOON))
    put(folder / "carla" / "notes.txt", b"no calendar")
    look(calendars)
    assert busy(calendars) == ["08:00", "13:55", "24"]


def test_the_number_rises_only_when_an_answer_changes(folder: Path, calendars: ClerkCalendars) -> None:
    put(folder / "carla.ics", calendar(MORNING))
    look(calendars)
    before = calendars.version
    put(folder / "carla.ics", calendar(MORNING), age_s=1)
    look(calendars)
    assert calendars.version == before
    put(folder / "carla.ics", calendar(AFTERNOON), age_s=2)
    look(calendars)
    assert calendars.version > before
    assert busy(calendars)[0] == "13:00"


def test_a_broken_file_keeps_what_was_read_last_and_is_told(
    folder: Path, calendars: ClerkCalendars, caplog: pytest.LogCaptureFixture
) -> None:
    put(folder / "carla.ics", calendar(MORNING))
    look(calendars)
    put(folder / "carla.ics", calendar(f"SUMMARY:Zahnarzt\n{AFTERNOON}")[:-30], age_s=1)
    look(calendars)
    look(calendars)
    assert busy(calendars)[0] == "08:00"
    assert calendars.health() == {"carla": "broken: no calendar"}
    assert len(caplog.records) == 1, "once, not every two seconds"
    assert "Zahnarzt" not in caplog.text
    put(folder / "carla.ics", calendar(AFTERNOON), age_s=2)
    look(calendars)
    assert calendars.health() == {"carla": "ok"}
    assert busy(calendars)[0] == "13:00"


def test_a_file_that_is_gone_keeps_nobody_busy(folder: Path, calendars: ClerkCalendars) -> None:
    put(folder / "carla.ics", calendar(MORNING))
    look(calendars)
    (folder / "carla.ics").unlink()
    look(calendars)
    assert busy(calendars) == []
    assert calendars.health() == {}


def test_a_file_that_is_too_large_is_not_read(
    folder: Path, calendars: ClerkCalendars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.adapters.calendars.clerk_calendars.LARGEST", 10)
    put(folder / "carla.ics", calendar(MORNING))
    look(calendars)
    assert calendars.health() == {"carla": "broken: too large"}


def test_names_that_nobody_has_are_passed_over(folder: Path, calendars: ClerkCalendars) -> None:
    put(folder / "zoe.ics", calendar(MORNING))
    put(folder / "carla.ics.part", calendar(MORNING))
    look(calendars)
    assert calendars.health() == {}


# -- in the book ---------------------------------------------------------------------------------------


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path, calendars: ClerkCalendars) -> Iterator[Booker]:
    opened = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'hall.sqlite3')}")
    hand = Booker(opened, TOWN)
    hand.store.planner.calendars = calendars
    yield hand
    opened.dispose()


def offered(unit: Unit, service: str) -> list[str]:
    choice = offer.choose_bookable(unit.town, unit.site, [(service, 1)])
    return [one[11:16] for one in offer.times(unit, choice, date(2026, 3, 4))["times"]]


def test_what_stands_in_a_calendar_is_neither_offered_nor_held(
    hand: Booker, folder: Path, calendars: ClerkCalendars
) -> None:
    """At once, though the offer was asked for before: its memory goes by the calendars' number, too."""
    assert "14:00" in hand.look(lambda unit: offered(unit, CAR))
    for clerk_id in ("anna", "carla"):
        put(folder / f"{clerk_id}.ics", calendar(AFTERNOON))
    look(calendars)
    times = hand.look(lambda unit: offered(unit, CAR))
    assert "13:40" in times  # twenty minutes, up to two
    assert not {"13:45", "14:00", "14:55"} & set(times)
    assert "15:00" in times
    with pytest.raises(SlotTaken):
        hand.hold("13:00", CAR)
    with pytest.raises(SlotTaken):
        hand.hold("13:00", CAR, channel="desk")


def test_another_clerk_takes_what_one_cannot(hand: Booker, folder: Path, calendars: ClerkCalendars) -> None:
    put(folder / "anna.ics", calendar(MORNING))
    look(calendars)
    assert hand.appointment(hand.hold("08:00", PASS)).clerk_id == "bernd"
    with pytest.raises(SlotTaken):
        hand.hold("08:00", PASS, client="b")


def test_what_was_booked_before_stands(hand: Booker, folder: Path, calendars: ClerkCalendars) -> None:
    booked = hand.book("08:00", PASS)
    for clerk_id in ("anna", "bernd"):
        put(folder / f"{clerk_id}.ics", calendar(MORNING))
    look(calendars)
    assert hand.see(booked)["state"] == "booked"
    assert hand.cancel(booked)["state"] == "cancelled"
    assert hand.differences() == []
