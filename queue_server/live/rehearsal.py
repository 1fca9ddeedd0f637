"""A rehearsal: synthetic visitors and clerks on a site's real displays, in a hall that is in memory only.

The hall is the domain's own (its fold, its order, its draw of numbers), and what a step changes is drawn as
every board is; so what is rehearsed is what runs. It has no log, no rows, no figures: nothing of it is
recorded anywhere. It ends by itself: when its time is over, when the site opens, and as soon as anything
happens in the real hall. What must not live here: opening hours and slips (the caller brings both), words.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.business_day import business_day
from queue_server.domain.events import Event, Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.number_space import Below
from queue_server.domain.order import walk_in_due
from queue_server.domain.ticket import Origin, TicketState
from queue_server.domain.town import Channel, Service, Site, Town, services_at
from queue_server.live.displays import Displays, fresh_calls
from queue_server.live.probes import Probes
from queue_server.live.rooms import Audience, SiteRoom
from queue_server.protocol import Frame, Probe
from queue_server.services import screens, site_view
from queue_server.services.site_view import SiteView

log = logging.getLogger(__name__)
STEP_S: Final = 6.0
MOST_COUNTERS: Final = 3
MOST_WAITING: Final = 5
RECALLED_EVERY: Final = 4
LONGEST: Final = timedelta(minutes=15)

Ended = Literal["", "time", "hand", "hall", "open", "fault"]
Refused = Literal["", "open", "busy", "runs", "empty"]
Taken = Callable[[int, int], None]
"""Told of each number with how many were given before it: to prepare its words, and to print a slip."""


@dataclass(slots=True)
class Rehearsal:
    """One run. `shown` and `heard` count the calls that each display reported. `ended`: why it is over."""

    site: Site
    began_at: datetime
    ends_at: datetime
    hall: Hall
    services: tuple[Service, ...]
    below: Below
    epoch: str = field(default_factory=lambda: f"rehearsal-{secrets.token_hex(6)}")
    step: int = 0
    taken_count: int = 0
    called_count: int = 0
    to_recall: set[int] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    ended: Ended = ""

    @property
    def counters(self) -> list[str]:
        return [counter.id for counter in self.site.counters[:MOST_COUNTERS]]

    def go_on(self, now: datetime) -> int | None:
        """Let a visitor come and a clerk do one thing; return the number that was given, if any."""
        given = self._take(now) if len(self.hall.waiting) < MOST_WAITING else None
        counter_id = self.counters[self.step % len(self.counters)]
        self._work(counter_id, now)
        self.step += 1
        return given

    def view(self, now: datetime) -> SiteView:
        return SiteView(
            site_id=self.site.id,
            seq=self.hall.seq,
            at=now,
            calls=tuple(site_view.calls(self.hall, self.site)),
            waiting_count=len(self.hall.waiting),
            wait=None,
            open_counter_count=len(self.hall.open_counters()),
            issuing=True,
            call_mode="screen",
        )

    def _take(self, now: datetime) -> int:
        service = self.services[self.below(len(self.services))]
        number = visiting.choose_number(self.hall, now, self.below, sequential=False)
        due = walk_in_due(now, service.minutes, self.site.patience_factor)
        taken = e.TicketTaken(
            number=number,
            key=f"{self.epoch}-{number}",
            origin=Origin.KIOSK,
            concern=((service.id, 1),),
            persons=1,
            language="de",
            expected_min=service.minutes,
            area=service.area_by_site.get(self.site.id),
            due_at=due.at,
            due_reason=due.reason,
        )
        self._record([taken], now)
        self.taken_count += 1
        return number

    def _work(self, counter_id: str, now: datetime) -> None:
        current = self.hall.ticket_at(counter_id)
        if current is not None and current.state is TicketState.CALLED:
            again = current.id in self.to_recall
            self.to_recall.discard(current.id)
            self._record((calling.recall if again else calling.start)(self.hall, counter_id), now)
        elif current is not None:
            self._record(calling.finish(self.hall, counter_id), now)
        else:
            self._record(calling.open_counter(self.hall, counter_id), now)
        if self.hall.ticket_at(counter_id) is None and len(self.hall.waiting):
            skills = frozenset(service.id for service in self.services)
            self._record(calling.call(self.hall, counter_id, skills, now), now)
            self.called_count += 1
            called = self.hall.ticket_at(counter_id)
            if called is not None and self.called_count % RECALLED_EVERY == 0:
                self.to_recall.add(called.id)

    def _record(self, events: Iterable[Event], now: datetime) -> None:
        for event in events:
            apply(self.hall, Recorded(self.hall.seq + 1, now, event))


class Rehearsals:
    """The last rehearsal of each site. Every method runs in the event loop."""

    def __init__(self, audience: Audience, displays: Displays, probes: Probes) -> None:
        self._audience = audience
        self._displays = displays
        self._probes = probes
        self._last: dict[str, Rehearsal] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __getitem__(self, site_id: str) -> Rehearsal | None:
        return self._last.get(site_id)

    def begin(
        self,
        town: Town,
        site: Site,
        *,
        lasts: timedelta,
        is_open: Callable[[Site, datetime], bool],
        below: Below,
        taken: Taken,
    ) -> Refused:
        """Begin, or say why not: the site is open, somebody is there, it runs already, nothing is to do."""
        now, room = self._audience.clock(), self._audience.rooms.get(site.id)
        services = tuple(one for one in services_at(town, site.id) if one.channel is Channel.HERE)
        if room is None or not services or not site.counters:
            return "empty"
        if site.id in self._probes.rehearsing:
            return "runs"
        if is_open(site, now):
            return "open"
        if room.view is not None and (room.view.open_counter_count or room.view.waiting_count):
            return "busy"
        hall = Hall(site.id, business_day(now, ZoneInfo(site.time_zone)), self._probes.next_seq(now))
        run = Rehearsal(site, now, now + min(lasts, LONGEST), hall, services, below)
        self._last[site.id] = run
        self._probes.rehearsing.add(site.id)
        self._tasks[site.id] = asyncio.create_task(
            self._run(room, run, is_open, taken), name=f"rehearsal {site.id}"
        )
        return ""

    def end(self, site_id: str, why: Ended) -> None:
        """End what runs, and show the real hall again; nothing happens where nothing runs."""
        run, task = self._last.get(site_id), self._tasks.pop(site_id, None)
        if run is None or task is None:
            return
        run.ended = why
        self._probes.rehearsing.discard(site_id)
        if task is not asyncio.current_task():
            task.cancel()
        room = self._audience.rooms.get(site_id)
        for channel in room.displays.values() if room else ():
            if room is not None:
                self._displays.end_probe(room, channel)

    def take_report(self, site_id: str, display_id: str, call: int, kind: str) -> None:
        """Count a display's word on a call of what runs."""
        run = self._last.get(site_id)
        if run is not None and not run.ended and call <= run.hall.seq:
            if kind == "shown":
                run.shown[display_id] += 1
            elif kind == "started":
                run.heard[display_id] += 1

    async def stop(self) -> None:
        """End all of them, as the server ends."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(
        self, room: SiteRoom, run: Rehearsal, is_open: Callable[[Site, datetime], bool], taken: Taken
    ) -> None:
        why: Ended = "fault"
        try:
            while not (why := self._why_over(run, is_open)):
                since, now = run.hall.seq, self._audience.clock()
                given = run.go_on(now)
                if given is not None:
                    taken(given, run.taken_count - 1)
                self._show(room, run, since, now)
                await asyncio.sleep(STEP_S)
        except asyncio.CancelledError:
            why = run.ended or "hand"
            raise
        except Exception:
            log.exception("a rehearsal broke off")
            why = "fault"
        finally:
            self.end(run.site.id, why or "fault")

    def _why_over(self, run: Rehearsal, is_open: Callable[[Site, datetime], bool]) -> Ended:
        now = self._audience.clock()
        if is_open(run.site, now):
            return "open"
        return "time" if now >= run.ends_at else ""

    def _show(self, room: SiteRoom, run: Rehearsal, since: int, now: datetime) -> None:
        view = run.view(now)
        for channel in room.displays.values():
            if not channel.connections or channel.display.id in room.out_of_service:
                continue
            shown = screens.shown_calls(view, channel.display)
            board = screens.board(view, run.site, shown, now, self._audience.config_version)
            board["program"] = self._audience.program
            announce = fresh_calls(view, channel, since, now)
            frame = Frame(epoch=run.epoch, seq=view.seq, board=board, announce=announce)
            self._displays.show_probe(
                channel, {"probe": Probe(kind="rehearsal", chime_only=False, frame=frame)}
            )
