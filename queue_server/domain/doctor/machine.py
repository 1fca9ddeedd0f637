"""The machine that the server runs on: clock, disks, memory, time zone, the environment of the program."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain.doctor.findings import Finding

MB: Final = 1_000_000
FULL: Final = 200 * MB
LOW: Final = 1_000 * MB
LOW_SHARE: Final = 0.10
INODES_SHARE: Final = 0.05
MEMORY_LOW: Final = 150 * MB
MEMORY_SHARE: Final = 0.05
JUMP: Final = timedelta(seconds=30)
"""A clock that is slewed differs by 0.5 ms a second at most: between two looks that is nothing."""
REMEMBERED: Final = timedelta(days=1)
BEHIND: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Clock:
    """`synced` None: this machine cannot say. `newest` is the latest moment that the database knows of."""

    now: datetime
    synced: bool | None = None
    newest: datetime | None = None
    jumped_at: datetime | None = None
    jump: timedelta = timedelta(0)


def clock(facts: Clock) -> Iterator[Finding]:
    if facts.newest is not None and facts.newest - facts.now > BEHIND:
        minutes = int((facts.newest - facts.now).total_seconds() // 60)
        yield Finding("clock_behind", params={"minutes": minutes})
    if facts.jumped_at is not None and facts.now - facts.jumped_at < REMEMBERED:
        yield Finding("clock_jumped", params={"seconds": round(facts.jump.total_seconds())})
    if facts.synced is False:
        yield Finding("clock_not_synced")


def jump_between(
    before: tuple[datetime, float], after: tuple[datetime, float], least: timedelta = JUMP
) -> timedelta | None:
    """Return how far the wall clock moved beyond the monotonic one; None when that is next to nothing."""
    moved = (after[0] - before[0]) - timedelta(seconds=after[1] - before[1])
    return moved if abs(moved) >= least else None


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder and the file system below it. `inodes` 0: this one has no limit of its own for files."""

    folder: str
    free: int
    total: int
    inodes_free: int = 0
    inodes: int = 0
    writable: bool = True


def disks(facts: tuple[Disk, ...]) -> Iterator[Finding]:
    for one in facts:
        told: Mapping[str, str | int] = {
            "free": one.free // MB,
            "percent": round(100 * one.free / one.total) if one.total else 0,
        }
        if not one.writable:
            yield Finding("folder_unwritable", one.folder)
        elif one.free < FULL:
            yield Finding("disk_full", one.folder, told)
        elif one.free < LOW or one.free < LOW_SHARE * one.total:
            yield Finding("disk_low", one.folder, told)
        if one.inodes and one.inodes_free < INODES_SHARE * one.inodes:
            yield Finding("inodes_low", one.folder, {"free": one.inodes_free})


@dataclass(frozen=True, slots=True)
class Memory:
    """What programs could still get, in bytes."""

    available: int
    total: int


def memory(facts: Memory) -> Iterator[Finding]:
    if facts.available < max(MEMORY_LOW, MEMORY_SHARE * facts.total):
        yield Finding("memory_low", params={"free": facts.available // MB})


@dataclass(frozen=True, slots=True)
class Zones:
    """Minutes east of UTC in winter and summer: of this machine, and of each site; None: zone unknown."""

    machine: tuple[int, int]
    sites: Mapping[str, tuple[str, tuple[int, int] | None]]


def zones(facts: Zones) -> Iterator[Finding]:
    for site_id, (name, offsets) in facts.sites.items():
        if offsets is None:
            yield Finding("time_zone_unknown", site_id, {"zone": name})
    known = {name: offsets for name, offsets in facts.sites.values() if offsets is not None}
    if known and facts.machine not in known.values():
        yield Finding("time_zone_differs", params={"zone": next(iter(known))})


@dataclass(frozen=True, slots=True)
class Environment:
    """The program's virtual environment: with which Python it was made and which one runs it.

    `missing` are packages that are not there, `broken` those that cannot be loaded, with the reason.
    `unjoined` are languages of the visitors whose letters this machine cannot join on slips.
    """

    made_with: str
    runs: str
    missing: tuple[str, ...] = ()
    broken: Mapping[str, str] | None = None
    unjoined: tuple[str, ...] = ()


def environment(facts: Environment) -> Iterator[Finding]:
    if facts.made_with and _minor(facts.made_with) != _minor(facts.runs):
        yield Finding("python_changed", params={"made_with": facts.made_with, "runs": facts.runs})
    for name in facts.missing:
        yield Finding("package_missing", name)
    for name, why in (facts.broken or {}).items():
        yield Finding("package_broken", name, {"why": why})
    for language in facts.unjoined:
        yield Finding("slips_unjoined", language)


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]
