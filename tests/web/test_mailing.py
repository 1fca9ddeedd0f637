"""A booking becomes a letter: sent later than the booking, never instead of it, and once."""

import email
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from queue_server.adapters.post import outbox
from queue_server.adapters.post.outbox import OUTBOX
from queue_server.adapters.post.spool import Spool
from queue_server.adapters.rows.person_rows import PERSON as PERSON_ROWS
from queue_server.domain.person import Person
from queue_server.live import postman
from queue_server.services import booking
from queue_server.services.concerns import choose
from queue_server.services.in_parts import choose_visit
from queue_server.services.ports import Answer, Unit
from queue_server.web.workers import deliverers, make_postman, tidy
from tests.web.running import START, Town

NAME, ADDRESS = "Erika <b>Muster</b>", "erika.muster@post.example"
PERSON = Person(name=NAME, email=ADDRESS)
PUBLIC = pytest.mark.parametrize(
    "changes", [{"public_url": "https://termin.musterstadt.example"}], indirect=True
)


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


def hold(unit: Unit, day: int = 1, replaces: str | None = None) -> Answer:
    choice = choose(unit.town, unit.site, [("id-card", 1)], walk_in=False)
    at = START + timedelta(days=day)
    return booking.hold(unit, choice, at, channel="portal", client="browser", replaces=replaces)


def confirm(unit: Unit, person: Person = PERSON, day: int = 1) -> Answer:
    return booking.confirm(unit, hold(unit, day)["id"], "browser", person, "de")


def move(unit: Unit, reference: str) -> Answer:
    return booking.move(unit, reference, hold(unit, 2, reference)["id"], "browser")


def confirm_both(unit: Unit) -> Answer:
    choice = choose_visit(unit.town, unit.site, [("id-card", 1), ("marriage-register", 1)])
    at = START + timedelta(days=1)
    held = booking.hold(unit, choice, at, channel="portal", client="browser")
    return booking.confirm(unit, held["id"], "browser", PERSON, "de")


async def book(town: Town, person: Person = PERSON) -> Answer:
    return await town.house.sequencer.do("rathaus", lambda unit: confirm(unit, person))


async def deliver(town: Town) -> int:
    """Let the postman go his round now, not in a second."""
    by_channel = deliverers(town.house, Spool(town.house.settings.spool_folder))
    return await make_postman(town.house, "mail", by_channel["mail"]).round()


def sent_at(path: Path) -> tuple[int, int]:
    """Return when a file was written. In memory two within 4 ms share the time, not the number."""
    return path.stat().st_mtime_ns, path.stat().st_ino


def letters(town: Town) -> list[EmailMessage]:
    """Return what lies in the spool, in order of its sending."""
    paths = sorted(town.house.settings.spool_folder.glob("*.eml"), key=sent_at)
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]
    return [one for one in found if isinstance(one, EmailMessage)]


def text(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def event(letter: EmailMessage) -> Any:
    [attached] = letter.iter_attachments()
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    [found] = Calendar.from_ical(content).walk("VEVENT")
    return found


async def persons(town: Town) -> int:
    """Return of how many people something is still known."""
    count = sa.select(sa.func.count()).select_from(PERSON_ROWS)
    return await town.house.read(lambda conn: int(conn.execute(count).scalar_one()))


async def rows(town: Town) -> list[Any]:
    return await town.house.read(lambda conn: list(conn.execute(sa.select(OUTBOX).order_by(OUTBOX.c.id))))


async def test_two_appointments_one_after_the_other_are_one_letter(town: Town) -> None:
    made = await town.house.sequencer.do("rathaus", confirm_both)
    assert await deliver(town) == 1
    [letter] = letters(town)
    for one in (made, made["then"]):
        assert str(one["number"]) in text(letter)
        assert one["reference"] in text(letter)
    await town.house.sequencer.do(
        "rathaus", lambda unit: booking.cancel(unit, made["then"]["reference"], "visitor")
    )
    assert await deliver(town) == 1
    told = text(letters(town)[-1])
    assert made["then"]["reference"] in told
    assert made["reference"] not in told, "that one stays"


@PUBLIC
async def test_a_booking_is_confirmed_by_a_letter(town: Town) -> None:
    """All that the towns asked for, from the real booking."""
    made = await book(town)
    assert await deliver(town) == 1
    [letter] = letters(town)
    assert letter["To"] == ADDRESS
    assert letter["From"] == "Musterstadt <termin@termin.musterstadt.example>"
    for words in (
        str(made["number"]),
        made["reference"],
        "Erdgeschoss",
        "Mittwoch, 11. März 2026, 10:00 Uhr",
    ):
        assert words in text(letter)
    manage = town.house.manage_url(made["reference"], made["secret_version"])
    for link in (manage, f"{manage}/move", f"{manage}/cancel"):
        assert link in text(letter)
    [row] = await rows(town)
    assert (row.state, row.tries) == ("sent", 1)
    assert await deliver(town) == 0


async def test_move_and_cancellation_are_told_to_the_same_calendar_entry(each_town: Town) -> None:
    town = each_town
    made = await book(town)
    await deliver(town)
    town.clock.forward(minutes=1)
    await town.house.sequencer.do("rathaus", partial(move, reference=made["reference"]))
    await deliver(town)
    town.clock.forward(minutes=1)
    await town.house.sequencer.do("rathaus", lambda unit: booking.cancel(unit, made["reference"], "visitor"))
    await deliver(town)
    events = [event(letter) for letter in letters(town)]
    assert [one["STATUS"] for one in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({one["UID"] for one in events}) == 1
    sequences = [int(one["SEQUENCE"]) for one in events]
    assert sequences == sorted(set(sequences)), "each is newer than the one before"
    assert events[1].start - events[0].start == timedelta(days=1)
    assert len({letter["Message-ID"] for letter in letters(town)}) == 3


async def test_a_letter_of_the_old_time_is_not_sent_after_the_move(town: Town) -> None:
    made = await book(town)
    await town.house.sequencer.do("rathaus", partial(move, reference=made["reference"]))
    await deliver(town)
    [letter] = letters(town)
    assert str(letter["Subject"]).startswith("Neuer Zeitpunkt")


async def test_after_the_cancellation_the_contact_is_gone(town: Town) -> None:
    made = await book(town)
    await town.house.sequencer.do("rathaus", lambda unit: booking.cancel(unit, made["reference"], "desk"))
    await deliver(town)
    [letter] = letters(town)
    assert str(letter["Subject"]).startswith("Abgesagt")
    assert "Erika" not in text(letter)
    assert await persons(town) == 0


async def test_the_booking_stands_while_the_mail_is_out(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Failures 20 and 27: it is sent later, once, and staff can see that it waits."""

    def full(_spool: Spool, _id: str, _content: bytes, _at: datetime) -> Path:
        raise OSError(28, f"no space for {ADDRESS}")

    with monkeypatch.context() as broken:
        broken.setattr(Spool, "put", full)
        made = await book(town)
        await deliver(town)
    seen = await town.house.sequencer.look("rathaus", lambda unit: booking.see(unit, made["reference"]))
    assert seen["state"] == "booked"
    assert letters(town) == []
    [row] = await rows(town)
    assert (row.state, row.last_error) == ("waiting", "OSError 28")
    town.clock.forward(minutes=16)
    waiting = await town.house.read(lambda conn: outbox.backlogs(conn, town.clock()))
    assert waiting["rathaus"].late_count == 1
    outbox_of_anna = (await town.ask("anna", "GET", "/readyz")).json()["outbox"]
    assert (outbox_of_anna["late_count"], outbox_of_anna["failed_count"]) == (1, 0)
    assert outbox_of_anna["oldest_s"] == 16 * 60
    assert (await town.ask("greta", "GET", "/readyz")).json()["outbox"]["late_count"] == 0, "not her site"
    assert 'aufruf_letters_late{site="rathaus"} 1.0' in (await town.ask(None, "GET", "/metrics")).text
    await deliver(town)
    assert len(letters(town)) == 1
    for private in (NAME, "Erika", ADDRESS, made["reference"]):
        assert private not in caplog.text


async def test_a_crash_between_sending_and_noting_is_harmless(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failure 20: sent twice, it is the same message under the same id."""
    await book(town)
    with monkeypatch.context() as crashing:

        def crash(*_: object) -> None:
            raise SystemError("the power is gone")

        crashing.setattr(outbox, "note_all", crash)
        with pytest.raises(SystemError):
            await deliver(town)
    [first] = letters(town)
    town.clock.forward(minutes=3)
    assert await deliver(town) == 1
    [second] = letters(town)
    assert first.as_bytes() == second.as_bytes()


@pytest.mark.parametrize("address", ["no address", "a@b@c", "x@y\r\nBcc: z@z.example"])
async def test_a_letter_to_no_address_is_given_up_and_told(
    town: Town, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Failures 14, 20 and 27."""
    caplog.set_level(logging.INFO)
    await book(town, Person(name=NAME, email=address))
    await deliver(town)
    [row] = await rows(town)
    assert (row.state, row.last_error) == ("failed", "unusable_address")
    assert letters(town) == []
    assert address not in caplog.text


async def test_a_reminder_comes_when_it_was_wished_for(town: Town) -> None:
    await book(town, Person(name=NAME, email=ADDRESS, reminder_min=60))
    await deliver(town)
    assert len(letters(town)) == 1
    town.clock.forward(hours=22, minutes=59)
    assert await deliver(town) == 0
    town.clock.forward(minutes=2)
    await deliver(town)
    first, reminder = letters(town)
    assert str(reminder["Subject"]) == "Erinnerung: Ihr Termin am Mittwoch, 11. März 2026, 10:00 Uhr"
    assert event(first)["UID"] == event(reminder)["UID"]


async def test_nobody_is_reminded_at_night_after_an_outage(town: Town) -> None:
    await town.house.sequencer.do(
        "rathaus", lambda unit: confirm(unit, replace(PERSON, reminder_min=2880), day=3)
    )
    await deliver(town)
    town.clock.forward(hours=37)  # 23:00 of the day after; it was due at ten
    await deliver(town)
    [_, row] = await rows(town)
    assert (row.kind, row.state, row.last_error) == ("reminder", "waiting", "mail_night")
    assert len(letters(town)) == 1
    town.clock.forward(hours=8)
    await deliver(town)
    assert len(letters(town)) == 2


async def test_a_letter_of_an_unknown_kind_is_given_up(town: Town) -> None:
    """An older version beside a newer one: it says so instead of trying for two days."""
    await book(town)
    await town.house.write(lambda conn: conn.execute(sa.update(OUTBOX).values(kind="birthday")))
    await deliver(town)
    assert [(row.state, row.last_error) for row in await rows(town)] == [("failed", "unknown_kind")]


async def test_who_left_no_address_gets_no_letter_and_troubles_nobody(town: Town) -> None:
    await book(town, Person(name=NAME, phone="0371 488-0"))
    await deliver(town)
    assert await rows(town) == []
    assert letters(town) == []


async def test_a_letter_that_comes_too_late_is_not_sent(town: Town) -> None:
    """After a long outage nobody is invited to an appointment of yesterday."""
    await book(town)
    town.clock.forward(days=1, minutes=1)
    await deliver(town)
    assert letters(town) == []


async def test_without_public_address_the_letter_has_no_links(town: Town) -> None:
    await book(town)
    await deliver(town)
    assert "http" not in text(letters(town)[0])


@pytest.mark.parametrize(
    ("changes", "machine"),
    [
        ({"demo": True, "port": 8123}, "127.0.0.1:8123"),
        ({"demo": True, "port": 8123, "host": "0.0.0.0"}, "localhost:8123"),  # noqa: S104
        ({"demo": True, "port": 8123, "host": "::1"}, "[::1]:8123"),
    ],
    indirect=["changes"],
)
async def test_in_the_demo_the_links_lead_to_this_machine(town: Town, machine: str) -> None:
    made = await book(town)
    await deliver(town)
    manage = town.house.manage_url(made["reference"], made["secret_version"])
    assert f"http://{machine}{manage}" in text(letters(town)[0])


async def test_the_hourly_tidying_takes_old_letters_along(town: Town) -> None:
    """A letter holds what its visitor told, so it does not lie about for long."""
    await book(town)
    await deliver(town)
    spool = Spool(town.house.settings.spool_folder)
    town.clock.forward(days=1)
    await tidy(town.house, spool)
    assert len(letters(town)) == 1
    assert await persons(town) == 1
    town.clock.forward(days=8)
    await tidy(town.house, spool)
    assert letters(town) == []
    assert await rows(town) == []
    assert await persons(town) == 0


async def test_the_alarm_of_the_calendar_rings_at_the_wished_lead(town: Town) -> None:
    """Not where no reminder was wished for: a calendar that rings unasked is switched off."""
    await book(town, Person(name=NAME, email=ADDRESS, reminder_min=180))
    await book(town, Person(name=NAME, email="other@post.example"))
    await deliver(town)
    alarms = [[alarm["TRIGGER"].dt for alarm in event(one).walk("VALARM")] for one in letters(town)]
    assert sorted(alarms) == [[], [-timedelta(hours=3)]]
