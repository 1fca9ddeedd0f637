"""A clerk's appointments as a calendar to subscribe to: secret, neutral, cheap to ask for again."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import vobject  # type: ignore[import-untyped]
from httpx2 import Response
from icalendar import Calendar

from queue_server.adapters.calendars import feeds
from queue_server.services import booking
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from queue_server.web import limits
from tests.web.running import START, Town
from tests.web.test_mailing import PERSON


async def opened(town: Town, clerk: str = "anna", *, renew: bool = False) -> str:
    """Return the address of a clerk's feed."""
    make = partial(feeds.open_feed, organisation_id="musterstadt", clerk_id=clerk, renew=renew)
    version = await town.house.write(make)
    return f"/calendar/{town.house.secrets.seal(feeds.SEAL, clerk, version)}.ics"


async def book(town: Town, minutes: int = 0, clerk: str = "anna") -> Answer:
    def work(unit: Unit) -> Answer:
        choice = replace(choose(unit.town, unit.site, [("id-card", 1)], walk_in=False), clerk_id=clerk)
        at = START + timedelta(days=1, minutes=minutes)
        held = booking.hold(unit, choice, at, channel="desk", client="desk")
        return booking.confirm(unit, held["id"], "desk", PERSON, "de")

    return await town.house.sequencer.do("rathaus", work)


async def ask(town: Town, address: str, **headers: str) -> Response:
    return await town.ask(None, "GET", address, **headers)


def events(answer: Response) -> list[Any]:
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_two_programs_read_the_same_of_it(town: Town) -> None:
    booked = [await book(town), await book(town, 20)]
    await book(town, clerk="bernd")
    answer = await ask(town, await opened(town))
    assert answer.headers["content-type"].startswith("text/calendar")
    one = {
        (str(e["UID"]), str(e["SUMMARY"]), str(e["LOCATION"]), e["DTSTART"].dt, e["DTEND"].dt)
        for e in events(answer)
    }
    other = {
        (e.uid.value, e.summary.value, e.location.value, e.dtstart.value, e.dtend.value)
        for e in vobject.readOne(answer.text).vevent_list
    }
    assert one == other
    assert {title for _, title, *_ in one} == {f"Termin {made['number']}" for made in booked}
    assert str(Calendar.from_ical(answer.content)["X-WR-CALNAME"]) == "Termine – Musterstadt"


async def test_nothing_in_it_is_about_the_visitor(town: Town) -> None:
    await book(town)
    answer = await ask(town, await opened(town))
    for told in ("Erika", "Muster<", "erika.muster", "post.example", "id-card", "Ausweis"):
        assert told not in answer.text
    assert "CLASS:PRIVATE" in answer.text


async def test_who_has_it_already_is_told_so(town: Town) -> None:
    address = await opened(town)
    made = await book(town)
    first = await ask(town, address)
    town.clock.forward(minutes=10)
    again = await ask(town, address, If_None_Match=f'"x", W/{first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    await town.house.sequencer.do("rathaus", lambda unit: booking.cancel(unit, made["reference"], "desk"))
    changed = await ask(town, address, If_None_Match=first.headers["etag"])
    assert events(changed) == [], "what is cancelled is gone"
    assert changed.headers["cache-control"] == "private, no-cache"


async def test_what_is_over_is_gone_after_two_days(town: Town) -> None:
    address = await opened(town)
    await book(town)
    town.clock.forward(days=1)
    assert len(events(await ask(town, address))) == 1
    town.clock.forward(days=3)
    assert events(await ask(town, address)) == []


async def test_an_address_that_was_replaced_or_closed_is_worth_nothing(town: Town) -> None:
    old = await opened(town)
    new = await opened(town, renew=True)
    assert await opened(town) == new
    assert (await ask(town, old)).status_code == 404
    assert (await ask(town, new)).status_code == 200
    close = partial(feeds.close_feed, clerk_id="anna")
    assert await town.house.write(close)
    assert not await town.house.write(close)
    assert (await ask(town, new)).status_code == 404
    assert await opened(town) not in {old, new}


async def test_another_kind_of_secret_opens_nothing(town: Town) -> None:
    await opened(town)
    for secret in (
        town.house.secrets.seal("manage", "anna", 1),
        town.house.secrets.seal(feeds.SEAL, "nobody", 1),
        town.house.secrets.seal(feeds.SEAL, "bernd", 1),
        "nonsense",
    ):
        assert (await ask(town, f"/calendar/{secret}.ics")).status_code == 404


async def test_who_asks_too_often_has_to_wait(town: Town) -> None:
    rates = replace(limits.UNLIMITED, feeds=limits.Rate(1, 2))
    town.house.limits = limits.Limits(rates)
    address = await opened(town)
    assert [(await ask(town, address)).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("changes", [{"public_url": "https://termin.example"}], indirect=True)
async def test_an_entry_leads_to_its_page_at_the_desk(town: Town) -> None:
    made = await book(town)
    [event] = events(await ask(town, await opened(town)))
    assert f"https://termin.example/desk/rathaus/appointments/{made['reference']}" in str(
        event["DESCRIPTION"]
    )
