"""A clerk without a calendar that we can write gets mails that the own program enters and removes."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa
import vobject  # type: ignore[import-untyped]
from icalendar import Calendar

from queue_server.adapters.calendars.all_calendars import AllCalendars
from queue_server.adapters.post.outbox import OUTBOX
from queue_server.adapters.post.spool import Spool
from queue_server.live import postman
from queue_server.services import booking
from queue_server.web.workers import make_entries, make_postman, owners
from tests.web.running import Town
from tests.web.test_calendar_delivery import hold
from tests.web.test_page_calendar_feed import book

BOX = "anna.berger@stadt.example"


@pytest.fixture(autouse=True)
async def mailbox(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anna has a mailbox, named in the connections' file, and no calendar that we can reach."""
    monkeypatch.setattr(postman, "LOOK_EVERY_S", 3600)
    file = town.house.settings.connections_file
    file.touch(mode=0o600)
    file.write_text(f'[calendars.anna]\nmail = "{BOX}"\n')
    town.house.connections.look()
    calendars = town.house.clerk_calendars
    assert isinstance(calendars, AllCalendars)
    await calendars.renew(owners(town.house))
    assert calendars.written("anna")
    assert calendars.health() == {}, "nothing is read, so nothing can be unread"


async def send(town: Town) -> list[EmailMessage]:
    """Let the postman go a round; return what lies in the spool then, the newest last."""
    spool = Spool(town.house.settings.spool_folder)
    await make_postman(town.house, "calendar", make_entries(town.house, spool).deliver).round()
    found = [email.message_from_bytes(one.read_bytes(), policy=default) for one in spool.folder.glob("*.eml")]
    return sorted((one for one in found if isinstance(one, EmailMessage)), key=sequence)


def told(letter: EmailMessage) -> Any:
    return Calendar.from_ical(content(letter)).walk("VEVENT")[0]


def content(letter: EmailMessage) -> str:
    part = letter.get_body(("calendar",))
    assert part is not None
    return str(part.get_content())


def sequence(letter: EmailMessage) -> int:
    return int(told(letter)["SEQUENCE"])


def method(letter: EmailMessage) -> str:
    part = letter.get_body(("calendar",))
    assert part is not None
    said = str(part.get_param("method"))
    assert f"METHOD:{said}" in content(letter), "in the header and in the file the same"
    return said


async def move(town: Town, reference: str) -> None:
    def work(unit: Any) -> Any:
        held = hold(unit, 2, replaces=reference, client="desk")
        return booking.move(unit, reference, held["id"], "desk")

    await town.house.sequencer.do("rathaus", work)


async def test_a_booking_is_asked_for_moved_and_taken_back(town: Town) -> None:
    made = await book(town)
    [asked] = await send(town)
    assert (method(asked), str(asked["To"]), str(asked["Subject"])) == (
        "REQUEST",
        BOX,
        f"Termin {made['number']}",
    )
    entry = told(asked)
    assert str(entry["ATTENDEE"]) == f"mailto:{BOX}"
    assert str(entry["ORGANIZER"]) == f"mailto:{asked['From'].addresses[0].addr_spec}"
    assert entry["ATTENDEE"].params["RSVP"] == "FALSE"
    assert "Erika" not in asked.as_string()
    town.clock.forward(minutes=1)
    await move(town, made["reference"])
    *_, moved = await send(town)
    assert method(moved) == "REQUEST"
    assert told(moved)["DTSTART"].dt > entry["DTSTART"].dt
    town.clock.forward(minutes=1)
    await town.house.sequencer.do("rathaus", lambda u: booking.cancel(u, made["reference"], "desk"))
    letters = await send(town)
    assert [method(one) for one in letters] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(told(one)["UID"]) for one in letters}) == 1
    assert [sequence(one) for one in letters] == sorted({sequence(one) for one in letters})
    last = vobject.readOne(content(letters[-1])).vevent
    assert (last.status.value, last.dtstart.value) == ("CANCELLED", told(moved)["DTSTART"].dt)
    assert str(letters[-1]["Subject"]) == f"Entfällt: Termin {made['number']}"


async def test_what_was_never_asked_for_is_not_taken_back(town: Town) -> None:
    made = await book(town)
    await town.house.sequencer.do("rathaus", lambda u: booking.cancel(u, made["reference"], "desk"))
    assert await send(town) == []


async def test_sent_twice_it_is_the_same_message(town: Town) -> None:
    await book(town)
    [first] = await send(town)
    again = sa.update(OUTBOX).where(OUTBOX.c.channel == "calendar").values(state="waiting", lease_until=None)
    await town.house.write(lambda conn: conn.execute(again))
    [second] = await send(town)
    assert second.as_bytes() == first.as_bytes()
