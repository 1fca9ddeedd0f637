"""A published calendar, fetched from a real HTTP server: when it changed, and never believed when broken."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.linked import LinkedCalendars
from tests.adapters.calendars.radicale_server import entry
from tests.adapters.calendars.test_linked import LATER, MINUTE, MORNING, OWNERS, Clock, busy, look


class Publisher(ThreadingHTTPServer):
    """Publishes `content`, with marks as Outlook gives them: the number of the version."""

    content = b""
    version = 0
    status = 200
    marked_by = "ETag"
    signed_in = ""

    def publish(self, content: bytes) -> None:
        self.content, self.version = content, self.version + 1


class Answers(BaseHTTPRequestHandler):
    seen: list[int] = []  # noqa: RUF012 - emptied by the fixture

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Publisher)
        mark = f'"{server.version}"' if server.marked_by == "ETag" else "Mon, 02 Mar 2026 08:00:00 GMT"
        asked = self.headers.get("If-None-Match") or self.headers.get("If-Modified-Since")
        status = 304 if asked == mark else server.status
        self.seen.append(status)
        server.signed_in = self.headers.get("Authorization", "")
        self.send_response(status)
        self.send_header(server.marked_by, mark)
        body = server.content if status == 200 else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    Answers.seen.clear()
    server = Publisher(("127.0.0.1", 0), Answers)
    server.publish(entry("dentist", "SUMMARY:Zahnarzt", *MORNING))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def linked(clock: Clock, publisher: Publisher) -> AsyncIterator[LinkedCalendars]:
    calendars = LinkedCalendars(clock, chance=lambda: 0.5)
    account = CalendarAccount("anna", ics=f"http://127.0.0.1:{publisher.server_port}/s3cret/calendar.ics")
    calendars.adopt({"anna": account}, OWNERS)
    await look(calendars)
    yield calendars
    await calendars.stop()


async def once_more(linked: LinkedCalendars, clock: Clock, later: timedelta = MINUTE * 1.2) -> None:
    clock.pass_(later)
    await look(linked)


@pytest.mark.parametrize("marked_by", ["ETag", "Last-Modified"])
async def test_it_is_fetched_only_when_it_changed(
    linked: LinkedCalendars, clock: Clock, publisher: Publisher, marked_by: str
) -> None:
    publisher.marked_by = marked_by
    await once_more(linked, clock, timedelta(days=1))
    Answers.seen.clear()
    await once_more(linked, clock)
    assert Answers.seen == [304]
    assert busy(linked) == ["08:00"]
    assert not linked.written("anna"), "it can be read and not written"


async def test_what_changed_is_read(linked: LinkedCalendars, clock: Clock, publisher: Publisher) -> None:
    publisher.publish(entry("dentist", *LATER))
    await once_more(linked, clock)
    assert busy(linked) == ["10:00"]


async def test_it_may_ask_for_a_password(linked: LinkedCalendars, publisher: Publisher) -> None:
    assert publisher.signed_in == ""
    address = f"http://127.0.0.1:{publisher.server_port}/calendar.ics"
    linked.adopt({"anna": CalendarAccount("anna", user="anna", password="geheim", ics=address)}, OWNERS)
    await look(linked)
    assert publisher.signed_in == "Basic YW5uYTpnZWhlaW0="


async def test_once_a_day_it_is_fetched_anyhow(
    linked: LinkedCalendars, clock: Clock, publisher: Publisher
) -> None:
    await once_more(linked, clock, timedelta(hours=25))
    assert Answers.seen == [200, 200]


@pytest.mark.parametrize("broken", ["half", "page", "status"])
async def test_what_is_no_calendar_keeps_what_was_read_and_then_nothing_is_offered(
    linked: LinkedCalendars,
    clock: Clock,
    publisher: Publisher,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    """Failure 19; a sign-in page instead of the calendar is the usual way in which an address dies."""
    whole = publisher.content
    publisher.publish({"half": whole[:-30], "page": b"<html>Sign in</html>", "status": whole}[broken])
    publisher.status = 500 if broken == "status" else 200
    await once_more(linked, clock)
    assert busy(linked) == ["08:00"]
    assert linked.health()["anna"] != "ok"
    await once_more(linked, clock, MINUTE * 16)
    assert busy(linked) == ["all day"]
    publisher.publish(whole)
    publisher.status = 200
    await once_more(linked, clock, MINUTE * 3)
    assert busy(linked) == ["08:00"]
    assert "s3cret" not in caplog.text
    assert "Zahnarzt" not in caplog.text


async def test_the_loop_reads_by_itself_and_stops(clock: Clock, publisher: Publisher) -> None:
    calendars = LinkedCalendars(clock)
    address = f"http://127.0.0.1:{publisher.server_port}/calendar.ics"
    calendars.adopt({"anna": CalendarAccount("anna", ics=address)}, OWNERS)
    calendars.start()
    async with asyncio.timeout(5):
        while busy(calendars) != ["08:00"]:
            await asyncio.sleep(0.01)
    await calendars.stop()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("calendar")]
