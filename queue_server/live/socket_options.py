"""How uvicorn must be started so that connections behave, and the proof that the fast path works here.

Chooses; serves nothing itself.
"""

import asyncio
import importlib
import logging
import resource
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from queue_server.live.frames import encode_text_frame
from queue_server.live.mailboxes import EXTENSION

FAST_PATH: Final = "queue_server.live.socket_protocol:SocketProtocol"
HTTP: Final = "queue_server.live.http_protocol:HttpProtocol"
PLAIN: Final = "websockets-sansio"
_OVERRIDDEN: Final = (
    "connection_made",
    "run_asgi",
    "pause_writing",
    "resume_writing",
    "start_keepalive",
    "keepalive_timeout",
    "shutdown",
    "on_task_complete",
)
LONGEST_MESSAGE: Final = 16 * 1024
"""Devices send reports, not files; what is longer ends the socket (RFC 6455 section 7.4.1, 1009)."""
_PROBE: Final = "\u00e4" * 200  # two bytes each, and a frame with a long header
_PROBE_LIMIT_S: Final = 3.0
_log = logging.getLogger(__name__)


def socket_options(protocol: str = FAST_PATH) -> dict[str, Any]:
    """Return keyword arguments for `uvicorn.run`; log a warning when the fast path is not to be had."""
    reason = why_unfit(protocol)
    if reason is not None:
        _log.warning("fast path for sockets unavailable, sending through ASGI: %s", reason)
    return {
        "ws": PLAIN if reason is not None else protocol,
        "ws_per_message_deflate": False,
        "http": _http(),
        "ws_max_size": LONGEST_MESSAGE,
        "ws_ping_interval": 20.0,
        "ws_ping_timeout": 20.0,
        "timeout_graceful_shutdown": 1,  # without it SIGTERM waits for an endless request
    }


def _http() -> str:
    """Return our HTTP protocol class, or uvicorn's own choice where that has no httptools."""
    try:
        importlib.import_module(HTTP.partition(":")[0])
    except ImportError as error:
        _log.warning("slow requests are not cut off: %s", error)
        return "auto"
    return HTTP


def why_unfit(protocol: str = FAST_PATH) -> str | None:
    """Send one frame through the protocol class on a real socket; None, or why it did not arrive."""
    with ThreadPoolExecutor(1) as thread:  # a thread of its own: a loop may be running in this one
        try:
            thread.submit(asyncio.run, _probe(protocol)).result()
        except Exception as error:  # whatever uvicorn changed: the hall opens without the fast path
            return f"{type(error).__name__}: {error}"
    return None


def raise_file_limit(wanted: int = 65536) -> int:
    """Raise the limit of open files as far as allowed (each socket is one) and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft


async def _probe(protocol: str) -> None:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    module, _, name = protocol.partition(":")
    protocol_class = getattr(importlib.import_module(module), name)
    missing = [hook for hook in _OVERRIDDEN if not hasattr(protocol_class.__mro__[1], hook)]
    if missing:
        raise RuntimeError(f"no longer called by uvicorn: {missing}")
    config = Config(_probe_app, log_config=None, proxy_headers=False)
    config.load()
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.setblocking(False)
        transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
            lambda: protocol_class(config, ServerState(), {}), ours
        )
        try:
            await asyncio.wait_for(_greet(theirs), _PROBE_LIMIT_S)
        finally:
            transport.abort()
            await asyncio.sleep(0)


async def _probe_app(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    writer = scope["extensions"].get(EXTENSION)
    if writer is None or writer.backed_up or not isinstance(writer.write_buffer_size(), int):
        return
    writer.write_ready(encode_text_frame(_PROBE.encode()))
    await receive()


async def _greet(peer: socket.socket) -> None:
    """Play a browser that offers deflate, and expect the probe uncompressed."""
    from websockets.client import ClientProtocol
    from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
    from websockets.frames import Frame
    from websockets.uri import parse_uri

    loop = asyncio.get_running_loop()
    client = ClientProtocol(parse_uri("ws://localhost/"), extensions=[ClientPerMessageDeflateFactory()])
    client.send_request(client.connect())
    await loop.sock_sendall(peer, b"".join(client.data_to_send()))
    while True:
        data = await loop.sock_recv(peer, 65536)
        if not data:
            raise RuntimeError("the connection ended before the frame came")
        client.receive_data(data)
        for event in client.events_received():
            if isinstance(event, Frame):
                if event.data != _PROBE.encode() or client.extensions:
                    raise RuntimeError("the frame came back changed")
                return
