"""The portal's four steps by forms alone, as a browser without scripts sends them."""

import asyncio
import contextlib
import io
import re
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.town.file import sample_town
from queue_server.cli import main
from queue_server.domain.puzzle import BITS, PARTS
from queue_server.domain.town import Challenge, Closure
from queue_server.web.limits import Limits
from tests.domain.test_puzzle import solved
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import Town

ERIKA: dict[str, Any] = {"p__name": "Erika Mustermann", "p__email": "erika@posteo.de"}
COUPLE = "/termin/rathaus?step=2&s=id-card&n-id-card=2&persons=2&day=2026-03-12"
TALK = "/termin/rathaus?step=2&s=mayor-talk&day=2026-03-12"
APART = "/termin?town=musterstadt&step=2&s=id-card&n-id-card=2&s=marriage-register&s=housing-benefit"
ONE_CLERK = "/termin/rathaus?step=2&s=marriage-register&day=2026-03-12"


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return Visitor(town)


async def at_data(visitor: Visitor, path: str = COUPLE) -> Visitor:
    """Hold the first time of the day, as far as step 3."""
    await visitor.open(path)
    return await visitor.press("at", visitor.times[0])


async def booked(visitor: Visitor, path: str = COUPLE) -> Visitor:
    await at_data(visitor, path)
    await visitor.press("act", "check", **ERIKA)
    return await visitor.press("act", "book")


def number(visitor: Visitor) -> str:
    found = re.search(r'data-number="(\d+)"', visitor.page.text)
    assert found is not None, visitor.words
    return found[1]


def reference(visitor: Visitor) -> str:
    found = re.search(r'answer__reference">([^<]+)<', visitor.page.text)
    assert found is not None, visitor.words
    return found[1]


async def test_a_couple_books_two_identity_cards_in_four_steps(visitor: Visitor) -> None:
    await visitor.open("/termin/rathaus")
    await visitor.press("step", "2", s="id-card", n__id__card="2", persons="2")
    assert "2 × Personalausweis" in visitor.words
    assert "2 Personen kommen" in visitor.words
    assert "etwa 25 Minuten" in visitor.words
    await visitor.follow("Donnerstag, 12. März 2026")
    await visitor.press("at", "2026-03-12T10:00+01:00")
    assert "Donnerstag, 12. März 2026 um 10:00 Uhr" in visitor.words
    await visitor.press("act", "check", **ERIKA)
    assert "Stimmt alles?" in visitor.words
    assert "Erika Mustermann" in visitor.words
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words
    assert 100 <= int(number(visitor)) <= 999
    assert "Kommen Sie ab 09:50 Uhr, bitte nicht früher." in visitor.words
    assert "Erdgeschoss" in visitor.words
    assert "Bisheriger Ausweis oder Pass" in visitor.words


async def test_going_back_to_the_start_and_forth_loses_nothing(visitor: Visitor) -> None:
    """Failure 27 too: what was typed goes in bodies; addresses stand in logs and histories."""
    await at_data(visitor)
    await visitor.press("act", "times", **ERIKA, p__need=["step_free"], p__reminder="1440")
    await visitor.press("to", visitor.way("/termin/rathaus?s="))
    assert "Was möchten Sie erledigen?" in visitor.words
    await visitor.press("step", "2", s=["id-card", "passport"])
    assert "Reisepass" in visitor.words
    await visitor.press("to", visitor.way("day=2026-03-13"))
    await visitor.press("at", visitor.times[0])
    assert visitor.value("p-name") == "Erika Mustermann"
    assert visitor.value("p-email") == "erika@posteo.de"
    await visitor.press("act", "check")
    assert "Stufenloser Raum" in visitor.words
    assert "1 Tag vorher" in visitor.words
    typed = ("Erika", "Mustermann", "posteo", "step_free", "1440")
    assert [one for one in visitor.addresses if any(word in one for word in typed)] == []


async def test_a_talk_names_its_person_and_asks_for_the_subject(visitor: Visitor) -> None:
    await visitor.open("/termin/rathaus")
    assert visitor.words.count("Gespräch mit Henrik Voss") == 1, "no other clerk is named"
    await visitor.press("step", "2", s="mayor-talk")
    assert "Gespräch mit Henrik Voss" in visitor.words
    await visitor.open(TALK)
    assert min(visitor.times) >= "2026-03-12T14:00", "before two the others work, not he"
    await at_data(visitor, TALK)
    await visitor.press("act", "check", 400, **ERIKA)
    assert "Bitte schreiben Sie in einem Satz, worum es geht." in visitor.words
    await visitor.press("act", "check", p__remarks="Der Radweg am Markt")
    assert "Gespräch mit Henrik Voss" in visitor.words
    assert "Der Radweg am Markt" in visitor.words
    await visitor.press("act", "book")
    assert "Ihre Anfrage ist eingegangen" in visitor.words, "his secretariat confirms it"
    assert "Gespräch mit Henrik Voss" in visitor.words
    assert "Radweg" not in visitor.words, "pages never repeat what somebody told"


# -- step 1 ------------------------------------------------------------------------------------------------


async def test_where_two_towns_share_a_server_one_is_chosen(visitor: Visitor) -> None:
    await visitor.open("/termin")
    assert "Nachbarstadt" in visitor.words
    await visitor.follow("Musterstadt")
    assert "Reisepass" in visitor.words


async def test_the_search_narrows_and_keeps_what_is_ticked(visitor: Visitor) -> None:
    await visitor.open("/termin/rathaus?q=hund&s=passport")
    assert "Hund anmelden" in visitor.words or "Hundesteuer" in visitor.words
    assert "Reisepass" in visitor.words
    assert "Führungszeugnis" not in visitor.words
    await visitor.open("/termin/rathaus?q=" + quote("<script>alert(1)</script>"))
    assert "nichts gefunden" in visitor.words
    assert "<script>alert" not in visitor.page.text


async def test_what_is_done_without_coming_leads_there(visitor: Visitor) -> None:
    await visitor.open("/termin/rathaus")
    assert "Online erledigen" in visitor.words
    assert 'href="https://www.musterstadt.example/hund-anmelden"' in visitor.page.text
    assert 'value="dog-tax-register"' not in visitor.page.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "mindestens ein Anliegen"),
        ("&s=id-card&n-id-card=99", "höchstens"),
        ("&s=id-card&n-id-card=0", "höchstens"),
        ("&s=id-card&persons=0", "eine Zahl von 1 bis 20"),
        ("&s=id-card&persons=viele", "eine Zahl von 1 bis 20"),
    ],
)
async def test_a_concern_that_cannot_be_is_told_on_step_one(visitor: Visitor, query: str, words: str) -> None:
    await visitor.open(f"/termin/rathaus?step=2{query}", 400)
    assert words in visitor.words


async def test_a_deep_link_has_its_service_ticked(visitor: Visitor) -> None:
    await visitor.open("/termin/rathaus/passport")
    assert re.search(r'value="passport" checked', visitor.page.text)


@pytest.mark.parametrize(
    "path",
    ["/termin/nowhere", "/termin/rathaus/nothing", "/termin/nachbarhaus/passport", "/termin?town=nowhere",
     "/termin/rathaus?step=2&s=nothing", "/termin/v/nonsense", "/termin/v/nonsense/cancel"],
)  # fmt: skip
async def test_wrong_and_foreign_ids_are_not_there(visitor: Visitor, path: str) -> None:
    """Failure 15."""
    await visitor.open(path, 404)


# -- step 2 ------------------------------------------------------------------------------------------------


async def test_both_sites_stand_with_their_earliest_time(visitor: Visitor) -> None:
    await visitor.open("/termin?town=musterstadt&step=2&s=id-card")
    assert visitor.words.count("Frühestens") == 2
    await visitor.follow("Bürgerzentrum")
    assert "Gewählt" in visitor.words
    assert "März 2026" in visitor.words


async def test_what_would_need_three_appointments_is_offered_in_parts(visitor: Visitor) -> None:
    """Each part leads to its own times, with the counts that were chosen."""
    await visitor.open(APART)
    assert "Dafür brauchen Sie 3 Termine." in visitor.words
    first, second = visitor.words.split("Termin 1 von 3")[1].split("Termin 2 von 3")
    assert "2 × Personalausweis" in first
    assert "Ehe" not in first
    assert "Eheschließung anmelden" in second
    assert visitor.times == []
    assert "Minuten" not in visitor.words, "nobody does it in one go"
    await visitor.follow("Zeiten für Termin 1 ansehen")
    assert "2 × Personalausweis" in visitor.words
    assert "Eheschließung" not in visitor.words
    assert visitor.words.count("Frühestens") == 2, "both sites can do it"


async def test_what_was_typed_goes_along_to_a_part(visitor: Visitor) -> None:
    """Failure 27 too: in the body."""
    await at_data(visitor)
    await visitor.press("act", "times", **ERIKA)
    await visitor.press("to", visitor.way("/termin/rathaus?s="))
    await visitor.press("step", "2", s=["id-card", "marriage-register", "housing-benefit"])
    await visitor.press("to", visitor.way("?s=marriage-register"))
    await visitor.press("at", visitor.times[0])
    assert visitor.value("p-name") == "Erika Mustermann"
    assert not any("Erika" in one for one in visitor.addresses)


async def test_a_day_that_is_over_or_garbage_breaks_nothing(visitor: Visitor) -> None:
    for day in ("2020-01-01", "2026-02-31", "x", "9999-12-31"):
        await visitor.open(f"/termin/rathaus?step=2&s=id-card&day={day}")
        assert not visitor.times or "Frühester Termin" in visitor.words
    await visitor.open("/termin/rathaus?step=2&s=id-card&month=2026-13")
    assert "März 2026" in visitor.words


async def test_a_time_that_somebody_else_took_leads_to_the_nearest(town: Town) -> None:
    """Failure 17: sold out meanwhile: a clear message, the nearest times, and the typed data kept."""
    slow, fast = Visitor(town), Visitor(town)
    await slow.open(ONE_CLERK)
    at = slow.times[0]
    await fast.open(ONE_CLERK)
    await fast.press("at", at)
    town.client.cookies.clear()
    await slow.press("at", at, 409, **ERIKA)
    assert "leider nicht mehr frei" in slow.words
    assert at not in slow.times
    await slow.press("at", slow.times[0])
    assert slow.value("p-name") == "Erika Mustermann"


async def test_a_house_that_closes_meanwhile_keeps_what_was_typed(town: Town) -> None:
    """The time was held for ten minutes; the day is not worked on any more when it shall be booked."""
    visitor = await at_data(Visitor(town))
    await visitor.press("act", "check", **ERIKA)
    plan = edit("site", "rathaus", closures=(Closure(date(2026, 3, 12)),))
    await town.house.write(lambda c: change_town(c, sample_town().id, plan, town.house.clock()))
    await town.house.renew_if_changed()
    await visitor.press("act", "book", 409)
    assert "Ihre Angaben sind noch da" in visitor.words
    assert not any(one.startswith("2026-03-12") for one in visitor.times)
    await visitor.press("at", visitor.times[0])
    assert visitor.value("p-name") == "Erika Mustermann"


@pytest.mark.parametrize(
    "at", ["", "morgen", "2026-03-12T10:00", "2026-03-12T10:00:01+01:00", "0001-01-01T00:00+00:00"]
)
async def test_a_time_that_no_page_offers_is_refused(visitor: Visitor, at: str) -> None:
    await visitor.open(COUPLE)
    answer = await visitor.town.client.post(
        "/termin",
        data={"act": "hold", "at": at, "site": "rathaus", "s": "id-card", "csrf": visitor.value("csrf")},
    )
    assert answer.status_code == 400


# -- the held time -----------------------------------------------------------------------------------------


async def test_a_held_time_is_seen_again_after_a_reload(visitor: Visitor) -> None:
    await at_data(visitor)
    assert "Für Sie frei gehalten bis 10:10 Uhr" in visitor.words
    await visitor.open(str(visitor.page.url))
    assert "Für Sie frei gehalten bis 10:10 Uhr" in visitor.words


async def test_another_browser_does_not_hold_it(visitor: Visitor) -> None:
    await at_data(visitor)
    visitor.town.client.cookies.clear()
    await visitor.open(str(visitor.page.url), 409)
    assert "Bitte wählen Sie noch einmal" in visitor.words


async def test_ten_more_minutes_are_one_press(visitor: Visitor) -> None:
    await at_data(visitor)
    visitor.town.clock.forward(minutes=8)
    await visitor.press("act", "extend", **ERIKA)
    assert "bis 10:18 Uhr" in visitor.words
    assert visitor.value("p-name") == "Erika Mustermann"


@pytest.mark.parametrize("act", ["check", "extend"])
async def test_an_expired_hold_keeps_what_was_typed(visitor: Visitor, act: str) -> None:
    """Failure 16: the time is free again, the page says so, nothing typed is lost."""
    await at_data(visitor)
    visitor.town.clock.forward(minutes=11)
    await visitor.press("act", act, 409, **ERIKA)
    assert "Die zehn Minuten sind um" in visitor.words
    await visitor.press("at", visitor.times[0])
    assert visitor.value("p-name") == "Erika Mustermann"
    await visitor.press("act", "check")
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words


async def test_another_time_lets_the_first_one_go(visitor: Visitor) -> None:
    """Going to and fro must not use up what one browser may hold."""
    for turn in range(6):
        await visitor.open(visitor.addresses[-1].replace("step=3", "step=2") if turn else ONE_CLERK)
        await visitor.press("at", visitor.times[turn])
    assert "Ihre Angaben" in visitor.words


# -- step 3 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"p__name": ""}, "Bitte geben Sie Ihren Namen an."),
        ({"p__email": ""}, "eine E-Mail-Adresse oder eine Telefonnummer"),
        ({"p__email": "erika@"}, "nicht vollständig"),
        ({"p__email": "erika@posteo"}, "nicht vollständig"),
        ({"p__phone": "null eins sieben"}, "prüfen Sie die Telefonnummer"),
        (
            {"p__email": "", "p__phone": "", "p__reminder": "60"},
            "eine E-Mail-Adresse oder eine Telefonnummer",
        ),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    visitor: Visitor, typed: dict[str, str], words: str
) -> None:
    await at_data(visitor)
    await visitor.press("act", "check", 400, **{**ERIKA, **typed})
    assert words in visitor.words
    assert 'aria-invalid="true"' in visitor.page.text
    for name, value in {**ERIKA, **typed}.items():
        if name in {"p__name", "p__email"}:
            assert visitor.value(name.replace("__", "-")) == value


async def test_a_likely_slip_in_the_address_is_asked_back_once(visitor: Visitor) -> None:
    await at_data(visitor)
    await visitor.press("act", "check", 400, p__name="Erika", p__email="erika@gmial.com")
    assert "Meinten Sie erika@gmail.com?" in visitor.words
    await visitor.press("act", "check")
    assert "Stimmt alles?" in visitor.words
    assert "erika@gmial.com" in visitor.words


async def test_the_address_that_was_meant_is_one_press_away(visitor: Visitor) -> None:
    await at_data(visitor)
    await visitor.press("act", "check", 400, p__name="Erika", p__email="erika@gmial.com")
    await visitor.press("act", "take_meant")
    assert "Stimmt alles?" in visitor.words
    assert "erika@gmail.com" in visitor.words


async def test_each_site_asks_for_its_own_fields(visitor: Visitor) -> None:
    await at_data(visitor, "/termin/buergerzentrum?step=2&s=id-card&day=2026-03-12")
    assert "Anschrift" in visitor.words
    assert "E-Mail-Adresse" not in visitor.words


async def test_what_looks_like_markup_is_shown_as_text(visitor: Visitor) -> None:
    """Failure 14: HTML, control and direction marks are text everywhere."""
    await at_data(visitor)
    await visitor.press("act", "check", p__name="<b>Erika</b>\x07\u202e", p__email="e@posteo.de")
    assert "&lt;b&gt;Erika&lt;/b&gt;" in visitor.page.text
    assert "\x07" not in visitor.page.text
    assert "\u202e" not in visitor.page.text


# -- step 4 ------------------------------------------------------------------------------------------------


async def test_two_presses_of_the_last_button_book_once(visitor: Visitor) -> None:
    """Failure 2: the same answer, the same number, the same page."""
    await at_data(visitor)
    await visitor.press("act", "check", **ERIKA)
    check = visitor.page
    await visitor.press("act", "book")
    first = str(visitor.page.url)
    visitor.page = check
    await visitor.press("act", "book")
    assert str(visitor.page.url) == first


async def test_back_to_the_form_after_booking_leads_to_the_appointment(visitor: Visitor) -> None:
    await at_data(visitor)
    step3 = str(visitor.page.url)
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    await visitor.open(step3)
    assert "Ihr Termin ist gebucht" in visitor.words


@pytest.mark.parametrize("act", ["hold", "extend", "check", "book"])
async def test_a_form_of_another_page_is_refused(visitor: Visitor, act: str) -> None:
    data = {"act": act, "site": "rathaus", "s": "id-card", "csrf": "nonsense", "hold": "1"}
    answer = await visitor.town.client.post("/termin", data=data)
    assert answer.status_code == 403


@pytest.mark.parametrize("act", ["", "delete", "hold\x00"])
async def test_only_known_acts_are_taken(visitor: Visitor, act: str) -> None:
    answer = await visitor.town.client.post("/termin", data={"act": act, "site": "rathaus", "s": "id-card"})
    assert answer.status_code == 400


async def test_step_four_needs_the_steps_before(visitor: Visitor) -> None:
    await visitor.open("/termin/rathaus?step=4&s=id-card")
    assert "Wann passt es Ihnen?" in visitor.words
    await visitor.open("/termin/rathaus?step=4", 400)
    assert "Was möchten Sie erledigen?" in visitor.words


async def test_who_has_enough_bookings_reads_what_to_do_and_loses_nothing(visitor: Visitor) -> None:
    """Failure 21. The sample town allows five; another spelling of the address is the same contact."""
    for n in range(5):
        await at_data(visitor)
        typed = {**ERIKA, "p__email": f"Erika+{n}@posteo.de"}
        await visitor.press("act", "check", **typed)
        await visitor.press("act", "book")
    await at_data(visitor)
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book", 409)
    assert "sind schon 5 Termine offen" in visitor.words
    assert "Sagen Sie bitte einen ab" in visitor.words
    assert 'href="tel:03023125-0"' in visitor.page.text
    assert "Erika Mustermann" in visitor.words
    assert visitor.value("p-email") == "erika@posteo.de"


def a_helper(town: Town) -> str:
    """The code of a library, as the command line hands it over beside a running server."""
    place = ("--data", str(town.house.settings.data), "--town", "musterstadt")
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        assert main(["helper", "create", "Stadtbibliothek", *place]) == 0
    return told.getvalue().splitlines()[-1]


async def test_nobody_is_asked_for_a_code_where_there_are_no_helpers(visitor: Visitor, town: Town) -> None:
    await at_data(visitor)
    assert "p-helper" not in visitor.page.text
    await asyncio.to_thread(a_helper, town)
    await at_data(visitor)
    assert "Sie buchen als Helferin oder Helfer einer Einrichtung?" in visitor.words


async def test_a_helper_books_on_where_others_have_to_stop(visitor: Visitor, town: Town) -> None:
    code = await asyncio.to_thread(a_helper, town)
    for _ in range(6):
        await at_data(visitor)
        await visitor.press("act", "check", **ERIKA, p__helper=code.lower())
        assert "eine Einrichtung mit Code" in visitor.words
        assert code.lower() not in visitor.words
        await visitor.press("act", "book")
        assert "Ihr Termin ist gebucht" in visitor.words


async def test_a_wrong_code_is_told_beside_its_field_and_guessing_is_slow(
    visitor: Visitor, town: Town
) -> None:
    """The other tests of pages run without limits."""
    code = await asyncio.to_thread(a_helper, town)
    town.house.limits = Limits()
    await at_data(visitor)
    for _ in range(5):
        await visitor.press("act", "check", 400, **ERIKA, p__helper="ACDE-FHJK-NPRT")
        assert "Diesen Code gibt es nicht." in visitor.words
    await visitor.press("act", "check", 400, **ERIKA, p__helper=code)
    assert "Zu viele falsche Codes." in visitor.words
    await visitor.press("act", "check", p__helper="")
    assert "Stimmt alles?" in visitor.words


# -- the puzzle ----------------------------------------------------------------------------------------


def with_puzzle(town: Town) -> None:
    """Let the town hall ask for a puzzle, as a town file does."""
    organisation, site = town.house.directory.sites["rathaus"]
    asking = replace(site, challenge=Challenge.ON, email="amt@example.org")
    sites = tuple(asking if one.id == site.id else one for one in organisation.sites)
    town.house.directory.sites["rathaus"] = (replace(organisation, sites=sites), asking)


async def test_a_site_may_ask_for_a_puzzle_before_a_time_is_held(visitor: Visitor, town: Town) -> None:
    """Failure 21. Without scripts there are other ways; what was chosen goes along."""
    with_puzzle(town)
    await visitor.open(COUPLE)
    at = visitor.times[0]
    await visitor.press("at", at)
    assert "Einen Moment bitte" in visitor.words
    assert 'href="tel:03023125-0"' in visitor.page.text
    assert 'href="mailto:amt@example.org"' in visitor.page.text
    puzzle = str(re.search(r'data-puzzle="([^"]+)"', visitor.page.text)[1])  # type: ignore[index]
    await visitor.press("puzzle", "solved", solution=f"{puzzle}:1,2,3")
    assert "Einen Moment bitte" in visitor.words, "no solution"
    puzzle = str(re.search(r'data-puzzle="([^"]+)"', visitor.page.text)[1])  # type: ignore[index]
    answers = await asyncio.to_thread(solved, puzzle, PARTS, BITS)
    await visitor.press("puzzle", "solved", solution=f"{puzzle}:{answers}")
    assert "Für Sie frei gehalten" in visitor.words
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words
