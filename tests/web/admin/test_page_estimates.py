"""Whether the waits that were told held, as leads and administrators read it."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.estimate_outcomes import Outcome
from queue_server.domain.figures.hit_rate import hit_rate
from queue_server.domain.town import Town as SetUp
from queue_server.web.hit_rates import HitRates
from tests.web.askers import MUSTER, a_session
from tests.web.running import Town
from tests.web.test_page_desk import words

PAGE = "/admin/estimates"


async def read(town: Town) -> str:
    answer = await town.client.get(PAGE, headers=town.headers("administrator"))
    assert answer.status_code == 200, answer.text
    return words(answer.text).replace("\xa0", " ")


def judged(town: Town, held: int = 70, late: int = 30) -> None:
    """Let the rathaus have told so many waits."""
    now = town.clock()
    outcomes = [Outcome(now - timedelta(hours=n % 5), "passport", 10, 20, 15) for n in range(held)]
    outcomes += [Outcome(now, "id-card", 10, 20, 28) for _ in range(late)]
    town.house.hit_rates["rathaus"] = hit_rate(outcomes, UTC)


async def test_the_page_says_how_often_what_was_told_held(town: Town) -> None:
    assert "Noch wurden hier zu wenige Wartezeiten genannt" in await read(town)
    judged(town)
    page = await read(town)
    assert "traf in 7 von 10 Fällen zu" in page
    assert "werden so gezeigt, wie sie berechnet wurden" in page
    assert "Wer warten musste 100 70 % 0 % 30 %" in page
    assert "Reisepass beantragen 70 100 %" in page
    judged(town, held=40, late=60)
    assert "zurzeit um 160 % verbreitert" in await read(town)


async def test_what_was_told_is_judged_from_the_log_and_widens_what_follows(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.domain.figures.hit_rate.ENOUGH", 2)
    monkeypatch.setattr("queue_server.web.hit_rates.BREATH_S", 0.0)
    await town.open()
    for _ in range(3):
        await town.take("passport")
    town.clock.forward(minutes=150)
    for _ in range(3):
        await town.call()
        await town.do("anna", "counters/rathaus-1/start")
        await town.do("anna", "counters/rathaus-1/finish")
    rates = HitRates(town.house)
    assert rates.knowledge("rathaus").widened == 1.0
    site = town.house.directory.sites["rathaus"][1]
    assert rates.knowledge("rathaus").habits.grace_min == site.grace_min
    await rates.turn()
    known = town.house.hit_rates["rathaus"]
    assert (known.first.whole.count, known.first.whole.later, known.first.at_once["passport"].later) == (
        2,
        2,
        1,
    )
    assert rates.knowledge("rathaus").widened == 3.0
    await rates.turn()
    assert town.house.hit_rates["rathaus"] is known, "once a day is enough"


async def a_lead(town: Town, department: str) -> dict[str, str]:
    actor = Actor(Role.LEAD, MUSTER, leads=frozenset({department}))
    return {"cookie": await town.house.write(lambda conn: a_session(conn, f"lead-{department}", actor))}


async def test_a_lead_reads_of_the_own_sites_alone_and_a_clerk_nothing(town: Town) -> None:
    judged(town)
    for department, told in (("buergerbuero", True), ("nobodys", False)):
        answer = await town.client.get(PAGE, headers=await a_lead(town, department))
        assert ("von 10 Fällen" in answer.text) is told
    answer = await town.client.get(PAGE, headers=town.headers("anna"))
    assert answer.status_code == 403


async def test_a_lead_reads_of_the_own_departments_concerns_alone(town: Town) -> None:
    judged(town)
    for department, told in (("buergerbuero", True), ("gewerbeamt", False)):
        answer = await town.client.get(PAGE, headers=await a_lead(town, department))
        assert ("Reisepass beantragen" in answer.text) is told
        assert ("Wer warten musste" in answer.text) is told
    assert "Noch wurden hier zu wenige" in answer.text


async def test_visitors_read_how_often_it_held_where_the_town_wants_it(town: Town) -> None:
    judged(town)
    await town.open()
    await town.take()
    ticket = await town.take()
    path = ticket["status_url"]
    assert "von 10 Fällen" not in words((await town.client.get(path)).text)
    house = town.house

    def plan(before: SetUp) -> SetUp:
        return replace(before, sites=tuple(replace(one, show_hit_rate=True) for one in before.sites))

    await house.write(lambda conn: house.settlement.change_town(conn, MUSTER, plan, house.clock()))
    await house.renew_settings()
    told = "In den letzten vier Wochen traf diese Angabe in 7 von 10 Fällen zu."
    assert told in words((await town.client.get(path)).text)
    house.hit_rates.clear()
    assert told not in words((await town.client.get(path)).text)


async def test_what_pages_showed_later_stands_apart(town: Town) -> None:
    judged(town)
    assert "zu wenige Personen beim Warten auf ihr Telefon gesehen" in await read(town)
    now = town.clock()
    first = [Outcome(now, "passport", 10, 20, 15, ticket=n) for n in range(60)]
    later = [Outcome(now, "passport", 15, 30, 37.5, ticket=n // 2) for n in range(20)]
    later += [Outcome(now, "passport", 5, 10, 6.5, ticket=n) for n in range(9)]
    town.house.hit_rates["rathaus"] = hit_rate(first, UTC, later)
    page = await read(town)
    assert "zu wenige Personen" not in page
    told_first, told_later = page.split("Später gezeigt")
    assert "höchstens 20 Min. 60 100 % 0 % 0 % 0,0 0,0 10,0" in told_first
    assert "Wer warten musste 29 31 % 0 % 69 % 10,7 +10,0 11,9" in told_later
    assert "höchstens 10 Min. 9 100 % 0 % 0 % 1,0 \N{MINUS SIGN}1,0 5,0" in told_later
    assert "höchstens 40 Min. 20 0 % 0 % 100 % 15,0 +15,0 15,0" in told_later


async def test_services_by_hours_tell_nothing_of_few_visitors(town: Town) -> None:
    now = town.clock()
    sizes = {("passport", 0): 40, ("passport", 1): 3, ("id-card", 0): 20, ("id-card", 1): 30}
    outcomes = [
        Outcome(now - timedelta(hours=ago), service, 10, 20, 19)
        for (service, ago), count in sizes.items()
        for _ in range(count)
    ]
    town.house.hit_rates["rathaus"] = hit_rate(outcomes, UTC)
    page = await read(town)
    assert "8 Uhr 9 Uhr Personalausweis beantragen k. A. k. A. Reisepass beantragen k. A. k. A." in page
    town.house.hit_rates["rathaus"] = hit_rate([*outcomes, *outcomes], UTC)
    assert "100 % ±4 Min." in await read(town)


async def test_sites_stand_side_by_side(town: Town) -> None:
    judged(town)
    assert "Standorte nebeneinander" not in await read(town)
    now = town.clock()
    outcomes = [Outcome(now, "id-card", 10, 20, 15, ticket=n) for n in range(50)]
    town.house.hit_rates["buergerzentrum"] = hit_rate(outcomes, UTC, outcomes[:4])
    page = await read(town)
    beside = page[page.index("Standorte nebeneinander") :].split("Die Angabe traf")[0]
    assert "Mit der Nummer genannt 100 70 %" in beside
    assert "Mit der Nummer genannt 50 100 %" in beside
    assert "Später gezeigt" not in beside, "too few"
