"""How long a body each address takes, and from which bucket its requests are counted: one table.

What lives here: the safe default of each kind of address, the rows that differ, and their use on a request.
What must not: how fast a bucket refills (`web.limits`), and the narrow limits on what somebody tries, such
as passwords and codes: they stand where the trying is done. docs/operators/security.md shows both; a test
compares it with this table, and another one walks every address with a body that is too long and with
one request too many.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from queue_server.domain.access import Actor, SignInRequired
from queue_server.live.socket_options import LONGEST_MESSAGE
from queue_server.web.house import House
from queue_server.web.proxies import client_address
from queue_server.web.security import LONGER, PayloadTooLarge, announced_length

NO_BODY: Final = 1024
"""Where no body is read: what some client sends all the same."""
COMMAND: Final = 16 * 1024
"""The JSON of a command: the longest holds the words of a person, a few kB."""
FORM: Final = 32 * 1024
"""A form: the same words, each letter of them perhaps nine bytes long."""
LONG_FORM: Final = 64 * 1024
"""A form of whole paragraphs."""
WHOLE_FORM: Final = 512 * 1024
"""A thing of the set-up with all its texts and rows: years of closed days, hundreds of skills."""
RESCUE_FORM: Final = 512 * 1024
"""A form with a choice for each of 3,000 appointments, of 110 bytes at most as site and clerk are named."""
MESSAGE: Final = LONGEST_MESSAGE


class Bucket(StrEnum):
    """What one address may ask for without having signed in. Who has signed in is counted by themselves."""

    VISITORS = "visitors"
    STATUS = "status"
    FEEDS = "feeds"
    FILES = "files"


BODIES: Final[dict[str, int]] = {
    "/admin/setup/{what}/{id}": WHOLE_FORM,
    "/admin/setup/{what}/_new": WHOLE_FORM,
    "/admin/setup/service/_new": WHOLE_FORM,
    "/admin/letters/{kind}/{language}": LONG_FORM,
    "/admin/letters/{kind}/{language}/preview": LONG_FORM,
    "/department/{department}/rescue": RESCUE_FORM,
    "/admin/closing/{site}": RESCUE_FORM,
    **LONGER,
}
BUCKETS: Final[dict[str, Bucket]] = {
    # 1,000 phones behind the wireless of one hall come back at once after a break.
    "/t/{secret}": Bucket.STATUS,
    "/live/sites/{id}": Bucket.STATUS,
    "/termin/v/{secret}": Bucket.STATUS,
    "/termin/v/{secret}/cancel": Bucket.STATUS,
    "/termin/v/{secret}/confirm": Bucket.STATUS,
    "/termin/v/{secret}/move": Bucket.STATUS,
    "/termin/v/{secret}/move/check": Bucket.STATUS,
    "/termin/v/{secret}/termin.ics": Bucket.STATUS,
    "/api/v1/sites/{site}/appointments/own": Bucket.STATUS,
    "/api/v1/sites/{site}/appointments/own/move": Bucket.STATUS,
    "/api/v1/sites/{site}/appointments/own/cancel": Bucket.STATUS,
    # Programs that fetch a clerk's calendar have no browser that would be patient.
    "/calendar/{secret}.ics": Bucket.FEEDS,
    # A month is put together anew at each request, in a thread beside the hall's presses.
    "/api/v1/sites/{site}/figures": Bucket.FEEDS,
    # Each page loads some ten of them; they cost the least.
    "/static": Bucket.FILES,
    "/static/counter": Bucket.FILES,
    "/static/display": Bucket.FILES,
    "/static/kiosk": Bucket.FILES,
    "/static/sounds": Bucket.FILES,
    "/sounds/speech/{language}/number/{number:int}": Bucket.FILES,
    "/sounds/speech/{language}/room/{room}": Bucket.FILES,
    "/pictures/{picture}": Bucket.FILES,
    "/look/{name}.css": Bucket.FILES,
}


@dataclass(frozen=True, slots=True)
class RouteLimits:
    """What one address takes: `body` in bytes, and whose allowance a request uses up."""

    body: int
    bucket: Bucket

    async def actor(
        self, house: House, scope: Scope, device_id: str | None = None, *, in_use: bool = True
    ) -> Actor:
        """Return who asks, and count the request: strangers by address, others by session or token.

        Raises TooManyRequests. A wrong token counts as a stranger's, so that trying many is slow; after too
        many wrong ones unknown secrets are not even looked up.
        """
        is_new = house.sessions.is_new(scope, device_id)
        if is_new:
            house.limits.check_guess(client_address(scope))
        try:
            actor = await house.sessions.actor(scope, device_id, in_use=in_use)
        except SignInRequired:
            house.limits.check_stranger(self.bucket.value, client_address(scope))
            raise
        who = actor.session_id or actor.token_id
        if who is None:
            house.limits.check_stranger(self.bucket.value, client_address(scope))
        else:
            if is_new:
                house.limits.forgive_guess(client_address(scope))
            house.limits.check_known(who)
        return actor

    def bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Return what reads no longer body than this. Raises PayloadTooLarge for one announced longer."""
        length = announced_length(scope)
        if length is None:
            return _counting(receive, self.body)
        if length > self.body:
            raise PayloadTooLarge(limit=self.body)
        return receive


@cache
def limits_of(path: str, *, takes: int = NO_BODY) -> RouteLimits:
    """Return the limits of an address; `takes`: the body of its kind, unless a row says otherwise."""
    return RouteLimits(BODIES.get(path, takes), BUCKETS.get(path, Bucket.VISITORS))


def api_limits(path: str, *, has_body: bool) -> RouteLimits:
    return limits_of(path, takes=COMMAND if has_body else NO_BODY)


def page_limits(path: str, methods: Collection[str]) -> RouteLimits:
    return limits_of(path, takes=FORM if "POST" in methods else NO_BODY)


class OfStrangers:
    """Counts requests by address for what everybody may fetch: files, the description of the API."""

    def __init__(self, app: ASGIApp, limits: RouteLimits, path: str) -> None:
        self.app = app
        self.limits = limits
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        house: House = HTTPConnection(scope).app.state.house
        receive = self.limits.bounded(scope, receive)
        house.limits.check_stranger(self.limits.bucket.value, client_address(scope))
        await self.app(scope, receive, send)


def _counting(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise PayloadTooLarge(limit=limit)
        return message

    return receive_bounded
