"""Strangers' servers: redirects, size, slowness, cookies; against a real HTTP server."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from queue_server.adapters.calendars import web_client
from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble, WebClient


class Stranger(BaseHTTPRequestHandler):
    """Answers by path. `seen` are the headers of each request."""

    seen: list[dict[str, str]] = []  # noqa: RUF012 - emptied by the fixture

    def do_GET(self) -> None:
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        if self.path == "/slow":
            time.sleep(0.6)
        body = b"x" * 1000 if self.path == "/large" else b"ok"
        self.send_response(302 if self.path.startswith("/to") else 200)
        if self.path == "/to-other":
            self.send_header("Location", "http://localhost.example/")
        elif self.path == "/to-here":
            self.send_header("Location", "/large")
        elif self.path == "/to-itself":
            self.send_header("Location", "/to-itself")
        self.send_header("Set-Cookie", "session=anna; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # who asked has gone
            self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    Stranger.seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def trouble(web: WebClient, url: str, **options: Any) -> Trouble:
    with pytest.raises(CalendarTrouble) as found:
        await web.ask("GET", url, **options)
    return found.value.kind


async def test_no_cookie_goes_from_one_clerk_to_another(web: WebClient, stranger: str) -> None:
    await web.ask("GET", stranger, login=("anna", "a"))
    await web.ask("GET", stranger, login=("bernd", "b"))
    assert "cookie" not in Stranger.seen[1]
    assert Stranger.seen[0]["authorization"] != Stranger.seen[1]["authorization"]


async def test_redirects_stay_at_the_server(web: WebClient, stranger: str) -> None:
    assert len((await web.ask("GET", f"{stranger}/to-here")).body) == 1000
    assert await trouble(web, f"{stranger}/to-other") == Trouble.NONSENSE
    assert await trouble(web, f"{stranger}/to-itself") == Trouble.NONSENSE


async def test_too_much_is_not_taken(web: WebClient, stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_client, "LARGEST", 999)
    assert await trouble(web, f"{stranger}/large") == Trouble.NONSENSE


async def test_slow_server_is_given_up(web: WebClient, stranger: str) -> None:
    assert await trouble(web, f"{stranger}/slow", timeout_s=0.1) == Trouble.UNREACHABLE


async def test_nothing_goes_unencrypted_to_another_machine(web: WebClient) -> None:
    assert await trouble(web, "http://cloud.example/") == Trouble.NONSENSE
