"""A real CalDAV server for tests: Radicale on a free port, with a password file and a folder of its own.

It runs in threads of this process, which starts in a tenth of a second. It can be stopped and started again
at the same port, for tests of an outage.
"""

import base64
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from radicale import config
from radicale.app import Application

from queue_server.adapters.calendars.accounts import CalendarAccount

PASSWORD = "sonnenblume 7"
_CHANGES, _OTHER = b"sync-collection", b"other-questions"
MAKE_CALENDAR = b"""<?xml version="1.0"?>
<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop></D:set></D:mkcol>"""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing: tests look at what the product logs."""


@dataclass
class Radicale:
    """`asked` is what was asked of it, in order: method and path."""

    folder: Path
    users: tuple[str, ...] = ("anna", "bernd", "carla")
    knows_changes: bool = True
    port: int = 0
    asked: list[str] = field(default_factory=list)
    _server: WSGIServer | None = None
    _may_answer: threading.Event = field(default_factory=threading.Event)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._may_answer.set()
        htpasswd = self.folder / "htpasswd"
        htpasswd.write_text("".join(f"{user}:{PASSWORD}\n" for user in self.users))
        settings = config.load()
        auth = {"type": "htpasswd", "htpasswd_filename": str(htpasswd), "htpasswd_encryption": "plain"}
        storage = {"filesystem_folder": str(self.folder / "data"), "_filesystem_fsync": False}
        settings.update(
            {
                "auth": {**auth, "delay": 0},
                "storage": storage,
                "logging": {"level": "critical"},
            },
            "test",
            privileged=True,
        )
        application = Application(settings)

        def app(environ: Any, start_response: Any) -> Any:
            self._may_answer.wait()
            self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            answer = application(environ, start_response)
            # As older servers: the same answers, without the list of changes among what they can do.
            return answer if self.knows_changes else [_OTHER.join(part.split(_CHANGES)) for part in answer]

        self._server = make_server("127.0.0.1", self.port, app, _Server, _Quiet)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Take requests and answer none meanwhile."""
        self._may_answer.clear()
        try:
            yield
        finally:
            self._may_answer.set()

    def forget_tokens(self) -> None:
        """Forget what clients were told, as a server does that was restored or is short of space."""
        for folder in self.folder.rglob("sync-token"):
            shutil.rmtree(folder)

    def account(self, user: str = "anna", name: str = "office") -> CalendarAccount:
        """Return where a user's calendar lies; `make` makes it."""
        return CalendarAccount(user, f"{self.root}/{user}/{name}/", user, PASSWORD)

    def make(self, user: str = "anna", name: str = "office") -> CalendarAccount:
        """Make an empty calendar, in place of one of that name."""
        self.ask("DELETE", f"/{user}/{name}/", user)
        self.ask("MKCOL", f"/{user}/{name}/", user, MAKE_CALENDAR)
        return self.account(user, name)

    def put(self, entry: str, data: bytes, user: str = "anna", name: str = "office") -> None:
        """Write an entry as the clerk's own calendar program does."""
        self.ask("PUT", f"/{user}/{name}/{entry}.ics", user, data)

    def delete(self, entry: str, user: str = "anna", name: str = "office") -> None:
        self.ask("DELETE", f"/{user}/{name}/{entry}.ics", user)

    def read(self, entry: str, user: str = "anna", name: str = "office") -> str:
        """Return an entry; empty without one."""
        return self.ask("GET", f"/{user}/{name}/{entry}.ics", user)

    def ask(self, method: str, path: str, user: str, data: bytes | None = None) -> str:
        sign_in = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        there = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            there.request(method, path, data, {"Authorization": f"Basic {sign_in}"})
            answer = there.getresponse()
            found = answer.read().decode()
        finally:
            there.close()
        if answer.status >= 400 and answer.status != 404:
            raise AssertionError(f"{method} {path}: {answer.status} {found}")
        return found if answer.status == 200 else ""


def entry(uid: str, *lines: str) -> bytes:
    """Return a calendar object with one event; a line is a property."""
    event = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]
    calendar = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *event, "END:VCALENDAR", ""]
    return "\r\n".join(calendar).encode()
