"""The link in the mail: a page with one button, and what it leads to."""

import re
from dataclasses import replace
from datetime import date

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.store import save_town
from queue_server.domain.admission import Admission
from queue_server.domain.town import Closure
from queue_server.live import postman
from queue_server.services import booking_clock
from queue_server.services.ports import Answer, Unit
from tests.domain.town_plans import Plan, edit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_mailing import PUBLIC, deliver, letters, text
from tests.web.test_page_booking import ERIKA, at_data, number
from tests.web.test_page_manage import home


@pytest.fixture(autouse=True)
def only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server's own postman sleep: these tests say when he goes."""
    monkeypatch.setattr(postman.Postman, "start", lambda _: None)


@pytest.fixture
async def visitor(town: Town) -> Visitor:
    """A visitor at step 4 of a site that has bookings confirmed by mail."""
    await confirmed_by_mail(town)
    visitor = await at_data(Visitor(town))
    return await visitor.press("act", "check", **ERIKA)


def run_clock(unit: Unit) -> Answer:
    booking_clock.run(unit)
    return {}


async def confirmed_by_mail(town: Town) -> None:
    sample = sample_town()
    sites = tuple(replace(one, confirm_by_mail=True) for one in sample.sites)
    await town.house.write(lambda c: save_town(c, replace(sample, sites=sites), town.house.clock()))
    await town.house.renew_if_changed()


async def change(town: Town, plan: Plan) -> None:
    """Let the set-up be another from now on."""
    await town.house.write(lambda c: change_town(c, sample_town().id, plan, town.house.clock()))
    await town.house.renew_if_changed()


async def link_of(town: Town) -> str:
    """Return the address in the mail that came."""
    await deliver(town)
    found = re.search(r"https://\S+(/termin/v/\S+/confirm)", text(letters(town)[-1]))
    assert found is not None
    return found[1]


@PUBLIC
async def test_the_link_and_its_button_book_the_time(town: Town, visitor: Visitor) -> None:
    assert "Erst mit dem Link darin ist Ihr Termin gebucht." in visitor.words
    await visitor.press("act", "book")
    assert "Noch ein Schritt: Bitte bestätigen Sie Ihren Termin" in visitor.words
    assert "11:00 Uhr" in visitor.words, "an hour from ten o'clock"
    assert "data-number" not in visitor.page.text
    mine, link = home(visitor), await link_of(town)
    await visitor.open(link)
    assert "Bitte bestätigen Sie Ihren Termin" in visitor.words
    assert "Erika" not in visitor.words
    await visitor.open(link)
    await visitor.open(mine)
    assert "Noch ein Schritt" in visitor.words, "opening the link confirms nothing (failure 4)"
    await visitor.open(link)
    await visitor.press("act", "confirm")
    assert "Ihr Termin ist gebucht" in visitor.words
    assert 100 <= int(number(visitor)) <= 999
    await visitor.open(link)
    assert "Ihr Termin" in visitor.words
    assert await deliver(town) == 1
    assert any(number(visitor) in text(one) for one in letters(town))


@PUBLIC
async def test_the_own_page_is_no_way_around_the_mail(town: Town, visitor: Visitor) -> None:
    await visitor.press("act", "book")
    await visitor.open(f"{home(visitor)}/confirm", 404)
    link = await link_of(town)
    await visitor.open(link.removesuffix("/confirm"), 404)


@PUBLIC
async def test_after_an_hour_the_link_tells_that_the_time_is_free(town: Town, visitor: Visitor) -> None:
    await visitor.press("act", "book")
    link = await link_of(town)
    town.clock.forward(minutes=61)
    await town.house.sequencer.do("rathaus", run_clock)
    await visitor.open(link)
    assert "Der Termin wurde nicht rechtzeitig bestätigt" in visitor.words


@PUBLIC
async def test_when_nobody_is_there_the_link_books_another_time(town: Town, visitor: Visitor) -> None:
    """The house stays closed that day: what was typed is kept, and a press on a free time books it."""
    await visitor.press("act", "book")
    link = await link_of(town)
    await visitor.open(link)
    await change(town, edit("site", "rathaus", closures=(Closure(date(2026, 3, 12)),)))
    await visitor.press("act", "confirm", 409)
    assert "Zu dieser Zeit geht es leider nicht mehr" in visitor.words
    at_once = visitor.words
    await visitor.open(link)
    assert at_once == visitor.words, "a page that was opened before, and one that is opened now"
    assert "Bitte wählen Sie eine andere Zeit: Damit ist Ihr Termin gebucht." in visitor.words
    assert "Ja, Termin bestätigen" not in visitor.words
    assert not any(one.startswith("2026-03-12") for one in visitor.times)
    await visitor.open(f"{link}?day=2026-03-13&month=2026-03")
    at = visitor.times[0]
    await visitor.press("at", at)
    assert "Ihr Termin ist gebucht" in visitor.words
    assert "Freitag, 13. März 2026" in visitor.words
    assert number(visitor)
    await deliver(town)
    assert any("13. März" in text(one) and number(visitor) in text(one) for one in letters(town))


@PUBLIC
async def test_what_is_not_done_any_more_is_told_with_whom_to_call(town: Town, visitor: Visitor) -> None:
    await visitor.press("act", "book")
    link = await link_of(town)
    await change(town, edit("service", "id-card", admission=Admission.WALK_IN))
    await visitor.open(link)
    assert "Dieses Anliegen können Sie hier nicht mehr buchen. Bitte rufen Sie uns an." in visitor.words
    assert visitor.times == []


async def test_without_an_address_of_its_own_the_server_asks_nobody(visitor: Visitor) -> None:
    assert "Erst mit dem Link darin" not in visitor.words
    await visitor.press("act", "book")
    assert "Ihr Termin ist gebucht" in visitor.words
