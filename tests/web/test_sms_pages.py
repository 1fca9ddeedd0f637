"""Text messages on the pages: wished for where one books, refused kindly, switched off."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.post.outbox import OUTBOX
from queue_server.adapters.post.spool import SMS, Spool
from queue_server.domain.person import Person
from queue_server.services.ports import Unit
from tests.web.forms import Visitor
from tests.web.running import START, Town
from tests.web.test_api_booking import book as api_book
from tests.web.test_kiosk_appointments import book as kiosk_book
from tests.web.test_page_booking import COUPLE, at_data, booked
from tests.web.test_page_desk import Desk, words
from tests.web.test_page_mails import DEMO
from tests.web.test_page_manage import home
from tests.web.test_texting import offer_sms

MOBILE, LANDLINE = "0170 1234567", "0371 488-0"
WITH_PHONE: dict[str, Any] = {"p__name": "Erika Mustermann", "p__phone": MOBILE, "p__sms": ["0", "1"]}


@pytest.fixture
async def texting(town: Town) -> Town:
    await offer_sms(town)
    return town


async def stopped(town: Town, phone: str = MOBILE) -> bool:
    return await town.house.sequencer.look("rathaus", lambda unit: unit.wants_no_sms(phone))


async def persons(town: Town) -> list[Person]:
    def work(unit: Unit) -> list[Person]:
        return list(unit.persons(list(unit.book.appointments)).values())

    return await town.house.sequencer.look("rathaus", work)


async def test_a_site_that_offers_none_does_not_ask(town: Town) -> None:
    visitor = await at_data(Visitor(town))
    assert "SMS" not in visitor.words
    assert "SMS" not in words(await Desk(town).get())


async def test_who_wishes_for_text_messages_reads_it_again_before_booking(texting: Town) -> None:
    visitor = await at_data(Visitor(texting))
    assert "Bestätigung und Erinnerung auch als SMS" in visitor.words
    await visitor.press("act", "check", **WITH_PHONE)
    assert "SMS ja, an diese Telefonnummer" in visitor.words
    assert "Erinnerung 2 Tage vorher" in visitor.words
    await visitor.press("act", "book")
    [person] = await persons(texting)
    assert (person.sms, person.reminder_min) == (True, 2880)


async def test_a_landline_with_the_wish_is_said_kindly_and_kept(texting: Town) -> None:
    visitor = await at_data(Visitor(texting))
    await visitor.press("act", "check", **WITH_PHONE | {"p__phone": LANDLINE}, status=400)
    assert "Diese Nummer kann keine SMS empfangen." in visitor.words
    assert LANDLINE in visitor.page.text
    assert re.search(r'id="p-sms"[^>]* checked', visitor.page.text)
    await visitor.press("act", "check", **WITH_PHONE | {"p__phone": LANDLINE, "p__sms": ["0"]})
    assert "Stimmt alles?" in visitor.words
    assert "Erinnerung 2 Tage" not in visitor.words, "nothing reaches this visitor, so nothing is promised"


async def test_a_wish_without_a_number_asks_for_one(texting: Town) -> None:
    visitor = await at_data(Visitor(texting))
    fields = WITH_PHONE | {"p__email": "erika@posteo.de", "p__phone": ""}
    await visitor.press("act", "check", **fields, status=400)
    assert "Für SMS brauchen wir Ihre Handynummer." in visitor.words


async def test_a_site_that_asks_for_a_mobile_number_alone_has_it_ticked(town: Town) -> None:
    """B3: the sample town's second site asks for name, address and phone."""
    visitor = await at_data(Visitor(town), "/termin/buergerzentrum?step=2&s=id-card&day=2026-03-12")
    assert re.search(r'id="p-sms"[^>]* checked', visitor.page.text)


async def test_its_holder_switches_text_messages_off(texting: Town) -> None:
    visitor = await at_data(Visitor(texting))
    await visitor.press("act", "check", **WITH_PHONE)
    await visitor.press("act", "book")
    page = home(visitor)
    await visitor.open(page)
    assert not await stopped(texting), "a GET changes nothing (failure 4)"
    await visitor.press("act", "stop_sms")
    assert "Wir schicken Ihnen keine SMS mehr." in visitor.words
    assert await stopped(texting, "+49 170 1234567")
    again = await at_data(Visitor(texting))
    await again.press("act", "check", **WITH_PHONE, status=400)
    assert "Für diese Nummer wurden SMS abbestellt." in again.words


async def test_who_wished_for_none_is_not_asked_about_them(texting: Town) -> None:
    visitor = await booked(Visitor(texting), COUPLE)
    assert "SMS" not in visitor.words


async def test_the_desk_books_with_text_messages_and_stops_them(texting: Town) -> None:
    desk = Desk(texting)
    reference = await desk.book(contact=MOBILE, sms="1")
    assert "SMS gewünscht" in words(await desk.see(reference))
    acts = (("stop_sms", "SMS abbestellt"), ("allow_sms", "SMS gewünscht"), ("stop_sms", "SMS abbestellt"))
    for act, shown in acts:
        answer = await desk.post(f"/appointments/{reference}", act=act)
        assert answer.status_code == 303
        assert answer.headers["location"].endswith("?done=sms")
        assert shown in words(await desk.see(reference))
    await desk.book(contact=MOBILE, sms="1")
    assert not await stopped(texting), "who asks for them on the phone gets them again"


@pytest.mark.parametrize("contact", ["", LANDLINE, "erika@example.org"])
async def test_the_desk_is_told_that_a_mobile_number_is_missing(texting: Town, contact: str) -> None:
    desk = Desk(texting)
    answer = await desk.post(at=(await desk.times())[0], contact=contact, sms="1", **{"n-id-card": "1"})
    assert answer.status_code == 422
    assert "Für SMS fehlt eine Handynummer." in words(answer.text)


@DEMO
async def test_the_demos_mailbox_shows_text_messages(town: Town) -> None:
    """What stands in one is text, whatever it is."""
    spool = Spool(town.house.settings.spool_folder)
    name = spool.put("id-1", b"+491701234567\nIhr Termin <b>Mi.</b>\n", START, SMS).stem
    for path in ("/demo/mails", f"/demo/mails/{name}"):
        page = (await town.client.get(path)).text
        assert "Ihr Termin &lt;b&gt;Mi.&lt;/b&gt;" in page
        assert "+491701234567" in page
        assert "<iframe" not in page


@pytest.mark.parametrize(
    ("told", "reminder_min", "sms"),
    [
        ({}, 2880, False),
        ({"reminder_min": None}, None, False),
        ({"reminder_min": 75, "sms": True}, 75, True),
    ],
)
async def test_a_program_that_says_nothing_of_a_reminder_gets_the_usual_one(
    texting: Town, told: dict[str, Any], reminder_min: int | None, sms: bool
) -> None:
    await api_book(texting, person={"name": "Erika", "phone": MOBILE, **told})
    [person] = await persons(texting)
    assert (person.reminder_min, person.sms) == (reminder_min, sms)


async def test_a_number_told_at_the_kiosk_is_no_wish_for_text_messages(texting: Town) -> None:
    """Nobody asks there whether one would like them."""
    await kiosk_book(texting, "2026-03-12T10:20+01:00", person={"phone": MOBILE})
    [person] = await persons(texting)
    assert (person.reminder_min, person.sms) == (2880, False)
    query = sa.select(OUTBOX.c.kind, OUTBOX.c.channel).where(OUTBOX.c.channel != "calendar")
    found = await texting.house.read(lambda c: c.execute(query.order_by(OUTBOX.c.id)).all())
    assert found == []
