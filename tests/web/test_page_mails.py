"""The demo's mailbox shows what was sent, lets nothing in a letter act, and is not there on a real server."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.post.mail_message import compose, message_id
from queue_server.adapters.post.spool import Spool
from queue_server.services.letter_kinds import Kind
from queue_server.web.page_mails import newest
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.services.letter_desk import EVIL, START, a_notice, write
from tests.web.running import Town
from tests.web.test_page_status import NARROW, photograph

DEMO = pytest.mark.parametrize("changes", [{"demo": True}], indirect=True)


def put(town: Town, key: str = "one", later_min: int = 0, language: str = "de", **changes: Any) -> str:
    """Let a letter be sent; return its name in the mailbox."""
    id_ = message_id(key, "musterstadt.example")
    at = START + timedelta(minutes=later_min)
    content = compose(
        write(a_notice(**changes), language),
        to=f"{key}@muster.example",
        sender="termin@musterstadt.example",
        sender_name="Musterstadt",
        message_id=id_,
        language=language,
        at=at,
    )
    return Spool(town.house.settings.spool_folder).put(id_, content, at).stem


@DEMO
async def test_the_mailbox_lists_the_newest_first(town: Town) -> None:
    put(town, "first")
    put(town, "second", 5, kind=Kind.CANCELLED)
    page = (await town.client.get("/demo/mails")).text
    assert page.index("second@muster.example") < page.index("first@muster.example")
    assert "Abgesagt: Ihr Termin am Dienstag, 17. März 2026, 10:40 Uhr" in page
    assert "10:45" in page


@DEMO
async def test_an_empty_mailbox_says_how_to_fill_it(town: Town) -> None:
    page = await town.client.get("/demo/mails")
    assert page.status_code == 200
    assert "Noch keine Nachricht" in page.text
    assert 'href="/demo/mails"' in (await town.client.get("/")).text


@DEMO
async def test_a_message_is_shown_as_letter_text_and_calendar(town: Town) -> None:
    name = put(town)
    page = await town.client.get(f"/demo/mails/{name}")
    letter = await town.client.get(f"/demo/mails/{name}/letter")
    calendar = await town.client.get(f"/demo/mails/{name}/calendar")
    assert "Ihre Nummer: 417" in page.text
    assert "BEGIN:VCALENDAR" in page.text
    assert "termin.ics" in page.text
    assert "<strong>417</strong>" in letter.text
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert b"UID:k7f3xa@musterstadt.aufruf" in calendar.content


@DEMO
async def test_a_letter_can_do_nothing_to_the_page_around_it(town: Town) -> None:
    """Failure 14: no script, no picture, no form, and a frame that is sandboxed twice."""
    name = put(town, name=EVIL)
    page = await town.client.get(f"/demo/mails/{name}")
    letter = await town.client.get(f"/demo/mails/{name}/letter")
    assert "<b>Eva" not in page.text + letter.text
    assert "&lt;b&gt;Eva" in page.text
    frame_policy, page_policy = (one.headers["content-security-policy"] for one in (letter, page))
    assert "default-src 'none'" in frame_policy
    assert "sandbox" in frame_policy
    assert "allow-scripts" not in frame_policy + page.text
    assert "frame-src 'self'" in page_policy
    assert "script-src 'self'" in page_policy


@DEMO
@pytest.mark.parametrize("name", ["0" * 32, "..%2f..%2fserver.key", "server", "x" * 32, "0" * 32 + ".eml"])
@pytest.mark.parametrize("part", ["", "/letter", "/calendar"])
async def test_only_messages_can_be_asked_for(town: Town, name: str, part: str) -> None:
    """Failure 15."""
    put(town)
    assert (await town.client.get(f"/demo/mails/{name}{part}")).status_code == 404


async def test_a_real_server_has_no_mailbox(town: Town) -> None:
    name = put(town)
    for path in ("/demo/mails", f"/demo/mails/{name}", f"/demo/mails/{name}/letter"):
        assert (await town.client.get(path)).status_code == 404


def test_a_file_that_is_no_message_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / ("a" * 32 + ".eml")).write_bytes(b"\xff\xfe not a message")
    (tmp_path / ("b" * 32 + ".eml")).write_bytes(b"")
    assert len(newest(tmp_path)) == 2
    assert newest(tmp_path / "nothing") == []


@DEMO
async def test_the_mailbox_is_accessible_and_narrow(served_town: Town, browser: Any) -> None:
    """Failure 26."""
    name = put(served_town, name="Erika " + "Langername" * 20)
    put(served_town, "two", 3, kind=Kind.MOVED)
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    page = await context.new_page()
    for path in ("/demo/mails", f"/demo/mails/{name}"):
        await page.goto(f"http://{served_town.address}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert not await axe_by_day_and_night(page)
        await photograph(page, f"mails-{path.count('/')}-dark-320")
    frame = page.frames[1]
    assert await frame.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert await frame.locator(".number strong").inner_text() == "417"
