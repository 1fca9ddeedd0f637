"""What this agent has done with its print jobs, kept on its own disk: no slip is printed twice by itself.

A line is on the disk before the act that it announces. Knows no printers and no slips.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

JobState = Literal["received", "sending", "printed", "sent", "refused", "unknown"]
KEPT: Final = timedelta(hours=24)

# synchronous=FULL: after a power cut the journal must still know that bytes were on their way
SETUP: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS job (
    job TEXT NOT NULL, attempt INTEGER NOT NULL, state TEXT NOT NULL, code TEXT, detail TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (job, attempt)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS given (
    epoch TEXT NOT NULL, ticket INTEGER NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (epoch, ticket)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """The last word on one attempt at one job."""

    job: str
    attempt: int
    state: JobState
    code: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A number that somebody has on paper, in the server's stream of sequence numbers `epoch`."""

    epoch: str
    ticket: int
    number: int


class Journal:
    """The agent's journal in one small SQLite file, for one agent; its calls may come from any thread."""

    def __init__(self, path: Path | str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.executescript(SETUP)

    def close(self) -> None:
        self._database.close()

    def write(self, entry: Entry, now: datetime) -> None:
        """Put the entry on the disk, in place of an earlier one of the same attempt."""
        self._database.execute(
            "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job, attempt) DO UPDATE SET "
            "state = excluded.state, code = excluded.code, detail = excluded.detail, at = excluded.at",
            (entry.job, entry.attempt, entry.state, entry.code, entry.detail, now.isoformat()),
        )

    def of(self, job: str) -> list[Entry]:
        """Give the attempts at a job, oldest first."""
        return list(self._entries("WHERE job = ? ORDER BY attempt", job))

    def settle_interrupted(self, now: datetime) -> list[Entry]:
        """Turn what was being sent when the agent died into `unknown`; gives those entries.

        Call at start, before the first job.
        """
        found = self._entries("WHERE state = 'sending' ORDER BY at, job, attempt")
        settled = [Entry(entry.job, entry.attempt, "unknown", "agent_stopped") for entry in found]
        for entry in settled:
            self.write(entry, now)
        return settled

    def settled(self) -> list[Entry]:
        """Give every finished attempt, in order: what may be told again to a server that missed it."""
        return list(self._entries("WHERE state NOT IN ('received', 'sending') ORDER BY at, job, attempt"))

    def give(self, given: Given, now: datetime) -> None:
        """Remember a number, so that a server that was restored can be told of it."""
        self._database.execute(
            "INSERT INTO given VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (given.epoch, given.ticket, given.number, now.isoformat()),
        )

    def given(self) -> list[tuple[Given, datetime]]:
        """Give the numbers of the last day and when each was given, oldest first."""
        query = "SELECT epoch, ticket, number, at FROM given ORDER BY at, ticket"
        with closing(self._database.execute(query)) as rows:
            return [(Given(*row[:3]), datetime.fromisoformat(row[3])) for row in rows.fetchall()]

    def forget_old(self, now: datetime) -> None:
        """Drop what is older than a day."""
        for old in ("DELETE FROM job WHERE at < ?", "DELETE FROM given WHERE at < ?"):
            self._database.execute(old, ((now - KEPT).isoformat(),))

    def _entries(self, condition: str, *values: str) -> Iterator[Entry]:
        query = f"SELECT job, attempt, state, code, detail FROM job {condition}"  # noqa: S608 - our own words
        with closing(self._database.execute(query, values)) as rows:
            for row in rows.fetchall():
                yield Entry(*row)
