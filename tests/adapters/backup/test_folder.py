"""Which backups go when one is made: good ones and those in which log and rows differ."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.adapters.backup import folder

DAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def all_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in them is another test's matter."""
    monkeypatch.setattr(folder, "looks_whole", lambda _: True)


def made(where: Path, night: int, *, is_differing: bool) -> Path:
    path = folder.named(folder.free_name(where, DAY + timedelta(days=night)), is_differing=is_differing)
    path.touch()
    return path


def test_differing_ones_drive_out_their_like_alone(tmp_path: Path) -> None:
    good = [made(tmp_path, night, is_differing=False) for night in range(2)]
    bad = [made(tmp_path, night, is_differing=True) for night in range(2, 6)]
    assert set(folder.prune(tmp_path, 2, bad[-1])) == set(bad[:2])
    assert {one.path for one in folder.kept(tmp_path)} == {*good, *bad[2:]}


def test_once_log_and_rows_agree_again_differing_ones_go_with_their_time(tmp_path: Path) -> None:
    bad = [made(tmp_path, night, is_differing=True) for night in range(2)]
    good = [made(tmp_path, night, is_differing=False) for night in range(2, 4)]
    assert set(folder.prune(tmp_path, 3, good[-1])) == {bad[0]}
    made_last = made(tmp_path, 4, is_differing=False)
    assert set(folder.prune(tmp_path, 3, made_last)) == {bad[1]}
    assert {one.path for one in folder.kept(tmp_path)} == {*good, made_last}
