"""What happens without a press: deadlines found in the rows, turned into ordinary commands.

Nothing is kept here that a restart could lose: each tick looks at the hall and finds what is due.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.attendance import Place, unattended
from queue_server.domain.errors import Refusal
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import TicketState
from queue_server.live.hub import Hub
from queue_server.live.inbox import Work
from queue_server.protocol import CallStatus
from queue_server.services import booking_clock, counter, site_view
from queue_server.services.ports import Answer, Unit

TICK_S: Final = 1.0
REFRESH_S: Final = 20.0
TIDY_S: Final = 3600.0
_MAY_BE_BOUND: Final = (TicketState.AWAY, TicketState.CALLED, TicketState.PARKED)
log = logging.getLogger(__name__)


class Writer(Protocol):
    """The part of the sequencer that timers need."""

    async def do(self, site_id: str, work: Work) -> Answer: ...
    async def look(self, site_id: str, work: Callable[[Unit], object]) -> object: ...


class Timers:
    """One loop for all sites.

    `renew` looks whether the set-up changed beside us; `tidy` erases what is kept for some days only.
    """

    def __init__(
        self,
        writer: Writer,
        hub: Hub,
        sites: Callable[[], Iterable[str]],
        renew: Callable[[], Awaitable[None]],
        tidy: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._writer = writer
        self._hub = hub
        self._sites = sites
        self._renew = renew
        self._tidy = tidy
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="timers")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_S)
            ticks += 1
            for site_id in list(self._sites()):
                try:
                    await self._tick(site_id)
                    if ticks % int(REFRESH_S / TICK_S) == 0:
                        self._show(site_id, await self._writer.look(site_id, site_view.view))
                except Refusal as refusal:
                    log.debug("a timer was refused: %s", refusal.code)
                except Exception:  # the next tick finds what is due again
                    log.exception("a timer failed at %s", site_id)
            if ticks % 2 == 0:
                await self._quietly(self._renew, "the set-up could not be read")
            if self._tidy is not None and ticks % int(TIDY_S / TICK_S) == 1:
                await self._quietly(self._tidy, "what is too old could not be erased")

    def _show(self, site_id: str, view: object) -> None:
        if isinstance(view, site_view.SiteView):
            self._hub.publish(site_id, view)

    @staticmethod
    async def _quietly(work: Callable[[], Awaitable[object]], trouble: str) -> None:
        try:
            await work()
        except Exception:  # it is tried again
            log.exception(trouble)

    async def _tick(self, site_id: str) -> None:
        presence = self._hub.presence
        here = partial(_note_who_is_here, presence.seen(), presence.since)
        if await self._writer.look(site_id, here):
            self._show(site_id, await self._writer.look(site_id, site_view.view))
        if await self._writer.look(site_id, _is_something_due):
            await self._writer.do(site_id, _do_what_is_due)
        watches = self._hub.confirmations.due_to_settle(site_id)
        if watches:
            now = self._hub.confirmations.now()
            # Together: one by one, each cost a commit, and a busy second has dozens.
            told = [(watch.seq, watch.status(now)) for watch in watches]
            await self._writer.do(site_id, partial(_note_outcomes, told))
            for watch in watches:
                watch.settled = True


def _note_who_is_here(seen: Mapping[Place, datetime], since: datetime, unit: Unit) -> bool:
    """Let the site know which counters nobody attends to; tell whether that is news."""
    held = [
        (one.counter_id, one.clerk_id, one.bound_at)
        for one in unit.desk.values()
        if unit.hall.counter(one.counter_id).state is not CounterState.CLOSED
    ]
    found = unattended(held, seen, since, unit.now)
    if found == unit.unattended:
        return False
    unit.note_unattended(found)
    return True


def _is_something_due(unit: Unit) -> bool:
    if _day_is_over(unit) or booking_clock.is_due(unit):
        return True
    return bool(_to_start(unit)) or bool(_to_release(unit))


def _do_what_is_due(unit: Unit) -> Answer:
    # A day that is over was closed when the unit was opened.
    for counter_id, ticket_id in _to_start(unit):
        counter.start_by_timer(unit, counter_id, ticket_id)
    unit.record(_to_release(unit))
    booking_clock.run(unit)
    return {}


def _day_is_over(unit: Unit) -> bool:
    return unit.now.astimezone(ZoneInfo(unit.site.time_zone)).date() > unit.hall.business_day


def _to_start(unit: Unit) -> list[tuple[str, int]]:
    """Return the calls whose way time is over, at sites that start the service by itself."""
    way = timedelta(minutes=unit.site.way_min)
    if not way:
        return []
    return [
        (ticket.counter_id, ticket.id)
        for ticket in unit.hall.in_state(TicketState.CALLED)
        if ticket.counter_id and ticket.joined_to is None and _since(ticket.called_at, unit.now) >= way
    ]


def _to_release(unit: Unit) -> list[e.Event]:
    """Return the releases of who is kept for a counter that is closed, or long paused past the due time."""
    released: list[e.Event] = []
    hall = unit.hall
    kept_for = {lane.bound_counter_id for lane, *_ in hall.waiting.lanes()}
    kept_for |= {t.bound_counter_id or t.counter_id for t in hall.in_state(*_MAY_BE_BOUND)}
    for status in hall.counters.values():
        if status.id not in kept_for:
            continue  # nearly always: nobody looks through the queue each second
        if status.state is CounterState.CLOSED:
            released += calling.release_bound(unit.hall, status.id)
        else:
            released += calling.release_overdue(unit.hall, status.id, unit.now)
    return released


def _since(at: datetime | None, now: datetime) -> timedelta:
    return timedelta(0) if at is None else now - at


def _note_outcomes(told: Iterable[tuple[int, CallStatus]], unit: Unit) -> Answer:
    """Keep in the log what the displays said of each call."""
    unit.record(_outcome(call, status) for call, status in told)
    return {}


def _outcome(call: int, status: CallStatus) -> e.CallSettled:
    sound = e.FETCHED if status["reason"] == "fetch_mode" else status["sound"]
    return e.CallSettled(call, status["assigned_count"], status["shown_count"], sound, status["fetch"])
