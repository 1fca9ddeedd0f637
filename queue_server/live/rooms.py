"""What the hub knows of each site: its newest view, who listens, how its devices are.

Held by the event loop alone. What must not live here: building pictures, sending them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any, Protocol

from queue_server.domain.town import Display, Site
from queue_server.live.confirmation import Confirmations
from queue_server.live.frames import Picture
from queue_server.live.mailboxes import Connection
from queue_server.protocol import FreeTimes
from queue_server.services.ports import Unit
from queue_server.services.site_view import SiteView

log = logging.getLogger(__name__)


class Queue(Protocol):
    """The part of the sequencer that the hub needs."""

    async def look(self, site_id: str, work: Callable[[Unit], Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """A display's picture of a view; `likeness` is what two of them are compared by."""

    view: SiteView
    at: datetime
    likeness: object
    picture: Picture


@dataclass(frozen=True, slots=True)
class Said:
    """What a display's browser said of itself last; `page` is the version whose page it shows, or empty."""

    unlocked: bool
    output: bool
    page: str


@dataclass(slots=True)
class DisplayChannel:
    """All connections of one display; they share one picture.

    Each connection tells of its own sound: two browsers may show one display, and one that works must
    not hide one that is blocked (failure 22). `watchers` are staff who look on. `drawn` was made while the
    disk was still writing what it shows. `probed`: it shows a test or a rehearsal in place of the hall.
    """

    display: Display
    connections: set[Connection] = field(default_factory=set)
    watchers: set[Connection] = field(default_factory=set)
    likeness: object = None
    drawn: Drawn | None = None
    probed: bool = False
    health: dict[Connection, bool] = field(default_factory=dict)
    said: dict[Connection, Said] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Say whether every connection has told that its sound works; without one: no."""
        return bool(self.connections) and all(self.health.get(c, False) for c in self.connections)

    @property
    def is_seen(self) -> bool:
        return bool(self.connections or self.watchers)

    @property
    def listeners(self) -> Iterator[Connection]:
        yield from self.connections
        yield from self.watchers


@dataclass(slots=True)
class SiteRoom:
    """One site: its view, its free times, its listeners, and the bells that wake who sends.

    `alarm_listeners` by place: desks, and the small clients that hear of staff alarms and of nothing else.
    """

    site: Site
    view: SiteView | None = None
    displays: dict[str, DisplayChannel] = field(default_factory=dict)
    counters: dict[str, set[Connection]] = field(default_factory=dict)
    kiosks: dict[str, set[Connection]] = field(default_factory=dict)
    agents: dict[str, set[Connection]] = field(default_factory=dict)
    phones: set[Connection] = field(default_factory=set)
    alarm_listeners: dict[str, set[Connection]] = field(default_factory=dict)
    out_of_service: set[str] = field(default_factory=set)
    kiosks_out: dict[str, str] = field(default_factory=dict)
    printers: dict[str, str] = field(default_factory=dict)
    counters_changed: asyncio.Event = field(default_factory=asyncio.Event)
    phones_changed: asyncio.Event = field(default_factory=asyncio.Event)
    call_made: asyncio.Event = field(default_factory=asyncio.Event)
    kiosks_changed: asyncio.Event = field(default_factory=asyncio.Event)
    kiosk_sent: dict[str, object] = field(default_factory=dict)
    free: FreeTimes | None = None

    def devices(self) -> Iterator[Connection]:
        """Yield every connection but the phones."""
        for channel in self.displays.values():
            yield from channel.listeners
        for group in (self.counters, self.kiosks, self.agents, self.alarm_listeners):
            for connections in group.values():
                yield from connections

    def everybody(self) -> list[Connection]:
        return [*self.devices(), *self.phones]


@dataclass(slots=True)
class Audience:
    """Everybody who listens, by site, and what their senders share."""

    epoch: str
    config_version: int
    queue: Queue
    clock: Callable[[], datetime]
    confirmations: Confirmations
    rooms: dict[str, SiteRoom] = field(default_factory=dict)
    program: str = field(default_factory=lambda: version("aufruf"))
    """Told in each picture: a page that an older program made is loaded anew at a quiet moment."""

    def channel(self, site_id: str, display_id: str) -> tuple[SiteRoom, DisplayChannel] | None:
        """Return a display's room and channel; None once the set-up has lost them."""
        room = self.rooms.get(site_id)
        found = room.displays.get(display_id) if room else None
        return None if room is None or found is None else (room, found)


def sound_works(health: Mapping[str, Any]) -> bool:
    """Say whether a device's word about its sound, whatever it sent, means that it can be heard."""
    audio = health.get("audio")
    return isinstance(audio, dict) and audio.get("unlocked") is True and audio.get("output") is True


def said_of(health: Mapping[str, Any]) -> Said:
    """Read a device's word about itself, whatever it sent."""
    audio, page = health.get("audio"), health.get("page_version")
    words = audio if isinstance(audio, dict) else {}
    unlocked, output = (words.get(name) is True for name in ("unlocked", "output"))
    return Said(unlocked, output, page[:40] if isinstance(page, str) else "")


async def guard(work: Awaitable[None]) -> None:
    """Await, and survive: the next picture is whole again."""
    try:
        await work
    except Exception:
        log.exception("a picture could not be sent")
