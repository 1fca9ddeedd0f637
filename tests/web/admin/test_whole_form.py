"""A form keeps all that was typed, tells at once all that is wrong, and is there on the way back."""

from typing import Any

from queue_server.domain.town import RosterEntry
from tests.page_forms import form_in
from tests.web.admin.setup import found, read, send, settings
from tests.web.running import Town
from tests.web.test_page_desk import words

SITE = "/admin/setup/site/rathaus"
CLERK = "/admin/setup/clerk/bernd"


async def test_all_parts_stand_in_one_form_with_ways_to_each(town: Town) -> None:
    """Between parts on pages of their own, what was typed was lost without a word."""
    page = await read(town, SITE)
    names = {name for name, _ in form_in(page)}
    assert {"phone", "opening.0", "lead_min", "grace_min", "slip_header.de"} <= names
    assert all(f'href="#part-{part}"' in page and f'id="part-{part}"' in page for part in ("hours", "slip"))
    answer = await send(town, SITE, phone="0123 4567", grace_min="12")
    assert answer.status_code == 303, words(answer.text)
    site = found(town, "site", "rathaus")
    assert (site.phone, site.grace_min) == ("0123 4567", 12)


async def test_two_people_may_work_on_two_parts_of_one_thing(town: Town) -> None:
    page = await read(town, SITE)
    await send(town, SITE, page=page, phone="111")
    await send(town, SITE, page=page, grace_min="7")
    site = found(town, "site", "rathaus")
    assert (site.phone, site.grace_min) == ("111", 7)
    refused = await send(town, SITE, page=page, phone="222", grace_min="9")
    assert refused.status_code == 409
    assert 'value="222"' in refused.text
    again = await send(town, SITE, page=refused.text)
    assert again.status_code == 303
    assert (found(town, "site", "rathaus").phone, found(town, "site", "rathaus").grace_min) == ("222", 9)


async def test_whoever_overrides_overrides_only_what_they_typed(town: Town) -> None:
    page = await read(town, SITE)
    await send(town, SITE, page=page, phone="111", lead_min="33")
    refused = await send(town, SITE, page=page, phone="222")
    assert refused.status_code == 409
    await send(town, SITE, page=refused.text)
    assert (found(town, "site", "rathaus").phone, found(town, "site", "rathaus").lead_min) == ("222", 33)


async def test_mistakes_in_hours_come_all_at_once_and_at_their_places(town: Town) -> None:
    answer = await send(
        town,
        SITE,
        always_open=None,
        opening__0="von acht bis zwölf",
        opening__1="08:07-12:00",
        opening__2="12-8",
        opening__3="8-12, 11-13",
        lead_min="-5",
    )
    assert answer.status_code == 422
    places = ("opening.0", "opening.1", "opening.2", "opening.3", "lead_min")
    assert [at for at in places if f'id="e-{at}"' not in answer.text] == []
    assert "Schritten von fünf Minuten" in answer.text
    assert "5 Angaben" in words(answer.text)


async def test_mistakes_in_a_roster_stand_in_their_lines(town: Town) -> None:
    typed: dict[str, Any] = {"roster.count": "5"}
    lines = [("0", "8-8:07"), ("1", "zehn"), ("2", "12-8"), ("", "8-9"), ("4", "8-12, 11-13")]
    for number, (weekday, hours) in enumerate(lines):
        typed |= {f"roster.{number}.weekday": weekday, f"roster.{number}.hours": hours}
        typed |= {f"roster.{number}.place": "rathaus", f"roster.{number}.valid_from": ""}
    typed["roster.0.valid_until"] = "morgen"
    answer = await send(town, CLERK, **typed)
    assert answer.status_code == 422
    places = ("0.hours", "0.valid_until", "1.hours", "2.hours", "3.weekday", "4.hours")
    assert [at for at in places if f'id="e-roster.{at}"' not in answer.text] == []
    assert 'value="8-8:07"' in answer.text
    assert "Montag: Zeiten" in words(answer.text)


async def test_every_day_can_become_like_monday_before_anything_is_kept(town: Town) -> None:
    before = settings(town)
    page = await read(town, CLERK)
    hours = {name: value for name, value in form_in(page) if name.endswith(".hours")}
    monday = next(name for name, value in form_in(page) if name.endswith(".weekday") and value == "0")
    typed: dict[str, Any] = dict.fromkeys(hours, "") | {monday.replace("weekday", "hours"): "7:30-12"}
    shown = await send(town, CLERK, act="like_monday", **typed)
    assert (shown.status_code, "Gespeichert ist noch nichts" in shown.text) == (200, True)
    assert settings(town) == before
    done = await send(town, CLERK, page=shown.text)
    assert done.status_code == 303, words(done.text)
    roster: tuple[RosterEntry, ...] = found(town, "clerk", "bernd").roster
    assert [(one.weekday, f"{one.works_from:%H:%M}") for one in roster] == [
        (day, "07:30") for day in range(5)
    ]


async def test_more_than_two_hundred_rows_and_choices_are_kept(town: Town) -> None:
    days = [f"2027-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 25)]
    typed: dict[str, Any] = {"closures.count": str(len(days))}
    typed |= {f"closures.{number}.on": day for number, day in enumerate(days)}
    answer = await send(town, SITE, **typed)
    assert answer.status_code == 303, words(answer.text)
    assert len(found(town, "site", "rathaus").closures) == 240
    assert (await send(town, SITE, closures__count="2001")).status_code == 400


async def test_the_browser_may_go_back_to_a_refused_form(town: Town) -> None:
    """Of an answer to a POST that may not be kept, a browser shows ERR_CACHE_MISS instead."""
    refused = await send(town, SITE, lead_min="-5")
    preview = await send(town, SITE, lead_min="5", act="preview")
    shown = await town.client.get(SITE, headers=town.headers("administrator"))
    kept = [answer.headers["cache-control"] for answer in (refused, preview, shown)]
    assert kept == ["private, max-age=0", "private, max-age=0", "no-store"]
