"""Choosing the person of a talk in step 2, where several can be meant; by forms alone and by the API."""

import pytest

from queue_server.adapters.town import store as town_store
from tests.web.forms import Visitor
from tests.web.running import START, Town
from tests.web.test_booking_concern import a_town_with_two_mayors
from tests.web.test_page_booking import ERIKA

TALK = "/termin/rathaus?step=2&s=mayor-talk&day=2026-03-12"
SITE = "/api/v1/sites/rathaus"


@pytest.fixture
async def visitor(town: Town) -> Visitor:
    """A visitor to a town in which Eva talks as well as Henrik, who comes at two."""
    await town.house.write(lambda conn: town_store.save_town(conn, a_town_with_two_mayors(), START))
    await town.house.renew_if_changed()
    return Visitor(town)


async def test_a_visitor_chooses_whom_to_talk_to(visitor: Visitor) -> None:
    await visitor.open(TALK)
    assert "Mit wem möchten Sie sprechen?" in visitor.words
    assert min(visitor.times) < "2026-03-12T14:00", "Eva is there in the morning"
    await visitor.follow("Henrik Voss")
    await visitor.follow("Donnerstag, 12. März 2026")
    assert min(visitor.times) >= "2026-03-12T14:00"
    await visitor.press("at", visitor.times[0])
    assert "Gespräch mit Henrik Voss" in visitor.words
    assert "Eva Novak" not in visitor.words
    await visitor.press("act", "check", **ERIKA, p__remarks="Der Radweg")
    await visitor.press("act", "book")
    assert "Gespräch mit Henrik Voss" in visitor.words


async def test_who_does_not_mind_gets_anybody_and_reads_who_it_is(visitor: Visitor) -> None:
    await visitor.open(f"{TALK}&with=henrik")
    await visitor.follow("Das ist mir gleich")
    await visitor.follow("Donnerstag, 12. März 2026")
    await visitor.press("at", min(visitor.times))
    await visitor.press("act", "check", **ERIKA, p__remarks="Der Radweg")
    await visitor.press("act", "book")
    assert "Gespräch mit Eva Novak" in visitor.words
    assert "Henrik" not in visitor.words


async def test_a_person_who_cannot_be_meant_is_nobody(visitor: Visitor) -> None:
    await visitor.open(f"{TALK}&with=anna")
    assert "Anna" not in visitor.words
    await visitor.open("/termin/rathaus?step=2&s=passport&with=henrik")
    assert "Mit wem" not in visitor.words


async def test_where_only_one_can_be_meant_nothing_is_asked(town: Town) -> None:
    visitor = await Visitor(town).open(TALK)
    assert "Mit wem" not in visitor.words


async def test_the_api_names_them_and_takes_one(town: Town, visitor: Visitor) -> None:
    assert visitor.town is town
    shown = (await town.ask(None, "GET", SITE)).json()
    services = {one["id"]: one for category in shown["categories"] for one in category["services"]}
    assert services["passport"]["talk_with"] == []
    people = services["mayor-talk"]["talk_with"]
    assert {one["id"]: one["name"] for one in people} == {"eva": "Eva Novak", "henrik": "Henrik Voss"}
    asked = f"{SITE}/times?services=mayor-talk&day=2026-03-12"
    free = (await town.ask(None, "GET", f"{asked}&clerk=henrik")).json()["times"]
    assert free[0] >= "2026-03-12T14:00"
    assert (await town.ask(None, "GET", asked)).json()["times"][0] < "2026-03-12T14:00"
    assert (await town.ask(None, "GET", f"{asked}&clerk=anna")).status_code == 404
    body = {
        "request_id": "h-1",
        "client": "a-visitor-of-the-api",
        "services": [{"id": "mayor-talk"}],
        "starts_at": free[0],
        "clerk": "henrik",
    }
    held = await town.ask(None, "POST", f"{SITE}/holds", body)
    assert held.status_code == 201, held.text
    again = await town.ask(None, "POST", f"{SITE}/holds", body | {"request_id": "h-2", "client": "b" * 20})
    assert again.status_code == 409
