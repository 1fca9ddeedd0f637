"""Visitors' phones: a site's public queue, one picture for all, at most twice a second, a call at once."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from queue_server.live.frames import Picture
from queue_server.live.mailboxes import Connection, broadcast_in_slices
from queue_server.live.rooms import Audience, SiteRoom, guard
from queue_server.protocol import PublicEntry, PublicQueue
from queue_server.services import screens
from queue_server.services.ports import Unit

PHONES_EVERY_S: Final = 0.5
OnShown = Callable[[str, datetime, Sequence[PublicEntry], Collection[str]], None]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A picture, and what it says to those who wait, as of `at`."""

    picture: Picture
    at: datetime
    waiting: Sequence[PublicEntry]


@dataclass(slots=True)
class _Drawn:
    """A picture and when it was drawn: a thousand phones that come back after a restart share it."""

    shown: "asyncio.Task[_Shown]"
    at: float
    seq: int


class Phones:
    """All phones of all sites.

    `on_shown` hears at each picture which visits are followed: (site, as of when, who waits, keys). A phone
    says which visit it shows once it is connected; one that says nothing sees the same picture.
    """

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._drawn: dict[str, _Drawn] = {}
        self._sent: dict[str, _Shown] = {}
        self._followed: dict[str, dict[Connection, str]] = {}
        self.on_shown: list[OnShown] = []

    async def join(self, site_id: str, connection: Connection) -> None:
        """Let a phone listen, and send it the queue: just drawn, or what all got meanwhile if newer."""
        room = self._audience.rooms[site_id]
        drawn = await self._shared(room)
        sent = self._sent.get(site_id, drawn)
        newest = self._sent[site_id] = sent if sent.picture.seq > drawn.picture.seq else drawn
        connection.send_picture(newest.picture)
        room.phones.add(connection)
        if room.view is not None and room.view.seq > newest.picture.seq:
            # It was not there yet when the bells were rung; perhaps for a call.
            room.phones_changed.set()
            room.call_made.set()

    def follow(self, site_id: str, connection: Connection, key: str) -> None:
        """Take in which visit a phone shows. What it was sent on joining it has shown already."""
        room = self._audience.rooms.get(site_id)
        if room is None or connection not in room.phones:
            return
        self._followed.setdefault(site_id, {})[connection] = key
        if (shown := self._sent.get(site_id)) is not None:
            self._tell(site_id, shown, {key})

    def leave(self, site_id: str, connection: Connection) -> None:
        self._followed.get(site_id, {}).pop(connection, None)
        room = self._audience.rooms.get(site_id)
        if room is not None:
            room.phones.discard(connection)

    async def send_for_ever(self, room: SiteRoom) -> None:
        while True:
            await room.phones_changed.wait()
            room.phones_changed.clear()
            room.call_made.clear()
            if room.phones:
                await guard(self._send(room))
            try:
                async with asyncio.timeout(PHONES_EVERY_S):
                    await room.call_made.wait()
            except TimeoutError:
                pass

    async def _send(self, room: SiteRoom) -> None:
        self._drawn.pop(room.site.id, None)
        shown = self._sent[room.site.id] = await self._shared(room)
        await broadcast_in_slices(room.phones, shown.picture)
        if followed := self._followed.get(room.site.id):
            self._tell(room.site.id, shown, set(followed.values()))

    def _tell(self, site_id: str, shown: _Shown, keys: Collection[str]) -> None:
        for hear in self.on_shown:
            hear(site_id, shown.at, shown.waiting, keys)

    async def _shared(self, room: SiteRoom) -> _Shown:
        """Return a picture that shows at least what is published, drawn once for all who ask meanwhile."""
        site_id, now = room.site.id, asyncio.get_running_loop().time()
        seq = -1 if room.view is None else room.view.seq
        drawn = self._drawn.get(site_id)
        if drawn is None or drawn.seq != seq or now - drawn.at > PHONES_EVERY_S or _failed(drawn.shown):
            drawn = self._drawn[site_id] = _Drawn(asyncio.create_task(self._draw(room)), now, seq)
        return await asyncio.shield(drawn.shown)

    async def _draw(self, room: SiteRoom) -> _Shown:
        def build(unit: Unit) -> tuple[int, datetime, PublicQueue]:
            return unit.hall.seq, unit.now, screens.public_queue(unit)

        seq, at, queue = await self._audience.queue.look(room.site.id, build)
        return _Shown(Picture.of(self._audience.epoch, seq, "queue", queue), at, queue["waiting"])


def _failed(task: "asyncio.Task[_Shown]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
