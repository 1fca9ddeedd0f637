"""The folder of day sheets."""

import os
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest

from queue_server.adapters.daysheet import folder

DAY = date(2026, 3, 10)


def test_a_sheet_appears_whole_and_replaces_the_one_before(tmp_path: Path) -> None:
    first = folder.put(tmp_path / "share", "rathaus", DAY, b"first")
    assert (first.name, first.read_bytes()) == ("rathaus-2026-03-10.pdf", b"first")
    folder.put(tmp_path / "share", "rathaus", DAY, b"second")
    assert [path.read_bytes() for path in (tmp_path / "share").iterdir()] == [b"second"]


def test_a_tight_umask_keeps_no_reader_out(tmp_path: Path) -> None:
    """The unit of the server has UMask=0077."""
    before = os.umask(0o077)
    try:
        sheet = folder.put(tmp_path / "share", "rathaus", DAY, b"x")
        named = folder.put(tmp_path / "share", "rathaus", DAY, b"x", names=True)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "share", sheet, named)]
    assert modes == [0o755, 0o644, 0o600]


def test_what_breaks_off_leaves_the_old_sheet_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put(tmp_path, "rathaus", DAY, b"first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.put(tmp_path, "rathaus", DAY, b"second")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"first"]


def test_names_are_for_who_asked_alone(tmp_path: Path) -> None:
    path = folder.put(tmp_path, "rathaus", DAY, b"x", names=True)
    assert (path.name, path.stat().st_mode & 0o777) == ("rathaus-2026-03-10-names.pdf", 0o600)


def test_sheets_of_days_long_over_go_and_nothing_else(tmp_path: Path) -> None:
    for days in (0, 7, 8):
        folder.put(tmp_path, "rathaus", DAY - timedelta(days=days), b"x")
    folder.put(tmp_path, "rathaus", DAY - timedelta(days=30), b"x", names=True)
    (tmp_path / "Dienstplan.pdf").touch()
    gone = [path.name for path in folder.prune(tmp_path, DAY)]
    assert gone == ["rathaus-2026-02-08-names.pdf", "rathaus-2026-03-02.pdf"]
    assert (tmp_path / "Dienstplan.pdf").exists()
