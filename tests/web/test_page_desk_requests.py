"""A talk is asked for at home, and confirmed or declined at the desk: both sides of it, by forms alone."""

import re
from datetime import date

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.town.file import sample_town
from queue_server.domain.town import Absence
from queue_server.live import postman
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_mailing import PUBLIC, deliver, letters, text
from tests.web.test_page_booking import ERIKA, at_data, number, reference
from tests.web.test_page_desk import Desk, words
from tests.web.test_page_manage import home

TALK = "/termin/rathaus?step=2&s=mayor-talk&day=2026-03-12"
SENTENCE = "Bitte bringen Sie den <Lageplan> mit."


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


@pytest.fixture
async def visitor(town: Town) -> Visitor:
    """A visitor who has just asked for a talk with the mayor."""
    visitor = await at_data(Visitor(town), TALK)
    await visitor.press("act", "check", **ERIKA, p__remarks="Der Radweg am <Markt>")
    assert "geht Ihre Anfrage an das Sekretariat" in visitor.words
    return await visitor.press("act", "book")


async def answer(desk: Desk, visitor: Visitor, act: str, sentence: str = "") -> str:
    """Answer the request at the desk, and return the words that it shows then."""
    path = f"/appointments/{reference(visitor)}"
    done = await desk.post(path, act=act, answer=sentence, request_id="press-1")
    assert done.status_code == 303, words(done.text)
    return words(await desk.get(path, done=done.headers["location"].partition("done=")[2]))


async def test_the_desk_reads_what_to_do_when_the_mayor_is_away_by_now(town: Town, visitor: Visitor) -> None:
    desk, path = Desk(town), f"/appointments/{reference(visitor)}"
    day = date(2026, 3, 12)
    away = edit("clerk", "henrik", absences=(Absence(day, day),))
    await town.house.write(lambda c: change_town(c, sample_town().id, away, town.house.clock()))
    await town.house.renew_if_changed()
    assert "Zeit nicht mehr möglich" in words(await desk.get("/requests"))
    assert "Lehnen Sie die Anfrage ab" in words(await desk.see(reference(visitor)))
    refused = await desk.post(path, act="accept", answer=SENTENCE, request_id="press-1")
    assert refused.status_code == 409
    assert "Lehnen Sie die Anfrage ab und nennen Sie in der Antwort eine andere Zeit" in words(refused.text)
    assert SENTENCE in words(refused.text), "what was typed is still there"
    assert "Die Anfrage ist abgelehnt" in await answer(desk, visitor, "decline", "Wählen Sie Freitag.")


async def test_a_visitor_reads_that_the_request_came_in(visitor: Visitor) -> None:
    assert "Ihre Anfrage ist eingegangen" in visitor.words
    assert "Noch nicht bestätigt" in visitor.words
    assert "Mittwoch, 11. März 2026" in visitor.words, "a day before the talk an answer is due"
    assert "Gespräch mit Henrik Voss" in visitor.words
    assert "data-number" not in visitor.page.text
    assert "In den Kalender" not in visitor.words
    await visitor.open(f"{home(visitor)}/termin.ics", 404)


@PUBLIC
async def test_the_desk_confirms_and_the_visitor_gets_number_and_letter(town: Town, visitor: Visitor) -> None:
    desk = Desk(town)
    page = await desk.get()
    assert "1 Anfrage" in words(page)
    listed = words(await desk.get("/requests"))
    assert "Zeit nicht mehr möglich" not in listed
    assert "Erika Mustermann : Der Radweg am <Markt> Henrik Voss" in listed
    assert "<Markt>" not in await desk.get("/requests"), "what was typed is shown as text"
    seen = words(await desk.see(reference(visitor)))
    assert "Gespräch mit Henrik Voss" in seen
    assert "Worum es geht Der Radweg am <Markt>" in seen
    assert "Karte drucken" not in seen
    done = await answer(desk, visitor, "accept", SENTENCE)
    assert "Der Termin ist bestätigt." in done
    assert "Karte drucken" in done
    assert "Keine Anfrage wartet" in words(await desk.get("/requests"))
    await visitor.open(home(visitor))
    assert SENTENCE in visitor.words
    assert "Verschieben" not in visitor.words
    card = words(await desk.get(f"/appointments/{reference(visitor)}/card"))
    assert "Gespräch mit Henrik Voss" in card
    await deliver(town)
    (letter,) = letters(town)
    assert str(letter["Subject"]).startswith("Bestätigt: Ihr Termin am Donnerstag")
    told = text(letter)
    assert number(visitor) in told
    assert SENTENCE in told
    assert "Gespräch mit: Henrik Voss" in told
    assert "verschieben" not in told
    assert len(list(letter.iter_attachments())) == 1


@PUBLIC
async def test_the_desk_declines_and_says_why(town: Town, visitor: Visitor) -> None:
    await deliver(town)
    (first,) = letters(town)
    assert "steht aber noch nicht fest" in text(first)
    assert "Anfrage zurückziehen" in text(first)
    assert list(first.iter_attachments()) == []
    asked = reference(visitor)
    done = await answer(Desk(town), visitor, "decline", "Herr Voss ist an dem Tag in Dresden.")
    assert "Die Anfrage ist abgelehnt." in done
    assert "Abgelehnt" in done
    await visitor.open(home(visitor))
    assert "Ihre Anfrage wurde leider abgelehnt" in visitor.words
    assert "Herr Voss ist an dem Tag in Dresden." in visitor.words
    await deliver(town)
    told = next(text(one) for one in letters(town) if str(one["Subject"]).startswith("Abgelehnt"))
    assert "Herr Voss ist an dem Tag in Dresden." in told
    assert asked in told
    again = await Desk(town).post(f"/appointments/{asked}", act="accept")
    assert again.status_code == 409


async def test_a_visitor_withdraws_a_request_behind_a_question(visitor: Visitor) -> None:
    """Failure 4."""
    await visitor.follow("Anfrage zurückziehen")
    assert "Möchten Sie diese Anfrage zurückziehen?" in visitor.words
    await visitor.press("act", "cancel")
    assert "Ihre Anfrage ist zurückgezogen" in visitor.words


async def test_who_only_waits_is_not_checked_in_at_the_desk(town: Town, visitor: Visitor) -> None:
    asked = reference(visitor)
    assert "Anmelden" not in re.sub(r"Abmelden|Angemeldet", "", words(await Desk(town).see(asked)))
    refused = await Desk(town).post(f"/appointments/{asked}", act="check_in")
    assert refused.status_code == 409
    assert "noch nicht bestätigt" in words(refused.text)


async def test_the_api_tells_the_state(town: Town) -> None:
    free = await town.ask(None, "GET", "/api/v1/sites/rathaus/times?services=mayor-talk&day=2026-03-12")
    client = "a-visitor-of-the-api"
    held = await town.ask(
        None,
        "POST",
        "/api/v1/sites/rathaus/holds",
        {
            "request_id": "h-1",
            "client": client,
            "services": [{"id": "mayor-talk"}],
            "starts_at": free.json()["times"][0],
        },
    )
    person = {"name": "Erika", "email": "erika@posteo.de", "remarks": "Radweg"}
    asked = await town.ask(
        None,
        "POST",
        "/api/v1/sites/rathaus/appointments",
        {"request_id": "b-1", "client": client, "hold": held.json()["id"], "person": person},
    )
    assert asked.status_code == 201, asked.text
    told = asked.json()
    assert (told["state"], told["number"]) == ("unconfirmed", None)
    assert told["confirm_until"].startswith("2026-03-11T")
    own = await town.ask(
        None,
        "POST",
        "/api/v1/sites/rathaus/appointments/own",
        {"code": told["manage_url"].rpartition("/")[2]},
    )
    assert (own.json()["state"], own.json()["refused"]) == ("unconfirmed", False)
