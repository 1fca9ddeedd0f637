"""From the questions about documents to the list: on pages, in the letter, and forgotten with the visit."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from queue_server.domain.papers import key_of
from queue_server.domain.town import Town as SetUp
from queue_server.services import booking
from queue_server.services.appointments import find_appointment
from queue_server.services.ports import Unit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_mailing import deliver, letters, text
from tests.web.test_page_booking import ERIKA, reference

PASSPORT = "/termin/rathaus?step=2&s=passport&day=2026-03-12"
CHILD = key_of({"de": "Ist ein Ausweis oder Pass für ein Kind?"})
FIRST = "Ist es Ihr erster Ausweis oder Pass bei uns, oder hat sich Ihr Name geändert?"
COMES = "Kind muss persönlich anwesend sein"
BIRTH = "Geburts- oder Eheurkunde"


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)


async def test_an_answer_decides_the_list_on_every_page_and_in_the_letter(
    town: Town, visitor: Visitor
) -> None:
    await visitor.open(PASSPORT)
    assert f"{COMES} (nur wenn ja: Ist ein Ausweis oder Pass für ein Kind?)" in visitor.words
    typed: dict[str, Any] = {f"a__{CHILD}": "yes"}
    await visitor.press("step", "2", **typed)
    assert COMES in visitor.words
    assert f"{COMES} (nur" not in visitor.words
    assert f"{BIRTH} (nur wenn ja: {FIRST})" in visitor.words, "nobody has to answer"

    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    assert COMES in visitor.words
    assert f"{COMES} (nur" not in visitor.words
    await visitor.press("act", "book")
    assert COMES in visitor.words
    assert f"{COMES} (nur" not in visitor.words

    await deliver(town)
    told = text(letters(town)[-1])
    assert f"[ ] {COMES}" in told.splitlines()
    assert f"[ ] {BIRTH} (nur wenn ja: {FIRST})" in told.splitlines()


async def test_a_document_that_an_answer_makes_needless_is_on_no_list(visitor: Visitor) -> None:
    await visitor.open(f"{PASSPORT}&a-{CHILD}=no")
    assert COMES not in visitor.words


async def test_an_answer_is_kept_with_the_person_and_goes_with_them(town: Town, visitor: Visitor) -> None:
    await visitor.open(f"{PASSPORT}&a-{CHILD}=yes&a-{'0' * 12}=yes")
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    found = reference(visitor)

    def numbered(unit: Unit) -> int:
        return next(one.id for one in unit.book.appointments.values() if one.reference == found)

    id_ = await town.house.sequencer.look("rathaus", numbered)

    def kept(unit: Unit) -> str:
        person = unit.person(id_)
        return person.paper_answers if person else ""

    assert await town.house.sequencer.look("rathaus", kept) == f"{CHILD}:yes", "and nothing else"
    await town.house.sequencer.do("rathaus", lambda unit: booking.cancel(unit, found, "visitor"))
    assert await town.house.sequencer.look("rathaus", kept) == ""


async def test_who_checks_in_is_reminded_by_their_own_answers(town: Town, visitor: Visitor) -> None:
    """At the kiosk after a scanned code and at the desk; the reminder itself is kept nowhere."""
    await visitor.open(f"/termin/rathaus?step=2&s=passport&day=2026-03-10&a-{CHILD}=no")
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    found = reference(visitor)
    asked = {"text": found}
    seen = await town.ask("anna", "POST", "/api/v1/sites/rathaus/appointments/search", asked)
    [booked] = seen.json()["appointments"]
    desk = (await town.client.get(f"/desk/rathaus/appointments/{found}", headers=town.headers("anna"))).text
    assert BIRTH in desk
    assert COMES not in desk, "the answer says that it is for no child"

    town.clock.now = datetime.fromisoformat(booked["starts_at"])
    body = {"request_id": "press", "code": await code_of(town, found)}
    arrived, again = [
        (await town.ask("kiosk", "POST", "/api/v1/sites/rathaus/check-ins", body)).json() for _ in range(2)
    ]
    assert again["bring"] == arrived["bring"], "it is made anew each time"
    lines = [one["de"] for one in arrived["bring"]]
    assert f"{BIRTH} (nur wenn ja: {FIRST})" in lines
    assert not any(COMES in line for line in lines)
    assert (
        "(yalnızca" in arrived["bring"][-1]["tr"] or arrived["bring"][-1]["tr"] != arrived["bring"][-1]["de"]
    )


@pytest.mark.parametrize("by", ["number", "reference"])
async def test_who_typed_what_can_be_overheard_is_shown_no_documents(
    town: Town, visitor: Visitor, by: str
) -> None:
    """Documents betray the concern: neither the answer to the kiosk nor the phone of its slip names one."""
    await visitor.open(PASSPORT.replace("2026-03-12", "2026-03-10"))
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    asked = {"text": reference(visitor)}
    [booked] = (await town.ask("anna", "POST", "/api/v1/sites/rathaus/appointments/search", asked)).json()[
        "appointments"
    ]
    town.clock.now = datetime.fromisoformat(booked["starts_at"])
    body = {"request_id": "press", by: booked[by], "time": booked["starts_at"][11:16]}
    answer = await town.ask("kiosk", "POST", "/api/v1/sites/rathaus/check-ins", body)
    assert answer.status_code == 201
    assert answer.json()["bring"] is None
    phone = (await town.client.get(answer.json()["status_url"].removeprefix("http://rathaus.example"))).text
    assert "Haben Sie alles dabei? Die Liste steht in Ihrer Bestätigung." in phone
    for shown in (answer.text, phone):
        assert not [word for word in (BIRTH, COMES, "Reisepass") if word in shown]


async def code_of(town: Town, found: str) -> str:
    """Return what a scanner reads from the letter."""

    def link(unit: Unit) -> str:
        booked = find_appointment(unit, found)
        return town.house.manage_url(booked.reference, booked.secret_version)

    return (await town.house.sequencer.look("rathaus", link)).rpartition("/")[2]


async def test_the_reminder_at_the_kiosk_names_no_confidential_concern(town: Town, visitor: Visitor) -> None:
    await visitor.open(PASSPORT.replace("2026-03-12", "2026-03-10"))
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    found = reference(visitor)

    def plan(before: SetUp) -> SetUp:
        return replace(before, services=tuple(replace(one, sensitive=True) for one in before.services))

    house = town.house
    await house.write(lambda conn: house.settlement.change_town(conn, "musterstadt", plan, house.clock()))
    await house.renew_settings()
    arrived = await town.do("anna", "sites/rathaus/check-ins", 201, reference=found)
    assert arrived["bring"] == []


async def test_who_took_a_number_is_reminded_of_nothing_on_the_phone(town: Town) -> None:
    await town.open()
    taken = await town.take("passport")
    page = (await town.client.get(taken["status_url"].removeprefix("http://rathaus.example"))).text
    assert "Haben Sie alles dabei?" not in page
