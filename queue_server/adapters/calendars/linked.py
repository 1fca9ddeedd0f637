"""Clerks' calendars on the network: each read in its turn, and what to believe when one cannot be read.

What lives here: whose calendar is read when, and of whom nothing certain is known (failure 19): a clerk whose
calendar was not read for so long, or never since the start, is busy throughout. What must not: how a calendar
is read (`dav_reader`, `published`). All of it runs in the event loop; the writer's thread sees a picture that
is exchanged as a whole. Logs name a clerk by id and tell no address and nothing out of a calendar.
"""

import asyncio
import logging
import random
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.busy_cells import Cells, Owner, Picture, joined
from queue_server.adapters.calendars.busy_times import BrokenCalendar
from queue_server.adapters.calendars.caldav import CalDav
from queue_server.adapters.calendars.dav_reader import FULL_EVERY, DavReader
from queue_server.adapters.calendars.published import PublishedReader
from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble, WebClient
from queue_server.adapters.calendars.workbench import Workbench
from queue_server.domain.slots import Bits, Span

TICK_S: Final = 0.5
READ_S: Final = 120.0
"""For one reading with all its questions; each question has a time-out of its own."""
AT_ONCE: Final = 16
AT_ONE_SERVER: Final = 4
"""So that a server that hangs takes no turn from the others."""
LONGEST_WAIT: Final = timedelta(minutes=2)
"""So soon after a server is back, its clerks are offered again."""
WAIT_WHEN_REFUSED: Final = timedelta(minutes=15)
"""A wrong password said again and again locks the clerk out, or us."""
SHARED: Final = timedelta(seconds=1)
"""Who books within this time of the beginning of a reading takes its result."""
PATIENCE_S: Final = 2.0
"""So long a booking waits for a calendar; then the last picture counts."""
PAUSE_AFTER_TROUBLE: Final = timedelta(seconds=10)
log = logging.getLogger(__name__)


class Reader(Protocol):
    """What reads one calendar."""

    async def read(self, now: datetime, /) -> tuple[Cells, ...]: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """Which entries a reading that began at `read_at` saw: name of the entry (`unquote(href)`) → ETag."""

    read_at: datetime
    etags: Mapping[str, str]


@dataclass(slots=True)
class Link:
    """One account of one clerk, and what is known from it. Times are the server's clock."""

    account: CalendarAccount
    owner: Owner
    reader: Reader
    due_at: datetime
    cells: tuple[Cells, ...] = ()
    read_at: datetime | None = None
    began_at: datetime | None = None
    tries: int = 0
    trouble: str = ""
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.account.url or self.account.ics).netloc

    def is_known(self, now: datetime) -> bool:
        """Say whether what was read is young enough to be believed."""
        return self.read_at is not None and now - self.read_at < self.account.stale_after


class LinkedCalendars:
    """`services.ports.Calendars` over the accounts. Begin with `adopt`, then `start`."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        web: WebClient | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.web = web or WebClient()
        self._clock = clock
        self._chance = chance
        self._links: dict[str, Link] = {}
        self._bench = Workbench()
        self._mailboxes: dict[str, str] = {}
        self._picture = Picture()
        self._all = asyncio.Semaphore(AT_ONCE)
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONE_SERVER))
        self._loop: asyncio.Task[None] | None = None

    # -- what is known -----------------------------------------------------------------------------

    @property
    def version(self) -> int:
        return self._picture.version

    def busy(self, clerk_id: str, span: Span) -> Bits:
        """Return when a clerk is busy with what is no appointment here; always, when nobody knows."""
        return self._picture.busy(clerk_id, span)

    def written(self, clerk_id: str) -> bool:
        """Say whether appointments can be written into the clerk's calendar."""
        return self.account(clerk_id) is not None or clerk_id in self._mailboxes

    def mailbox(self, clerk_id: str) -> str:
        """Return where a clerk's appointments are sent who has no calendar that we can write."""
        return self._mailboxes.get(clerk_id, "")

    def account(self, clerk_id: str) -> CalendarAccount | None:
        """Return the CalDAV account of a clerk."""
        found = (one.account for one in self._links.values() if one.owner.clerk_id == clerk_id)
        return next((account for account in found if account.url), None)

    def calendar(self, clerk_id: str) -> CalDav | None:
        """Return the calendar that a clerk's appointments are written into."""
        account = self.account(clerk_id)
        return None if account is None else CalDav(account, self.web)

    def listings(self) -> Mapping[str, Listing]:
        """Return what was seen in the calendars that are written, by clerk: only of good readings."""
        return {
            link.owner.clerk_id: Listing(link.read_at, link.reader.etags)
            for link in self._links.values()
            if isinstance(link.reader, DavReader) and link.read_at is not None and not link.trouble
        }

    @property
    def is_linked(self) -> bool:
        return bool(self._links)

    def unknown(self) -> frozenset[str]:
        """Return the clerks whose times are not offered, because their calendar could not be read."""
        return self._picture.unknown

    def health(self) -> Mapping[str, str]:
        """Return for each clerk "ok", or what is wrong with the calendar."""
        found: dict[str, str] = {}
        for link in self._links.values():
            state = link.trouble or ("ok" if link.read_at else "unread")
            if found.get(link.owner.clerk_id, "ok") == "ok":
                found[link.owner.clerk_id] = state
        return found

    # -- whose calendars ---------------------------------------------------------------------------

    def adopt(self, accounts: Mapping[str, CalendarAccount], owners: Mapping[str, Owner]) -> None:
        """Take these accounts from now on. What was read of a calendar stays while it is the same one."""
        now, links = self._clock(), {}
        self._mailboxes = {
            owners[name].clerk_id: one.mail for name, one in accounts.items() if one.mail and name in owners
        }
        for name, account in accounts.items():
            if (owner := owners.get(name)) is None:
                continue  # nobody of that name, or not any more
            if account.mail and not account.ics:
                continue  # a mailbox alone: nothing is read
            old = self._links.get(name)
            if old is not None and (old.account, old.owner) == (account, owner):
                links[name] = old
                continue
            link = links[name] = Link(account, owner, self._reader(account, owner), due_at=now)
            if old is not None and _place(old) == _place(link):
                link.cells, link.read_at = old.cells, old.read_at
        if links != self._links:
            for name, link in self._links.items():
                if links.get(name) is not link and link.task is not None:
                    link.task.cancel()
            self._links = links
        self._draw()

    def _reader(self, account: CalendarAccount, owner: Owner) -> Reader:
        # Not all in the same hour: what was read together at a start would be read anew together each day.
        full_every = FULL_EVERY * (0.75 + self._chance() / 4)
        if account.url:
            return DavReader(CalDav(account, self.web), owner, self._bench, full_every)
        return PublishedReader(account, self.web, owner, self._bench, full_every)

    # -- reading -----------------------------------------------------------------------------------

    def start(self) -> None:
        self._loop = asyncio.create_task(self._run(), name="calendars")

    async def stop(self) -> None:
        """End what is being read; nothing is lost by that."""
        running = [link.task for link in self._links.values() if link.task is not None]
        for task in (self._loop, *running):
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in (self._loop, *running) if task), return_exceptions=True)
        await self.web.close()

    async def _run(self) -> None:
        while True:
            try:
                self.tick()
            except Exception:  # the next tick finds what is due; nobody's calendar may grow old unseen
                log.exception("calendars could not be looked at")
            await asyncio.sleep(TICK_S)

    def tick(self) -> None:
        """Begin to read what is due, and see whose calendar has grown too old."""
        now = self._clock()
        for link in self._links.values():
            if link.task is None and link.due_at <= now:
                self._begin(link)
        self._draw()

    async def read_again(self, clerk_ids: Collection[str]) -> None:
        """Read these clerks' calendars now, before a booking; many bookings share one reading.

        Returns after two seconds in any case: then what was read last counts, while it is young enough.
        """
        links = [link for link in self._links.values() if link.owner.clerk_id in clerk_ids]
        if links:
            reading = [asyncio.create_task(self._refresh(link)) for link in links]
            _, late = await asyncio.wait(reading, timeout=PATIENCE_S)
            for task in late:
                task.cancel()  # it only waits: the reading itself goes on
            self._draw()

    async def _refresh(self, link: Link) -> None:
        since = self._clock() - SHARED
        while link.began_at is None or link.began_at < since:
            if link.task is None and not self._may_ask(link):
                return
            await asyncio.wait([link.task or self._begin(link)])
            if link.trouble:
                return
        if link.task is not None:
            await asyncio.wait([link.task])

    def _may_ask(self, link: Link) -> bool:
        """Say whether a booking may ask a server in trouble again: not each of them, no wrong password."""
        if not link.trouble or link.began_at is None:
            return True
        if link.trouble == Trouble.REFUSED:
            return False
        return self._clock() - link.began_at >= PAUSE_AFTER_TROUBLE

    def _begin(self, link: Link) -> "asyncio.Task[None]":
        link.task = asyncio.create_task(self._read(link), name="calendar")
        return link.task

    async def _read(self, link: Link) -> None:
        try:
            async with self._hosts[link.host], self._all, asyncio.timeout(READ_S):
                now = link.began_at = self._clock()
                cells = await link.reader.read(now)
        except Exception as error:  # whatever it is, the other calendars are read
            self._failed(link, _told(error))
        else:
            link.cells, link.read_at = cells, now
            self._well(link)
        finally:
            link.task = None
        self._draw()

    def _well(self, link: Link) -> None:
        if link.trouble:
            log.info("the calendar of %s can be read again", link.owner.clerk_id)
        link.tries, link.trouble = 0, ""
        link.due_at = self._clock() + link.account.every * (0.9 + self._chance() / 5)

    def _failed(self, link: Link, trouble: str) -> None:
        if link.trouble != trouble:
            log.warning("the calendar of %s cannot be read (%s)", link.owner.clerk_id, trouble)
        link.tries, link.trouble = link.tries + 1, trouble
        wait = min(link.account.every * 2 ** min(link.tries - 1, 8), max(LONGEST_WAIT, link.account.every))
        if trouble == Trouble.REFUSED:
            wait = max(wait, WAIT_WHEN_REFUSED)
        # The quarter parts those that failed together: else all would come back at once.
        link.due_at = self._clock() + wait * (0.75 + self._chance() / 2)

    # -- the picture -------------------------------------------------------------------------------

    def _draw(self) -> None:
        now = self._clock()
        cells: dict[str, tuple[Cells, ...]] = {}
        for link in self._links.values():
            other = cells.get(link.owner.clerk_id)
            cells[link.owner.clerk_id] = link.cells if other is None else joined((*other, *link.cells))
        unknown = frozenset(link.owner.clerk_id for link in self._links.values() if not link.is_known(now))
        for clerk_id in sorted(unknown - self._picture.unknown if self._picture.version else ()):
            log.warning("times of %s are not offered: the calendar was not read in time", clerk_id)
        for clerk_id in sorted(self._picture.unknown - unknown):
            log.info("times of %s are offered again", clerk_id)
        self._picture = self._picture.changed(cells, unknown)


def _place(link: Link) -> tuple[str, str, Owner]:
    return link.account.url, link.account.ics, link.owner


def _told(error: Exception) -> str:
    """Name what went wrong without anything that a stranger wrote."""
    if isinstance(error, CalendarTrouble):
        return error.kind
    if isinstance(error, TimeoutError):
        return Trouble.UNREACHABLE
    if isinstance(error, BrokenCalendar):
        return f"broken: {error}"
    place = traceback.extract_tb(error.__traceback__)[-1]
    # Not its text, in which an address or a title may stand.
    log.error("a calendar could not be read: %s at %s:%s", type(error).__name__, place.name, place.lineno)
    return type(error).__name__
