"""A sensitive concern is named to the visitor and to who serves it, and in nothing that others see."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from queue_server.domain.day_sheet import Expected
from queue_server.domain.town import Town as Settings
from queue_server.domain.town_edit import find, put
from queue_server.live import postman
from queue_server.services.day_sheet import sheet_of
from queue_server.services.ports import JobToPrint, Unit
from queue_server.services.wording import told_to_others, untold
from queue_server.web.slips import appointment_slip, slip
from tests.domain.town_builders import a_clerk, a_service, a_town
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import START, Town
from tests.web.test_mailing import PUBLIC, book, deliver, event, letters, text
from tests.web.test_page_booking import ERIKA, at_data
from tests.web.test_page_booking import reference as reference_of
from tests.web.test_page_confirm import change
from tests.web.test_page_counter import config_of
from tests.web.test_page_desk import Desk, words

NAME, PAPER = "Personalausweis beantragen", "Biometrisches Passbild"
VEILED = "Vertraulich"


def veiled(town: Settings) -> Settings:
    """Identity cards are sensitive now, and Bernd does not do them."""
    card: Any = find(town, "service", "id-card")
    bernd: Any = find(town, "clerk", "bernd")
    skills = tuple(one for one in bernd.service_ids if one != "id-card")
    town = put(town, "service", replace(card, sensitive=True, name={"de": NAME}, documents=({"de": PAPER},)))
    return put(town, "clerk", replace(bernd, service_ids=skills))


@pytest.fixture
async def quiet(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)
    await change(town, veiled)
    return town


def test_who_serves_it_is_told_and_nobody_else() -> None:
    plain, veiled_one = a_service(), a_service("debts", sensitive=True)
    assert list(told_to_others([plain, veiled_one])) == [plain]
    assert list(told_to_others([plain, veiled_one], {"debts"})) == [plain, veiled_one]
    town = a_town(services=(plain, veiled_one))
    assert untold(town, None) == untold(town, a_clerk(service_ids=("id-card",))) == {"debts"}
    assert untold(town, a_clerk()) == frozenset()


@PUBLIC
async def test_a_mail_tells_time_and_place_alone_and_leads_to_the_rest(quiet: Town) -> None:
    booked = await book(quiet)
    assert await deliver(quiet) == 1
    [letter] = letters(quiet)
    for told in (str(letter["subject"]), text(letter), str(event(letter)), _markup(letter)):
        assert (NAME in told, PAPER in told, "Anliegen" in told) == (False, False, False), told
    assert str(booked["number"]) in text(letter)
    assert "Das steht auf der Seite Ihres Termins." in text(letter)
    page = Visitor(quiet)
    manage = quiet.house.manage_url(booked["reference"], booked["secret_version"])
    await page.open(urlsplit(manage).path)
    assert (NAME in page.words, PAPER in page.words) == (True, True), "the visitor's own page"


def _markup(letter: Any) -> str:
    return str(letter.get_body(("html",)).get_content())


async def test_slip_and_day_sheet_lie_about_and_tell_nothing(quiet: Town) -> None:
    booked = await book(quiet)

    def printed(unit: Unit) -> Any:
        job = JobToPrint(1, "rathaus-kiosk", 1, 1, "new", "", START, None, None, None)
        appointment = next(one for one in unit.book.appointments.values() if one.id == booked["id"])
        return {"slip": str(appointment_slip(quiet.house, unit, appointment, job))}

    paper = (await quiet.house.sequencer.look("rathaus", printed))["slip"]
    assert (NAME in paper, PAPER in paper, str(booked["number"]) in paper) == (False, False, True)
    town, site = quiet.house.town_and_site("rathaus")
    expected = Expected(START + timedelta(days=1), 417, (("id-card", 2),), 1, "anna", "booked", "")
    sheet = sheet_of(quiet.house.texts["de"], town, site, START.date(), START, [expected], ())
    assert (NAME in str(sheet), VEILED in str(sheet)) == (False, True)


async def test_a_slip_of_what_has_gone_names_it_no_more(town: Town) -> None:
    """Whether it was sensitive nobody knows by then, and its id may say what it was."""
    gone = (("debt-advice", 1), ("id-card", 1))
    booked, taken = await book(town), await town.take()

    def printed(unit: Unit) -> Any:
        job = JobToPrint(1, "rathaus-kiosk", 1, 2, "new", "", START, None, None, None)
        appointment = next(one for one in unit.book.appointments.values() if one.id == booked["id"])
        slips = (
            appointment_slip(town.house, unit, replace(appointment, concern=gone), job),
            slip(town.house, unit, replace(unit.hall.tickets[taken["id"]], concern=gone), job),
        )
        return {"slips": [str(one) for one in slips]}

    for one in (await town.house.sequencer.look("rathaus", printed))["slips"]:
        assert ("debt-advice" in one, NAME in one) == (False, True)


async def test_the_desk_reads_it_only_where_it_is_served(quiet: Town) -> None:
    reference = (await book(quiet))["reference"]
    day = (START + timedelta(days=1)).date().isoformat()
    for who, is_told in (("anna", True), ("bernd", False)):
        desk = Desk(quiet, who=who)
        page = words(await desk.see(reference))
        assert (NAME in page, PAPER in page, VEILED in page) == (is_told, is_told, not is_told), who
        card = await desk.get(f"/appointments/{reference}/card")
        assert (NAME in card, PAPER in card) == (False, False), "a card may be found by anybody"
        found = await desk.post("/search", q="Personalausweis", day=day)
        assert (found.status_code == 303) == is_told, "the only hit is opened at once"
        listed = await desk.post("/search", q="", day=day)
        assert (reference in listed.text, NAME in words(listed.text)) == (True, is_told), who


async def test_moving_it_tells_it_in_no_address_and_no_form(quiet: Town) -> None:
    reference = (await book(quiet))["reference"]
    desk, asked = Desk(quiet, who="bernd"), {"move": reference, "day": "2026-03-13"}
    page, moving = await desk.see(reference), await desk.get(**asked)
    assert f'href="/desk/rathaus?move={reference}"' in page
    listed = re.sub(r"<script\b.*?</script>", "", moving, flags=re.DOTALL)  # what everybody may choose from
    for told in (page, listed):
        assert ("n-id-card" in told, '"id-card' in told, NAME in told) == (False, False, False)
    at = re.findall(r'name="at" form="book" value="([^"]+)"', moving)[0]
    answer = await desk.post(**asked, at=at)
    assert answer.headers["location"] == f"/desk/rathaus/appointments/{reference}?done=moved"


async def test_a_talk_that_is_not_told_names_nobody_and_no_subject(quiet: Town) -> None:
    subject, mayor = "Der Radweg am Markt", "Henrik Voss"
    visitor = await at_data(Visitor(quiet), "/termin/rathaus?step=2&s=mayor-talk&day=2026-03-12")
    await visitor.press("act", "check", **ERIKA, p__remarks=subject)
    await visitor.press("act", "book")
    desk = Desk(quiet)
    paths = "/requests", f"/appointments/{reference_of(visitor)}"
    for page in [words(await desk.get(path)) for path in paths]:
        assert (subject in page, mayor in page) == (True, True)
    await change(quiet, edit("service", "mayor-talk", sensitive=True))
    for page in [words(await desk.get(path)) for path in paths]:
        assert (subject in page, mayor in page, VEILED in page) == (False, False, True)


async def test_the_counter_lists_it_only_to_who_serves_it(quiet: Town) -> None:
    for who, shown in (("anna", None), ("bernd", VEILED)):
        answer = await quiet.client.get("/counter/rathaus-2", headers=quiet.headers(who))
        assert answer.status_code == 200, answer.text
        assert config_of(answer.text)["services"]["id-card"]["listed"] == shown, who
