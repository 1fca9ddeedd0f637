"""Bookings in clerks' own calendars, against a real CalDAV server: they appear, move, change hands, go."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from queue_server.adapters.calendars import caldav, copies, own_entries
from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble, WebClient
from queue_server.adapters.post import outbox
from queue_server.adapters.post.outbox import OUTBOX
from queue_server.adapters.post.spool import Spool
from queue_server.live import postman
from queue_server.live.postman import Postman
from queue_server.services import booking, calendar_posts
from queue_server.services.calendar_conflicts import conflicts
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from queue_server.web.calendar_delivery import CalendarDelivery, Tools
from queue_server.web.calendar_watch import CalendarWatch
from queue_server.web.mailing import OutboxOf
from queue_server.web.texts import load_texts
from queue_server.web.workers import make_entries, make_postman, owners
from tests.adapters.calendars.radicale_server import Radicale
from tests.web.running import START, Town
from tests.web.test_mailing import PERSON

LATER = timedelta(days=1, minutes=20)
PUBLIC = pytest.mark.parametrize("changes", [{"public_url": "https://termin.example"}], indirect=True)


@dataclass
class Office:
    """The town with a calendar for each clerk."""

    town: Town
    server: Radicale
    web: WebClient
    made: set[str] = field(default_factory=set)

    def calendar(self, clerk_id: str) -> Any:
        if clerk_id not in self.made:
            self.server.make("anna", clerk_id)
            self.made.add(clerk_id)
        return caldav.CalDav(self.server.account("anna", clerk_id), self.web)

    async def do(self, work: Callable[[Unit], Answer], site: str = "rathaus") -> Answer:
        return await self.town.house.sequencer.do(site, work)

    async def book(self, nth: int = 1, client: str = "browser") -> Answer:
        def work(unit: Unit) -> Answer:
            held = hold(unit, nth, client=client)
            booked = booking.confirm(unit, held["id"], client, PERSON, "de")
            return {**booked, "clerk": unit.book.appointments[booked["id"]].clerk_id}

        return await self.do(work)

    async def move(self, booked: Answer, nth: int = 2, clerk: str = "anna") -> Answer:
        def work(unit: Unit) -> Answer:
            held = hold(unit, nth, replaces=booked["reference"], clerk=clerk)
            moved = booking.move(unit, booked["reference"], held["id"], "browser")
            return {**moved, "clerk": unit.book.appointments[moved["id"]].clerk_id}

        return await self.do(work)

    async def watch(self, *, after: timedelta = timedelta(minutes=5)) -> None:
        """Let the server read Anna's calendar, and look after our entries in it."""
        self.town.clock.forward(seconds=after.total_seconds())
        listed = {unquote(href): etag for href, etag in (await self.calendar("anna").listing()).items()}
        delivery = CalendarDelivery(self.town.house, Tools(copies, own_entries, self.calendar))
        await delivery.look_after("anna", self.town.clock(), listed)

    async def troubles(self) -> list[str]:
        return [one.trouble for one in await self.copies()]

    async def cancel(self, booked: Answer) -> None:
        await self.do(lambda unit: booking.cancel(unit, booked["reference"], "desk"))

    async def deliver(self, calendar_of: Callable[[str], Any] | None = None) -> int:
        """Let the postman go one round."""
        house = self.town.house
        delivery = CalendarDelivery(house, Tools(copies, own_entries, calendar_of or self.calendar))
        rows = OutboxOf(house, outbox, "postman", "calendar")
        return await Postman(rows, delivery.deliver, house.clock).round()

    def entry(self, booked: Answer, clerk: str = "") -> Any:
        """Return what stands in the calendar; None for nothing."""
        found = self.server.read(self.name(booked), "anna", clerk or booked["clerk"])
        return Calendar.from_ical(found).walk("VEVENT")[0] if found else None

    def name(self, booked: Answer) -> str:
        return f"{booked['reference'].lower()}@musterstadt.aufruf"

    def change(self, booked: Answer, old: bytes, new: bytes) -> None:
        """Change the entry as the clerk does in a program of their own."""
        path = f"/anna/{booked['clerk']}/{self.name(booked)}.ics"
        theirs = self.server.ask("GET", path, "anna").encode()
        assert old in theirs
        self.server.ask("PUT", path, "anna", theirs.replace(old, new))

    async def copies(self) -> list[Any]:
        table = sa.select(copies.COPY).order_by(copies.COPY.c.written_at)
        return await self.town.house.read(lambda conn: list(conn.execute(table)))

    async def states(self) -> list[str]:
        """Return how the rows for calendars stand."""
        query = sa.select(OUTBOX.c.state).where(OUTBOX.c.channel == "calendar").order_by(OUTBOX.c.id)
        return await self.town.house.read(lambda conn: list(conn.execute(query).scalars()))


def hold(
    unit: Unit, nth: int, *, client: str = "browser", replaces: str | None = None, clerk: str = "anna"
) -> Answer:
    choice = replace(choose(unit.town, unit.site, [("id-card", 1)], walk_in=False), clerk_id=clerk)
    at = START + timedelta(days=1, minutes=20 * (nth - 1))
    return booking.hold(unit, choice, at, channel="portal", client=client, replaces=replaces)


@pytest.fixture
async def web() -> AsyncIterator[WebClient]:
    client = WebClient()
    yield client
    await client.close()


@pytest.fixture
def office(town: Town, radicale: Radicale, web: WebClient, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)
    monkeypatch.setattr(AllCalendars, "written", lambda *_: True)
    return Office(town, radicale, web)


@PUBLIC
async def test_a_booking_appears_and_says_neither_name_nor_concern(office: Office) -> None:
    booked = await office.book()
    assert await office.deliver() == 1
    entry = office.entry(booked)
    assert str(entry["SUMMARY"]) == f"Termin {booked['number']}"
    assert entry["DTSTART"].dt == START + timedelta(days=1)
    assert entry["CLASS"] == "PRIVATE"
    assert str(entry["LOCATION"]).startswith("Rathaus")
    assert f"https://termin.example/desk/rathaus/appointments/{booked['reference']}" in str(
        entry["DESCRIPTION"]
    )
    whole = office.server.read(office.name(booked), "anna", booked["clerk"])
    assert b"METHOD" not in whole.encode()
    for told in ("Erika", "Muster@", "erika.muster", "Ausweis", "id-card"):
        assert told not in whole
    assert await office.states() == ["sent"]


async def test_a_move_changes_the_same_entry(office: Office) -> None:
    booked = await office.book()
    await office.deliver()
    before = office.entry(booked)
    office.town.clock.forward(minutes=1)
    await office.move(booked)
    await office.deliver()
    after = office.entry(booked)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == START + LATER
    assert len(await office.copies()) == 1


async def test_a_cancelled_booking_goes(office: Office) -> None:
    booked = await office.book()
    await office.deliver()
    await office.cancel(booked)
    await office.deliver()
    assert office.entry(booked) is None
    assert await office.copies() == []


async def test_another_clerk_takes_it_over(office: Office) -> None:
    booked = await office.book()
    await office.deliver()
    moved = await office.move(booked, clerk="bernd")
    assert (booked["clerk"], moved["clerk"]) == ("anna", "bernd")
    await office.deliver()
    assert office.entry(booked) is None
    assert office.entry(moved)["DTSTART"].dt == START + LATER
    assert office.entry(moved)["UID"] == office.name(booked)


async def test_what_the_clerk_moved_is_left_and_told(office: Office) -> None:
    """Neither is lost: the appointment stands as it was booked, the entry where the clerk put it."""
    booked = await office.book()
    await office.deliver()
    office.change(booked, b"DTSTART:20260311T0900", b"DTSTART:20260311T0800")
    await office.move(booked)
    await office.deliver()
    assert office.entry(booked)["DTSTART"].dt == START + timedelta(days=1, hours=-1)
    assert [one.trouble for one in await office.copies()] == ["moved"]
    assert await office.states() == ["sent", "sent"]
    # The desk has seen it and gives the visitor yet another time: that is the last word.
    await office.move(booked, 3)
    await office.deliver()
    assert office.entry(booked)["DTSTART"].dt == START + timedelta(days=1, minutes=40)
    assert [one.trouble for one in await office.copies()] == [""]


async def test_an_outage_delays_and_loses_nothing(office: Office) -> None:
    first = await office.book()
    await office.deliver()
    second = await office.book(2)
    office.server.stop()
    try:
        await office.cancel(first)
        await office.move(second, 3)
        await office.deliver()
        assert await office.states() == ["sent", "waiting", "waiting", "waiting"]
    finally:
        office.server.start()
    await office.deliver()
    assert office.entry(first) is not None, "not before its time comes"
    office.town.clock.forward(minutes=1)
    await office.deliver()
    assert set(await office.states()) == {"sent"}
    assert office.entry(first) is None
    assert office.entry(second)["DTSTART"].dt == START + timedelta(days=1, minutes=40)


async def test_a_crash_before_noting_writes_twice_and_harms_nothing(office: Office) -> None:
    booked = await office.book()
    await office.deliver()
    before = office.entry(booked)
    await forget_all(office.town)
    await office.deliver()
    after = office.entry(booked)
    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], before["DTSTART"].dt)
    assert [one.trouble for one in await office.copies()] == [""]
    await forget_all(office.town)
    await office.cancel(booked)
    await office.deliver()
    assert office.entry(booked) is None, "nobody knew that it was written"


async def test_the_servers_own_postman_writes_it_and_it_blocks_nothing_twice(
    town: Town, radicale: Radicale
) -> None:
    """From the account in the connections' file to the entry, with what the app is made of."""
    account = radicale.make("anna", "whole")
    file = town.house.settings.connections_file
    file.touch(mode=0o600)
    file.write_text(
        f'[calendars.anna]\nurl = "{account.url}"\nuser = "anna"\npassword = "{account.password}"\n'
    )
    town.house.connections.look()
    await town.house.clerk_calendars.renew(owners(town.house))  # type: ignore[attr-defined]
    await town.house.clerk_calendars.read_again(["anna"])
    office = Office(town, radicale, WebClient())
    booked = await office.book()
    entries = make_entries(town.house, Spool(file.parent))
    postman = make_postman(town.house, "calendar", entries.deliver)
    assert await postman.round() == 1
    written = radicale.read(office.name(booked), "anna", "whole")
    assert f"Termin {booked['number']}" in written
    town.clock.forward(minutes=3)
    radicale.put(office.name(booked), written.replace("T0900", "T0800").encode(), "anna", "whole")
    await town.house.clerk_calendars.read_again(["anna"])
    await CalendarWatch(town.house, entries).look()
    assert await office.troubles() == ["moved"], "seen with the next reading"
    radicale.put(office.name(booked), written.encode(), "anna", "whole")
    await office.cancel(booked)
    await town.house.clerk_calendars.read_again(["anna"])
    assert await office.book(), "our own entry, not removed yet, is in nobody's way"


async def forget_all(town: Town) -> None:
    """Bring it about that nothing of what was delivered was noted."""

    def work(conn: Any) -> None:
        conn.execute(sa.delete(copies.COPY))
        again = {"state": "waiting", "lease_until": None, "due_at": town.clock()}
        conn.execute(sa.update(OUTBOX).where(OUTBOX.c.channel == "calendar").values(again))

    await town.house.write(work)


async def test_a_row_that_comes_late_tells_nothing_older(office: Office) -> None:
    booked = await office.book()
    office.town.clock.forward(minutes=5)
    await office.move(booked)
    rows = await office.town.house.read(
        lambda conn: list(conn.execute(sa.select(OUTBOX).where(OUTBOX.c.channel == "calendar")))
    )
    assert len(rows) == 2
    await office.deliver()
    sequence = office.entry(booked)["SEQUENCE"]

    def again(conn: Any) -> None:
        conn.execute(
            sa.update(OUTBOX).where(OUTBOX.c.id == rows[0].id).values(state="waiting", lease_until=None)
        )

    await office.town.house.write(again)
    await office.deliver()
    entry = office.entry(booked)
    assert entry["DTSTART"].dt == START + LATER
    assert entry["SEQUENCE"] >= sequence


async def test_a_clerk_without_a_calendar_costs_nothing(office: Office) -> None:
    await office.book()
    await office.deliver(lambda _: None)
    assert await office.states() == ["cancelled"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_staff_read_what_keeps_an_entry(language: str) -> None:
    texts = load_texts()[language]
    words = [CalendarTrouble(kind).word for kind in set(Trouble) - {Trouble.TOKEN_LOST}]
    assert all(f"desk.why_{word}" in texts for word in words)
    assert all(f"desk.letter_{kind}" in texts for kind in (calendar_posts.PUT, calendar_posts.REMOVE))


async def test_what_the_clerk_did_is_seen_at_the_next_reading(office: Office) -> None:
    booked = await office.book()
    await office.deliver()
    await office.watch()
    assert await office.troubles() == [""]
    office.change(booked, b"DTSTART:20260311T0900", b"DTSTART:20260311T0800")
    await office.watch()
    assert await office.troubles() == ["moved"]
    office.change(booked, b"DTSTART:20260311T0800", b"DTSTART:20260311T0900")
    await office.watch()
    assert await office.troubles() == [""]
    office.server.ask("DELETE", f"/anna/anna/{office.name(booked)}.ics", "anna")
    await office.watch()
    await office.watch()
    assert await office.troubles() == ["deleted"]
    assert office.entry(booked) is None
    # The booking that contradicts the calendar is told at the desk.
    troubles = {booked["id"]: ("anna", "deleted")}
    found = await office.town.house.sequencer.look("rathaus", lambda unit: conflicts(unit, troubles))
    assert [one["reference"] for one in found] == [booked["reference"]]


@pytest.mark.parametrize("change", ["cancel", "move"])
async def test_an_entry_that_came_after_its_removal_goes_at_the_next_reading(
    office: Office, change: str
) -> None:
    """Another process put it when the removal had found nothing: entry and note agree, and nobody looked."""
    booked = await office.book()
    await office.deliver()
    await (office.cancel(booked) if change == "cancel" else office.move(booked, clerk="bernd"))
    await office.town.house.write(lambda conn: conn.execute(sa.update(OUTBOX).values(state="sent")))
    assert office.entry(booked) is not None
    await office.watch()
    assert office.entry(booked) is None
    assert await office.copies() == []


async def test_what_is_left_of_a_cancelled_booking_is_forgotten_when_it_goes(office: Office) -> None:
    booked = await office.book()
    await office.deliver()
    office.change(booked, b"DTSTART:20260311T0900", b"DTSTART:20260311T0800")
    await office.cancel(booked)
    await office.deliver()
    assert await office.troubles() == ["moved"]
    office.server.ask("DELETE", f"/anna/anna/{office.name(booked)}.ics", "anna")
    await office.watch()
    assert await office.copies() == []


async def test_what_was_booked_before_the_calendar_was_linked_is_written(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AllCalendars, "written", lambda *_: False)
    booked = await office.book()
    office.calendar("anna")
    await office.watch(after=timedelta(seconds=30))
    assert office.entry(booked) is None, "perhaps the outbox is just about to"
    await office.watch()
    assert str(office.entry(booked)["SUMMARY"]) == f"Termin {booked['number']}"
    await office.watch()
    assert await office.troubles() == [""]
