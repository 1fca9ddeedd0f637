"""Measured minutes beside those set up; what is proposed is looked at, and taken over from a day on."""

import random
import re
from datetime import date
from typing import Any

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.durations.known import durations_of
from queue_server.domain.durations.served import Served, gathered
from queue_server.web.planning import Planning
from tests.web.admin.setup import found, read, settings
from tests.web.admin.test_page_planned import acts
from tests.web.askers import MUSTER, a_session
from tests.web.running import Town
from tests.web.test_page_desk import field, words

PAGE = "/admin/durations"


def measured(
    town: Town, middle: float = 34, counters: int = 2, count: int = 200, service: str = "passport"
) -> None:
    """Let the town have seen so many visits around a middle."""
    dice = random.Random(4)
    served = [
        Served(((service, 1),), middle * dice.lognormvariate(0, 0.5), f"c{n % counters}")
        for n in range(count)
    ]
    first, last = date(2025, 12, 17), date(2026, 3, 9)
    town.house.durations[MUSTER] = durations_of(gathered(served), settings(town).services, first, last)


async def press(town: Town, page: str, act: str, **typed: Any) -> Any:
    """Send the form as it stands on a page, with the box that is ticked there."""
    body = {"csrf": field(page, "csrf"), "act": act, "service": "passport"} | typed
    if 'name="to-passport"' in page:
        body.setdefault("to-passport", field(page, "to-passport"))
    return await town.client.post(f"{PAGE}/chosen", data=body, headers=town.headers("administrator"))


async def test_what_takes_longer_is_proposed_previewed_and_begins_on_its_day(town: Town) -> None:
    assert "Noch ist nichts gemessen" in words(await read(town, PAGE))
    measured(town)
    before = found(town, "service", "passport").minutes
    page = await read(town, PAGE)
    told = words(page)
    assert "Ein Vorschlag wartet." in told
    assert "Für eine Dienstleistung wird eine andere Dauer vorgeschlagen" in words(await read(town, "/admin"))
    to = int(field(page, "to-passport").split("-")[0])
    assert to in {35, 40}
    preview = await press(town, page, "preview")
    told = words(preview.text)
    assert preview.status_code == 200, told
    assert f"{before} Min." in told
    assert f"{to} Min." in told
    assert "So viele Termine passen in eine Woche" in told
    assert "Mittlere Wartezeit bei vollem Terminbuch" in told
    assert found(town, "service", "passport").minutes == before, "a preview changes nothing"
    wrong = await press(town, preview.text, "apply", starts="2026-03-01")
    assert wrong.status_code == 422
    assert "Geben Sie einen Tag ein, der nach heute liegt." in words(wrong.text)
    kept = await press(town, preview.text, "apply", starts="2026-03-16")
    assert kept.headers["location"] == "/admin/planned?done=planned", words(kept.text)
    assert await acts(town) == ["change_planned"]
    told = words(await read(town, PAGE))
    assert f"geplant: {to} Min." in told, told
    assert "Die vorgesehenen Zeiten passen." in told
    town.clock.forward(days=8)
    await Planning(town.house).turn()
    await town.house.renew_if_changed()
    assert found(town, "service", "passport").minutes == to


async def test_it_can_be_taken_over_at_once_and_taken_back(town: Town) -> None:
    measured(town)
    before = found(town, "service", "passport").minutes
    town.clock.forward(seconds=1)
    answer = await press(town, await read(town, PAGE), "apply")
    page = await read(town, answer.headers["location"])
    assert found(town, "service", "passport").minutes > before
    assert (await press(town, page, "preview", **{"to-passport": "35-0"})).status_code == 409, "it is done"
    town.clock.forward(seconds=1)
    undo = {"csrf": field(page, "csrf"), "act": "undo", "change": field(page, "change")}
    undone = await town.client.post("/admin/changes", data=undo, headers=town.headers("administrator"))
    assert undone.headers.get("location") == "/admin/changes?done=undone", words(undone.text)
    assert found(town, "service", "passport").minutes == before


async def test_nothing_chosen_is_told_and_another_proposal_than_the_one_shown_is_not_taken(
    town: Town,
) -> None:
    measured(town)
    page = await read(town, PAGE)
    none = await press(town, page, "preview", service=[])
    assert (none.status_code, "mindestens einen Vorschlag" in words(none.text)) == (422, True)
    other = await press(town, page, "apply", **{"to-passport": "5-0"})
    assert (other.status_code, "Inzwischen hat sich etwas geändert" in words(other.text)) == (409, True)


async def test_a_new_service_is_on_trial_and_what_one_counter_did_shows_no_times(town: Town) -> None:
    measured(town, count=12)
    told = words(await read(town, PAGE))
    assert "Dienstleistungen in der Probezeit" in told
    assert re.search(r"Reisepass beantragen 15 Min\.,[^.]* Min\. 12 ", told)
    measured(town, counters=1)
    page = await read(town, PAGE)
    assert "Nur an einem Schalter: Zeiten werden nicht gezeigt." in words(page)
    assert 'name="to-passport"' in page, "the minutes are proposed all the same"
    assert "34 Min." not in words(page)
    preview = words((await press(town, page, "preview")).text)
    assert "So viele Termine passen in eine Woche" in preview
    assert "Nur an einem Schalter: Zeiten werden nicht gezeigt." in preview
    for measured_there in ("die länger dauern", "bei vollem Terminbuch", "warten dann höchstens"):
        assert measured_there not in preview


@pytest.mark.parametrize(("department", "told"), [("buergerbuero", True), ("nobodys", False)])
async def test_a_lead_reads_of_the_own_department_and_changes_nothing(
    town: Town, department: str, told: bool
) -> None:
    measured(town)
    actor = Actor(Role.LEAD, MUSTER, leads=frozenset({department}))
    cookie = await town.house.write(lambda conn: a_session(conn, f"lead-{department}", actor))
    answer = await town.client.get(PAGE, headers={"cookie": cookie})
    assert ("Reisepass beantragen" in answer.text) is told
    assert "Auswirkungen ansehen" not in answer.text
    body = {"csrf": field(answer.text, "csrf"), "act": "apply"} if told else {"csrf": "", "act": "apply"}
    assert (await town.client.post(f"{PAGE}/chosen", data=body, headers={"cookie": cookie})).status_code in {
        403,
        404,
    }
