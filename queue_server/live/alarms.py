"""Staff alarms that run: told to counters and desks in the same turn of the event loop, kept beside it.

Help must not wait for a disk: an alarm is told first and written then, again and again until it is kept. It
goes to counters' sockets and to those that listen to alarms; displays, kiosks and phones have no way here.
What must not live here: the rules (`domain.alarm`), text messages (`web.alarm_calls`).
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain import alarm as rules
from queue_server.domain.alarm import Alarm, AlarmOff, Told, Who
from queue_server.domain.errors import NotFound, RequestIdReused
from queue_server.domain.town import Site
from queue_server.live.frames import encode_json, encode_text_frame
from queue_server.live.inbox import RequestKey
from queue_server.live.mailboxes import Connection
from queue_server.live.repeating import Repeating
from queue_server.live.rooms import SiteRoom
from queue_server.protocol import AlarmEntry, AlarmPhones, AlarmPlace

EVERY_S: Final = 1.0
"""So often what could not be written is tried again, and other processes' alarms are looked for."""
KEPT_WITHIN_S: Final = 2.0
"""So long an answer waits for the disk; everybody was told before."""
REMEMBERED: Final = 500
NO_PHONES: Final = AlarmPhones(count=0, sent_count=0, failed_count=0)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlarmRows:
    """Where alarms are kept; both raise when the storage is out of order."""

    running: Callable[[], Awaitable[list[Alarm]]]
    keep: Callable[[Alarm], Awaitable[None]]


class Alarms:
    """All running alarms of all sites. Every method runs in the event loop."""

    def __init__(
        self, rooms: Callable[[], Mapping[str, SiteRoom]], rows: AlarmRows, clock: Callable[[], datetime]
    ) -> None:
        self._rooms = rooms
        self._rows = rows
        self._clock = clock
        self._known: dict[str, Alarm] = {}
        self._unsaved: dict[str, Alarm] = {}
        self._presses: dict[tuple[str, str], tuple[str, str]] = {}
        self._phones: dict[str, AlarmPhones] = {}
        self._who: dict[Connection, Who] = {}
        self._troubled: set[str] = set()
        self._repeating = Repeating("keeping staff alarms", self.turn, EVERY_S)

    async def start(self) -> None:
        """Take up what ran before a restart, and go on keeping."""
        with suppress(Exception):  # the turns say what is wrong, and help can be called without it
            self._known = {one.id: one for one in await self._rows.running()}
        self._repeating.start()

    async def stop(self) -> None:
        await self._repeating.stop()

    # -- what people do ----------------------------------------------------------------------------

    async def raise_alarm(
        self, site: Site, organisation_id: str, one: Who, *, is_test: bool, press: RequestKey,
        call: Callable[[Alarm], None],
    ) -> AlarmEntry:  # fmt: skip
        """Call for help. Return what the caller's page shows; `call` begins the phones, once for an alarm.

        A repeated press gets the first one; pressing anew while it runs makes no second. Raises `AlarmOff`.
        """
        if (known := self._pressed(press)) is not None:
            return self._entry(known, site, one)
        if not site.staff_alarm:
            raise AlarmOff
        running = rules.running_at(self._of_site(site.id), one, is_test=is_test)
        made = running or Alarm(
            id=secrets.token_hex(12),
            organisation_id=organisation_id,
            site_id=site.id,
            counter_id=one.place,
            clerk_id=one.clerk_id,
            raised_at=self._clock(),
            is_test=is_test,
            session=one.session,
        )
        self._remember(press, made)
        if running is None:
            self._change([made, *self._tests_at(made, one)])
            call(made)  # before the disk: neither a slow nor a broken one may keep the phones silent
            await self._keep()
        return self._entry(made, site, one)

    async def go(self, site: Site, alarm_id: str, one: Who) -> AlarmEntry:
        """Note that somebody goes there. Raises `NotFound` for an alarm that nobody knows here."""
        return await self._answer(rules.with_going(self._named(site.id, alarm_id), one), site, one)

    async def end(self, site: Site, alarm_id: str, one: Who, by: str | None) -> AlarmEntry:
        """Say that it is over; also a second time."""
        return await self._answer(rules.ended(self._named(site.id, alarm_id), self._clock(), by), site, one)

    async def _answer(self, changed: Alarm, site: Site, one: Who) -> AlarmEntry:
        self._change([changed])
        await self._keep()
        return self._entry(changed, site, one)

    def take_phones(self, alarm_id: str, phones: AlarmPhones) -> None:
        """Take in what became of the text messages, and show it to everybody."""
        self._phones[alarm_id] = phones
        if alarm_id in self._known:
            self._tell(self._known[alarm_id].site_id)

    # -- who listens -------------------------------------------------------------------------------

    def join(self, site_id: str, one: Who, connection: Connection) -> None:
        """Let a desk, or a small client, hear of alarms alone."""
        self._rooms()[site_id].alarm_listeners.setdefault(one.place, set()).add(connection)
        self.greet(site_id, one, connection)

    def leave(self, site_id: str, one: Who, connection: Connection) -> None:
        """Forget who listened, also who did so beside a counter's pictures."""
        self._who.pop(connection, None)
        room = self._rooms().get(site_id)
        if room is not None:
            room.alarm_listeners.get(one.place, set()).discard(connection)

    def greet(self, site_id: str, one: Who, connection: Connection) -> None:
        """Send what runs to somebody who has just come: nothing is missed over a break."""
        self._who[connection] = one
        room = self._rooms()[site_id]
        if room.site.staff_alarm:
            connection.send_ready(self._frame(room, one))

    def running(self, site: Site, one: Who) -> list[AlarmEntry]:
        """Return the alarms of a site as somebody sees them, the oldest first."""
        return [self._entry(alarm, site, one) for alarm in self._of_site(site.id)] if site.staff_alarm else []

    # -- keeping -----------------------------------------------------------------------------------

    async def turn(self) -> None:
        """Write what is not kept yet; take in what other processes wrote; end what nobody ended."""
        over = [
            one for one in self._known.values() if rules.is_stale(one, self._clock()) or self._is_off(one)
        ]
        self._change([rules.ended(one, self._clock(), None) for one in over])
        await self._save()
        before = {id_: one for id_, one in self._known.items() if id_ not in self._unsaved}
        self._take_over({one.id: one for one in await self._rows.running()}, before)

    def _take_over(self, stored: Mapping[str, Alarm], before: Mapping[str, Alarm]) -> None:
        """Take in what was read. What changed here since the reading began (`before`) is newer."""
        changed = {id_: one for id_, one in stored.items() if before.get(id_) != one}
        for id_, one in before.items():
            if one.is_running and id_ not in stored:
                changed[id_] = rules.ended(one, self._clock(), None)  # somebody ended it elsewhere
        for id_, one in changed.items():
            if id_ not in self._unsaved and (known := self._known.get(id_)) is before.get(id_):
                self._known[id_] = one if known is None else replace(one, session=known.session)
        for site_id in {one.site_id for one in changed.values()}:
            self._tell(site_id)

    def _is_off(self, one: Alarm) -> bool:
        """Say whether the town has switched alarms off while this one runs: then it leaves every page."""
        room = self._rooms().get(one.site_id)
        return one.is_running and room is not None and not room.site.staff_alarm

    def _change(self, alarms: Iterable[Alarm]) -> None:
        """Tell at once, in this turn of the event loop."""
        changed = [one for one in alarms if self._known.get(one.id) != one]
        for one in changed:
            self._known[one.id] = self._unsaved[one.id] = one
        for site_id in {one.site_id for one in changed}:
            self._tell(site_id)

    async def _keep(self) -> None:
        """Write what is new. A storage that is out of order delays nobody; the turns try again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(KEPT_WITHIN_S):
                await self._save()

    async def _save(self) -> None:
        """Write each by itself: one that cannot be written keeps back neither the others nor an answer."""
        for id_, one in list(self._unsaved.items()):
            try:
                await self._rows.keep(one)
            except Exception:  # it is tried again, and said once
                if id_ not in self._troubled:
                    log.exception("a staff alarm was told and cannot be written; it is tried again")
                self._troubled.add(id_)
                continue
            self._troubled.discard(id_)
            if self._unsaved.get(id_) is one:
                del self._unsaved[id_]
        ended = [id_ for id_, one in self._known.items() if not one.is_running and id_ not in self._unsaved]
        for id_ in ended[:-REMEMBERED]:
            del self._known[id_]
            self._phones.pop(id_, None)

    def _tests_at(self, made: Alarm, one: Who) -> list[Alarm]:
        """Return the trial that a real alarm of the same caller ends: two banners would hide what is true."""
        trial = rules.running_at(self._of_site(made.site_id), one, is_test=True)
        return [] if made.is_test or trial is None else [rules.ended(trial, made.raised_at, made.clerk_id)]

    # -- presses -----------------------------------------------------------------------------------

    def _pressed(self, press: RequestKey) -> Alarm | None:
        found = self._presses.get((press.scope, press.id))
        if found is None:
            return None
        if found[0] != press.fingerprint:
            raise RequestIdReused(request_id=press.id)
        return self._known.get(found[1])

    def _remember(self, press: RequestKey, alarm: Alarm) -> None:
        self._presses[press.scope, press.id] = (press.fingerprint, alarm.id)
        while len(self._presses) > REMEMBERED:
            del self._presses[next(iter(self._presses))]

    def _named(self, site_id: str, alarm_id: str) -> Alarm:
        found = self._known.get(alarm_id)
        if found is None or found.site_id != site_id:
            raise NotFound(what="alarm")
        return found

    def _of_site(self, site_id: str) -> list[Alarm]:
        found = (one for one in self._known.values() if one.site_id == site_id and one.is_running)
        return sorted(found, key=lambda one: (one.raised_at, one.id))

    # -- what is shown -----------------------------------------------------------------------------

    def _tell(self, site_id: str) -> None:
        """Tell everybody of the site: also an empty list, where alarms were switched off just now."""
        room = self._rooms().get(site_id)
        if room is None:
            return
        frames: dict[Who, bytes] = {}
        for connection, one in self._listening(room):
            frame = frames.get(one) or frames.setdefault(one, self._frame(room, one))
            connection.send_ready(frame)

    def _listening(self, room: SiteRoom) -> list[tuple[Connection, Who]]:
        return [
            (connection, self._who.get(connection, Who(place)))
            for group in (room.counters, room.alarm_listeners)
            for place, connections in group.items()
            for connection in connections
        ]

    def _frame(self, room: SiteRoom, one: Who) -> bytes:
        return encode_text_frame(encode_json({"alarms": self.running(room.site, one)}))

    def _entry(self, one: Alarm, site: Site, seen_by: Who) -> AlarmEntry:
        age = self._clock() - one.raised_at
        return AlarmEntry(
            id=one.id,
            place=_place(site, one.counter_id),
            told=rules.told(one, seen_by, site).value,
            test=one.is_test,
            raised=one.raised_at.astimezone(ZoneInfo(site.time_zone)).strftime("%H:%M"),
            age_ms=max(0, int(age.total_seconds() * 1000)),
            going=[_place(site, going) for going in one.going],
            reached_count=self._reached(site, one),
            phones=self._phones.get(one.id, NO_PHONES),
        )

    def _reached(self, site: Site, alarm: Alarm) -> int:
        """Count other places that are connected; each desk is one."""
        room = self._rooms().get(site.id)
        others = [one for _, one in self._listening(room)] if room else []
        others = [one for one in others if rules.told(alarm, one, site) is not Told.RAISED]
        return len({one.place or (one.clerk_id, one.session) for one in others})


def _place(site: Site, place: str) -> AlarmPlace:
    (room, name), counter = rules.where(site, place), rules.counter_of(site, place)
    floor = next((one.floor for one in site.rooms if counter and one.id == counter.room_id), "")
    return AlarmPlace(counter_id=place, room=room, name=name, floor=floor)
