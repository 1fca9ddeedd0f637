"""Tells who runs the house: alerts and the weekly report, each mailbox once.

A mailbox that refuses for a while holds nobody up: who has a letter never gets it again, the rest is tried
again. What must not live here: the words (`web.doctor_mail`), and what is due (`domain.doctor.telling`).
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from queue_server.domain.doctor.findings import Finding
from queue_server.domain.doctor.telling import Key, Known, may_send, report_due, to_tell
from queue_server.web.doctor_mail import DoctorLetter, MailTools, Round, alert, report, send
from queue_server.web.doctor_memory import Memory
from queue_server.web.house import House

TRY_AGAIN: Final = timedelta(minutes=5)
GIVE_UP: Final = timedelta(days=1)
"""So long is a mailbox tried that refuses what others took."""
log = logging.getLogger(__name__)


class Teller:
    """Knows what was told, and what has still to reach somebody."""

    def __init__(self, house: House, mail: MailTools, memory: Memory) -> None:
        self._house = house
        self._mail = mail
        self._memory = memory
        self._told: defaultdict[Key, list[datetime]] = defaultdict(list)
        self._well: list[Known] = []
        self._late: list[Round] = []
        self._mailed_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._late_at: datetime | None = None

    async def tell(self, over: Sequence[Known], now: datetime, zone: tzinfo, *, may_report: bool) -> None:
        """Tell what is due; `over` is what ended at this look."""
        self._well += [one for one in over if one.told_at is not None]
        await self._try_late(now)
        if _is_soon(self._failed_at, now):
            return
        if not self._house.connections.now.operations.mail:
            self._well.clear()
        elif may_send(self._mailed_at, now):
            await self._alert(now, zone)
        await self._report(now, zone, may_report=may_report)

    async def _alert(self, now: datetime, zone: tzinfo) -> None:
        condition = self._house.condition
        failed = to_tell(condition.known, condition.findings, self._told, now)
        well = list(self._well)
        if not failed and not well:
            return
        keys = [one.key for one in failed]
        name = self._name(failed, well)
        # Noted before: a crash between the two tells nothing, and not for ever the same.
        await self._memory.note(keys, now)
        if not await self._send(alert(self._house, failed, well, zone), name, now):
            await self._memory.note(keys, None)
            return
        self._mailed_at, self._well = now, []
        for key in keys:
            self._told[key] = [*self._told[key][-9:], now]

    def _name(self, failed: Sequence[Finding], well: Sequence[Known]) -> str:
        """Return a name that stays the same as long as the same is tried to be told."""
        known = self._house.condition.known
        parts = [f"{one.key} {known[one.key].since.isoformat()}" for one in failed]
        parts += [f"well {one.key} {one.since.isoformat()}" for one in well]
        return f"alert/{' '.join(sorted(parts))}"

    async def _report(self, now: datetime, zone: tzinfo, *, may_report: bool) -> None:
        last = await self._memory.reported_at()
        if last is not None and not report_due(last, now, zone):
            return
        if last is not None and self._house.connections.now.operations.mail:
            if not may_report:
                return
            letter = report(self._house, self._house.condition.findings)
            if not await self._send(letter, f"report/{last.isoformat()}", now):
                return
        await self._memory.note_report(now)

    async def _send(self, letter: DoctorLetter, name: str, now: datetime) -> bool:
        """Send it; False when nobody has it and all has to be tried again."""
        round_ = Round(letter, name, now)
        if await send(self._house, self._mail, round_):
            return True
        if round_.got:  # it is told; only who has not got it is tried again
            self._late.append(round_)
            self._late_at = now
            return True
        self._failed_at = now
        log.warning("who runs the house could not be written to; it is tried again")
        return False

    async def _try_late(self, now: datetime) -> None:
        if not self._late or _is_soon(self._late_at, now):
            return
        self._late_at = now
        young = [one for one in self._late if now - one.at < GIVE_UP]
        self._late = [one for one in young if not await send(self._house, self._mail, one)]


def _is_soon(at: datetime | None, now: datetime) -> bool:
    return at is not None and timedelta(0) <= now - at < TRY_AGAIN
