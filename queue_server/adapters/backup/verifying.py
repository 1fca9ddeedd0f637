"""Whether a copy is whole: as a file, in its rows, and against its own log.

What must not live here: mending. Words are for operators.
"""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.backup.copying import Counts, opened
from queue_server.adapters.backup.sealed_file import BadBackup
from queue_server.adapters.checking import SiteCheck, check_database


def verify_file(file: Path) -> None:
    """Raise `BadBackup` when SQLite finds the file damaged."""
    with opened(file) as copy, copy.reader.connect() as connection:
        for asked in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
            try:
                told = [tuple(row) for row in connection.execute(sa.text(asked))]
            except sa.exc.DatabaseError as error:
                raise BadBackup(f"the database in it cannot be read ({error.orig})") from error
            if told not in ([], [("ok",)]):
                raise BadBackup(f"the database in it is damaged ({told[0]})")


def verify_counts(file: Path, counts: Counts) -> None:
    """Raise `BadBackup` when a table has other than so many rows. The file may have an older shape."""
    with opened(file) as copy, copy.reader.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        for name, count in counts.items():
            query = sa.select(sa.func.count()).select_from(sa.table(name))
            found = connection.execute(query).scalar_one() if name in there else None
            if found != count:
                raise BadBackup(f"{name} has {found} rows instead of {count}")


def check_log(file: Path) -> list[SiteCheck]:
    """Fold the log of each site and compare its rows, as `aufruf check` does."""
    with opened(file) as copy:
        return check_database(copy)


def differing(checks: list[SiteCheck]) -> Iterator[str]:
    """Yield the sites whose log and rows tell different things."""
    return (check.site_id for check in checks if check.differences)
