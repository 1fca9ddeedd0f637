"""The doctor of a running server: looks again and again, keeps since when, tells who runs the house.

Every twenty seconds the hall, every minute the disks, every night (and when asked) everything, by a child
process. What must not live here: what is wrong (`domain.doctor`), words (`web.doctor_mail`).
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from queue_server.domain.doctor import machine
from queue_server.domain.doctor.findings import Finding
from queue_server.live.hanging import PATIENCE_S, Hanging
from queue_server.web.doctor_mail import MailTools
from queue_server.web.doctor_memory import Memory
from queue_server.web.doctor_telling import Teller
from queue_server.web.hall_facts import MissedCalls, hall_findings, words_for_child
from queue_server.web.house import House

LOOK_EVERY_S: Final = 20.0
MACHINE_EVERY: Final = 3
"""Looks at the hall for each at the disks."""
FIRST_AFTER: Final = timedelta(minutes=5)
"""A start is no time to be slow."""
ONCE: Final = timedelta(hours=4)
"""A thorough look that is younger is tonight's."""
OVERDUE: Final = timedelta(hours=26)
"""Where the machine is switched off at night, it is made by day."""
NIGHT: Final = range(5, 7)
"""Local hours, after the backup."""
log = logging.getLogger(__name__)


class Eyes(Protocol):
    """Looks at the machine; `adapters.doctor.of_server` does."""

    def quick(self, now: datetime) -> Mapping[str, list[Finding]]: ...
    def quick_without_backups(self, now: datetime) -> Mapping[str, list[Finding]]: ...
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
        self._memory = Memory(house, tools.rows)
        self._teller = Teller(house, tools.mail, self._memory)
        self._disks = Hanging[Mapping[str, list[Finding]]](PATIENCE_S)
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
        await self._memory.recall()

    async def _run(self) -> None:
        await self._look_first()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)  # first, too: screens that come back after a start are not gone
            try:
                await self.recall()
                await self.look()
                if self._thorough_due():
                    await self.look_now()
            except Exception:  # it is tried again
                log.exception("the doctor could not look")

    async def _look_first(self) -> None:
        """Look at the machine at once, so that the page has something to say; the hall still comes back."""
        try:
            await self._look_at_machine(self._house.clock())
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
            await self._look_at_machine(now)
        self._looks += 1
        turn = await self._memory.keep(now)
        # A report of half the checks would be none; the first thorough look comes soon.
        complete = self._thorough_at is not None or self._busy.locked()
        try:
            await self._teller.tell(turn.over, now, self._zone(), may_report=complete)
        except Exception as error:  # the file below is another way to hear of it
            log.warning("the doctor could not tell: %s", type(error).__name__)
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
            except Exception as error:  # an environment that broke beneath the running server, most likely
                log.warning("the thorough look failed: %s", type(error).__name__)
                why = f"{type(error).__name__}: {error}"[:200].rstrip(": ")
                self._take_apart([Finding("thorough_failed", params={"why": why})], now)
                return "failed"
            self._house.condition.take("machine", found, now)
            self._take_apart([], now)
            await self.look()
        return "now"

    def _take_apart(self, found: Sequence[Finding], now: datetime) -> None:
        self._house.condition.take("apart", {"environment": found}, now)

    def _thorough_due(self) -> bool:
        now, last = self._house.clock(), self._thorough_at
        if last is None:
            return now - self._began >= FIRST_AFTER
        if timedelta(0) <= now - last < ONCE:
            return False
        return now.astimezone(self._zone()).hour in NIGHT or now - last > OVERDUE

    def _watch_clock(self, now: datetime, monotonic: float) -> None:
        if self._clock is not None:
            jump = machine.jump_between(self._clock, (now, monotonic))
            self._jumped = (now, jump) if jump is not None else self._jumped
        self._clock = now, monotonic
        at, jump = self._jumped or (None, timedelta(0))
        found = machine.clock(machine.Clock(now, jumped_at=at, jump=jump))
        self._house.condition.take("hall", {"clock": list(found)}, now)

    async def _look_at_machine(self, now: datetime) -> None:
        """Look at the disks; a network folder that hangs must not keep all else from being told."""
        eyes = self._tools.eyes
        try:
            found = await self._disks.run(lambda: eyes.quick(now))
        except TimeoutError:
            found = await asyncio.to_thread(eyes.quick_without_backups, now)
        self._house.condition.take("machine", found, now)
        await self._look_at_backups(now)

    async def _look_at_backups(self, now: datetime) -> None:
        """Add what only this process knows: that the last try of this night failed."""
        state = await self._house.backups.state()
        found = [Finding("backup_failed", params={"why": state.error})] if state.error else []
        self._house.condition.take("hall", {"backups": found}, now)

    def _write_file(self, now: datetime) -> None:
        condition = self._house.condition
        try:
            self._tools.eyes.write_file(now, sorted(condition.looked_at), condition.findings)
        except OSError as error:  # a full disk is told by mail
            log.debug("doctor.json could not be written: %s", type(error).__name__)

    def _zone(self) -> tzinfo:
        zones = (site.time_zone for _, site in self._house.directory.sites.values())
        return ZoneInfo(next(zones, "UTC"))
