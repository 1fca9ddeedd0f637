"""A clerk's commands from Python: for call keypads, and for tests that press "next" without a browser.

Like the page, it makes one `request_id` for each press and sends the same one again when nobody knows
whether the request arrived; a refusal is an answer and is never sent again. It decides nothing about queues.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, cast
from urllib.parse import urlsplit, urlunsplit

import httpx2
from websockets.sync.client import connect

from queue_server.protocol import (
    COUNTER_ALARM_SOCKET,
    COUNTER_SOCKET,
    CounterFrame,
    CounterPicture,
    ServiceCount,
)

TRIES: Final = 5
FIRST_WAIT_S: Final = 0.2
ANSWER_WITHIN_S: Final = 8.0
UNKNOWN_OUTCOME: Final = frozenset({502, 504})
"""Answers of a proxy that does not know either whether the server got the command."""

Answer = dict[str, Any]


class Refused(Exception):  # noqa: N818 - "refusal" is the word of the glossary
    """The server said no. `code` is stable (`nobody_waiting`), `params` say what was found."""

    def __init__(self, code: str, message: str, params: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.params = dict(params)


class Unreachable(Exception):  # noqa: N818 - a state of the line, no mistake of the caller
    """Nobody answered, however often asked. Whether the command was done, the next picture tells."""


class CounterClient:
    """One counter. Sign in with a token, or with user and password (then call `close_session`).

    Every act takes `ticket`, the id that the caller believes to be at the counter: another one there is
    refused (`other_ticket`) instead of being ended by mistake. Raises `Refused`, `Unreachable`.
    """

    def __init__(
        self,
        url: str,
        counter: str,
        *,
        token: str | None = None,
        user: str | None = None,
        password: str | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.counter = counter
        self._token = token
        self._sleep = sleep
        self._url = url.rstrip("/")
        self._http = httpx2.Client(
            base_url=f"{self._url}/api/v1", headers=headers, timeout=ANSWER_WITHIN_S, transport=transport
        )
        if user is not None:
            self._post("/sessions", {"user": user, "password": password or ""}, with_id=False)

    def __enter__(self) -> "CounterClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connections; the counter stays as it is."""
        self._http.close()

    def open(self, *, take_over: bool = False) -> Answer:
        """Open the counter, or resume it after a pause."""
        return self._act("open", {"take_over": take_over})

    def pause(self) -> Answer:
        return self._act("pause", {})

    def close(self) -> Answer:
        """Close the counter; refused while somebody is called or served."""
        return self._act("close", {})

    def next(self, *, finish_current: bool = False, ticket: int | None = None) -> Answer:
        """Call who is next. `finish_current` ends the running visit (`ticket`) in the same commit."""
        return self._act("calls", {"finish_current": finish_current, "current": ticket})

    def call(self, number: int) -> Answer:
        """Call a chosen number."""
        return self._act("calls", {"number": number})

    def recall(self, ticket: int | None = None) -> Answer:
        return self._act("recall", {"ticket": ticket})

    def has_come(self, ticket: int | None = None) -> Answer:
        """Start the service; with a parked ticket, serve it again."""
        return self._act("start", {"ticket": ticket})

    def finish(self, ticket: int | None = None) -> Answer:
        return self._act("finish", {"ticket": ticket})

    def no_show(self, ticket: int | None = None) -> Answer:
        return self._act("no-show", {"ticket": ticket})

    def put_back(self, ticket: int | None = None) -> Answer:
        return self._act("put-back", {"ticket": ticket})

    def park(self, ticket: int | None = None) -> Answer:
        return self._act("park", {"ticket": ticket})

    def undo(self, ticket: int | None = None) -> Answer:
        """Take back the last call, within ten seconds."""
        return self._act("undo", {"ticket": ticket})

    def join(self, number: int, ticket: int | None = None) -> Answer:
        """Call a second number to the running visit."""
        return self._act("join", {"number": number, "current": ticket})

    def transfer(
        self, counter: str | None = None, services: Sequence[ServiceCount] = (), ticket: int | None = None
    ) -> Answer:
        """Hand the visit to another counter, or with other services to whoever can do them."""
        body = {"counter": counter, "services": list(services), "ticket": ticket}
        return self._act("transfer", body)

    def change_concern(
        self, services: Sequence[ServiceCount], persons: int = 1, ticket: int | None = None
    ) -> Answer:
        body = {"services": list(services), "persons": persons, "ticket": ticket}
        return self._act("concern", body)

    def done(self) -> Answer:
        """End the running visit and call the next one; only end it when nobody waits.

        The keypad's way of *Done, next*: it looks who is there first, so that a press which comes late
        does not end the visit of somebody else.
        """
        current = self.picture()["current"]
        if current is None:
            return self.next()
        try:
            return self.next(finish_current=True, ticket=current["id"])
        except Refused as refused:
            if refused.code != "nobody_waiting":
                raise
        return self.finish(current["id"])

    def picture(self) -> CounterPicture:
        """Return all that the clerk at this counter sees, now."""
        return cast("CounterPicture", self._ask(lambda: self._http.get(f"/counters/{self.counter}")))

    @contextmanager
    def pictures(self) -> Iterator[Iterator[CounterFrame]]:
        """Listen: each frame is the whole picture. `with client.pictures() as frames: next(frames)`."""
        with connect(self._socket_url(COUNTER_SOCKET), additional_headers=self._credentials()) as socket:
            yield (frame for text in socket if "counter" in (frame := json.loads(text)))

    def raise_alarm(self, *, test: bool = False) -> Answer:
        """Call for help: all other counters and the desk of the site, and chosen phones. Silent here."""
        return self._act("alarm", {"test": test})

    @contextmanager
    def alarms(self) -> Iterator[Callable[[float], dict[str, Any]]]:
        """Hear of staff alarms alone: what it gives waits so many seconds at most for the next message."""
        with connect(
            self._socket_url(COUNTER_ALARM_SOCKET),
            additional_headers=self._credentials(),
            open_timeout=ANSWER_WITHIN_S,
            close_timeout=1,
        ) as socket:
            yield lambda within_s: dict(json.loads(socket.recv(timeout=within_s)))

    def close_session(self) -> None:
        """Sign out; a token stays valid."""
        self._http.delete("/sessions")

    def _socket_url(self, path: str) -> str:
        parts = urlsplit(self._url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        return urlunsplit(
            (scheme, parts.netloc, f"{parts.path.rstrip('/')}{path.format(id=self.counter)}", "", "")
        )

    def _credentials(self) -> dict[str, str]:
        if self._token:
            return {"Authorization": f"Bearer {self._token}"}
        return {"Cookie": "; ".join(f"{one.name}={one.value}" for one in self._http.cookies.jar)}

    def _act(self, act: str, body: Mapping[str, Any]) -> Answer:
        told = {name: value for name, value in body.items() if value is not None}
        return self._post(f"/counters/{self.counter}/{act}", told)

    def _post(self, path: str, body: Mapping[str, Any], *, with_id: bool = True) -> Answer:
        told = {"request_id": secrets.token_hex(16), **body} if with_id else dict(body)
        return self._ask(lambda: self._http.post(path, json=told))

    def _ask(self, send: Callable[[], httpx2.Response]) -> Answer:
        """Send until somebody answers: the server closes idle connections just when we use them."""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(FIRST_WAIT_S * 2 ** (attempt - 1))
            try:
                response = send()
            except httpx2.TransportError:
                continue
            if response.status_code not in UNKNOWN_OUTCOME:
                return _answer_of(response)
        raise Unreachable(self._url)


def _answer_of(response: httpx2.Response) -> Answer:
    try:
        answer = response.json()
    except ValueError as nonsense:
        raise Unreachable(str(response.url)) from nonsense
    if response.is_success and isinstance(answer, dict):
        return answer
    error = answer.get("error", {}) if isinstance(answer, dict) else {}
    params = {name: value for name, value in error.items() if name not in {"code", "message"}}
    raise Refused(str(error.get("code", "internal")), str(error.get("message", "")), params)
