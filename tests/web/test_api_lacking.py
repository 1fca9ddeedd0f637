"""What visitors came without, over HTTP: the list, the note, and who may not."""

from typing import Any

from queue_server.domain.papers import key_of
from tests.web.forms import Visitor
from tests.web.running import Body, Town
from tests.web.test_page_booking import ERIKA, reference

AT = "counters/rathaus-1"
LIST = f"/api/v1/{AT}/documents"
CHILD = key_of({"de": "Ist ein Ausweis oder Pass für ein Kind?"})
COMES = "Kind muss persönlich anwesend sein"


async def listed(town: Town) -> list[Body]:
    answer = await town.ask("anna", "GET", LIST)
    assert answer.status_code == 200
    found: list[Body] = answer.json()["visits"]
    return found


def named(visit: Body, name: str) -> Body:
    found: Body = next(one for one in visit["documents"] if one["name"]["de"] == name)
    return found


async def serve(town: Town) -> int:
    await town.open()
    await town.take("passport")
    ticket: int = (await town.call())["ticket"]
    await town.do("anna", f"{AT}/start")
    return ticket


def what(visit: Body, document: Body) -> dict[str, Any]:
    return {"ticket": visit["ticket"], "service": document["service"], "document": document["document"]}


async def test_a_document_is_noted_as_missing_and_taken_back(each_town: Town) -> None:
    town = each_town
    await serve(town)
    [visit] = await listed(town)
    first, second = visit["documents"][:2]
    assert not first["missing"]
    for one in (first, second):
        assert (await town.do("anna", f"{AT}/missing", **what(visit, one)))["missing"] is True
    [visit] = await listed(town)
    assert [one["missing"] for one in visit["documents"]].count(True) == 2
    await town.do("anna", f"{AT}/missing", **what(visit, first), missing=False)
    [visit] = await listed(town)
    assert [one["document"] for one in visit["documents"] if one["missing"]] == [second["document"]]


async def test_who_took_a_number_is_asked_for_every_document(town: Town) -> None:
    await serve(town)
    [visit] = await listed(town)
    child = named(visit, COMES)
    assert (child["needed"], child["when"]) == ("perhaps", "yes")
    assert child["question"]["de"] == "Ist ein Ausweis oder Pass für ein Kind?"
    assert [one["needed"] for one in visit["documents"]] == sorted(
        (one["needed"] for one in visit["documents"]), key=["yes", "perhaps", "no"].index
    )


async def test_the_visitors_answers_decide_what_stands_first(town: Town) -> None:
    visitor = Visitor(town)
    await visitor.open(f"/termin/rathaus?step=2&s=passport&day=2026-03-10&a-{CHILD}=no")
    await visitor.press("at", visitor.times[0])
    await visitor.press("act", "check", **ERIKA)
    await visitor.press("act", "book")
    checked_in = await town.do("anna", "sites/rathaus/check-ins", 201, reference=reference(visitor))
    await town.open()
    await town.do("anna", f"{AT}/calls", 201, ticket=checked_in["id"], request_id="press")
    [visit] = await listed(town)
    assert named(visit, COMES)["needed"] == "no"
    assert visit["documents"][-1]["needed"] == "no", "what the answers left out stands last, and may be noted"


async def test_what_is_not_asked_for_and_what_is_long_over_cannot_be_noted(town: Town) -> None:
    await serve(town)
    [visit] = await listed(town)
    body = what(visit, visit["documents"][0])
    strange = await town.ask("anna", "POST", f"/api/v1/{AT}/missing", {**body, "document": "0" * 12})
    assert (strange.status_code, strange.json()["error"]["field"]) == (400, "document")
    other = await town.ask("anna", "POST", f"/api/v1/{AT}/missing", {**body, "service": "id-card"})
    assert (other.status_code, other.json()["error"]["field"]) == (400, "service")
    await town.do("anna", f"{AT}/finish")
    await town.do("anna", f"{AT}/missing", **body)
    town.clock.forward(minutes=11)
    late = await town.ask("anna", "POST", f"/api/v1/{AT}/missing", body)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "visit_gone")
    assert await listed(town) == []


async def test_who_does_not_hold_the_counter_neither_reads_nor_notes(town: Town) -> None:
    await serve(town)
    answer = await town.ask("bernd", "GET", LIST)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "counter_taken")
