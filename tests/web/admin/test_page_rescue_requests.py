"""What is only asked for, on the page of a day rescue."""

from datetime import timedelta

from queue_server.domain.access import Actor, Role
from queue_server.domain.person import Person
from queue_server.services import booking
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from tests.web.admin.test_page_rescue import CLOSING, RESCUE, form_of, nothing_is_sent, rescued, send, stored
from tests.web.askers import HERE, MUSTER
from tests.web.running import START, Town
from tests.web.test_page_confirm import confirmed_by_mail
from tests.web.test_page_department import let_in, read
from tests.web.test_page_desk import words

__all__ = ["nothing_is_sent"]


async def wish(town: Town) -> Answer:
    """Wish for an identity card in an hour; who does so confirms it by mail."""
    client, person = "browser", Person(name="Erika", email="erika@post.example")

    def work(unit: Unit) -> Answer:
        choice = choose(unit.town, unit.site, [("id-card", 1)], walk_in=False)
        held = booking.hold(unit, choice, START + timedelta(hours=1), channel="portal", client=client)
        return booking.confirm(unit, held["id"], client, person, "de", by_mail=True)

    return await town.house.sequencer.do("rathaus", work)


async def test_a_request_goes_to_somebody_else_or_stays_and_nobody_is_asked_to_choose(town: Town) -> None:
    await confirmed_by_mail(town)
    wished = await wish(town)
    clerk_id = (await stored(town, wished))["clerk_id"]
    vera = await let_in(town)
    page = await read(town, vera, f"{RESCUE}?clerk={clerk_id}")
    assert "1 behält die Zeit, bei jemand anderem" in words(page)
    assert 'value="ask"' not in page
    done = words(await read(town, vera, await rescued(town, vera, clerk_id)))
    assert "1 Termin ist zur selben Zeit bei jemand anderem." in done
    sabine = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, HERE), "sabine")
    page = await read(town, sabine, CLOSING)
    assert "1 Anfrage ist noch nicht gebucht und bleibt" in words(page)
    assert "Wer die Anfrage bestätigt, sieht, dass die Zeit nicht mehr geht." in words(page)
    assert 'value="ask"' not in page
    answer = await send(town, sabine, form_of(page, CLOSING))
    assert "1 Anfrage wartet weiter" in words(await read(town, sabine, answer.headers["location"]))
    after = await stored(town, wished)
    assert (after["state"], after["clerk_id"] != clerk_id) == ("unconfirmed", True)
