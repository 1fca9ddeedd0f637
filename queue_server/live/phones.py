"""Visitors' phones: a site's public queue, one picture for all, at most twice a second, a call at once."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from queue_server.live.frames import Picture
from queue_server.live.mailboxes import Connection, broadcast_in_slices
from queue_server.live.rooms import Audience, SiteRoom, guard
from queue_server.services import screens
from queue_server.services.ports import Unit

PHONES_EVERY_S: Final = 0.5


@dataclass(slots=True)
class _Drawn:
    """A picture and when it was drawn: a thousand phones that come back after a restart share it."""

    picture: "asyncio.Task[Picture]"
    at: float
    seq: int


class Phones:
    """All phones of all sites."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._drawn: dict[str, _Drawn] = {}
        self._sent: dict[str, Picture] = {}

    async def join(self, site_id: str, connection: Connection) -> None:
        """Let a phone listen, and send it the queue: just drawn, or what all got meanwhile if newer."""
        room = self._audience.rooms[site_id]
        picture = await self._shared(room)
        sent = self._sent.get(site_id, picture)
        newest = sent if sent.seq > picture.seq else picture
        connection.send_picture(newest)
        room.phones.add(connection)
        if room.view is not None and room.view.seq > newest.seq:
            # It was not there yet when the bells were rung; perhaps for a call.
            room.phones_changed.set()
            room.call_made.set()

    def leave(self, site_id: str, connection: Connection) -> None:
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
        picture = self._sent[room.site.id] = await self._shared(room)
        await broadcast_in_slices(room.phones, picture)

    async def _shared(self, room: SiteRoom) -> Picture:
        """Return a picture that shows at least what is published, drawn once for all who ask meanwhile."""
        site_id, now = room.site.id, asyncio.get_running_loop().time()
        seq = -1 if room.view is None else room.view.seq
        drawn = self._drawn.get(site_id)
        if drawn is None or drawn.seq != seq or now - drawn.at > PHONES_EVERY_S or _failed(drawn.picture):
            drawn = self._drawn[site_id] = _Drawn(asyncio.create_task(self._draw(room)), now, seq)
        return await asyncio.shield(drawn.picture)

    async def _draw(self, room: SiteRoom) -> Picture:
        def build(unit: Unit) -> tuple[int, Any]:
            return unit.hall.seq, screens.public_queue(unit)

        seq, queue = await self._audience.queue.look(room.site.id, build)
        return Picture.of(self._audience.epoch, seq, "queue", queue)


def _failed(task: "asyncio.Task[Picture]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
