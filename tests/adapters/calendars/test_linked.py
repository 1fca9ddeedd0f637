"""Clerks' calendars on the network: read in their turn, believed while they are young, against real servers.

The clock is the test's; only the servers' answers take real time, which is milliseconds.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.busy_cells import owners_of
from queue_server.adapters.calendars.linked import LinkedCalendars
from queue_server.domain.calendar_entry import calendar_uid
from queue_server.domain.slots import Span, cell_of, starts_in, time_of
from tests.adapters.calendars.radicale_server import Radicale, entry
from tests.services.booking_hall import TOMORROW
from tests.town_hall import at, booking_town

TOWN = booking_town()
OWNERS = owners_of([TOWN])
SPAN = Span(cell_of(at("00:00", TOMORROW)), 288)
MORNING = ("DTSTART:20260304T080000Z", "DTEND:20260304T090000Z")
LATER = ("DTSTART:20260304T100000Z", "DTEND:20260304T103000Z")
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = at("12:00")

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def linked(clock: Clock) -> AsyncIterator[LinkedCalendars]:
    calendars = LinkedCalendars(clock, chance=lambda: 0.5)
    yield calendars
    await calendars.stop()


async def look(linked: LinkedCalendars) -> None:
    """Let what is due be read, and wait for it."""
    linked.tick()
    while running := [task for task in asyncio.all_tasks() if task.get_name() == "calendar"]:
        await asyncio.wait(running)


def busy(linked: LinkedCalendars, clerk_id: str = "anna") -> list[str]:
    """Return the busy stretches of tomorrow in UTC; "all day" when nothing is known."""
    bits = linked.busy(clerk_id, SPAN)
    if bits == SPAN.all:
        return ["all day"]
    cells = list(starts_in(bits, SPAN))
    edges = [cell for cell in cells if cell - 1 not in cells]
    return [f"{time_of(cell):%H:%M}" for cell in edges]


async def test_private_event_blocks_within_one_sync(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    linked.adopt({"anna": radicale.make()}, OWNERS)
    await look(linked)
    assert busy(linked) == []
    before = linked.version
    radicale.put("dentist", entry("dentist", "SUMMARY:Zahnarzt", *MORNING))
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert busy(linked) == ["08:00"]
    assert linked.version > before
    radicale.put("dentist", entry("dentist", *LATER))
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert busy(linked) == ["10:00"], "moved"
    radicale.delete("dentist")
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert busy(linked) == []
    assert linked.health() == {"anna": "ok"}


async def test_nothing_new_changes_no_number_and_asks_one_question(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    account = radicale.make()
    radicale.put("dentist", entry("dentist", *MORNING))
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    before = linked.version
    radicale.asked.clear()
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert linked.version == before
    assert radicale.asked == ["REPORT /anna/office/"]


async def test_every_kind_of_event(radicale: Radicale, linked: LinkedCalendars) -> None:
    """Repeated with one day moved, all day in the office's zone, transparent, cancelled, and our own."""
    account = radicale.make()
    weekly = entry(
        "weekly", "DTSTART;TZID=Europe/Berlin:20250101T090000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY"
    )
    moved = [
        "RECURRENCE-ID;TZID=Europe/Berlin:20260304T090000",
        "DTSTART;TZID=Europe/Berlin:20260304T113000",
        "DURATION:PT30M",
    ]
    both = weekly.replace(b"END:VCALENDAR", entry("weekly", *moved).split(b"//test//\r\n")[1][:-2])
    radicale.put("weekly", both)
    radicale.put("free", entry("free", "TRANSP:TRANSPARENT", *MORNING))
    radicale.put("off", entry("off", "STATUS:CANCELLED", *MORNING))
    radicale.put("ours", entry(calendar_uid(TOWN.id, "AB7KPQ"), *MORNING))
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    assert busy(linked) == ["10:30"]


async def test_all_day_event_is_the_offices_day(radicale: Radicale, linked: LinkedCalendars) -> None:
    account = radicale.make()
    radicale.put("holiday", entry("holiday", "DTSTART;VALUE=DATE:20260305"))
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    assert busy(linked) == ["23:00"], "midnight in Berlin"


async def test_lost_token_reads_all_anew(radicale: Radicale, linked: LinkedCalendars, clock: Clock) -> None:
    linked.adopt({"anna": radicale.make()}, OWNERS)
    await look(linked)
    radicale.put("dentist", entry("dentist", *MORNING))
    radicale.forget_tokens()
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert busy(linked) == ["08:00"]
    assert linked.health() == {"anna": "ok"}


async def test_server_without_a_list_of_changes(
    tmp_path_factory: pytest.TempPathFactory, linked: LinkedCalendars, clock: Clock
) -> None:
    """Its ETags are compared, and only when its ctag differs; the old entry is fetched never again."""
    old = Radicale(tmp_path_factory.mktemp("old"), knows_changes=False)
    old.start()
    linked.adopt({"anna": old.make()}, OWNERS)
    old.put("long-ago", entry("long-ago", "DTSTART:20200101T080000Z"))
    await look(linked)
    for name, lines, expected in (("one", MORNING, ["08:00"]), ("one", LATER, ["10:00"])):
        old.put(name, entry(name, *lines))
        old.asked.clear()
        clock.pass_(MINUTE * 1.2)
        await look(linked)
        assert busy(linked) == expected
        assert [one.split()[0] for one in old.asked] == ["PROPFIND", "PROPFIND", "REPORT"]
    old.asked.clear()
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert len(old.asked) == 1, "the ctag says that nothing changed"
    old.delete("one")
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    old.stop()
    assert busy(linked) == []


async def test_once_a_day_all_is_read_anew(radicale: Radicale, linked: LinkedCalendars, clock: Clock) -> None:
    linked.adopt({"anna": radicale.make()}, OWNERS)
    await look(linked)
    radicale.asked.clear()
    clock.pass_(timedelta(hours=25))
    await look(linked)
    assert [one.split()[0] for one in radicale.asked] == ["PROPFIND", "REPORT"]


async def test_entry_that_nobody_understands_keeps_what_was_read_last(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    account = radicale.make()
    radicale.put("dentist", entry("dentist", *MORNING))
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    radicale.put("mad", entry("mad", *LATER, "RRULE:FREQ=HOURLY"))
    clock.pass_(MINUTE * 1.2)
    await look(linked)
    assert linked.health() == {"anna": "broken: repeated within a day"}
    assert busy(linked) == ["08:00"]
    clock.pass_(MINUTE * 16)
    await look(linked)
    assert busy(linked) == ["all day"]


async def test_calendar_that_cannot_be_read_is_not_offered_and_comes_back(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Failure 19: no stale offers for that clerk, and for nobody else."""
    accounts = {"anna": radicale.make("anna"), "bernd": radicale.make("bernd")}
    radicale.put("dentist", entry("dentist", "SUMMARY:Zahnarzt", *MORNING))
    other = replace(accounts["bernd"], stale_after=timedelta(hours=2))
    linked.adopt({**accounts, "bernd": other}, OWNERS)
    assert busy(linked) == ["all day"], "nothing is known after a start"
    await look(linked)
    radicale.stop()
    clock.pass_(MINUTE * 14)
    await look(linked)
    assert busy(linked) == ["08:00"], "young enough"
    assert linked.health() == {"anna": "unreachable", "bernd": "unreachable"}
    clock.pass_(MINUTE * 2)
    await look(linked)
    assert busy(linked) == ["all day"]
    assert linked.unknown() == {"anna"}
    assert busy(linked, "bernd") == []
    radicale.start()
    clock.pass_(MINUTE * 3)
    await look(linked)
    assert busy(linked) == ["08:00"]
    assert linked.unknown() == frozenset()
    assert "Zahnarzt" not in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert [one for one in caplog.messages if "not offered" in one] == [
        "times of anna are not offered: the calendar was not read in time"
    ]


async def test_wrong_password_is_not_said_again_and_again(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    account = replace(radicale.make(), password="wrong")
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    assert linked.health() == {"anna": "refused"}
    radicale.asked.clear()
    for _ in range(5):
        clock.pass_(MINUTE * 2)
        await look(linked)
        await linked.read_again(["anna"])
    assert radicale.asked == []
    linked.adopt({"anna": radicale.account()}, OWNERS)
    await look(linked)
    assert busy(linked) == [], "put right in the file: tried at once"


# -- before a booking ----------------------------------------------------------------------------------


async def test_at_book_the_calendar_is_read_again(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    linked.adopt({"anna": radicale.make()}, OWNERS)
    await look(linked)
    clock.pass_(timedelta(seconds=2))
    radicale.put("dentist", entry("dentist", *MORNING))
    await linked.read_again(["anna"])
    assert busy(linked) == ["08:00"]


async def test_many_bookings_share_one_reading(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    linked.adopt({"anna": radicale.make()}, OWNERS)
    await look(linked)
    clock.pass_(timedelta(seconds=2))
    radicale.asked.clear()
    await asyncio.gather(*(linked.read_again(["anna"]) for _ in range(50)))
    assert len(radicale.asked) == 1


async def test_booking_waits_no_longer_than_it_may(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that hangs holds nobody up: the last picture counts while it is young."""
    monkeypatch.setattr("queue_server.adapters.calendars.linked.PATIENCE_S", 0.05)
    account = radicale.make()
    radicale.put("dentist", entry("dentist", *MORNING))
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    clock.pass_(timedelta(seconds=2))
    with radicale.hanging():
        async with asyncio.timeout(1):
            await linked.read_again(["anna"])
        assert busy(linked) == ["08:00"]


# -- other servers, other accounts ---------------------------------------------------------------------


async def test_slow_server_of_one_clerk_delays_no_other(
    radicale: Radicale, linked: LinkedCalendars, tmp_path_factory: pytest.TempPathFactory
) -> None:
    slow = Radicale(tmp_path_factory.mktemp("slow"))
    slow.start()
    try:
        with slow.hanging():
            accounts = {f"bernd{n}": slow.account("bernd") for n in range(20)}
            owners = {**OWNERS, **dict.fromkeys(accounts, OWNERS["bernd"])}
            linked.adopt({**accounts, "anna": radicale.make()}, owners)
            linked.tick()
            async with asyncio.timeout(2):
                while busy(linked):
                    await asyncio.sleep(0.01)
    finally:
        slow.stop()


async def test_names_that_nobody_has_are_passed_over(radicale: Radicale, linked: LinkedCalendars) -> None:
    linked.adopt({"zoe": radicale.make()}, OWNERS)
    await look(linked)
    assert (linked.health(), linked.is_linked) == ({}, False)


async def test_account_that_is_taken_away_keeps_nobody_busy(
    radicale: Radicale, linked: LinkedCalendars
) -> None:
    account = radicale.make()
    linked.adopt({"anna": account}, OWNERS)
    assert linked.written("anna")
    linked.adopt({}, OWNERS)
    assert busy(linked) == []
    assert not linked.written("anna")


async def test_other_settings_keep_what_was_read(
    radicale: Radicale, linked: LinkedCalendars, clock: Clock
) -> None:
    account = radicale.make()
    radicale.put("dentist", entry("dentist", *MORNING))
    linked.adopt({"anna": account}, OWNERS)
    await look(linked)
    linked.adopt({"anna": replace(account, every=timedelta(seconds=30))}, OWNERS)
    assert busy(linked) == ["08:00"]
    elsewhere = CalendarAccount("anna", f"{account.url}other/", account.user, account.password)
    linked.adopt({"anna": elsewhere}, OWNERS)
    assert busy(linked) == ["all day"], "of another calendar nothing is known"


async def test_account_without_an_address_is_never_known(linked: LinkedCalendars) -> None:
    """What a broken file of connections leaves of an account at a start."""
    linked.adopt({"anna": CalendarAccount("anna")}, OWNERS)
    await look(linked)
    assert busy(linked) == ["all day"]
    assert linked.health() == {"anna": "nonsense"}
    assert not linked.written("anna")
