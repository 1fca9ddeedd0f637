"""The WebSocket protocol class that uvicorn runs: its own, plus a door to the transport.

The application finds the door in `scope["extensions"][EXTENSION]`: write a frame that is encoded
already, ask how much is unsent, cut off. 1,000 sockets cost 6.5 µs of CPU each this way, 11.9 through
`await send_text`, 19.1 through `asyncio.gather`.

It leans on uvicorn's inside, so nothing but `socket_options` imports it: that module proves at start
that the door works and does without it otherwise. No queue, no rule of the hall lives here.
"""

from asyncio import AbstractEventLoop, BaseTransport, Task
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from queue_server.live.mailboxes import EXTENSION, LOW_WATER

LAST_WORDS_S: Final = 0.5
"""So long may a peer take the rest of its bytes when it was silent, or when the server stops."""
GOODBYE_S: Final = 5.0
"""So long after the application has ended; a slow phone's closing handshake fits in."""


class SocketProtocol(WebSocketsSansIOProtocol):
    """One socket. Plays `mailboxes.FrameWriter` towards the application."""

    # What a broadcast touches lies in slots, close together: uvicorn's 36 attributes are too many for
    # Python's compact instances, and with 5,000 sockets each probe of such a dict is a cache miss.
    # `transport` and `close_sent` are uvicorn's names; where they are renamed, a slot stays empty.
    __slots__ = (
        "app",
        "app_state",
        "backed_up",
        "close_sent",
        "config",
        "connections",
        "default_headers",
        "logger",
        "loop",
        "on_drain",
        "tasks",
        "transport",
    )

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # Deflate costs 45 KiB a socket and twice the CPU, and a compressed stream cannot share frames.
        self.conn.available_extensions = None
        self.backed_up = False
        self.on_drain: Callable[[], None] | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=LOW_WATER, low=LOW_WATER // 4)

    def run_asgi(self) -> Coroutine[Any, Any, None]:
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[EXTENSION] = self
        return super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            # A socket refused with a whole response is answered. uvicorn notes that only for its own
            # kinds of refusal and logs an error for ours: each mistyped address would be one.
            self.handshake_complete = True

    def start_keepalive(self) -> None:
        super().start_keepalive()
        # The handshake is over and the scope has a copy of the headers: 3 KiB a socket.
        self.request.headers.clear()
        self.response.headers.clear()

    def write_ready(self, frame: bytes) -> None:
        # After a close frame no data frame may follow (RFC 6455 section 5.5.1), and asyncio logs a
        # warning for writes to a lost transport: a broadcast must not care which sockets just left.
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(frame)

    def write_buffer_size(self) -> int:
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        # Not close(): a closing transport keeps its unsent bytes for a peer that does not read.
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.backed_up = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.backed_up = False
        if self.on_drain is not None:
            self.on_drain()

    # Three ends at which uvicorn closes the transport. A closing transport waits for its unsent bytes
    # to be taken, without a limit: a peer that does not read would hold memory, the subscriber or even
    # the shutdown. So each end has its time.

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.loop.call_later(LAST_WORDS_S, self.transport.abort)

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(LAST_WORDS_S, self.transport.abort)

    def on_task_complete(self, task: Task[None]) -> None:
        super().on_task_complete(task)
        if not self.disconnected:
            self.loop.call_later(GOODBYE_S, self.transport.abort)
