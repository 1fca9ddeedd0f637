"""Who asks: the actor behind a request or socket, from its token or cookie, remembered for five seconds.

What lives here: the choice between bearer token, device cookie and session cookie, and the memory in
front of the database. What must not: what the actor may do (`domain.access`), tables (`adapters`).

A command's road must not ask the database who presses the button: thousands a second do. So an answer is
kept for `REMEMBERED_S`. In this process a revocation works at once (`invalidate`), in another one
within that time. Sockets live longer than any answer: their handlers ask again every half minute.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection
from starlette.types import Scope

from queue_server.domain.access import ANYBODY, Actor, SignInRequired
from queue_server.domain.errors import Refusal
from queue_server.web.cookies import DEVICE_HEADER, SESSION_COOKIE, device_cookie_name, header, read_cookie

REMEMBERED_S: Final = 5.0
MOST_REMEMBERED: Final = 10_000
TOUCH_EVERY_S: Final = 300.0

Result = TypeVar("Result")
Find: TypeAlias = Callable[[Connection, str, datetime], Actor | None]
Key: TypeAlias = tuple[Find, str]
Touch: TypeAlias = Callable[[str, datetime], Awaitable[None]]


class Lookup(Protocol):
    """Runs a read on the database, away from the event loop."""

    async def __call__(self, read: Callable[[Connection], Result], /) -> Result: ...


class Sessions:
    """Finds the actor of a request. One for the process; all its methods belong to the event loop.

    `touch` notes that a session is in use (`touch_session` on the write connection); without it every
    session ends after `SESSION_IDLE`, however busy. `touch_token` notes the day on which a token is in use.
    """

    def __init__(
        self,
        lookup: Lookup,
        *,
        find_session: Find,
        find_token: Find,
        touch: Touch | None = None,
        touch_token: Touch | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup = lookup
        self._find_session = find_session
        self._find_token = find_token
        self._touch = touch
        self._touch_token = touch_token
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[Key, tuple[float, Actor | None]] = {}
        self._asking: dict[Key, asyncio.Task[Actor | None]] = {}
        self._touched: dict[str, float] = {}
        self._used_on: dict[str, date] = {}
        self._good: dict[Key, None] = {}
        self._generation = 0

    async def actor(self, scope: Scope, device_id: str | None = None, *, in_use: bool = True) -> Actor:
        """Return who asks; ANYBODY for who has not signed in.

        `device_id`: the device whose page or socket this is; its cookie comes before the session's. It
        defaults to the header `Aufruf-Device`. A bearer token stands for itself: when it is wrong,
        SignInRequired is raised, and no cookie steps in for it. `in_use` False: a socket that is only
        open does not keep its session alive.
        """
        bearer = _bearer(scope)
        if bearer is not None:
            actor = await self._find(self._find_token, bearer)
            if actor is None:
                raise SignInRequired
            await self._note_day(actor)
            return actor
        device_token = _device_token(scope, device_id)
        if device_token and (actor := await self._find(self._find_token, device_token)):
            await self._note_day(actor)
            return actor
        cookie = read_cookie(scope, SESSION_COOKIE)
        if cookie and (actor := await self._find(self._find_session, cookie)):
            if in_use:
                await self._note_use(actor)
            return actor
        return ANYBODY

    def is_new(self, scope: Scope, device_id: str | None = None) -> bool:
        """Tell whether somebody brings secrets none of which was ever right here: a guess costs a read."""
        shown: list[Key] = []
        if (bearer := _bearer(scope)) is not None:
            shown.append((self._find_token, bearer))
        if device_token := _device_token(scope, device_id):
            shown.append((self._find_token, device_token))
        if cookie := read_cookie(scope, SESSION_COOKIE):
            shown.append((self._find_session, cookie))
        return bool(shown) and not any(key in self._good for key in shown)

    def invalidate(self, *, session_id: str | None = None, token_id: str | None = None) -> None:
        """Forget what is remembered of a session or token; without arguments, everything.

        Call it after the commit that revoked it. What is being looked up meanwhile is not remembered.
        """
        self._generation += 1
        self._asking.clear()
        if session_id is None and token_id is None:
            self._known.clear()
            return
        self._known = {
            key: (until, actor)
            for key, (until, actor) in self._known.items()
            if actor and not _is_one(actor, session_id, token_id)
        }

    async def _find(self, find: Find, secret: str) -> Actor | None:
        key = (find, secret)
        known = self._known.get(key)
        if known is not None and known[0] > self._monotonic():
            return known[1]
        # Everybody who asks for the same at once shares one read: when the memory of a busy token
        # runs out, its next 64 requests would all go to the database.
        asking = self._asking.get(key)
        if asking is None:
            asking = asyncio.create_task(self._ask(key))
            self._asking[key] = asking
        return await asyncio.shield(asking)

    async def _ask(self, key: Key) -> Actor | None:
        find, secret = key
        generation, now = self._generation, self._clock()
        mine = asyncio.current_task()
        try:
            actor = await self._lookup(lambda conn: find(conn, secret, now))
        finally:
            if self._asking.get(key) is mine:
                del self._asking[key]
        if generation == self._generation:
            self._remember(key, actor)
        return actor

    def _remember(self, key: Key, actor: Actor | None) -> None:
        self._known.pop(key, None)
        self._known[key] = (self._monotonic() + REMEMBERED_S, actor)
        if actor is not None:
            self._good.pop(key, None)
            self._good[key] = None
            if len(self._good) > MOST_REMEMBERED:
                del self._good[next(iter(self._good))]
        if len(self._known) > MOST_REMEMBERED:
            del self._known[next(iter(self._known))]

    async def _note_use(self, actor: Actor) -> None:
        if self._touch is None or actor.session_id is None:
            return
        now = self._monotonic()
        if now - self._touched.get(actor.session_id, -TOUCH_EVERY_S) < TOUCH_EVERY_S:
            return
        self._touched.pop(actor.session_id, None)
        self._touched[actor.session_id] = now
        if len(self._touched) > MOST_REMEMBERED:
            del self._touched[next(iter(self._touched))]
        with suppress(Refusal):  # A full disk must not keep anybody from reading.
            await self._touch(actor.session_id, self._clock())

    async def _note_day(self, actor: Actor) -> None:
        """Note that a token is in use today; a socket that is only open is a use of its device."""
        now = self._clock()
        if self._touch_token is None or actor.token_id is None:
            return
        if self._used_on.get(actor.token_id) == now.date():
            return
        self._used_on.pop(actor.token_id, None)
        self._used_on[actor.token_id] = now.date()
        if len(self._used_on) > MOST_REMEMBERED:
            del self._used_on[next(iter(self._used_on))]
        with suppress(Refusal):
            await self._touch_token(actor.token_id, now)


def _is_one(actor: Actor, session_id: str | None, token_id: str | None) -> bool:
    by_session = session_id is not None and actor.session_id == session_id
    return by_session or (token_id is not None and actor.token_id == token_id)


def _bearer(scope: Scope) -> str | None:
    """Return the bearer token; another scheme (a proxy's Basic) is none of ours."""
    value = header(scope, b"authorization")
    if value is None or value[:7].lower() != "bearer ":
        return None
    return value[7:].strip()


def _device_token(scope: Scope, device_id: str | None) -> str | None:
    device_id = device_id or header(scope, DEVICE_HEADER)
    name = device_cookie_name(device_id) if device_id else None
    return read_cookie(scope, name) if name else None
