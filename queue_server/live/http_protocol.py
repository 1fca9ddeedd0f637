"""The HTTP protocol class that uvicorn runs: its own, plus an end for who sends a request too slowly.

uvicorn gives a silent connection five seconds after an answer, and none before one: a program that sends a
byte a minute, on as many connections as there are, would keep everybody else out ("slow loris"). Nor does it
bound the head of a request, which is kept in memory. Only an unfinished request costs a timer; a whole one,
which mostly comes in one piece, costs three flags.
"""

from asyncio import BaseTransport, TimerHandle
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_S: Final = 20.0
"""So long a request may take from its first to its last byte; a phone far from the antenna needs five."""
HEAD_LIMIT: Final = 32 * 1024
"""Address and headers, cookies of a dozen devices included."""


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    request_s = REQUEST_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unfinished = self._in_head = True
        self._head_size = 0
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast("Any", transport))
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()
        if self._in_head and self._unfinished:
            self._head_size += len(data)
            if self._head_size > HEAD_LIMIT and not self.transport.is_closing():
                self.send_400_response("Request head too long.")

    def handle_websocket_upgrade(self) -> None:
        self._unfinished = False
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        self._unfinished = self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head, self._head_size = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._unfinished = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unfinished = False
        self._look()
        super().connection_lost(exc)

    def _look(self) -> None:
        if self._unfinished and self._deadline is None:
            self._deadline = self.loop.call_later(self.request_s, self.transport.abort)
        elif self._deadline is not None and not self._unfinished:
            self._deadline.cancel()
            self._deadline = None
