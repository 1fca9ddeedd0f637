"""Visitors book ahead what begins later: pages, API and letters tell of the set-up of that day."""

from dataclasses import replace
from datetime import date
from typing import Any

from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import Town as Settings
from queue_server.domain.town_edit import find, put
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_api_booking import THURSDAY_TEN, book, hold
from tests.web.test_page_booking import ERIKA, at_data
from tests.web.test_page_confirm import change
from tests.web.test_page_desk import CARD, Desk, words
from tests.web.test_planning import MONDAY, lasting, plan

MONDAY_TEN = "2026-03-16T10:00+01:00"


def with_flags(town: Settings) -> Settings:
    """Flags of the town are given out by whoever does identity cards."""
    card: Any = find(town, "service", "id-card")
    flag = replace(
        card,
        id="flag",
        key="flag",
        name={"de": "Stadtfahne", "en": "Flag"},
        documents=({"de": "Tragetasche"},),
        minutes=20,
    )
    clerks = tuple(
        replace(one, service_ids=(*one.service_ids, "flag")) if "id-card" in one.service_ids else one
        for one in town.clerks
    )
    return put(replace(town, clerks=clerks), "service", flag)


async def test_a_service_that_begins_on_monday_is_booked_on_the_pages_today(town: Town) -> None:
    await plan(town, with_flags)
    visitor = Visitor(town)
    await visitor.open("/termin/rathaus")
    assert "Stadtfahne" in visitor.words
    await visitor.open("/termin/rathaus?step=2&s=flag&day=2026-03-13")
    assert visitor.times == [], visitor.words
    await at_data(visitor, f"/termin/rathaus?step=2&s=flag&day={MONDAY}")
    await visitor.press("act", "check", **ERIKA)
    assert "Tragetasche" in visitor.words
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words
    assert "Stadtfahne" in visitor.words


async def test_a_page_asks_for_what_the_day_of_the_appointment_requires(town: Town) -> None:
    fields = ("name", "contact", "birth_date")
    await plan(town, edit("site", "rathaus", required_fields=fields))
    visitor = Visitor(town)
    await at_data(visitor, "/termin/rathaus?step=2&s=id-card&day=2026-03-12")
    assert "Geburtsdatum" not in visitor.words
    await at_data(visitor, f"/termin/rathaus?step=2&s=id-card&day={MONDAY}")
    assert "Geburtsdatum" in visitor.words
    await visitor.press("act", "check", **ERIKA, p__birth_date="3.5.1980")
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words


async def test_a_page_says_why_the_site_asks_in_words_of_the_town(town: Town) -> None:
    reasons = (
        FieldReason("birth_date", {"de": "So finden wir Ihre Akte."}),
        FieldReason("contact", {"de": "Wir sagen Ihnen so ab."}),
    )
    asked = ("name", "contact", "birth_date")
    await change(town, edit("site", "rathaus", required_fields=asked, field_reasons=reasons))
    visitor = Visitor(town)
    await at_data(visitor, "/termin/rathaus?step=2&s=id-card&day=2026-03-12")
    assert "Zum Beispiel 03.05.1980. So finden wir Ihre Akte." in visitor.words
    assert visitor.words.count("Wir sagen Ihnen so ab.") == 2, "once for mail, once for the telephone"
    assert "Aufgerufen wird nur Ihre Nummer" in visitor.words, "our sentence where the town has none"
    assert "Wir sagen Ihnen so ab." in words(await Desk(town).get(**CARD))


async def test_pages_about_a_site_speak_its_languages(town: Town) -> None:
    await change(town, edit("site", "rathaus", languages=("de", "uk")))
    whole = (await town.ask(None, "GET", "/termin?town=musterstadt&lang=ar")).text
    assert '<html lang="ar"' in whole, "the town's own page has all of the town's"
    page = (await town.ask(None, "GET", "/termin/rathaus?lang=ar")).text
    assert '<html lang="de"' in page
    assert 'hreflang="uk"' in page
    assert 'hreflang="ar"' not in page
    visitor = Visitor(town)
    await at_data(visitor, "/termin/rathaus?step=2&s=id-card&day=2026-03-12")
    assert 'value="ar"' not in visitor.page.text
    await visitor.press("act", "check", **ERIKA, write_in="ar")
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words
    assert ">Українська<" in visitor.page.text
    assert ">العربية<" not in visitor.page.text


async def test_the_api_offers_and_books_with_the_minutes_of_the_day(town: Town) -> None:
    await plan(town, lasting(35))
    assert [(await hold(town, at))["minutes"] for at in (THURSDAY_TEN, MONDAY_TEN)][1] == 35
    booked = await book(town, "2026-03-17T10:00+01:00")
    town.clock.forward(days=8)
    await town.house.write(lambda c: town.house.settlement.apply_due(c, town.clock()))
    await town.house.renew_settings()
    assert date.fromisoformat("2026-03-17") > MONDAY
    own = await town.ask(
        None,
        "POST",
        "/api/v1/sites/rathaus/appointments/own",
        {"code": booked["manage_url"].rpartition("/")[2]},
    )
    assert own.json()["minutes"] == 35
