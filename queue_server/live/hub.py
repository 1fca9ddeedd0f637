"""Who listens, and in which order they hear: after each commit displays, then answers, then phones.

A display's frame goes out at once, in the same turn of the event loop, before the clerk's answer.
Counters, kiosks and phones get whole pictures of the queue, each site's at most so often, built by the
writer's thread between two batches. How each kind is served lies in `displays`, `counters`, `kiosks`,
`phones`; here they are put together, and sites come and go.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from queue_server.domain.town import Site
from queue_server.live.batches import Moved
from queue_server.live.confirmation import Confirmations
from queue_server.live.counters import Counters
from queue_server.live.displays import Displays
from queue_server.live.frames import encode_json, encode_text_frame
from queue_server.live.kiosks import Kiosks
from queue_server.live.phones import Phones
from queue_server.live.presence import Presence
from queue_server.live.probes import Probes
from queue_server.live.rehearsal import Rehearsals
from queue_server.live.rooms import Audience, DisplayChannel, Queue, SiteRoom
from queue_server.protocol import HEARTBEAT_S
from queue_server.services import site_view
from queue_server.services.site_view import SiteView

PHONE_BEAT_S: Final = 10.0


class Hub:
    """Knows who listens. All methods run in the event loop."""

    def __init__(self, epoch: str, queue: Queue, clock: Callable[[], datetime], config_version: int) -> None:
        self.confirmations = Confirmations(time.monotonic)
        self._audience = Audience(epoch, config_version, queue, clock, self.confirmations)
        self.presence = Presence(clock)
        self.displays, self.counters = Displays(self._audience), Counters(self._audience)
        self.kiosks = Kiosks(self._audience, self.displays.refresh)
        self.phones = Phones(self._audience)
        self.probes = Probes(self._audience, self.displays)
        self.rehearsals = Rehearsals(self._audience, self.displays, self.probes)
        self._queue = queue
        self.on_picture: list[Callable[[SiteView, int], None]] = []
        self._beating: asyncio.Task[None] | None = None
        self._sending: dict[str, list[asyncio.Task[None]]] = {}
        self._offer_by_kind()

    def _offer_by_kind(self) -> None:
        """Give what sockets and routes call one address: the hub."""
        self.join_display, self.leave_display = self.displays.join, self.displays.leave
        self.watch_display, self.take_report = self.displays.watch, self.displays.take_report
        self.take_health = self.displays.take_health
        self.set_out_of_service = self.displays.set_out_of_service
        self.take_out_of_service = self.displays.take_out_of_service
        self.set_kiosk_out = self.kiosks.set_out
        self.take_kiosks_out = self.kiosks.take_out
        self.join_counter, self.leave_counter = self.counters.join, self.counters.leave
        self.counter_picture = self.counters.picture
        self.join_kiosk, self.leave_kiosk = self.kiosks.join, self.kiosks.leave
        self.take_printer, self.has_agent = self.kiosks.take_printer, self.kiosks.has_agent
        self.offer_jobs, self.tell_kiosk = self.kiosks.offer_jobs, self.kiosks.tell
        self.join_phone, self.leave_phone = self.phones.join, self.phones.leave
        self.follow_phone = self.phones.follow

    @property
    def epoch(self) -> str:
        return self._audience.epoch

    @property
    def config_version(self) -> int:
        return self._audience.config_version

    @property
    def rooms(self) -> dict[str, SiteRoom]:
        """The sites by id."""
        return self._audience.rooms

    # -- coming and going --------------------------------------------------------------------------

    async def start(self, sites: Iterable[Site]) -> None:
        await self.adopt(sites, self.config_version)
        self._beating = asyncio.create_task(self._beat(), name="beat")

    async def stop(self) -> None:
        await self.rehearsals.stop()
        await self._cancel([t for tasks in self._sending.values() for t in tasks])
        if self._beating is not None:
            await self._cancel([self._beating])

    async def adopt(self, sites: Iterable[Site], config_version: int) -> None:
        """Take in the set-up: at start, and after it changed. What is gone is cut off."""
        self._audience.config_version = config_version
        present = {site.id: site for site in sites}
        for site_id in [id_ for id_ in self.rooms if id_ not in present]:
            await self._close(self.rooms.pop(site_id))
        for site in present.values():
            self._furnish(self.rooms.get(site.id) or self._open(site), site)
            self.publish(site.id, await self._queue.look(site.id, site_view.view))

    def _open(self, site: Site) -> SiteRoom:
        room = self.rooms[site.id] = SiteRoom(site)
        senders = (self.counters, self.kiosks, self.phones)
        self._sending[site.id] = [asyncio.create_task(s.send_for_ever(room)) for s in senders]
        return room

    def _furnish(self, room: SiteRoom, site: Site) -> None:
        before, room.site = room.displays, site
        room.displays = {d.id: before.get(d.id) or DisplayChannel(d) for d in site.displays}
        for display in site.displays:
            room.displays[display.id].display = display
        for gone in before.keys() - room.displays.keys():
            for connection in list(before[gone].listeners):
                connection.abort()

    async def _close(self, room: SiteRoom) -> None:
        await self._cancel(self._sending.pop(room.site.id, []))
        for connection in room.everybody():
            connection.abort()

    @staticmethod
    async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- around a commit ---------------------------------------------------------------------------

    def before_commit(self, moved: Moved) -> None:
        """Draw what a batch will show if it is kept; nothing of it goes out."""
        for site_id, view in moved.pictures.items():
            room = self.rooms.get(site_id)
            if room is not None and isinstance(view, SiteView):
                self.displays.prepare(room, view)

    def after_commit(self, moved: Moved) -> None:
        """Send what a batch changed."""
        for site_id in moved.sites:
            view = moved.pictures.get(site_id)
            if isinstance(view, SiteView):
                self.publish(site_id, view)

    def publish(self, site_id: str, view: SiteView) -> None:
        """Show a site's newest state; older ones than the last are dropped."""
        room = self.rooms.get(site_id)
        if room is None or (room.view is not None and view.seq < room.view.seq):
            return
        since = view.seq if room.view is None else room.view.seq
        room.view = view
        self.displays.publish(room, view, since)
        for hear in self.on_picture:
            hear(view, since)
        if view.seq > since:
            self.rehearsals.end(site_id, "hall")
        room.counters_changed.set()
        room.kiosks_changed.set()
        if room.phones:
            room.phones_changed.set()
            if any(call.seq > since for call in view.calls):
                room.call_made.set()

    # -- quiet times -------------------------------------------------------------------------------

    async def _beat(self) -> None:
        beat = 0
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            beat += 1
            frame = encode_text_frame(encode_json({"beat": beat}))
            for room in self.rooms.values():
                phones = room.phones if beat % int(PHONE_BEAT_S / HEARTBEAT_S) == 0 else ()
                for connection in [*room.devices(), *phones]:
                    connection.send_ready(frame)
