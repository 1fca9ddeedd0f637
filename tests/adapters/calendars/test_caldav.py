"""The CalDAV client against a real Radicale: reading, changes, writing under a condition."""

from collections.abc import Iterator
from dataclasses import replace
from threading import get_ident
from xml.etree.ElementTree import Element

import pytest

from queue_server.adapters.calendars import caldav
from queue_server.adapters.calendars.caldav import CalDav
from queue_server.adapters.calendars.multistatus import Entry, entries
from queue_server.adapters.calendars.web_client import CalendarTrouble, Reply, Trouble, WebClient
from tests.adapters.calendars.radicale_server import Radicale, entry
from tests.town_hall import at

ENTRY = entry("one", "SUMMARY:Bürgermeister", "DTSTART:20260304T080000Z")
OTHER = entry("two", "DTSTART:20260404T080000Z")
WEEKLY = entry("three", "DTSTART:20250101T080000Z", "RRULE:FREQ=WEEKLY")


@pytest.fixture
def dav(radicale: Radicale, web: WebClient) -> CalDav:
    return CalDav(radicale.make(), web)


async def trouble(call: object) -> Trouble:
    with pytest.raises(CalendarTrouble) as found:
        await call  # type: ignore[misc]
    return found.value.kind


async def test_a_calendar_says_where_it_stands(radicale: Radicale, dav: CalDav) -> None:
    before = await dav.state()
    assert before.token
    assert before.ctag
    radicale.put("one", ENTRY)
    after = await dav.state()
    assert after.token != before.token
    assert after.ctag != before.ctag


async def test_what_is_no_calendar_is_told(radicale: Radicale, dav: CalDav, web: WebClient) -> None:
    home = replace(radicale.account(), url=f"{radicale.root}/anna/")
    assert await trouble(CalDav(home, web).state()) == Trouble.NONSENSE
    missing = replace(radicale.account(), url=f"{radicale.root}/anna/nothing/")
    assert await trouble(CalDav(missing, web).state()) in {Trouble.GONE, Trouble.NONSENSE}


async def test_wrong_password_and_anothers_calendar_are_refused(radicale: Radicale, web: WebClient) -> None:
    account = radicale.make()
    assert await trouble(CalDav(replace(account, password="x"), web).state()) == Trouble.REFUSED
    assert await trouble(CalDav(replace(account, user="bernd"), web).state()) == Trouble.REFUSED


async def test_one_client_keeps_two_users_apart(radicale: Radicale, web: WebClient) -> None:
    anna, bernd = CalDav(radicale.make("anna"), web), CalDav(radicale.make("bernd"), web)
    radicale.put("one", ENTRY, "anna")
    assert len(await anna.listing()) == 1
    assert await bernd.listing() == {}


async def test_entries_of_a_span_are_found_repeated_ones_too(radicale: Radicale, dav: CalDav) -> None:
    for name, data in (("one", ENTRY), ("two", OTHER), ("three", WEEKLY)):
        radicale.put(name, data)
    found = await dav.between(at("00:00"), at("00:00").replace(day=20))
    assert sorted(one.href for one in found) == ["/anna/office/one.ics", "/anna/office/three.ics"]
    assert any("Bürgermeister".encode() in one.data for one in found)
    listed = await dav.listing()
    assert sorted(listed) == ["/anna/office/one.ics", "/anna/office/three.ics", "/anna/office/two.ics"]
    assert all(listed[one.href] == one.etag for one in found)
    assert [one.href for one in await dav.several(["/anna/office/two.ics"])] == ["/anna/office/two.ics"]
    assert await dav.several([]) == []


async def test_changes_since_a_token(radicale: Radicale, dav: CalDav) -> None:
    radicale.put("one", ENTRY)
    token = (await dav.state()).token
    radicale.put("two", OTHER)
    radicale.delete("one")
    found = await dav.changes(token)
    assert set(found.changed) == {"/anna/office/two.ics"}
    assert found.gone == {"/anna/office/one.ics"}
    assert not found.more
    nothing = await dav.changes(found.token)
    assert (nothing.changed, nothing.gone) == ({}, frozenset())


async def test_lost_token_is_told_apart_from_a_lost_right(radicale: Radicale, dav: CalDav) -> None:
    token = (await dav.state()).token
    assert await trouble(dav.changes(token[:-4] + "0000")) == Trouble.TOKEN_LOST


async def test_an_entry_is_written_under_a_condition(radicale: Radicale, dav: CalDav) -> None:
    href = dav.href("AB7@rathaus.aufruf.ics")
    etag = await dav.put(href, ENTRY)
    assert await trouble(dav.put(href, ENTRY)) == Trouble.CHANGED
    assert (await dav.get(href)).etag == etag
    newer = await dav.put(href, ENTRY.replace(b"meister", b"meisterin"), etag)
    assert newer != etag
    assert await trouble(dav.put(href, ENTRY, etag)) == Trouble.CHANGED
    assert await trouble(dav.delete(href, etag)) == Trouble.CHANGED
    await dav.delete(href, newer)
    assert await trouble(dav.get(href)) == Trouble.GONE
    assert await trouble(dav.delete(href)) == Trouble.GONE
    assert await trouble(dav.put(href, ENTRY, newer)) == Trouble.CHANGED


async def test_a_large_answer_is_read_beside_the_event_loop(
    dav: CalDav, web: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def seen(root: Element) -> Iterator[Entry]:
        threads.append(get_ident())
        return entries(root)

    monkeypatch.setattr(caldav, "entries", seen)
    empty = '<D:multistatus xmlns:D="DAV:"><!--{}--></D:multistatus>'

    for size in (10, caldav.LARGE):
        reply = Reply(207, "", {}, empty.format("x" * size).encode())

        async def answer(*_: object, reply: Reply = reply, **__: object) -> Reply:
            return reply

        monkeypatch.setattr(web, "ask", answer)
        assert await dav.listing() == {}
    assert [one == get_ident() for one in threads] == [True, False]


async def test_address_of_another_server_is_never_asked(dav: CalDav) -> None:
    assert await trouble(dav.get("https://elsewhere.example/one.ics")) == Trouble.NONSENSE


async def test_server_that_is_not_there_is_unreachable(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = Radicale(tmp_path_factory.mktemp("gone"))
    server.start()
    account = server.account()
    server.stop()
    web = WebClient()
    assert await trouble(CalDav(account, web).state()) == Trouble.UNREACHABLE
    await web.close()
