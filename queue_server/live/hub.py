"""Who listens, and what they are sent: after each commit the displays first, later counters and phones.

A display's frame goes out at once, in the same turn of the event loop, before the clerk's answer.
Counters, kiosks and phones get whole pictures of the queue, each site's at most so often, built by the
writer's thread between two batches.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from queue_server.domain.town import Display, Site
from queue_server.live.confirmation import CallWatch, Confirmations
from queue_server.live.frames import Picture, encode_json, encode_text_frame
from queue_server.live.mailboxes import Connection, broadcast, broadcast_in_slices
from queue_server.live.sequencer import Moved
from queue_server.protocol import (
    HEARTBEAT_S,
    SPEAK_UNTIL_AGE_S,
    CallEntry,
    CallReport,
    CounterPicture,
    KioskPicture,
    PrintJob,
)
from queue_server.services import screens, staff
from queue_server.services.ports import Unit
from queue_server.services.screens import SiteView

PHONES_EVERY_S: Final = 0.5
COUNTERS_EVERY_S: Final = 0.1
KIOSKS_EVERY_S: Final = 1.0
PHONE_BEAT_S: Final = 10.0
log = logging.getLogger(__name__)


class Queue(Protocol):
    """The part of the sequencer that the hub needs."""

    async def look(self, site_id: str, work: Callable[[Unit], Any]) -> Any: ...


@dataclass(slots=True)
class DisplayChannel:
    """All connections of one display; they share one picture."""

    display: Display
    connections: set[Connection] = field(default_factory=set)
    watchers: set[Connection] = field(default_factory=set)
    likeness: object = None
    healthy: bool = False
    health: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class SiteRoom:
    """What the hub knows of a site."""

    site: Site
    view: SiteView | None = None
    displays: dict[str, DisplayChannel] = field(default_factory=dict)
    counters: dict[str, set[Connection]] = field(default_factory=dict)
    kiosks: dict[str, set[Connection]] = field(default_factory=dict)
    agents: dict[str, set[Connection]] = field(default_factory=dict)
    phones: set[Connection] = field(default_factory=set)
    out_of_service: set[str] = field(default_factory=set)
    printers: dict[str, str] = field(default_factory=dict)
    counters_changed: asyncio.Event = field(default_factory=asyncio.Event)
    phones_changed: asyncio.Event = field(default_factory=asyncio.Event)
    call_made: asyncio.Event = field(default_factory=asyncio.Event)
    kiosks_changed: asyncio.Event = field(default_factory=asyncio.Event)
    kiosk_sent: dict[str, object] = field(default_factory=dict)


class Hub:
    """Knows who listens. All methods run in the event loop."""

    def __init__(self, epoch: str, queue: Queue, clock: Callable[[], datetime], config_version: int) -> None:
        self.epoch = epoch
        self.config_version = config_version
        self.confirmations = Confirmations(time.monotonic)
        self.rooms: dict[str, SiteRoom] = {}
        self._queue = queue
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self._site_tasks: dict[str, list[asyncio.Task[None]]] = {}

    async def start(self, sites: Iterable[Site]) -> None:
        await self.adopt(sites, self.config_version)
        self._tasks.append(asyncio.create_task(self._beat(), name="beat"))

    async def adopt(self, sites: Iterable[Site], config_version: int) -> None:
        """Take in the set-up: at start, and after it changed."""
        self.config_version = config_version
        for site in sites:
            room = self.rooms.get(site.id)
            if room is None:
                room = self.rooms[site.id] = SiteRoom(site)
                self._site_tasks[site.id] = [
                    asyncio.create_task(self._send_counters(room), name=f"counters {site.id}"),
                    asyncio.create_task(self._send_phones(room), name=f"phones {site.id}"),
                    asyncio.create_task(self._send_kiosks(room), name=f"kiosks {site.id}"),
                ]
            room.site = site
            kept = room.displays
            room.displays = {d.id: kept.get(d.id) or DisplayChannel(d) for d in site.displays}
            for display in site.displays:
                room.displays[display.id].display = display
            self.publish(site.id, await self._queue.look(site.id, screens.view))

    async def stop(self) -> None:
        tasks = [*self._tasks, *(t for tasks in self._site_tasks.values() for t in tasks)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- after a commit ----------------------------------------------------------------------------

    def after_commit(self, moved: Moved) -> None:
        """Send what a batch changed: one frame for each display whose picture changed."""
        for site_id in moved.sites:
            view = moved.pictures.get(site_id)
            if isinstance(view, SiteView):
                self.publish(site_id, view)

    def publish(self, site_id: str, view: SiteView) -> None:
        """Show a site's newest state; older ones than the last are dropped."""
        room = self.rooms.get(site_id)
        if room is None or (room.view is not None and view.seq < room.view.seq):
            return
        before, room.view = room.view, view
        since = view.seq if before is None else before.seq
        now = self._clock()
        for channel in room.displays.values():
            self._show(room, channel, view, since, now)
        for call in view.calls:
            if call.seq > since:
                self._watch(room, call)
                room.call_made.set()
        room.counters_changed.set()
        room.phones_changed.set()
        room.kiosks_changed.set()

    def _show(
        self, room: SiteRoom, channel: DisplayChannel, view: SiteView, since: int, now: datetime
    ) -> None:
        board = screens.board(view, room.site, channel.display, now, self.config_version)
        likeness = screens.likeness(board)
        if likeness == channel.likeness:
            return
        channel.likeness = likeness
        announce = self._since(view, channel.display, since, now)
        picture = Picture.of(self.epoch, view.seq, "board", board, kept_name="announce", kept=announce)
        broadcast(channel.connections, picture)
        broadcast(channel.watchers, picture)

    def _since(self, view: SiteView, display: Display, since: int, now: datetime) -> list[CallEntry]:
        """Return the calls after `since`, oldest first, that are young enough to be spoken."""
        fresh = [
            screens.entry(call, now)
            for call in reversed(view.calls)
            if call.seq > since
            and screens.matches(display, call)
            and (now - call.called_at).total_seconds() <= SPEAK_UNTIL_AGE_S
        ]
        return sorted(fresh, key=lambda c: c["seq"])

    # -- displays ----------------------------------------------------------------------------------

    def join_display(
        self, site_id: str, display_id: str, connection: Connection, epoch: str | None, since: int | None
    ) -> None:
        """Let a display listen, and send its picture with the calls it missed.

        An unknown epoch, or a `since` beyond the present: full board, no sound, the client adopts.
        """
        room = self.rooms[site_id]
        channel = room.displays[display_id]
        channel.connections.add(connection)
        self._welcome(room, channel, connection, epoch, since)
        room.counters_changed.set()

    def watch_display(self, site_id: str, display_id: str, connection: Connection) -> None:
        """Let staff see a display's picture; they are no witnesses of its calls."""
        room = self.rooms[site_id]
        channel = room.displays[display_id]
        channel.watchers.add(connection)
        self._welcome(room, channel, connection, None, None)

    def _welcome(
        self,
        room: SiteRoom,
        channel: DisplayChannel,
        connection: Connection,
        epoch: str | None,
        since: int | None,
    ) -> None:
        view, now = room.view, self._clock()
        if view is None:
            return
        resumes = epoch == self.epoch and since is not None and since <= view.seq
        announce = self._since(view, channel.display, since, now) if resumes and since is not None else []
        board = screens.board(view, room.site, channel.display, now, self.config_version)
        picture = Picture.of(self.epoch, view.seq, "board", board, kept_name="announce", kept=announce)
        connection.send_picture(picture)

    def leave_display(self, site_id: str, display_id: str, connection: Connection) -> None:
        room = self.rooms[site_id]
        channel = room.displays.get(display_id)
        if channel is not None:
            channel.watchers.discard(connection)
            channel.connections.discard(connection)
            if not channel.connections:
                channel.healthy, channel.health = False, {}
        room.counters_changed.set()

    def take_health(self, site_id: str, display_id: str, health: Mapping[str, Any]) -> None:
        """Take in a display's word about its sound: blocked sound never looks healthy (failure 22)."""
        room = self.rooms[site_id]
        channel = room.displays.get(display_id)
        if channel is None:
            return
        audio = health.get("audio") or {}
        channel.health = health
        channel.healthy = bool(audio.get("unlocked")) and bool(audio.get("output"))
        room.counters_changed.set()

    def take_report(self, site_id: str, display_id: str, report: CallReport) -> None:
        watch = self.confirmations.get(site_id, report["call"])
        if watch is None:
            return
        now = self.confirmations.now()
        if watch.report(display_id, report["kind"], now, report.get("starts_in_ms", 0)):
            self.rooms[site_id].counters_changed.set()

    def set_out_of_service(self, site_id: str, display_id: str, *, out: bool) -> None:
        room = self.rooms[site_id]
        (room.out_of_service.add if out else room.out_of_service.discard)(display_id)
        room.counters_changed.set()

    def _watch(self, room: SiteRoom, call: screens.Call) -> None:
        assigned = [
            channel
            for channel in room.displays.values()
            if screens.matches(channel.display, call) and channel.display.id not in room.out_of_service
        ]
        watch = CallWatch(
            seq=call.seq,
            site_id=room.site.id,
            ticket_id=call.ticket_id,
            counter_id=call.counter_id,
            began_at=self.confirmations.now(),
            fetch_mode=room.view is not None and room.view.call_mode == "fetch",
            assigned=frozenset(channel.display.id for channel in assigned),
            connected_count=sum(bool(channel.connections) for channel in assigned),
        )
        self.confirmations.begin(watch)
        loop = asyncio.get_running_loop()
        # The status changes at these moments though nobody says a word.
        for delay in (2.05, 4.05):
            loop.call_later(delay, room.counters_changed.set)

    # -- counters ----------------------------------------------------------------------------------

    def join_counter(self, site_id: str, counter_id: str, connection: Connection) -> None:
        room = self.rooms[site_id]
        room.counters.setdefault(counter_id, set()).add(connection)
        room.counters_changed.set()

    def leave_counter(self, site_id: str, counter_id: str, connection: Connection) -> None:
        self.rooms[site_id].counters.get(counter_id, set()).discard(connection)

    async def counter_picture(self, site_id: str, counter_id: str) -> dict[str, Any]:
        """Return one counter's picture now."""
        room = self.rooms[site_id]
        build = self._builder_of_counters(room, [counter_id])
        _, pictures = await self._queue.look(site_id, build)
        return dict(pictures[counter_id])

    async def _send_counters(self, room: SiteRoom) -> None:
        while True:
            await room.counters_changed.wait()
            room.counters_changed.clear()
            listening = [counter_id for counter_id, there in room.counters.items() if there]
            if listening:
                await self._guard(self._send_counters_now(room, listening))
            await asyncio.sleep(COUNTERS_EVERY_S)

    async def _send_counters_now(self, room: SiteRoom, listening: list[str]) -> None:
        seq, pictures = await self._queue.look(room.site.id, self._builder_of_counters(room, listening))
        for counter_id, picture in pictures.items():
            ready = Picture.of(self.epoch, seq, "counter", picture)
            broadcast(room.counters.get(counter_id, ()), ready)

    def _builder_of_counters(
        self, room: SiteRoom, counter_ids: list[str]
    ) -> Callable[[Unit], tuple[int, dict[str, CounterPicture]]]:
        """Return what the writer's thread runs; all that belongs to the event loop is read here."""
        notices = self.notices(room)
        statuses = self.confirmations.statuses(room.site.id)
        version = self.config_version

        def build(unit: Unit) -> tuple[int, dict[str, CounterPicture]]:
            pictures = {}
            for counter_id in counter_ids:
                status = statuses.get(unit.hall.counter(counter_id).ticket_id or 0)
                pictures[counter_id] = staff.counter_picture(unit, counter_id, status, notices, version)
            return unit.hall.seq, pictures

        return build

    def notices(self, room: SiteRoom) -> list[dict[str, str]]:
        """Return what staff must know about the devices of a site."""
        found = [
            {
                "code": "display_silent" if channel.connections else "display_gone",
                "device": channel.display.id,
            }
            for channel in room.displays.values()
            if not (channel.connections and channel.healthy) and channel.display.id not in room.out_of_service
        ]
        found += [
            {"code": "printer_trouble", "device": kiosk_id, "detail": code}
            for kiosk_id, code in room.printers.items()
            if code not in {"", "ready", "busy"}
        ]
        return found

    # -- kiosks ------------------------------------------------------------------------------------

    def join_kiosk(self, site_id: str, kiosk_id: str, connection: Connection, *, agent: bool) -> None:
        room = self.rooms[site_id]
        (room.agents if agent else room.kiosks).setdefault(kiosk_id, set()).add(connection)
        room.kiosk_sent.pop(kiosk_id, None)
        room.kiosks_changed.set()

    def leave_kiosk(self, site_id: str, kiosk_id: str, connection: Connection) -> None:
        room = self.rooms[site_id]
        room.kiosks.get(kiosk_id, set()).discard(connection)
        agents = room.agents.get(kiosk_id, set())
        if connection in agents:
            agents.discard(connection)
            if not agents:
                self.take_printer(site_id, kiosk_id, "agent_gone")

    def take_printer(self, site_id: str, kiosk_id: str, code: str) -> None:
        """Take in a kiosk agent's word about its printer: `ready`, `busy`, or what is wrong."""
        room = self.rooms[site_id]
        if room.printers.get(kiosk_id) != code:
            room.printers[kiosk_id] = code
            room.kiosks_changed.set()
            room.counters_changed.set()

    def has_agent(self, site_id: str, kiosk_id: str) -> bool:
        return bool(self.rooms[site_id].agents.get(kiosk_id))

    def offer_jobs(self, site_id: str, kiosk_id: str, seq: int, jobs: Iterable[PrintJob]) -> None:
        """Send print jobs to the kiosk's agent; the page hears of them by `tell_kiosk`."""
        room = self.rooms[site_id]
        message = {"epoch": self.epoch, "seq": seq, "jobs": list(jobs)}
        frame = encode_text_frame(encode_json(message))
        for agent in room.agents.get(kiosk_id, ()):
            agent.send_ready(frame)

    def tell_kiosk(self, site_id: str, kiosk_id: str, message: Mapping[str, Any]) -> None:
        """Send a word to the kiosk's page, such as what became of a slip."""
        frame = encode_text_frame(encode_json(message))
        for page in self.rooms[site_id].kiosks.get(kiosk_id, ()):
            page.send_ready(frame)

    async def _send_kiosks(self, room: SiteRoom) -> None:
        while True:
            await room.kiosks_changed.wait()
            room.kiosks_changed.clear()
            listening = list(room.kiosks.keys() | room.agents.keys())
            if listening:
                await self._guard(self._send_kiosks_now(room, listening))
            await asyncio.sleep(KIOSKS_EVERY_S)

    async def _send_kiosks_now(self, room: SiteRoom, kiosk_ids: list[str]) -> None:
        printers, version = dict(room.printers), self.config_version

        def build(unit: Unit) -> tuple[int, dict[str, KioskPicture]]:
            return unit.hall.seq, {k: screens.kiosk(unit, k, printers.get(k, ""), version) for k in kiosk_ids}

        seq, pictures = await self._queue.look(room.site.id, build)
        for kiosk_id, picture in pictures.items():
            if room.kiosk_sent.get(kiosk_id) != picture:
                room.kiosk_sent[kiosk_id] = picture
                ready = Picture.of(self.epoch, seq, "kiosk", picture)
                broadcast(room.kiosks.get(kiosk_id, ()), ready)
                broadcast(room.agents.get(kiosk_id, ()), ready)

    # -- phones ------------------------------------------------------------------------------------

    async def join_phone(self, site_id: str, connection: Connection) -> None:
        room = self.rooms[site_id]
        connection.send_picture(await self._phone_picture(room))
        room.phones.add(connection)

    def leave_phone(self, site_id: str, connection: Connection) -> None:
        self.rooms[site_id].phones.discard(connection)

    async def _phone_picture(self, room: SiteRoom) -> Picture:
        def build(unit: Unit) -> tuple[int, Any]:
            return unit.hall.seq, screens.public_queue(unit)

        seq, queue = await self._queue.look(room.site.id, build)
        return Picture.of(self.epoch, seq, "queue", queue)

    async def _send_phones(self, room: SiteRoom) -> None:
        while True:
            await room.phones_changed.wait()
            room.phones_changed.clear()
            room.call_made.clear()
            if room.phones:
                await self._guard(self._send_phones_now(room))
            # At most twice a second; a call at once.
            try:
                async with asyncio.timeout(PHONES_EVERY_S):
                    await room.call_made.wait()
            except TimeoutError:
                pass

    async def _send_phones_now(self, room: SiteRoom) -> None:
        await broadcast_in_slices(room.phones, await self._phone_picture(room))

    # -- quiet times -------------------------------------------------------------------------------

    async def _beat(self) -> None:
        beat = 0
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            beat += 1
            frame = encode_text_frame(encode_json({"beat": beat}))
            for room in self.rooms.values():
                for connection in self._devices(room):
                    connection.send_ready(frame)
                if beat % int(PHONE_BEAT_S / HEARTBEAT_S) == 0:
                    for phone in tuple(room.phones):
                        phone.send_ready(frame)

    @staticmethod
    def _devices(room: SiteRoom) -> list[Connection]:
        groups = [
            *(channel.connections for channel in room.displays.values()),
            *room.counters.values(),
            *room.kiosks.values(),
            *room.agents.values(),
        ]
        return [connection for group in groups for connection in group]

    @staticmethod
    async def _guard(work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:  # the next picture is whole again
            log.exception("a picture could not be sent")
