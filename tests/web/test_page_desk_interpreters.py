"""The wish for an interpreter: chosen while booking, listed at the desk, arranged by one press."""

import re
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.print_rows import JOB
from queue_server.adapters.town.file import sample_town
from queue_server.web.speaking import is_ours
from tests.domain.town_plans import edit
from tests.web.forms import Visitor
from tests.web.running import Town
from tests.web.test_page_booking import ERIKA, at_data
from tests.web.test_page_desk import Desk, words
from tests.web.test_page_kiosk import config

SOON = "/termin/rathaus?step=2&s=id-card&day=2026-03-11"


@pytest.fixture
async def speaking(town: Town) -> Town:
    """The town hall finds somebody for Turkish and Persian within two working days; today is Tuesday."""
    plan = edit("site", "rathaus", interpreter_languages=("tr", "fa"), interpreter_days=2)
    await town.house.write(lambda c: change_town(c, sample_town().id, plan, town.house.clock()))
    await town.house.renew_if_changed()
    return town


async def wished(town: Town) -> Visitor:
    """Book for the first day on which somebody can interpret into Turkish."""
    visitor = Visitor(town)
    await visitor.open(SOON)
    await visitor.press("act", "show", p__need=["interpreter_tr"])
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    assert "Dolmetschen: Türkisch" in visitor.words
    return await visitor.press("act", "book")


async def test_who_chooses_a_language_is_offered_times_from_then_on(speaking: Town) -> None:
    visitor = Visitor(speaking)
    await visitor.open(SOON)
    assert min(visitor.times) < "2026-03-12"
    assert "oder jemanden, der dolmetscht?" in visitor.words
    assert "Wir brauchen 2 Werktage, um jemanden zu finden." in visitor.words
    await visitor.press("act", "show", p__need=["interpreter_tr"])
    assert min(visitor.times) >= "2026-03-12"
    assert [one for one in visitor.addresses if "interpreter" in one] == [], "failure 27"


async def test_said_with_the_name_it_leads_to_the_times_that_suit(speaking: Town) -> None:
    visitor = await at_data(Visitor(speaking), SOON)
    await visitor.press("act", "check", 409, **ERIKA, p__need=["interpreter_fa"])
    assert "Diese Zeit reicht dafür nicht" in visitor.words
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check")
    assert "Dolmetschen: Persisch" in visitor.words


async def test_the_desk_lists_it_until_somebody_has_seen_to_it(speaking: Town) -> None:
    desk = Desk(speaking)
    assert "Zu keinem Termin ist Dolmetschen gewünscht" in words(await desk.get("/interpreters"))
    visitor = await wished(speaking)
    assert "Dolmetschen: 1 offen" in words(await desk.get())
    page = await desk.get("/interpreters")
    assert "Dolmetschen gewünscht: Türkisch" in words(page)
    assert "in 2 Werktagen" in words(page)
    reference = page.split("/desk/rathaus/appointments/")[1].split('"')[0]
    assert reference in visitor.words
    assert "Dolmetschen gewünscht: Türkisch" in words(await desk.see(reference))
    answer = await desk.post("/interpreters", reference=reference, act="arranged")
    assert answer.status_code == 303
    assert "Vereinbart: Türkisch" in words(await desk.get("/interpreters"))
    assert "Dolmetschen: " not in words(await desk.get())


async def test_the_desk_hears_that_an_arranged_interpreter_is_not_needed(speaking: Town) -> None:
    desk = Desk(speaking)
    reference = await desk.book(at="2026-03-13T10:00+01:00", needs="interpreter_tr", name="Erika")
    await desk.post("/interpreters", reference=reference, act="arranged")
    other = (await desk.times(move=reference, day="2026-03-16"))[0]
    await desk.post(at=other, move=reference, **{"s": "id-card", "n-id-card": "1"})
    page = words(await desk.get("/interpreters"))
    assert "Verlegt auf Montag, 16. März" in page
    assert "Vereinbart war: Türkisch · Freitag, 13. März" in page
    assert "Dolmetschen: 2 offen" in page
    await desk.post("/interpreters", order="1", act="along")
    page = words(await desk.get("/interpreters"))
    assert "Dolmetschen: " not in page
    assert "Erledigt" in page
    await desk.post(f"/appointments/{reference}", act="cancel")
    page = words(await desk.get("/interpreters"))
    assert f"Termin entfällt ({reference})" in page
    assert "Dolmetschen: 1 offen" in page
    for act, count in (("settled", 0), ("unsettled", 1)):
        await desk.post("/interpreters", order="2", act=act)
        assert ("Dolmetschen: 1 offen" in words(await desk.get())) == bool(count)
    assert (await desk.post("/interpreters", order="x", act="settled")).status_code == 404


async def test_where_nobody_interprets_nobody_is_asked(town: Town) -> None:
    visitor = Visitor(town)
    await visitor.open(SOON)
    assert "dolmetschen" not in visitor.words.lower()
    assert '/interpreters"' not in await Desk(town).get()
    await visitor.press("act", "show", p__need=["interpreter_tr"])
    assert min(visitor.times) < "2026-03-12", "what no page of this site sends changes nothing"
    assert "gibt es an diesem Standort nicht: Türkisch" in visitor.words


async def test_who_finds_no_time_with_an_interpreter_is_told_whom_to_call(speaking: Town) -> None:
    plan = edit("site", "rathaus", interpreter_days=30)
    await speaking.house.write(lambda c: change_town(c, sample_town().id, plan, speaking.house.clock()))
    await speaking.house.renew_if_changed()
    visitor = Visitor(speaking)
    await visitor.open(SOON)
    await visitor.press("act", "show", p__need=["interpreter_tr"])
    assert visitor.times == []
    assert "Mit dem, was Sie brauchen, können wir hier zurzeit keine Zeit anbieten" in visitor.words


async def test_the_desk_ticks_a_language_and_books_at_once(speaking: Town) -> None:
    desk = Desk(speaking)
    assert re.search(
        r"niemand gewünscht .*Persisch", words(await desk.get(s="id-card", **{"n-id-card": "1"}))
    )
    reference = await desk.book(needs=["interpreter_fa", "interpreter_tr"], name="Erika")
    seen = words(await desk.see(reference))
    assert "Dolmetschen gewünscht: Persisch" in seen
    assert "Türkisch" not in seen, "one person interprets, and the list shows one language"


async def test_the_desk_is_offered_times_before_the_lead_when_it_moves(speaking: Town) -> None:
    desk = Desk(speaking)
    reference = await desk.book(at="2026-03-13T10:00+01:00", needs="interpreter_tr", name="Erika")
    soon = (await desk.times(move=reference, day="2026-03-11"))[0]
    assert soon < "2026-03-12"
    answer = await desk.post(at=soon, move=reference, **{"s": "id-card", "n-id-card": "1"})
    assert answer.status_code == 303, words(answer.text)


def all_rows(query: sa.Select[Any], connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


async def test_the_clerk_reads_the_language_that_was_said_at_the_kiosk(speaking: Town) -> None:
    """Clerk alone: no event, no public picture, no slip and no address has a word of it (privacy.md)."""
    await speaking.open()
    ticket = await speaking.take(needs=["interpreter_fa"])
    queue = await speaking.client.get("/api/v1/sites/rathaus/queue")
    phone = await speaking.client.get(ticket["status_url"])
    assert "interpreter_fa" not in queue.text + phone.text + str(ticket)
    await speaking.call()
    state = (await speaking.ask("anna", "GET", "/api/v1/counters/rathaus-1")).json()
    assert state["current"]["needs"] == ["interpreter_fa"]
    page = await speaking.ask("anna", "GET", "/counter/rathaus-1", accept_language="de")
    assert "Persisch" in page.text
    for table in (EVENT, JOB):
        query = sa.select(table)
        rows = await speaking.house.read(partial(all_rows, query))
        assert rows
        assert not [row for row in rows if "interpreter" in str(row)]


async def test_a_language_that_is_none_is_refused_at_the_kiosk(speaking: Town) -> None:
    body = {"request_id": "k-1", "services": [{"id": "id-card"}], "needs": ["interpreter_xx"]}
    answer = await speaking.ask("kiosk", "POST", "/api/v1/sites/rathaus/tickets", body)
    assert answer.status_code == 400


async def test_the_kiosk_knows_each_language_by_its_own_name(speaking: Town) -> None:
    await speaking.house.write(
        lambda c: change_town(
            c,
            sample_town().id,
            edit("site", "rathaus", interpreter_languages=("tr", "fa", "ka", "pl")),
            speaking.house.clock(),
        )
    )
    await speaking.house.renew_if_changed()
    found = (await config(speaking))["interprets"]
    assert [one["own"] for one in found] == ["Türkçe", "فارسی", "ქართული", "Polski"]
    assert (found[1]["names"]["de"], found[1]["names"]["en"]) == ("Persisch", "Persian")
    town, site = speaking.house.town_and_site("rathaus")
    said = [is_ours(speaking.house, town, site, "de", one["names"]["de"]) for one in found]
    assert said == [True] * 4, "who listens hears the page's word for it"
