"""How a wall outside of the routes answers a refusal: through the one mapping of the web layer.

What lives here: the type of that mapping and its use for requests and sockets. What must not: texts,
statuses, and shapes; they belong to the mapping itself, which `web/app.py` hands in.
"""

from collections.abc import Callable
from typing import TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from queue_server.domain.errors import Refusal

Refuse: TypeAlias = Callable[[Scope, Refusal], ASGIApp]
"""Turns a refusal into a response in the one error shape, in the language of the request."""

POLICY_VIOLATION = 1008
"""RFC 6455, 7.4.1."""


async def answer_refusal(
    scope: Scope, receive: Receive, send: Send, refuse: Refuse, refusal: Refusal
) -> None:
    """Answer instead of the application. A socket is refused before it opens: with the same response."""
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await receive()
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": refusal.code})
        return
    await refuse(scope, refusal)(scope, receive, send)
