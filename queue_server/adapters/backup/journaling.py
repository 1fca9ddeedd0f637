"""Writes down beside the backups who was erased, soon after the commit that erased them.

Looked for at each turn: rows of `erasure` behind the last one. At the first turn all rows are compared with
the journal, so that nothing is missing after a crash, after a restore, or when the journal's disk is new.
What must not live here: erasing (`adapters.forgetting`), the journal's form (`backup.journal`).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.backup import journal
from queue_server.adapters.backup.journal import Erased
from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.forgetting import Erasure

ERASURE = table(Erasure)
OVERLAP: Final = 200
"""So many rows are looked at once more: on PostgreSQL a lower id may be committed after a higher one."""


class Journaling:
    """One for a process. Called by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: int | None = None
        self._known: set[int] = set()

    def write_down(self, connection: Connection) -> int:
        """Append what is not in the journal yet, on the disk before this returns; return how many lines.

        Raises OSError when the journal cannot be written; then the next turn tries again.
        """
        if self._last is None:
            return self._compare(connection)
        query = sa.select(ERASURE).where(ERASURE.c.id > self._last - OVERLAP).order_by(ERASURE.c.id)
        found = [row for row in connection.execute(query).mappings() if row["id"] not in self._known]
        if found:
            journal.append(self._path, map(_entry, found))
            self._note([row["id"] for row in found])
        return len(found)

    def _compare(self, connection: Connection) -> int:
        rows = connection.execute(sa.select(ERASURE).order_by(ERASURE.c.id)).mappings().all()
        missing = {_entry(row): None for row in rows}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._path.exists():
            for entry in journal.read(self._path).entries:
                missing.pop(entry, None)
        # Also when there is nothing to say: a missing journal is not an empty one.
        journal.append(self._path, missing)
        self._last = 0
        self._note([row["id"] for row in rows])
        return len(missing)

    def _note(self, ids: Iterable[int]) -> None:
        self._known.update(ids)
        self._last = max(self._known, default=0)
        self._known = {id_ for id_ in self._known if id_ > self._last - OVERLAP}


def _entry(row: Any) -> Erased:
    return Erased(row["site_id"], row["kind"], row["ref"], row["kept_since"], row["at"])
