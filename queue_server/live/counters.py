"""Counter pages: whole pictures for clerks, gathered so that a burst of changes is one picture."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from queue_server.live.frames import Picture
from queue_server.live.mailboxes import Connection, broadcast
from queue_server.live.rooms import Audience, SiteRoom, guard
from queue_server.protocol import CounterPicture
from queue_server.services import staff
from queue_server.services.ports import Unit

COUNTERS_EVERY_S: Final = 0.1


class Counters:
    """All counter pages of all sites."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience

    def join(self, site_id: str, counter_id: str, connection: Connection) -> None:
        room = self._audience.rooms[site_id]
        room.counters.setdefault(counter_id, set()).add(connection)
        room.counters_changed.set()

    def leave(self, site_id: str, counter_id: str, connection: Connection) -> None:
        room = self._audience.rooms.get(site_id)
        if room is not None:
            room.counters.get(counter_id, set()).discard(connection)

    async def picture(self, site_id: str, counter_id: str) -> dict[str, Any]:
        """Return one counter's picture now."""
        build = self._builder(self._audience.rooms[site_id], [counter_id])
        _, pictures = await self._audience.queue.look(site_id, build)
        return dict(pictures[counter_id])

    async def send_for_ever(self, room: SiteRoom) -> None:
        while True:
            await room.counters_changed.wait()
            room.counters_changed.clear()
            listening = [counter_id for counter_id, there in room.counters.items() if there]
            if listening:
                await guard(self._send(room, listening))
            await asyncio.sleep(COUNTERS_EVERY_S)

    async def _send(self, room: SiteRoom, listening: list[str]) -> None:
        seq, pictures = await self._audience.queue.look(room.site.id, self._builder(room, listening))
        for counter_id, picture in pictures.items():
            ready = Picture.of(self._audience.epoch, seq, "counter", picture)
            broadcast(room.counters.get(counter_id, ()), ready)

    def _builder(
        self, room: SiteRoom, counter_ids: list[str]
    ) -> Callable[[Unit], tuple[int, dict[str, CounterPicture]]]:
        """Return what the writer's thread runs; all that belongs to the event loop is read here."""
        told = notices(room)
        statuses = self._audience.confirmations.statuses(room.site.id)
        version, program = self._audience.config_version, self._audience.program

        def build(unit: Unit) -> tuple[int, dict[str, CounterPicture]]:
            pictures = {}
            for counter_id in counter_ids:
                status = statuses.get(unit.hall.counter(counter_id).ticket_id or 0)
                pictures[counter_id] = staff.counter_picture(unit, counter_id, status, told, version)
                pictures[counter_id]["program"] = program
            return unit.hall.seq, pictures

        return build


def notices(room: SiteRoom) -> list[dict[str, str]]:
    """Return what staff must know about the devices of a site."""
    found = [
        {"code": "display_silent" if channel.connections else "display_gone", "device": id_}
        for id_, channel in room.displays.items()
        if not channel.healthy and id_ not in room.out_of_service
    ]
    found += [{"code": "display_out", "device": id_} for id_ in room.displays if id_ in room.out_of_service]
    found += [
        {"code": "printer_trouble", "device": kiosk_id, "detail": code}
        for kiosk_id, code in room.printers.items()
        if code not in {"", "ready", "busy"} and kiosk_id not in room.kiosks_out
    ]
    return found
