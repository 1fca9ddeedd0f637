"""Until there is a town, a new server answers the first set-up alone; then it is a server like any other.

What must not live here: the set-up's pages (`web.first_run`).
"""

from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from queue_server.domain.errors import Refusal
from queue_server.web.house import House
from queue_server.web.pages import error_page
from queue_server.web.refusing import Refuse, answer_refusal

_OPEN: Final = ("/first-run/", "/static/", "/healthz", "/readyz", "/metrics")


class NotSetUp(Refusal):
    """There is no town yet; whoever started the server has the link to the set-up."""

    code = "not_set_up"


class UntilTown:
    """Only put around a server that began without a town: no other pays for the question."""

    def __init__(self, app: ASGIApp, inner: Starlette, refuse: Refuse) -> None:
        self.app = app
        self._inner = inner
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith(_OPEN):
            await self.app(scope, receive, send)
            return
        house: House = self._inner.state.house
        if house.directory.sites:
            await self.app(scope, receive, send)
        elif scope["type"] == "http" and not scope["path"].startswith("/api/"):
            page = error_page(house, Request(scope), NotSetUp.code, {})
            await page(scope, receive, send)
        else:
            await answer_refusal(scope, receive, send, self._refuse, NotSetUp())
