"""Forecasts of the waits: made once after a change of a site, beside the road, for all who look.

A thread of its own plays the queue forward, a small stretch at a time, and lets the others go first in
between: a press on "next" hardly waits for it (`tests.bench.beside`). What is found lies with the site's
memory; pictures are drawn anew only when what they tell has changed. What must not live here: what is told
of it (`services.waits`).
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from queue_server.domain.forecast.drawing import Habits, Shuffles
from queue_server.domain.forecast.ranges import Forecast, Forecasting, told
from queue_server.domain.forecast.scene import Scene
from queue_server.domain.service_times import Configured, ServiceTimes
from queue_server.live.repeating import OneByOne
from queue_server.live.rooms import Queue, SiteRoom
from queue_server.services import site_view, waits
from queue_server.services.ports import Unit
from queue_server.services.site_view import SiteView

COURSES: Final = 200
AFTER_S: Final = 0.2
"""So long after a change: its own frames and answers go first, and others may follow at once."""
EVERY_S: Final = 2.0
AGAIN_S: Final = 30.0
"""Time passes for who waits though nothing happens."""
STRETCH_S, PAUSE_S = 0.00015, 0.002
"""So long it works, then it rests. A press takes the interpreter some dozen times, between its threads and
its statements, and waits each time for the rest of a stretch: drawing in one go held up one in a hundred
for 90 ms.
"""
MOST_S: Final = 1.5
"""Nobody plays longer than this: what was found by then is told."""
LEAST: Final = 40
"""So many courses are played whatever the clock says: of one alone the range would be a single guess."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a site beside its hall: how long visits take, what people do, how sure ranges are."""

    times: ServiceTimes = field(default_factory=Configured)
    habits: Habits = field(default_factory=Habits)
    widened: float = 1.0


Publish = Callable[[str, SiteView], None]


class Forecasts:
    """All sites' forecasts. Methods run in the event loop; `knowledge` is asked for at each forecast."""

    def __init__(
        self,
        queue: Queue,
        rooms: Callable[[], Mapping[str, SiteRoom]],
        publish: Publish,
        knowledge: Callable[[str], Knowledge] = lambda _site_id: Knowledge(),
    ) -> None:
        self._queue, self._rooms, self._publish, self._knowledge = queue, rooms, publish, knowledge
        self._shuffles: Shuffles | None = None
        self._made: dict[str, tuple[int, float]] = {}
        self._bell = asyncio.Event()
        self._one_by_one = OneByOne("foretelling the waits")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="forecasts")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def take(self, view: SiteView, since: int) -> None:  # noqa: ARG002 - the hub's listeners are all called so
        """Hear that a site was shown anew."""
        if self._is_due(view.site_id, view.seq):
            self._bell.set()

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()
            await asyncio.sleep(AFTER_S)
            for site_id, room in list(self._rooms().items()):
                if room.view is not None and self._is_due(site_id, room.view.seq):
                    # Where it fails, the plain estimate stands in until it works again.
                    await self._one_by_one.at(site_id, self.make(site_id))

    def _is_due(self, site_id: str, seq: int) -> bool:
        made_seq, at = self._made.get(site_id, (-1, 0.0))
        age = time.monotonic() - at
        return age >= (EVERY_S if seq != made_seq else AGAIN_S) or made_seq < 0

    async def make(self, site_id: str) -> None:
        """Make a site's forecast, keep it in the site's memory, and show what it changes."""
        scene: Scene = await self._queue.look(site_id, waits.look)
        self._made[site_id] = (scene.seq, time.monotonic())
        if not scene.desks:
            return
        found = await asyncio.to_thread(self._foretell, scene, self._knowledge(site_id))

        def keep(unit: Unit) -> tuple[Forecast | None, SiteView]:
            before = unit.forecast
            unit.note_forecast(found)
            return before, site_view.view(unit)

        before, view = await self._queue.look(site_id, keep)
        self._show(site_id, view, differs=before is None or _told(before) != _told(found))

    def _foretell(self, scene: Scene, known: Knowledge) -> Forecast:
        if self._shuffles is None:
            # Nobody gains by foreseeing it: an estimate is no secret and decides nothing.
            self._shuffles = Shuffles(random.Random().random, COURSES)  # noqa: S311
        until = time.monotonic() + MOST_S
        forecasting = Forecasting(scene, known.times, known.habits, self._shuffles, _Breath().take)
        more = forecasting.play(LEAST)
        while more and time.monotonic() < until:
            more = forecasting.play(1)
        return forecasting.found(known.widened)

    def _show(self, site_id: str, view: SiteView, *, differs: bool) -> None:
        room = self._rooms().get(site_id)
        if room is None:
            return
        if room.view is not None and room.view.wait != view.wait:
            self._publish(site_id, view)
        elif differs:
            room.kiosks_changed.set()
            if room.phones:
                room.phones_changed.set()


class _Breath:
    """Rests after each stretch of work."""

    def __init__(self) -> None:
        self._until = time.perf_counter() + STRETCH_S

    def take(self) -> None:
        if time.perf_counter() >= self._until:
            time.sleep(PAUSE_S)
            self._until = time.perf_counter() + STRETCH_S


def _told(known: Forecast) -> dict[int, tuple[int, int]]:
    return {id_: told(outlook, widened=known.widened) for id_, outlook in known.tickets.items()}
