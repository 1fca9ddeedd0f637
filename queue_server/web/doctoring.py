"""The doctor of a running server: looks again and again, keeps since when, tells who runs the house.

Every twenty seconds the hall, every minute the disks, every night (and when asked) everything, by a child
process. What must not live here: what is wrong (`domain.doctor`), words (`web.doctor_mail`).
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from queue_server.domain.doctor import machine
from queue_server.domain.doctor.findings import Finding
from queue_server.domain.doctor.telling import Key, Known, compare, may_send, report_due, to_tell
from queue_server.web.doctor_mail import MailTools, alert, report, send
from queue_server.web.hall_facts import MissedCalls, hall_findings, words_for_child
from queue_server.web.house import House

LOOK_EVERY_S: Final = 20.0
MACHINE_EVERY: Final = 3
"""Looks at the hall for each at the disks."""
FIRST_AFTER: Final = timedelta(minutes=5)
"""A start is no time to be slow."""
THOROUGH_EVERY: Final = timedelta(hours=20)
NIGHT: Final = range(5, 7)
"""Local hours, after the backup."""
TRY_AGAIN: Final = timedelta(minutes=5)
log = logging.getLogger(__name__)


class Eyes(Protocol):
    """Looks at the machine; `adapters.doctor.of_server` does."""

    def quick(self, now: datetime) -> Mapping[str, list[Finding]]: ...
    async def thorough(self, words: Mapping[str, Any]) -> Mapping[str, list[Finding]]: ...
    def write_file(self, now: datetime, checks: Sequence[str], found: Sequence[Finding]) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the adapters bring: eyes for the machine, the table of findings, mail."""

    eyes: Eyes
    rows: Any
    mail: MailTools


class Doctor:
    """One task; everything it knows stands in `house.condition`."""

    def __init__(self, house: House, tools: Tools) -> None:
        self._house = house
        self._tools = tools
        self._missed = MissedCalls()
        self._looks = 0
        self._began = house.clock()
        self._thorough_at: datetime | None = None
        self._clock: tuple[datetime, float] | None = None
        self._jumped: tuple[datetime, timedelta] | None = None
        self._told: defaultdict[Key, list[datetime]] = defaultdict(list)
        self._well: list[Known] = []
        self._mailed_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._busy, self._looking = asyncio.Lock(), asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        house.condition.look_now = self.look_now

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="doctor")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def recall(self) -> None:
        """Take up what was known before a restart."""
        self._house.condition.known = await self._house.read(self._tools.rows.load)

    async def _run(self) -> None:
        await self.recall()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)  # first, too: screens that come back after a start are not gone
            try:
                await self.look()
                if self._thorough_due():
                    await self.look_now()
            except Exception:  # it is tried again
                log.exception("the doctor could not look")

    async def look(self, monotonic: float | None = None) -> None:
        """Look at the hall, and now and then at the disks; keep what changed; tell what is due."""
        async with self._looking:  # two at once would tell twice
            await self._look(time.monotonic() if monotonic is None else monotonic)

    async def _look(self, monotonic: float) -> None:
        house, now = self._house, self._house.clock()
        self._watch_clock(now, monotonic)
        self._missed.look(house)
        house.condition.take("hall", hall_findings(house, self._missed), now)
        if self._looks % MACHINE_EVERY == 0:
            house.condition.take("machine", await asyncio.to_thread(self._tools.eyes.quick, now), now)
            await self._look_at_backups(now)
        self._looks += 1
        await self._keep(now)
        await self._tell(now)
        await asyncio.to_thread(self._write_file, now)

    async def look_now(self) -> str:
        """Make a thorough look; return "now", "busy" when one is under way, or "failed"."""
        if self._busy.locked():
            return "busy"
        async with self._busy:
            now = self._house.clock()
            self._thorough_at = now
            try:
                found = await self._tools.eyes.thorough(words_for_child(self._house, now))
            except (OSError, ValueError, TimeoutError) as error:
                log.warning("the thorough look failed: %s", type(error).__name__)
                return "failed"
            self._house.condition.take("machine", found, now)
            await self.look()
        return "now"

    def _thorough_due(self) -> bool:
        now, last = self._house.clock(), self._thorough_at
        if last is None:
            return now - self._began >= FIRST_AFTER
        if timedelta(0) <= now - last < THOROUGH_EVERY:
            return False
        return now.astimezone(self._zone()).hour in NIGHT or now - last > 1.3 * THOROUGH_EVERY

    def _watch_clock(self, now: datetime, monotonic: float) -> None:
        if self._clock is not None:
            jump = machine.jump_between(self._clock, (now, monotonic))
            self._jumped = (now, jump) if jump is not None else self._jumped
        self._clock = now, monotonic
        at, jump = self._jumped or (None, timedelta(0))
        found = machine.clock(machine.Clock(now, jumped_at=at, jump=jump))
        self._house.condition.take("hall", {"clock": list(found)}, now)

    async def _look_at_backups(self, now: datetime) -> None:
        """Add what only this process knows: that the last try of this night failed."""
        state = await self._house.backups.state()
        found = [Finding("backup_failed", params={"why": state.error})] if state.error else []
        self._house.condition.take("hall", {"backups": found}, now)

    async def _keep(self, now: datetime) -> None:
        condition = self._house.condition
        found = condition.findings
        turn = compare(condition.known, found, condition.looked_at, now)
        if turn.begun or turn.over:
            organisations = {one.key: one.organisation_id for one in found}
            rows = self._tools.rows
            await self._house.write(lambda conn: rows.save(conn, turn.begun, turn.over, organisations))
        condition.known = turn.known
        self._well += [one for one in turn.over if one.told_at is not None]

    async def _tell(self, now: datetime) -> None:
        if self._failed_at is not None and timedelta(0) <= now - self._failed_at < TRY_AGAIN:
            return
        if not self._house.connections.now.operations.mail:
            self._well.clear()
        elif may_send(self._mailed_at, now):
            await self._alert(now)
        await self._report(now)

    async def _alert(self, now: datetime) -> None:
        condition = self._house.condition
        failed = to_tell(condition.known, condition.findings, self._told, now)
        well = list(self._well)
        if not failed and not well:
            return
        keys = [one.key for one in failed]
        # Noted before: a crash between the two tells nothing, and not for ever the same.
        await self._note(keys, now)
        letter = alert(self._house, failed, well, self._zone())
        if not await send(self._house, self._tools.mail, letter, f"alert/{now.isoformat()}", now):
            await self._note(keys, None)
            self._fail(now)
            return
        self._mailed_at, self._well = now, []
        for key in keys:
            self._told[key] = [*self._told[key][-9:], now]

    async def _note(self, keys: Sequence[Key], at: datetime | None) -> None:
        if not keys:
            return
        await self._house.write(lambda conn: self._tools.rows.note_told(conn, keys, at))
        known = dict(self._house.condition.known)
        known.update({key: replace(known[key], told_at=at) for key in keys if key in known})
        self._house.condition.known = known

    async def _report(self, now: datetime) -> None:
        rows, zone = self._tools.rows, self._zone()
        last = await self._house.read(rows.reported_at)
        if last is not None and not report_due(last, now, zone):
            return
        if last is not None and self._house.connections.now.operations.mail:
            if self._thorough_at is None and not self._busy.locked():
                return  # a report of half the checks would be none; the first look comes soon
            letter = report(self._house, self._house.condition.findings)
            if not await send(self._house, self._tools.mail, letter, f"report/{now.date()}", now):
                self._fail(now)
                return
        await self._house.write(lambda conn: rows.note_report(conn, now))

    def _fail(self, now: datetime) -> None:
        self._failed_at = now
        log.warning("who runs the house could not be written to; it is tried again")

    def _write_file(self, now: datetime) -> None:
        condition = self._house.condition
        try:
            self._tools.eyes.write_file(now, sorted(condition.looked_at), condition.findings)
        except OSError as error:  # a full disk is told by mail
            log.debug("doctor.json could not be written: %s", type(error).__name__)

    def _zone(self) -> tzinfo:
        zones = (site.time_zone for _, site in self._house.directory.sites.values())
        return ZoneInfo(next(zones, "UTC"))
