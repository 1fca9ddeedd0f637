"""Kiosks: the page that gives numbers out, and the agent beside its printer.

What is free to be booked is asked for here once for a site, and told to its displays as well.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from queue_server.live.frames import Picture, encode_json, encode_text_frame
from queue_server.live.mailboxes import Connection, broadcast
from queue_server.live.rooms import Audience, SiteRoom, guard
from queue_server.protocol import FreeTimes, KioskPicture, PrintJob
from queue_server.services import screens
from queue_server.services.free_today import free_times
from queue_server.services.ports import Unit

KIOSKS_EVERY_S: Final = 1.0
AGENT_GONE: Final = "agent_gone"


class Kiosks:
    """All kiosks of all sites. `free_changed` hears of a room whose free times are others now."""

    def __init__(self, audience: Audience, free_changed: Callable[[SiteRoom], None]) -> None:
        self._audience = audience
        self._free_changed = free_changed

    def join(self, site_id: str, kiosk_id: str, connection: Connection, *, agent: bool) -> None:
        room = self._audience.rooms[site_id]
        (room.agents if agent else room.kiosks).setdefault(kiosk_id, set()).add(connection)
        room.kiosk_sent.pop(kiosk_id, None)
        room.kiosks_changed.set()

    def leave(self, site_id: str, kiosk_id: str, connection: Connection) -> None:
        room = self._audience.rooms.get(site_id)
        if room is None:
            return
        room.kiosks.get(kiosk_id, set()).discard(connection)
        agents = room.agents.get(kiosk_id, set())
        if connection in agents:
            agents.discard(connection)
            if not agents:
                self.take_printer(site_id, kiosk_id, AGENT_GONE)

    def take_printer(self, site_id: str, kiosk_id: str, code: str) -> None:
        """Take in a kiosk agent's word about its printer: `ready`, `busy`, or what is wrong."""
        room = self._audience.rooms[site_id]
        if room.printers.get(kiosk_id) != code:
            room.printers[kiosk_id] = code
            room.kiosks_changed.set()
            room.counters_changed.set()

    def has_agent(self, site_id: str, kiosk_id: str) -> bool:
        return bool(self._audience.rooms[site_id].agents.get(kiosk_id))

    def set_out(self, site_id: str, kiosk_id: str, reason: str | None) -> None:
        """Take a kiosk out of service, with the reason for staff; None: it is back."""
        room = self._audience.rooms[site_id]
        room.kiosks_out.pop(kiosk_id, None)
        if reason is not None:
            room.kiosks_out[kiosk_id] = reason
        room.kiosks_changed.set()
        room.counters_changed.set()

    def take_out(self, reasons: Mapping[str, str]) -> None:
        """Take up at start what was out of service before it; ids that the set-up has lost are nobody's."""
        for room in self._audience.rooms.values():
            mine = {one.id for one in room.site.kiosks}
            room.kiosks_out.update({id_: why for id_, why in reasons.items() if id_ in mine})

    def offer_jobs(self, site_id: str, kiosk_id: str, seq: int, jobs: Iterable[PrintJob]) -> None:
        """Send print jobs to the kiosk's agent; the page hears of them by `tell`."""
        message = {"epoch": self._audience.epoch, "seq": seq, "jobs": list(jobs)}
        frame = encode_text_frame(encode_json(message))
        for agent in self._audience.rooms[site_id].agents.get(kiosk_id, ()):
            agent.send_ready(frame)

    def tell(self, site_id: str, kiosk_id: str, message: Mapping[str, Any]) -> None:
        """Send a word to the kiosk's page, such as what became of a slip."""
        frame = encode_text_frame(encode_json(message))
        for page in self._audience.rooms[site_id].kiosks.get(kiosk_id, ()):
            page.send_ready(frame)

    async def send_for_ever(self, room: SiteRoom) -> None:
        while True:
            await room.kiosks_changed.wait()
            room.kiosks_changed.clear()
            listening = list(room.kiosks.keys() | room.agents.keys())
            if listening or any(channel.is_seen for channel in room.displays.values()):
                await guard(self._send(room, listening))
            await asyncio.sleep(KIOSKS_EVERY_S)

    async def _send(self, room: SiteRoom, kiosk_ids: list[str]) -> None:
        printers, version = dict(room.printers), self._audience.config_version
        out = frozenset(room.kiosks_out)

        def build(unit: Unit) -> tuple[int, FreeTimes | None, dict[str, KioskPicture]]:
            free = free_times(unit)  # once for all of them
            pictures = {
                k: screens.kiosk(unit, k, printers.get(k, ""), version, free, out=out) for k in kiosk_ids
            }
            return unit.hall.seq, free, pictures

        seq, free, pictures = await self._audience.queue.look(room.site.id, build)
        if room.free != free:
            room.free = free
            self._free_changed(room)
        for kiosk_id, picture in pictures.items():
            picture["program"] = self._audience.program
            if room.kiosk_sent.get(kiosk_id) != picture:
                room.kiosk_sent[kiosk_id] = picture
                ready = Picture.of(self._audience.epoch, seq, "kiosk", picture)
                broadcast(room.kiosks.get(kiosk_id, ()), ready)
                broadcast(room.agents.get(kiosk_id, ()), ready)
