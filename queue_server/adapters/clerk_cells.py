"""Rows of `clerk_cell`: whose five minutes are taken, for all sites of an organisation together.

Sites may share a clerk, so this lives beside the sites' memories and not in one of them. What is taken
and freed is gathered and written once for a commit: all deletions first, so that within one commit a
freed cell may be taken again. The unique key is the last wall; who runs into it is run again on what
the rows say then.
"""

import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import insert, table
from queue_server.adapters.rows.prepared import PreparedRows, numbered
from queue_server.adapters.tables.appointments import ClerkCell
from queue_server.domain.slots import Bits, Span, carry_over, cell_of

CELL = table(ClerkCell)
Key = tuple[str, int]
"""(site, appointment)."""
Taken = tuple[str, int, int]
"""(clerk, first cell, how many)."""
_MARGIN: Final = timedelta(days=2)
_ENDLESS: Final = 1 << 30
_versions = itertools.count(1)
"""For all organisations: what was loaded anew after a rollback is not taken for what was there before."""


def _delete(_dialect: str, rows: int) -> sa.Delete:
    pairs = [
        (CELL.c.site_id == numbered(CELL.c.site_id, row))
        & (CELL.c.appointment_id == numbered(CELL.c.appointment_id, row))
        for row in range(rows)
    ]
    return sa.delete(CELL).where(sa.or_(*pairs))


_DELETE, _ADD = PreparedRows(_delete), PreparedRows(partial(insert, CELL))


class ClerkCells:
    """What an organisation's clerks are booked for. Cells of days long past are not looked at."""

    def __init__(self, organisation_id: str) -> None:
        self.organisation_id = organisation_id
        self.is_stale = True
        self.seen: dict[str, int] = {}
        self._base = 0
        self._busy: dict[str, Bits] = {}
        self._taken: dict[Key, Taken] = {}
        self._new: dict[Key, Taken] = {}
        self._freed: set[Key] = set()
        self._loaded_as = 0
        self._version: dict[str, int] = {}
        self.is_changed = False
        """Something was taken or freed in the running transaction."""

    def load(self, connection: Connection, now: datetime) -> None:
        """Read what is taken; what this transaction has changed already is kept."""
        self._base = cell_of(now - _MARGIN)
        self._busy.clear()
        self._taken.clear()
        self._version.clear()
        self._loaded_as = next(_versions)
        query = (
            sa.select(
                CELL.c.site_id,
                CELL.c.appointment_id,
                CELL.c.clerk_id,
                sa.func.min(CELL.c.cell),
                sa.func.count(),
            )
            .where(CELL.c.organisation_id == self.organisation_id)
            .group_by(CELL.c.site_id, CELL.c.appointment_id, CELL.c.clerk_id)
        )
        for site_id, appointment_id, clerk_id, first, count in connection.execute(query):
            if (site_id, appointment_id) not in self._freed:
                self._note((site_id, appointment_id), (clerk_id, first, count))
        for key, taken in self._new.items():
            self._note(key, taken)
        self.is_stale = False

    def busy(self, clerk_id: str, span: Span) -> Bits:
        """Return when a clerk is booked, at whatever site, as a set over `span`."""
        bits = self._busy.get(clerk_id, 0)
        return carry_over(bits, Span(self._base, _ENDLESS), span) if bits else 0

    def versions(self, clerk_ids: Iterable[str]) -> tuple[int, ...]:
        """Return what is another value as soon as one of these clerks is booked for something else."""
        return (self._loaded_as, *(self._version.get(clerk_id, 0) for clerk_id in clerk_ids))

    def take(self, key: Key, taken: Taken) -> None:
        """Take a clerk's time for an appointment that has none."""
        self.is_changed = True
        self._new[key] = taken
        self._note(key, taken)

    def free(self, key: Key) -> None:
        """Give back what an appointment has; nothing happens when it has nothing."""
        taken = self._taken.pop(key, None)
        if taken is None:
            return
        self.is_changed = True
        self._busy[taken[0]] = self._busy.get(taken[0], 0) & ~self._bits(taken)
        self._version[taken[0]] = next(_versions)
        if self._new.pop(key, None) is None:
            self._freed.add(key)

    def write(self, connection: Connection) -> None:
        """Write what was freed and taken."""
        _DELETE.run(connection, [{"site_id": site, "appointment_id": id_} for site, id_ in self._freed])
        _ADD.run(connection, [row for one in self._new.items() for row in self.rows_of(*one)])
        self._freed.clear()
        self._new.clear()

    def rows_of(self, key: Key, taken: Taken) -> Iterable[Mapping[str, Any]]:
        """Yield the rows of one appointment."""
        clerk_id, first, count = taken
        for cell in range(first, first + count):
            yield {
                "clerk_id": clerk_id,
                "cell": cell,
                "organisation_id": self.organisation_id,
                "site_id": key[0],
                "appointment_id": key[1],
            }

    def _note(self, key: Key, taken: Taken) -> None:
        self._taken[key] = taken
        self._busy[taken[0]] = self._busy.get(taken[0], 0) | self._bits(taken)
        self._version[taken[0]] = next(_versions)

    def _bits(self, taken: Taken) -> Bits:
        _, first, count = taken
        low = max(first - self._base, 0)
        high = max(first + count - self._base, 0)
        return (1 << high) - (1 << low)
