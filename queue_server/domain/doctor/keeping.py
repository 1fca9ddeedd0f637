"""What keeps the town's data: database, backups, the key, rights on files, what must be forgotten."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from queue_server.domain.doctor.findings import Finding

TOO_OLD: Final = timedelta(days=3)
NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "davfs", "fuse.sshfs"}
    | {"fuse.davfs2", "fuse.rclone", "fuse.glusterfs", "vboxsf", "ncpfs"}
)
"""File systems on which SQLite's locks, or its shared memory, cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Database:
    """`trouble`: why it cannot be opened. `file_system` is empty on PostgreSQL.

    `damage` is the first line of SQLite's own check; `differing` are sites whose log and rows disagree.
    """

    trouble: str = ""
    is_newest_shape: bool = True
    file_system: str = ""
    damage: str = ""
    differing: tuple[str, ...] = ()


def database(facts: Database) -> Iterator[Finding]:
    if facts.file_system in NETWORK:
        yield Finding("database_on_network", params={"kind": facts.file_system})
    if facts.trouble:
        yield Finding("database_unusable", params={"why": facts.trouble})
    elif not facts.is_newest_shape:
        yield Finding("database_old_shape")
    if facts.damage:
        yield Finding("database_damaged", params={"why": facts.damage})
    for site_id in facts.differing:
        yield Finding("log_and_rows_differ", site_id)


@dataclass(frozen=True, slots=True)
class Backups:
    """The folder of backups. `wanted` false: a demo, or PostgreSQL, whose backups are made elsewhere."""

    now: datetime
    newest: datetime | None
    begun: datetime | None = None
    wanted: bool = True
    differs: bool = False
    whole: bool = True
    same_disk: bool = False
    error: str = ""


def backups(facts: Backups) -> Iterator[Finding]:
    if not facts.wanted:
        return
    if facts.error:
        yield Finding("backup_failed", params={"why": facts.error})
    if facts.newest is None:
        # On its first day a town has none yet.
        if facts.begun is None or facts.now - facts.begun > timedelta(days=1):
            yield Finding("backup_never")
    elif facts.now - facts.newest > TOO_OLD:
        yield Finding("backup_old", params={"days": (facts.now - facts.newest).days})
    if facts.newest is not None and not facts.whole:
        yield Finding("backup_unreadable")
    if facts.newest is not None and facts.differs:
        yield Finding("backup_differs")
    if facts.same_disk:
        yield Finding("backup_same_disk")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The server's key. `copied_to` is where a copy lies among the backups, which it opens."""

    there: bool
    open_to_others: bool = False
    copied_to: str = ""


def key_file(facts: KeyFile) -> Iterator[Finding]:
    if not facts.there:
        yield Finding("key_missing")
    if facts.open_to_others:
        yield Finding("key_open")
    if facts.copied_to:
        yield Finding("key_beside_backups", params={"where": facts.copied_to})


@dataclass(frozen=True, slots=True)
class Rights:
    """Files in the data folder that others may read or change, and that are somebody else's."""

    open_to_others: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def rights(facts: Rights) -> Iterator[Finding]:
    for name in facts.open_to_others:
        yield Finding("data_open", name)
    for name in facts.foreign:
        yield Finding("data_foreign", name)


@dataclass(frozen=True, slots=True)
class Privacy:
    """How often the last audit found people's data where none belongs; why erasures are not written down."""

    found: int | None = None
    trouble: str = ""


def privacy(facts: Privacy) -> Iterator[Finding]:
    if facts.found:
        yield Finding("privacy_found", params={"n": facts.found})
    if facts.trouble:
        yield Finding("erasures_unwritten", params={"why": facts.trouble})


@dataclass(frozen=True, slots=True)
class DaySheets:
    """Why the sheets could not be made last; `is_open`: some site is open now."""

    trouble: str = ""
    is_open: bool = False


def day_sheets(facts: DaySheets) -> Iterator[Finding]:
    if facts.trouble:
        yield Finding("day_sheets_failed", params={"why": facts.trouble}, is_open=facts.is_open)


def planning(facts: Iterable[tuple[str, date]]) -> Iterator[Finding]:
    """Tell the days on which something was to begin that no longer fits; `facts` are (organisation, day)."""
    for organisation_id, day in sorted(set(facts)):
        yield Finding("planned_unfit", day.isoformat(), organisation_id=organisation_id)


@dataclass(frozen=True, slots=True)
class Speech:
    """The speech engine: its voices by the languages that the sites announce in; None for no voice.

    `trouble` is what happened when a number was really spoken into a file.
    """

    available: bool
    voices: Mapping[str, str | None]
    trouble: str = ""


def speech(facts: Speech) -> Iterator[Finding]:
    if not facts.available:
        yield Finding("speech_missing", params={"why": facts.trouble})
        return
    for language, voice in facts.voices.items():
        if voice is None:
            yield Finding("speech_no_voice", language)
    if facts.trouble:
        yield Finding("speech_broken", params={"why": facts.trouble})
