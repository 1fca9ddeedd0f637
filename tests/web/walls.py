"""Helps the tests of the walls: a real uvicorn on a free port, and the plainest mapping of refusals."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Scope

from queue_server.domain.errors import Refusal

STATUSES = {"payload_too_large": 413, "origin": 403, "csrf": 403}


def refuse(_: Scope, refusal: Refusal) -> ASGIApp:
    error = {"code": refusal.code, "message": refusal.code}
    return JSONResponse({"error": error}, STATUSES[refusal.code])


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve the app over real sockets; gives `127.0.0.1:port`."""
    config = uvicorn.Config(
        app,
        log_level="error",
        lifespan="off",
        proxy_headers=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    # With the protocol named asyncio switches Nagle off; without, each answer waits 40 ms for an ACK.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def a_scope(kind: str = "http", method: str = "POST", scheme: str | None = None, **headers: str) -> Scope:
    """A scope as uvicorn makes it; `sec_fetch_site="none"` is the header `Sec-Fetch-Site: none`."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if "host" not in headers:
        raw.append((b"host", b"rathaus.example:8000"))
    scope: Scope = {"type": kind, "path": "/", "headers": raw, "client": ("10.0.0.7", 4711)}
    scope["scheme"] = scheme or ("ws" if kind == "websocket" else "http")
    if kind == "http":
        scope["method"] = method
    return scope
