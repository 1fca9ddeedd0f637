"""One backup a night, whatever starts and stops meanwhile; by day only where the nights are missed."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.live import backups
from queue_server.live.backups import Backups, BackupState, is_due

BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("newest", "now", "due"),
    [
        ("11-19T02:10", "11-20T01:50", False),  # not night yet
        ("11-19T02:10", "11-20T02:00", True),
        ("11-20T02:00", "11-20T02:10", False),  # this night's is there, also after a restart
        ("11-20T02:00", "11-20T04:59", False),
        ("11-19T14:00", "11-20T02:00", True),  # one by hand in the afternoon is not the night's
        ("11-19T02:00", "11-20T03:59", True),
        ("11-19T02:00", "11-20T05:10", True),  # the machine was off at night
        ("11-19T08:00", "11-20T08:10", False),
        ("11-19T08:00", "11-20T10:10", True),
        ("11-21T02:00", "11-20T12:00", True),  # a clock that was wrong hides nothing for ever
        (None, "11-20T12:00", True),
        ("10-25T02:00", "10-25T02:50", False),  # the hour that comes twice
        ("03-28T02:00", "03-29T03:10", True),  # the night without the hour between two and three
    ],
)
def test_when_a_backup_is_due(newest: str | None, now: str, due: bool) -> None:
    assert is_due((newest and local(newest)) or None, local(now), BERLIN) is due


class Child:
    """Stands for the child process, which `tests/commands/test_backup.py` starts for real."""

    def __init__(self) -> None:
        self.made: list[datetime] = []
        self.now = local("11-20T02:30")
        self.error = ""

    def newest(self) -> datetime | None:
        return max(self.made, default=None)

    async def make(self) -> str:
        if not self.error:
            self.made.append(self.now)
        return self.error


def watch(child: Child | None, now: datetime | None = None) -> Backups:
    return Backups(child, lambda: child.now if child else local("11-20T02:30"), lambda: BERLIN)


async def test_one_is_made_in_each_night_also_over_restarts() -> None:
    child = Child()
    assert await watch(child).look()
    for minutes in range(10, 24 * 60 * 3, 10):
        child.now = local("11-20T02:30") + timedelta(minutes=minutes)
        await watch(child).look()
    nights = [made.astimezone(BERLIN).date().day for made in child.made]
    assert nights == [20, 21, 22, 23]


async def test_what_went_wrong_is_told_until_it_goes_right() -> None:
    child = Child()
    watching = watch(child)
    child.error = "no space left"
    assert await watching.look()
    assert await watching.state() == BackupState(None, "no space left")
    child.error = ""
    assert await watching.look()
    child.now += timedelta(hours=1)
    assert await watching.state() == BackupState(3600, "")


async def test_a_backup_made_by_hand_ends_what_went_wrong() -> None:
    child = Child()
    watching = watch(child)
    child.made, child.error = [child.now - timedelta(days=1)], "no space left"
    assert await watching.look()
    assert (await watching.state()).error == "no space left", "the one before is older than the try"
    child.now += timedelta(hours=6)
    child.made.append(child.now)
    assert await watching.state() == BackupState(0, "")
    assert not await watching.look()


async def test_a_folder_that_hangs_is_told_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "PATIENCE_S", 0.02)
    back, child = threading.Event(), Child()
    monkeypatch.setattr(child, "newest", lambda: back.wait(20) and None)
    watching = watch(child)
    for _ in range(3):
        assert not await watching.look()
        assert await watching.state() == BackupState(None, "the folder does not answer")
    back.set()


async def test_it_looks_by_itself_after_a_while_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    child = Child()
    watching = watch(child)
    watching.start()
    await asyncio.sleep(0.01)
    await watching.stop()
    assert not child.made, "a start is no time to be slow, nor an end"
    monkeypatch.setattr(backups, "LOOK_EVERY_S", 0)
    watching = watch(child)
    watching.start()
    while not child.made:
        await asyncio.sleep(0)
    await watching.stop()
    assert len(child.made) == 1


async def test_where_none_are_made_none_are_told() -> None:
    watching = watch(None)
    watching.start()
    assert not await watching.look()
    assert await watching.state() == BackupState(None, "")
    await watching.stop()
