"""Calls pushed to phones whose page is not looked at: an extra beside the page's own socket.

Who asked for it is held in memory alone, by the ticket's opaque key, until the visit ends: an address at a
push service belongs to one phone, and what is on no disk need not be erased from one. After a restart a page
that lives says it again. A push goes out at once and is tried again for a minute, never later: a call that
comes late sends somebody into an empty room. One that reached a phone and was then taken back is followed by
"please wait again" in its place.

What must not live here: how a push is encrypted and sent (`adapters.push`), its words (`web.pushing`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from queue_server.domain.push import Outcome, Subscription
from queue_server.services.site_view import Call, SiteView

WORTH_S: Final = 60.0
PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0)
AT_ONCE: Final = 16
MOST: Final = 20_000
"""So many phones at most: each costs half a kilobyte, and a stranger with a number may ask once for it."""
Words = Callable[[Subscription, Call, SiteView], bytes]
"""Writes the message of a call; of one that is open no more: that it counts no more."""
Waits = Callable[[str, str], Awaitable[bool]]
"""Tells whether the visitor with a key waits at a site."""
Place = tuple[str, str]
"""A site and a ticket's key there."""
log = logging.getLogger(__name__)


class Sender(Protocol):
    """`adapters.push.sender.PushSender`."""

    @property
    def public_key(self) -> str: ...
    def takes(self, to: Subscription) -> bool: ...
    async def send(self, to: Subscription, message: bytes, ttl_s: int, now: datetime) -> Outcome: ...
    async def warm_up(self) -> None: ...
    async def stop(self) -> None: ...


class Pushes:
    """Who wants to be pushed to, and the pushes under way. All methods run in the event loop."""

    def __init__(
        self,
        sender: Sender,
        words: Words,
        clock: Callable[[], datetime],
        waits: Waits,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        self._sender = sender
        self._words = words
        self._clock = clock
        self._waits = waits
        self._pauses_s = pauses_s
        self._wanted: dict[Place, Subscription] = {}
        self._calls: dict[Place, tuple[Call, asyncio.Task[None]]] = {}
        self._told: dict[Place, int] = {}
        self._newest: dict[str, SiteView] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._warming: asyncio.Task[None] | None = None
        self._room = asyncio.Semaphore(AT_ONCE)

    @property
    def public_key(self) -> str:
        """The key that browsers ask for; empty where calls are not pushed."""
        return self._sender.public_key

    @property
    def sites(self) -> frozenset[str]:
        """The sites at which somebody wants to be pushed to."""
        return frozenset(site_id for site_id, _ in self._wanted)

    @property
    def under_way(self) -> int:
        """How many pushes are being sent, or tried again."""
        return len(self._tasks)

    def keep(self, site_id: str, key: str, to: Subscription) -> bool:
        """Take in where a ticket's call shall go, in place of what was said before; False: we would not."""
        is_full = len(self._wanted) >= MOST and (site_id, key) not in self._wanted
        if is_full or not self._sender.takes(to):
            return False
        if not self._wanted and (self._warming is None or self._warming.done()):
            self.start()  # pushes may have been switched on since, and the first call must not wait for that
        self._wanted[site_id, key] = to
        return True

    def drop(self, site_id: str, key: str) -> None:
        self._wanted.pop((site_id, key), None)

    def keep_only(self, site_id: str, keys: Iterable[str]) -> None:
        """Forget whose visit is over."""
        alive = set(keys)
        for one in [one for one in self._wanted if one[0] == site_id and one[1] not in alive]:
            del self._wanted[one]

    def take(self, view: SiteView, since: int) -> None:
        """Push the calls of a picture that are newer than `since`."""
        self._newest[view.site_id] = view
        if not self._wanted and not self._calls:
            return
        for call in view.calls:
            place = (view.site_id, call.key)
            to = self._wanted.get(place) if call.open and call.seq > since else None
            if to is not None:
                self._calls[place] = call, self._begin(self._call(view, call, to), f"push of call {call.seq}")
        self._look_for_closed(view)

    def _look_for_closed(self, view: SiteView) -> None:
        still_open = {call.key for call in view.calls if call.open}
        closed = [p for p in self._calls if p[0] == view.site_id and p[1] not in still_open]
        for place in closed:
            call, task = self._calls.pop(place)
            self._begin(self._take_back(view, call, task), f"taking back the push of call {call.seq}")

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def start(self) -> None:
        """Let the sender load what it needs, beside everything else; again costs next to nothing."""
        self._warming = asyncio.create_task(self._sender.warm_up(), name="loading what pushes need")

    async def stop(self) -> None:
        tasks = [*self._tasks, *([self._warming] if self._warming else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._sender.stop()

    async def _call(self, view: SiteView, call: Call, to: Subscription) -> None:
        if await self._push(view, call, to, lambda: self._still_open(view.site_id, call)):
            self._told[view.site_id, call.key] = call.seq

    async def _take_back(self, view: SiteView, call: Call, before: asyncio.Task[None]) -> None:
        """Follow a call that was told and counts no more: else it stands there on a locked phone."""
        await asyncio.wait({before})
        place = (view.site_id, call.key)
        if self._told.get(place, call.seq + 1) > call.seq:
            return
        del self._told[place]
        to = self._wanted.get(place)
        if to is not None and await self._waits(*place):
            await self._push(view, replace(call, open=False), to, lambda: place not in self._calls)

    async def _push(self, view: SiteView, call: Call, to: Subscription, counts: Callable[[], bool]) -> bool:
        """Try for a minute, while it `counts`; True: the service took it."""
        loop = asyncio.get_running_loop()
        end, message, tries = loop.time() + WORTH_S, self._words(to, call, view), 0
        while True:
            async with self._room:
                # Only now: who waits for room waits while calls are taken back, and grow old.
                left_s = int(end - loop.time())
                if left_s <= 0 or not counts():
                    return False
                try:
                    outcome = await self._sender.send(to, message, left_s, self._clock())
                except Exception:  # one phone's trouble is nobody else's
                    log.exception("a push failed")
                    return False
            if outcome is Outcome.GONE and self._wanted.get((view.site_id, call.key)) == to:
                self.drop(view.site_id, call.key)
            if outcome is not Outcome.LATER:
                return outcome is Outcome.TAKEN
            await asyncio.sleep(self._pauses_s[min(tries, len(self._pauses_s) - 1)])
            tries += 1

    def _still_open(self, site_id: str, call: Call) -> bool:
        """Tell whether the call stands: one that was taken back or answered is pushed to nobody."""
        return any(
            one.key == call.key and one.seq == call.seq and one.open for one in self._newest[site_id].calls
        )
