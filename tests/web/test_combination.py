"""What may not be asked for in one visit is refused at once, on every way in."""

from queue_server.domain.town import Combines
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_api_booking import THURSDAY_TEN, hold, refusal, send
from tests.web.test_page_confirm import change
from tests.web.test_page_desk import Desk, words

BOTH = [{"id": "id-card", "count": 1}, {"id": "passport", "count": 1}]
ALONE = edit("service", "passport", combines=Combines.ALONE)


async def test_the_page_says_so_before_it_shows_times(town: Town) -> None:
    await change(town, ALONE)
    visitor = Visitor(town)
    await visitor.open("/termin/rathaus?step=2&s=id-card&s=passport", status=400)
    assert "geht nicht zusammen mit dem anderen. Bitte buchen Sie es einzeln." in visitor.words
    await visitor.open("/termin/rathaus?step=2&s=passport&day=2026-03-12")
    assert visitor.times


async def test_programs_get_a_code_from_offer_hold_and_quote(town: Town) -> None:
    await change(town, ALONE)
    site = "/api/v1/sites/rathaus"
    path = f"{site}/times?day=2026-03-12&services=id-card:1,passport:1"
    wish = {"request_id": town.press(), "services": BOTH}
    answers = [
        await town.ask(None, "GET", path),
        await send(town, "holds", services=BOTH, starts_at=THURSDAY_TEN),
        await town.ask("kiosk", "POST", f"{site}/tickets", {**wish, "language": "de"}),
        await town.ask("kiosk", "POST", "/api/v1/kiosks/rathaus-kiosk/quotes", {"services": BOTH}),
        await town.ask("integration", "POST", f"{site}/quotes", {"services": BOTH}),
    ]
    assert [refusal(one) for one in answers] == [(409, "not_together")] * len(answers)
    assert (await hold(town, services=BOTH[1:]))["minutes"] > 0


async def test_the_desk_says_so_in_place_of_times(town: Town) -> None:
    await change(town, ALONE)
    desk = Desk(town)
    both = {"n-id-card": "1", "n-passport": "1"}
    assert "Diese Anliegen gehen nicht zusammen." in words(await desk.get(**both))
    answer = await desk.post(**both, at="2026-03-12T10:00+01:00")
    assert (answer.status_code, "gehen nicht zusammen" in words(answer.text)) == (409, True)
