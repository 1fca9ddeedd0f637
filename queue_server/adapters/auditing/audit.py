"""The whole audit: database, logs, spool; what was searched, and what was found where.

What must not live here: the words of the report (`commands.privacy`), or when it runs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Connection

from queue_server.adapters.auditing import rows, texts
from queue_server.adapters.auditing.copies import late_copies
from queue_server.adapters.auditing.searching import Finding, Searcher


@dataclass(frozen=True, slots=True)
class Audit:
    """What was searched, and found. `in_time` are messages of the spool that may lie there for two days."""

    column_count: int
    table_count: int
    mark_count: int
    log_count: int
    spooled: int
    in_time: int
    findings: Sequence[Finding]

    @property
    def counted(self) -> Mapping[str, int]:
        """How often something was found, for each place and kind."""
        return Counter(f"{one.place}: {one.kind} {one.how}" for one in self.findings)


def audit(
    connection: Connection,
    key: bytes,
    now: datetime,
    spool: Path,
    logs: Iterable[Path] = (),
    lines: Iterable[str] | None = None,
) -> Audit:
    """Search everything, and change nothing. `lines` is a log that comes from another program.

    Raises OSError for a log that is not there. `key` is the server's, derived for `forgetting.marks.ERASED`.
    """
    searcher = Searcher.of(connection, key)
    columns = rows.searched_columns()
    files = texts.files_of(logs)
    late, in_time = texts.spooled(spool, now)
    findings = [
        *rows.overdue(connection, now),
        *late_copies(connection, now),
        *rows.search(connection, searcher),
        *(one for path in files for one in texts.search_log(path, searcher)),
        *texts.search_lines("log -", lines or (), searcher),
        *(one for path in late for one in texts.search_message(path, searcher)),
    ]
    return Audit(
        sum(map(len, columns.values())),
        len(columns),
        len(searcher.marks),
        len(files) + (lines is not None),
        len(late),
        in_time,
        findings,
    )
