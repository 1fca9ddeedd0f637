"""A hub over a real town and a real sequencer, with listeners whose frames can be read.

The listeners are real `Connection`s; only what lies behind them, the socket, is a list.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from queue_server.live.batches import Moved
from queue_server.live.frames import payload_of
from queue_server.live.hub import Hub
from queue_server.live.mailboxes import Connection
from queue_server.live.sequencer import Sequencer
from queue_server.services import counter, site_view
from queue_server.services.ports import Answer, Unit
from tests.town_hall import Hand, taking

EPOCH = "e1"


class Paper:
    """Stands for a socket: what was written to it, and whether it is slow."""

    def __init__(self, on_write: Callable[[], None] | None = None) -> None:
        self.backed_up = False
        self.on_drain: Callable[[], None] | None = None
        self.written: list[bytes] = []
        self.was_cut = False
        self._on_write = on_write

    def write_ready(self, frame: bytes) -> None:
        self.written.append(frame)
        if self._on_write is not None:
            self._on_write()

    def write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.was_cut = True


class Listener:
    """One device and the frames that it received, beats apart."""

    def __init__(self, on_write: Callable[[], None] | None = None) -> None:
        self.paper = Paper(on_write)
        self.connection = Connection(self.paper)

    @property
    def frames(self) -> list[dict[str, Any]]:
        received = [json.loads(payload_of(frame)) for frame in self.paper.written]
        return [frame for frame in received if "beat" not in frame]

    @property
    def last(self) -> dict[str, Any]:
        return self.frames[-1]

    @property
    def heard(self) -> list[int]:
        """The calls that were announced, in order."""
        return [call["seq"] for frame in self.frames for call in frame.get("announce", ())]

    @property
    def numbers(self) -> list[int]:
        """The open calls on the last board."""
        return [call["number"] for call in self.last["board"]["calls"] if call["open"]]


class LiveHall:
    """The town with its hub; commands go the whole road."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.sequencer = Sequencer(hand.store, lambda: hand.now, site_view.view, self._tell, self._foretell)
        self.hub = Hub(EPOCH, self.sequencer, lambda: hand.now, 1)
        self.monotonic = 1000.0
        self.hub.confirmations._monotonic = lambda: self.monotonic

    def _tell(self, moved: Moved) -> None:
        self.hub.after_commit(moved)

    def _foretell(self, moved: Moved) -> None:
        self.hub.before_commit(moved)

    async def do(self, work: Callable[[Unit], Answer], site_id: str = "hall") -> Answer:
        return await self.sequencer.do(site_id, work)

    async def take(self, *services: str, **more: Any) -> Answer:
        return await self.do(lambda u: taking(u, *services, **more))

    async def call(self, counter_id: str = "c1", clerk_id: str = "anna", **more: Any) -> Answer:
        return await self.do(lambda u: counter.call(u, counter_id, clerk_id, **more))

    async def act(
        self, use_case: Callable[..., Answer], counter_id: str = "c1", clerk_id: str = "anna"
    ) -> Answer:
        return await self.do(lambda u: use_case(u, counter_id, clerk_id))

    def display(
        self,
        display_id: str = "d-foyer",
        *,
        epoch: str | None = None,
        since: int | None = None,
        on_write: Callable[[], None] | None = None,
    ) -> Listener:
        listener = Listener(on_write)
        self.hub.join_display("hall", display_id, listener.connection, epoch, since)
        return listener

    async def status(self, counter_id: str = "c1") -> dict[str, Any]:
        """What the clerk reads about the running call."""
        picture = await self.hub.counter_picture("hall", counter_id)
        return dict(picture["call"])

    async def notices(self) -> set[tuple[str, str]]:
        picture = await self.hub.counter_picture("hall", "c1")
        return {(notice["code"], notice.get("device", "")) for notice in picture["notices"]}

    def say(self, display_id: str, call: int, kind: Any, starts_in_ms: int = 0) -> None:
        report: Any = {"call": call, "kind": kind, "starts_in_ms": starts_in_ms}
        self.hub.take_report("hall", display_id, report)


@asynccontextmanager
async def live(hand: Hand) -> AsyncIterator[LiveHall]:
    hall = LiveHall(hand)
    hall.sequencer.start()
    await hall.hub.start(site for _, site in hand.store.sites.values())
    try:
        yield hall
    finally:
        await hall.hub.stop()
        await hall.sequencer.stop()


async def until(condition: Callable[[], object], within_s: float = 3.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)
