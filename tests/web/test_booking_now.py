"""The portal says how long one would wait who came now without an appointment, beside the times."""

import re
from datetime import time, timedelta

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.town.file import sample_town
from queue_server.domain.town import OpeningHours
from queue_server.services import waits
from tests.domain.town_plans import edit
from tests.web.forms import Visitor, plain
from tests.web.running import Town

WEEK = tuple(OpeningHours(day, time(8), time(18)) for day in range(5))
STEP_2 = "/termin/rathaus?step=2&s=id-card"
WAIT = re.compile(r"jetzt etwa (\d+)–(\d+) Min\. Wartezeit|jetzt weniger als (\d+) Min\. Wartezeit")


@pytest.fixture
async def visitor(town: Town, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Plain estimates are told: when a forecast is made beside the road is left to chance."""
    monkeypatch.setattr(waits, "FRESH", timedelta(-1))
    plan = edit("site", "rathaus", always_open=False, opening=WEEK)
    await town.house.write(lambda c: change_town(c, sample_town().id, plan, town.house.clock()))
    await town.house.renew_if_changed()
    await town.open()
    return Visitor(town)


async def told(visitor: Visitor, path: str) -> str:
    """Return what the page says of coming without an appointment; no script has run."""
    await visitor.open(path)
    found = re.search(
        r'<p class="coming">(.*?)</p>|<span class="site__now">(.*?)</span></a>', visitor.page.text
    )
    return plain((found[1] or found[2]) if found else "")


@pytest.mark.parametrize("path", ["/termin/rathaus", STEP_2])
async def test_the_wait_stands_where_one_chooses_and_grows_with_the_queue(
    town: Town, visitor: Visitor, path: str
) -> None:
    first = WAIT.search(await told(visitor, path))
    for _ in range(3):
        await town.take()
    later = WAIT.search(await told(visitor, path))
    assert first
    assert later
    assert later[2]
    assert int(later[2]) > int(first[2] or first[3])


async def test_a_closed_house_tells_when_it_opens_and_no_wait(town: Town, visitor: Visitor) -> None:
    assert "Geöffnet bis 18:00 Uhr" in await told(visitor, "/termin/rathaus")
    town.clock.forward(hours=11)
    for path in ("/termin/rathaus", STEP_2):
        words = await told(visitor, path)
        assert re.search(r"öffnet Mi\., 11\. März um 08:00 Uhr", words)
        assert not WAIT.search(visitor.words)


async def test_what_is_for_appointments_alone_names_no_wait(visitor: Visitor) -> None:
    assert await told(visitor, "/termin/rathaus?step=2&s=mayor-talk") == ""


@pytest.mark.parametrize("path", ["/termin/rathaus", STEP_2])
async def test_with_all_counters_closed_no_wait_is_told_but_that(
    town: Town, visitor: Visitor, path: str
) -> None:
    assert WAIT.search(await told(visitor, path))
    await town.do("anna", "counters/rathaus-1/close")
    words = await told(visitor, path)
    assert "Zurzeit ist kein Schalter dafür geöffnet." in words
    assert not WAIT.search(words)
