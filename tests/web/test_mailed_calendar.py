"""Booked, moved, cancelled: the calendars of the three letters, as two independent readers see them."""

from email.message import EmailMessage

import pytest

from queue_server.domain.person import Person
from queue_server.live import postman
from queue_server.services import booking
from tests.adapters.calendars.readers import by_ical_js, by_vobject
from tests.web.running import START, Town
from tests.web.test_mailing import ADDRESS, NAME, book, deliver, letters, move


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


def calendar_of(letters: list[EmailMessage], subject: str) -> bytes:
    """Return the one calendar of a letter: what is attached is what stands beside the text."""
    [letter] = [one for one in letters if str(one["Subject"]).startswith(subject)]
    kinds = {"text/calendar", "application/ics"}
    parts = {one.get_content_type(): one for one in letter.walk() if one.get_content_type() in kinds}
    assert set(parts) == kinds
    assert parts["text/calendar"].get_param("method") == "PUBLISH"
    [content] = {bytes(part.get_payload(decode=True)) for part in parts.values()}
    return content


async def test_one_entry_follows_its_appointment_to_the_end(town: Town) -> None:
    made = await book(town, Person(name=NAME, email=ADDRESS, reminder_min=60))
    await deliver(town)
    town.clock.forward(minutes=1)
    await town.house.sequencer.do("rathaus", lambda unit: move(unit, made["reference"]))
    await deliver(town)
    town.clock.forward(minutes=1)
    await town.house.sequencer.do("rathaus", lambda u: booking.cancel(u, made["reference"], "visitor"))
    await deliver(town)
    sent = letters(town)
    files = [calendar_of(sent, words) for words in ("Ihr Termin", "Neuer Zeitpunkt", "Abgesagt")]
    found = by_vobject(files)
    assert by_ical_js(files) == found
    [booked], [moved], [cancelled] = found
    assert booked["uid"] == moved["uid"] == cancelled["uid"]
    assert booked["sequence"] < moved["sequence"] < cancelled["sequence"]
    assert [one["status"] for one in (booked, moved, cancelled)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [(one["starts"] - START.timestamp()) // 86400 for one in (booked, moved)] == [1, 2]
    assert [one["alarms"] for one in (booked, moved, cancelled)] == [[-3600], [-3600], []]


async def test_the_pages_file_is_the_entry_of_the_letter(town: Town) -> None:
    """Whichever comes last into a calendar, it says the same and rings at the same time."""
    made = await book(town, Person(name=NAME, email=ADDRESS, reminder_min=180))
    await deliver(town)
    page = town.house.manage_url(made["reference"], made["secret_version"])
    loaded = (await town.client.get(f"{page}/termin.ics", headers={"Accept-Language": "de"})).content
    [[mailed], [own]] = by_vobject([calendar_of(letters(town), "Ihr Termin"), loaded])
    assert own["sequence"] >= mailed["sequence"]
    assert {**own, "sequence": 0} == {**mailed, "sequence": 0}
