"""All that is known of clerks' own calendars, files and accounts, as one `services.ports.Calendars`.

A clerk may have both: then both count. What must not live here: how either is read.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import datetime
from pathlib import Path

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.busy_cells import Owner
from queue_server.adapters.calendars.caldav import CalDav
from queue_server.adapters.calendars.clerk_calendars import ClerkCalendars
from queue_server.adapters.calendars.linked import LinkedCalendars, Listing
from queue_server.domain.slots import Bits, Span


class AllCalendars:
    """One for a process. `busy` is asked in the writer's thread; everything else runs in the event loop.

    `accounts` returns them as they stand in the file now. The first `renew` comes before anybody asks.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        accounts: Callable[[], Mapping[str, CalendarAccount]],
    ) -> None:
        self.files = ClerkCalendars(folder)
        self.linked = LinkedCalendars(clock)
        self._clock = clock
        self._accounts = accounts

    @property
    def version(self) -> Hashable:
        return self.files.version, self.linked.version

    def busy(self, clerk_id: str, span: Span) -> Bits:
        """Return when a clerk is busy with what is no appointment here."""
        return self.files.busy(clerk_id, span) | self.linked.busy(clerk_id, span)

    def written(self, clerk_id: str) -> bool:
        """Say whether appointments are written into this clerk's calendar."""
        return self.linked.written(clerk_id)

    def calendar(self, clerk_id: str) -> CalDav | None:
        """Return the calendar that a clerk's appointments are written into."""
        return self.linked.calendar(clerk_id)

    def mailbox(self, clerk_id: str) -> str:
        """Return where a clerk's appointments are sent who has no calendar that we can write."""
        return self.linked.mailbox(clerk_id)

    def listings(self) -> Mapping[str, Listing]:
        """Return what was seen in the calendars that are written, by clerk."""
        return self.linked.listings()

    def health(self) -> Mapping[str, str]:
        """Return for each clerk with a calendar "ok", or what is wrong with one of them."""
        found = dict(self.files.health())
        for clerk_id, state in self.linked.health().items():
            if found.get(clerk_id, "ok") == "ok":
                found[clerk_id] = state
        return dict(sorted(found.items()))

    def unknown(self) -> frozenset[str]:
        """Return the clerks whose times are not offered, because a calendar was not read for long."""
        return self.linked.unknown()

    @property
    def is_linked(self) -> bool:
        """Say whether there is any calendar that `read_again` would read."""
        return self.linked.is_linked

    async def read_again(self, clerk_ids: Collection[str]) -> None:
        """Read these clerks' calendars anew; it takes two seconds at most."""
        await self.linked.read_again(clerk_ids)

    async def renew(self, owners: Mapping[str, Owner]) -> None:
        """Look at the files, and take the accounts as they stand now."""
        await asyncio.to_thread(self.files.look, owners, self._clock())
        self.linked.adopt(self._accounts(), owners)

    def start(self) -> None:
        self.linked.start()

    async def stop(self) -> None:
        await self.linked.stop()
