"""The request log, when the operator wants one: method, the address's pattern, status, milliseconds.

The pattern, `/t/{secret}`, never the path: a path may hold a secret. No address, no browser, no session.
"""

import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from queue_server.web.security_log import TOLD

log = logging.getLogger("queue_server.requests")


class RequestLog:
    """Stands directly around the router, whose word on the scope it reads."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def send_noticing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noticing)
        finally:
            took_ms = round((time.perf_counter() - began) * 1000, 1)
            fields = {
                "method": scope["method"],
                "route": pattern_of(scope.get("endpoint")),
                "status": status,
                "ms": took_ms,
            }
            log.info("request", extra={TOLD: fields})


def pattern_of(endpoint: Any) -> str:
    """Return the pattern of the route that answered; "-" where none did."""
    row = getattr(endpoint, "__self__", endpoint)  # a page's endpoint is a method of its row
    return str(getattr(row, "path", None) or getattr(endpoint, "__name__", "-"))
