"""What if: asked in a form, answered at an address, by a process that leaves the hall alone."""

import httpx2
import pytest

from tests.web.admin.simulated import a_row, answering
from tests.web.admin.test_page_estimates import a_lead
from tests.web.forms import Form, forms
from tests.web.running import Town
from tests.web.test_page_desk import words

PAGE = "/admin/simulate"
WEDNESDAY = {"site": "rathaus", "day": "2026-03-11", "visitors": "40"}


async def get(town: Town, address: str) -> str:
    answer = await town.client.get(address, headers=town.headers("administrator"))
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(town: Town, address: str = PAGE, **fields: str) -> httpx2.Response:
    [form] = [one for one in forms(await get(town, address)) if one.action == PAGE]
    return await send(town, form, **fields)


async def send(town: Town, form: Form, **fields: str) -> httpx2.Response:
    sent = form.fields | {name: [word] for name, word in fields.items()}
    return await town.client.post(PAGE, data=sent, headers=town.headers("administrator"))


async def test_a_what_if_is_answered_by_a_child_at_an_address_to_keep(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.web.admin.simulate_asked.SEEDS", 2)
    monkeypatch.setattr("queue_server.web.admin.page_simulate.PATIENCE_S", 60.0)
    answer = await press(town, **WEDNESDAY, counters="1", rule="first-come")
    assert answer.status_code == 303, answer.text
    page = words(await get(town, answer.headers["location"]))
    assert "Mittwoch, 11. März 2026 Wie eingerichtet Mit" in page
    assert "1 Schalter, Wer zuerst kommt Mit 1 Schalter wartet eine von zehn Personen länger als" in page
    assert "Besuche angenommen" in page
    assert "Termine 50 %, angenommen" in page
    assert "Dauer der Besuche angenommen" in page
    assert "Wann man zum Termin kommt angenommen, meist einige Minuten vorher" in page
    assert "2 Tage wurden durchgespielt" in page


async def test_answers_are_said_as_an_office_head_reads_them(town: Town) -> None:
    rests = {"durations": {"kind": "measured", "count": 412}, "booked": {"kind": "book", "count": 31}}
    rows = [a_row(0, 5, 22.4), a_row(1, 5, 22.4), a_row(1, 6, 11.0, enough=True)]
    answering(town, rows=rows, rests=rests)
    page = await get(town, f"{PAGE}?day=2026-03-12&w=under:15")
    said = words(page)
    assert "Mit 5 Schaltern wartet eine von zehn Personen länger als 22 Minuten (20–25)" in said
    assert (
        "Mit 6 Schaltern warten neun von zehn Personen höchstens 15 Minuten, nämlich 11 Minuten (9–13)."
        in said
    )
    assert "Mit 5 Schaltern sind es 22 Minuten (20–25)." in said
    assert "Dauer der Besuche gemessen an 412 Besuchen" in said
    assert "31 Termine im Terminbuch" in said
    assert page.count('<rect class="chart__low"') == 3, "a bar for each way, and the key"
    assert "style=" not in page
    answering(town, rows=[a_row(None, 4, 30), a_row(0, 4, 28)], source="recorded", days=1, rests={})
    was = words(await get(town, f"{PAGE}?day=2026-03-05"))
    assert "So war es Mit 4 Schaltern wartete eine von zehn" in was
    assert "Nachgespielt, nichts geändert" in was


async def test_weights_may_be_compared_with_and_are_named(town: Town) -> None:
    answering(town)
    address = (await press(town, **WEDNESDAY, rule="weights")).headers["location"]
    assert "rule%3Aweights" in address
    page = words(await get(town, address))
    assert page.count("Wer am längsten wartet, Termine zählen dreifach") >= 3, "answer, comparison, form"


async def test_who_is_not_served_and_what_is_not_told_is_said(town: Town) -> None:
    some, none = {"value": 3.2, "give": 1.0}, {"value": None, "give": None}
    full = a_row(0, 2, 60.0, turned_away=some, unserved=some, lacking=["id-card", "gone"])
    alone = a_row(0, 1, 20.0, idle_percent=none, overtime_min=none)
    answering(town, rows=[full])
    said = words(await get(town, f"{PAGE}?day=2026-03-12"))
    assert "3 Besuche am Tag bekommen keine Nummer mehr, weil es zu spät wäre." in said
    assert "3 Besuche am Tag bleiben unbedient" in said
    assert "Meist ging es um: Personalausweis" in said
    ignored = {"visitors": {"kind": "recorded", "count": 40, "is_ignored": True}}
    few = alone | {"p90": none, "median": none}
    answering(town, rows=[few], source="recorded", days=1, rests=ignored)
    said = words(await get(town, f"{PAGE}?day=2026-03-05&visitors=40"))
    assert "An diesem Tag war nur ein Schalter besetzt." in said
    assert "Für so wenige Besuche wird keine Wartezeit genannt." in said
    assert "Ihre Zahl der Besuche gilt hier nicht" in said


async def test_a_roster_is_typed_counter_by_counter(town: Town) -> None:
    answering(town)
    address = (await press(town, **WEDNESDAY, roster="8-16; 8-12, 13-16", patience="4,5")).headers["location"]
    page = await get(town, address)
    assert "Schalter 08:00–16:00; 08:00–12:00, 13:00–16:00, Geduld 4,5" in words(page)
    assert '<details class="fold">' in page


async def test_three_ways_stand_side_by_side_and_each_can_be_left_out(town: Town) -> None:
    answering(town)
    address = PAGE
    for counters in ("3", "4", "5"):
        address = (await press(town, address, **WEDNESDAY, counters=counters)).headers["location"]
    assert address.count("counters%3A") == 3
    page = await get(town, address)
    assert "3 Vergleiche stehen nebeneinander" in page
    assert 'name="counters"' not in page
    [form] = [one for one in forms(page) if one.action == PAGE]
    answer = await send(town, form, counters="9")
    assert answer.status_code == 422
    assert "Mehr als drei Vergleiche" in answer.text
    other_day = (await send(town, form, day="2026-03-12")).headers["location"]
    assert "2026-03-12" in other_day
    assert other_day.count("counters%3A") == 3


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"day": ""}, "Bitte geben Sie einen Tag an."),
        ({"day": "2036-01-01"}, "Der Tag liegt zu weit entfernt"),
        ({"counters": "0"}, "Schalter: eine Zahl von 1 bis 30."),
        ({"counters": "2", "under": "15"}, "Entweder eine Zahl von Schaltern"),
        ({"counters": "2", "roster": "8-16"}, "Entweder jeder Schalter einzeln"),
        ({"roster": "8-16; 12-9"}, "Jeder Schalter einzeln: Zeiten wie"),
        ({"patience": "21"}, "Geduld: von 0 bis 20."),
        ({"hours": "12-9"}, "Geöffnet: Zeiten wie"),
        ({"booked": "50"}, "Geben Sie auch die Zahl der Besuche an"),
        ({"walk_ins": "nan"}, "Besuche ohne Termin: von 0 bis 1000 Prozent."),
    ],
)
async def test_what_cannot_be_asked_is_said_and_stays_typed(
    town: Town, typed: dict[str, str], sentence: str
) -> None:
    answer = await press(town, **typed)
    assert answer.status_code == 422
    assert words(answer.text).count(sentence) == 2, "at its field, and summed up"
    assert all(f'value="{word}"' in answer.text for word in typed.values())


async def test_work_that_takes_long_is_said_and_the_page_comes_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.web.admin.page_simulate.PATIENCE_S", 0.0)
    answer = await town.client.get(f"{PAGE}?day=2026-03-11", headers=town.headers("administrator"))
    assert "Der Tag wird durchgespielt" in answer.text
    assert answer.headers["refresh"] == "1"
    await town.house.simulations.stop()
    answering(town, refused="nobody_measured")
    monkeypatch.setattr("queue_server.web.admin.page_simulate.PATIENCE_S", 5.0)
    assert "wie viele Besuche Sie erwarten" in await get(town, f"{PAGE}?day=2026-03-11")


async def test_a_lead_asks_of_the_own_sites_and_a_clerk_nothing(town: Town) -> None:
    answering(town)
    assert "in derselben Reihe" not in words(await get(town, PAGE))
    for department, status in (("buergerbuero", 200), ("nobodys", 404)):
        who = await a_lead(town, department)
        answer = await town.client.get(f"{PAGE}?day=2026-03-11&site=nachbarhaus", headers=who)
        assert answer.status_code == status
        assert "nachbarhaus" not in answer.text
        assert ("in derselben Reihe" in answer.text) is (status == 200)
    assert (await town.client.get(PAGE, headers=town.headers("anna"))).status_code == 403
