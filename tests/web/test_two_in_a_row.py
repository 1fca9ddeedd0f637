"""Two appointments one after the other on the portal and on their own page, by forms alone."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from queue_server.domain.person import Person
from queue_server.services import booking
from queue_server.services.in_parts import choose_visit
from queue_server.services.ports import Answer, Unit
from tests.web.forms import Visitor
from tests.web.running import START, Town
from tests.web.test_page_booking import ERIKA

DAY = "2026-03-12"
BOTH = f"/termin/rathaus?step=2&s=id-card&n-id-card=2&s=marriage-register&day={DAY}"


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)


async def booked(visitor: Visitor) -> Visitor:
    await visitor.open(BOTH)
    await visitor.press("at", f"{DAY}T10:00+01:00")
    await visitor.press("act", "check", **ERIKA)
    return await visitor.press("act", "book")


def numbers(visitor: Visitor) -> list[str]:
    return re.findall(r'data-number="(\d+)"', visitor.page.text)


def references(visitor: Visitor) -> list[str]:
    return re.findall(r'answer__reference">([^<]+)<', visitor.page.text)


def clocks(visitor: Visitor) -> list[str]:
    return re.findall(r'answer__clock">um ([0-9:]+) Uhr', visitor.page.text)


async def test_two_appointments_are_one_choice(visitor: Visitor) -> None:
    await visitor.open(BOTH)
    assert "Zwei Termine nacheinander" in visitor.words
    assert "Dafür brauchen Sie" not in visitor.words
    assert re.search(r"10:00 dann 10:\d\d", visitor.words)
    await visitor.press("at", f"{DAY}T10:00+01:00")
    assert re.search(r"um 10:00 Uhr.*danach zweiter Termin um 10:\d\d Uhr", visitor.words)
    await visitor.press("act", "extend")
    assert re.search(r"danach zweiter Termin um 10:\d\d Uhr", visitor.words)
    await visitor.press("act", "check", **ERIKA)
    assert "Stimmt alles?" in visitor.words
    assert re.search(r"10:00 Uhr: 2 × Personalausweis.* 10:\d\d Uhr: Eheschließung", visitor.words)
    await visitor.press("act", "book")
    assert "Ihre beiden Termine sind gebucht" in visitor.words
    assert len(set(numbers(visitor))) == len(set(references(visitor))) == 2
    assert clocks(visitor)[0] == "10:00"


async def test_looking_at_other_times_keeps_both(visitor: Visitor) -> None:
    """Another time lets the first pair go: nobody holds four times."""
    await visitor.open(BOTH)
    for clock in ("10:00", "10:30", "11:00", "09:00"):
        await visitor.press("at", f"{DAY}T{clock}+01:00")
        assert f"um {clock} Uhr" in visitor.words
        await visitor.press("act", "times", **ERIKA)
    await visitor.press("at", f"{DAY}T10:00+01:00")
    assert "zweiter Termin" in visitor.words


async def test_both_are_seen_from_either_link(visitor: Visitor) -> None:
    await booked(visitor)
    seen = numbers(visitor)
    await visitor.follow("Nur diesen absagen " + seen[1])
    assert "Ihr anderer Termin bleibt gebucht." in visitor.words
    await visitor.follow("behalten")
    assert numbers(visitor) == seen
    assert "Ihre beiden Termine" in visitor.words


async def test_one_is_cancelled_and_the_other_stays(visitor: Visitor) -> None:
    await booked(visitor)
    seen, first = numbers(visitor), visitor.page.url
    await visitor.follow("Nur diesen absagen " + seen[1])
    await visitor.press("act", "cancel")
    assert "abgesagt" in visitor.words
    await visitor.open(str(first))
    assert numbers(visitor) == seen[:1]


async def test_both_are_cancelled_behind_one_question(visitor: Visitor) -> None:
    """Failure 4: opening the question changes nothing."""
    await booked(visitor)
    other = re.findall(r'href="(/termin/v/[^"/]+)/cancel"', visitor.page.text)[1]
    await visitor.follow("Beide absagen")
    assert "beide Termine absagen?" in visitor.words
    await visitor.press("act", "cancel")
    assert "abgesagt" in visitor.words
    await visitor.open(other)
    assert "abgesagt" in visitor.words


async def test_both_move_together(visitor: Visitor) -> None:
    await booked(visitor)
    seen, names = numbers(visitor), references(visitor)
    await visitor.follow("Beide verschieben")
    await visitor.press("at", visitor.times[0])
    assert "danach zweiter Termin" in visitor.words
    await visitor.press("act", "move")
    assert references(visitor) == names
    assert clocks(visitor)[0] != "10:00" or numbers(visitor) != seen


async def test_one_moves_alone(visitor: Visitor) -> None:
    await booked(visitor)
    seen = numbers(visitor)
    await visitor.follow("Nur diesen verschieben " + seen[1])
    at = visitor.times[-1]
    await visitor.press("at", at)
    await visitor.press("act", "move")
    assert at[11:16] in clocks(visitor)


async def test_the_calendar_holds_both(visitor: Visitor) -> None:
    await booked(visitor)
    file = await visitor.town.client.get(f"{visitor.page.url.path}/termin.ics")
    events = Calendar.from_ical(file.text).walk("VEVENT")
    assert len({event["uid"] for event in events}) == 2


async def test_arriving_once_tells_both_numbers(town: Town) -> None:
    """Who checks in at the kiosk or the desk gets two tickets, each with its page."""

    def both(unit: Unit) -> Answer:
        choice = choose_visit(unit.town, unit.site, [("id-card", 1), ("marriage-register", 1)])
        held = booking.hold(unit, choice, START + timedelta(hours=1), channel="desk", client="desk")
        return booking.confirm(unit, held["id"], "desk", Person(), "de")

    made = await town.house.sequencer.do("rathaus", both)
    body = {"request_id": town.press(), "reference": made["reference"]}
    arrived = await town.ask("anna", "POST", "/api/v1/sites/rathaus/check-ins", body)
    assert arrived.status_code == 201, arrived.text
    first, second = arrived.json(), arrived.json()["then"]
    assert (first["number"], second["number"]) == (made["number"], made["then"]["number"])
    assert "secret_version" not in second
    page = await town.client.get(second["status_url"])
    assert 'data-state="waiting"' in page.text
    assert "Ihr Termin ist um" in page.text
