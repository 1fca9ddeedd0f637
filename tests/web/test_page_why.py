"""Two numbers are typed, and the page says why one was called first: on any day of the log."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from queue_server.domain.access import Actor, Role
from queue_server.web.limits import UNLIMITED, Limits, Rate
from tests.web.askers import MUSTER, a_session
from tests.web.running import Town
from tests.web.test_page_desk import words

CLERK, LOG = "/counter/rathaus-1/why", "/admin/log/why"


async def ask(town: Town, path: str, who: dict[str, str], **typed: Any) -> Any:
    return await town.client.get(path, params=typed, headers=who)


async def test_a_clerk_is_told_why_one_number_came_before_another(town: Town) -> None:
    await town.open()
    anna = town.headers("anna")
    assert "Geben Sie zwei Nummern ein." in words((await ask(town, CLERK, anna)).text)
    first = (await town.take("passport"))["number"]
    town.clock.forward(minutes=3)
    other = (await town.take("passport"))["number"]
    told = words((await ask(town, CLERK, anna, one=other, other=first)).text)
    assert f"{first} steht vor {other}. Aufgerufen wurde noch keine von beiden." in told
    await town.call()
    told = words((await ask(town, CLERK, anna, one=other, other=first)).text)
    assert f"wurde {first} vor {other} aufgerufen" in told
    assert f"{first} war früher an der Reihe." in told
    assert "eine Zeit, die sich nach dem Anliegen richtet" in told
    assert "Reisepass" not in told, "nobody's concern is told"


async def test_what_is_no_number_of_the_day_is_told_at_its_field(town: Town) -> None:
    anna = town.headers("anna")
    for typed, error in (
        ({"one": "abc", "other": "302"}, "drei oder vier Ziffern"),
        ({"one": "302", "other": "302"}, "zwei verschiedene Nummern"),
        ({"one": "417", "other": "302"}, "hatte an diesem Tag niemand"),
    ):
        answer = await ask(town, CLERK, anna, **typed)
        assert (answer.status_code, error in words(answer.text)) == (422, True)
        assert f'value="{typed["one"]}"' in answer.text, "what was typed stays"


async def test_a_visitor_asks_also_after_the_call(each_town: Town) -> None:
    town = each_town
    await town.open()
    first = await town.take("passport")
    town.clock.forward(minutes=1)
    mine = await town.take("passport")
    waits = await town.take("passport")

    async def asked(other: object) -> str:
        answer = await town.client.get(mine["status_url"], params={"other": str(other), "lang": "de"})
        assert answer.status_code == 200
        return words(answer.text)

    assert f"Nummer {first['number']} wurde heute nicht aufgerufen" in await asked(first["number"])
    await town.call()
    sooner = f"wurde {first['number']} vor {mine['number']} aufgerufen. {first['number']} war früher"
    assert sooner in await asked(first["number"]), "while waiting"
    await town.do("anna", "counters/rathaus-1/finish")
    town.clock.forward(minutes=1)
    await town.call()
    told = await asked(first["number"])
    assert sooner in told, "after the call"
    assert "Während Sie warteten" in told
    assert "Geben Sie eine andere Nummer" in await asked(mine["number"])
    assert "Geben Sie eine andere Nummer" in await asked("<b>")
    nobody = 999 if waits["number"] != 999 else 998
    silent = [
        (await asked(one)).count(f"Nummer {one} wurde heute nicht aufgerufen")
        for one in (waits["number"], nobody)
    ]
    assert silent == [1, 1], "who waits and who does not exist are answered alike"


async def test_another_persons_reason_is_not_told(town: Town) -> None:
    """Who was called by hand, or waited for a certain counter, had a reason that is theirs."""
    await town.open()
    mine = await town.take("passport")
    town.clock.forward(minutes=1)
    chosen = await town.take("passport")
    await town.call(ticket=chosen["id"])
    answer = await town.client.get(mine["status_url"], params={"other": chosen["number"], "lang": "de"})
    assert "Gründe anderer Personen nennen wir nicht." in words(answer.text)
    theirs = await town.client.get(chosen["status_url"], params={"other": mine["number"], "lang": "de"})
    assert f"Nummer {mine['number']} wurde heute nicht aufgerufen" in words(theirs.text)


async def test_one_visitor_asks_only_so_often_for_each_answer_is_read_from_the_whole_day(town: Town) -> None:
    """The other tests of pages run without limits."""
    town.house.limits = Limits(replace(UNLIMITED, why=Rate(1, 2)))
    await town.open()
    first = await town.take("passport")
    mine, theirs = await town.take("passport"), await town.take("passport")
    await town.call()

    async def status(of: dict[str, Any], **typed: Any) -> int:
        answer = await town.client.get(of["status_url"], params=typed)
        return int(answer.status_code)

    other = {"other": first["number"]}
    assert [await status(mine, **other) for _ in range(3)] == [200, 200, 429]
    assert await status(mine) == 200, "the page itself is never refused"
    assert await status(mine, other=theirs["number"]) == 200, "of who was not called nothing is read"
    assert await status(theirs, **other) == 200, "nobody pays for another"


async def test_who_reads_the_log_asks_about_any_day(town: Town) -> None:
    await town.open()
    numbers = [(await town.take("passport"))["number"] for _ in range(2)]
    await town.call()
    day = town.clock().date().isoformat()
    before = (town.clock().date() - timedelta(days=1)).isoformat()
    actor = Actor(Role.AUDITOR, MUSTER)
    cookie = {"cookie": await town.house.write(lambda conn: a_session(conn, "auditor-x", actor))}
    typed = {"one": str(numbers[0]), "other": str(numbers[1]), "site": "rathaus"}
    told = words((await ask(town, LOG, cookie, day=day, **typed)).text)
    assert "aufgerufen, Zimmer" in told
    assert "hatte an diesem Tag niemand" in words((await ask(town, LOG, cookie, day=before, **typed)).text)
    assert "Tag : Geben Sie einen Tag" in words((await ask(town, LOG, cookie, day="gestern", **typed)).text)
    assert (await ask(town, LOG, town.headers("anna"))).status_code == 403
