"""An appointment's own page by forms alone: see, move, cancel, forget, take along."""

import re
from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_page_booking import COUPLE, booked, number, reference


@pytest.fixture
async def visitor(town: Town) -> Visitor:
    """A visitor who has just booked for two days ahead."""
    return await booked(Visitor(town), COUPLE)


def home(visitor: Visitor) -> str:
    return str(visitor.page.url).partition("?")[0]


async def test_a_get_on_every_link_of_the_page_changes_nothing(visitor: Visitor) -> None:
    """Failure 4: mail scanners open links."""
    page = home(visitor)
    for path in ("/cancel", "/move", "/move?day=2026-03-13", "/move/check?hold=1", "/termin.ics"):
        answer = await visitor.town.client.get(page + path)
        assert answer.status_code in {200, 303, 409}, path
    await visitor.open(page)
    assert "Absagen" in visitor.words


async def test_cancelling_asks_first(visitor: Visitor) -> None:
    page = home(visitor)
    await visitor.follow("Absagen")
    assert "Möchten Sie diesen Termin absagen?" in visitor.words
    await visitor.press("act", "cancel")
    assert "Ihr Termin ist abgesagt" in visitor.words
    await visitor.open(page + "/cancel")
    assert "Ihr Termin ist abgesagt" in visitor.words, "cancelling twice is once"


async def test_moving_keeps_the_old_time_until_it_is_confirmed(visitor: Visitor) -> None:
    page, called, mine = home(visitor), number(visitor), reference(visitor)
    await visitor.follow("Verschieben")
    assert "bleibt gebucht" in visitor.words
    await visitor.follow("Freitag, 13. März 2026")
    await visitor.press("at", "2026-03-13T11:00+01:00")
    assert "Termin verschieben?" in visitor.words
    asking = visitor.page
    await visitor.open(page)
    assert "Donnerstag, 12. März 2026" in visitor.words
    visitor.page = asking
    await visitor.press("act", "move")
    assert "Ihr Termin ist verschoben" in visitor.words
    assert "Freitag, 13. März 2026 um 11:00 Uhr" in visitor.words
    assert reference(visitor) == mine
    assert number(visitor) != called, "another day, another number"
    assert home(visitor) == page


async def test_it_moves_to_another_site(visitor: Visitor) -> None:
    """The old one stays until the swap; the link in the old letter shows the new place."""
    page, mine = home(visitor), reference(visitor)
    await visitor.follow("Verschieben")
    assert visitor.words.count("Frühestens") == 2, "each site with its earliest time"
    await visitor.follow("Bürgerzentrum")
    await visitor.follow("Freitag, 13. März 2026")
    await visitor.press("at", visitor.times[0])
    assert re.search(r"Rathaus am Markt.*Bürgerzentrum", visitor.words.split("Termin verschieben?")[1])
    asking = visitor.page
    await visitor.open(page)
    assert "Rathaus am Markt" in visitor.words
    visitor.page = asking
    await visitor.press("act", "move")
    assert home(visitor) == page
    assert "Bürgerzentrum" in visitor.words
    assert "Rathaus am Markt" not in visitor.words
    assert reference(visitor) == mine
    visitor.page = asking
    await visitor.press("act", "move")
    assert "Bürgerzentrum" in visitor.words, "pressed twice it moves once"


async def test_a_site_that_does_not_do_it_is_not_offered(town: Town) -> None:
    visitor = await booked(Visitor(town), "/termin/rathaus?step=2&s=marriage-register&day=2026-03-12")
    await visitor.follow("Verschieben")
    assert "Bürgerzentrum" not in visitor.words
    here = visitor.times
    await visitor.open(f"{home(visitor)}?to=buergerzentrum")
    assert visitor.times == here


async def test_a_move_that_took_too_long_leaves_the_old_time(visitor: Visitor) -> None:
    page = home(visitor)
    await visitor.open(page + "/move?day=2026-03-13")
    await visitor.press("at", visitor.times[0])
    visitor.town.clock.forward(minutes=11)
    await visitor.press("act", "move", 409)
    assert visitor.times
    await visitor.open(page)
    assert "Donnerstag, 12. März 2026" in visitor.words


async def test_the_calendar_file_says_where_and_when_but_not_why(visitor: Visitor) -> None:
    answer = await visitor.town.client.get(home(visitor) + "/termin.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Termin · Musterstadt"
    assert str(event["LOCATION"]) == "Rathaus am Markt, Markt 1, 12345 Musterstadt"
    assert event.decoded("dtstart").isoformat().startswith("2026-03-12T")
    assert number(visitor) in str(event["DESCRIPTION"])
    assert b"ausweis" not in answer.content.lower()


async def test_who_has_checked_in_is_led_to_the_live_page_of_the_number(visitor: Visitor) -> None:
    """In both languages; before there is no number in the hall to look at, and afterwards none any more."""
    page, called = home(visitor), number(visitor)
    assert "/t/" not in visitor.page.text
    visitor.town.clock.now = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
    site = "sites/rathaus"
    ticket = await visitor.town.do("anna", f"{site}/check-ins", 201, reference=reference(visitor))
    await visitor.open(page + "?lang=en")
    await visitor.follow("Your number: how long is the wait?")
    assert "/t/" in str(visitor.page.url)
    assert called in visitor.words
    await visitor.open(page + "?lang=de")
    assert "Zu Ihrer Nummer" in visitor.words
    assert "Sie sind angemeldet" in visitor.words
    assert "Kommen Sie ab" not in visitor.words
    assert "notice--info" not in visitor.page.text, "nothing is left to be told before one comes"
    answer = await visitor.town.ask(
        "anna", "POST", f"/api/v1/{site}/tickets/{ticket['id']}", {"act": "cancel"}
    )
    assert answer.status_code == 200, answer.text
    await visitor.open(page)
    assert "/t/" not in visitor.page.text
    assert "Nicht wahrgenommen" in visitor.words


async def test_a_visit_that_was_served_is_done_at_once(visitor: Visitor) -> None:
    """Not first at the day's end: nobody is told any more that the number will be called."""
    town, mine = visitor.town, reference(visitor)
    town.clock.now = datetime(2026, 3, 12, 8, 50, tzinfo=UTC)
    await town.do("anna", "sites/rathaus/check-ins", 201, reference=mine)
    await town.open()
    await town.call()
    await town.do("anna", "counters/rathaus-1/start")
    await visitor.open(home(visitor))
    assert "Sie sind angemeldet" in visitor.words
    await town.do("anna", "counters/rathaus-1/finish")
    await visitor.open(home(visitor))
    assert "Dieser Termin ist vorbei" in visitor.words
    assert "Erledigt" in visitor.words
    found = await town.ask("anna", "POST", "/api/v1/sites/rathaus/appointments/search", {"text": mine})
    assert [one["state"] for one in found.json()["appointments"]] == ["completed"], "the desk reads the same"


async def test_the_data_goes_and_the_appointment_stays(visitor: Visitor) -> None:
    await visitor.press("act", "forget")
    assert "Ihre Angaben sind gelöscht." in visitor.words
    assert number(visitor)


async def test_the_page_never_repeats_the_person(visitor: Visitor) -> None:
    assert "Erika" not in visitor.page.text
    assert "posteo" not in visitor.page.text


async def test_the_reference_alone_opens_nothing(visitor: Visitor) -> None:
    mine, page = reference(visitor), home(visitor)
    await visitor.open(f"/termin/v/{mine}", 404)
    await visitor.open(page[:-1] + ("A" if page[-1] != "A" else "B"), 404)


@pytest.mark.parametrize("act", ["cancel", "move", "forget", "hold"])
async def test_a_press_without_the_pages_token_is_refused(visitor: Visitor, act: str) -> None:
    answer = await visitor.town.client.post(home(visitor), data={"act": act})
    assert answer.status_code == 403


async def test_the_page_comes_in_english(visitor: Visitor) -> None:
    await visitor.open(home(visitor) + "?lang=en")
    assert "Your number" in visitor.words
    assert "Thursday, 12 March 2026" in visitor.words
    assert not re.search(r"\b(booking|manage)\.[a-z_]+", visitor.words), "a text is missing"
