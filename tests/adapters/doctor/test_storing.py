"""Backups, key and rights: files as they might lie there, and what the doctor says of them."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.adapters.doctor import storing
from queue_server.domain.doctor import keeping
from tests.newer_release import make_newer

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as `aufruf init` makes it, a month old."""
    folder = tmp_path / "town"
    folder.mkdir(mode=0o700)
    for name in ("server.key", "aufruf.sqlite3", "connections.toml"):
        (folder / name).write_bytes(os.urandom(32))
        (folder / name).chmod(0o600)
    born = (NOW - timedelta(days=30)).timestamp()
    os.utime(folder / "server.key", (born, born))
    return folder


def backup(folder: Path, age: timedelta, more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"aufruf-{NOW - age:%Y%m%dT%H%M%SZ}{more}.backup"
    path.write_bytes(b"no header")
    return path


def codes_of_backups(data: Path) -> list[str]:
    return [one.code for one in keeping.backups(storing.backups(data / "backups", data, NOW))]


def test_a_town_without_a_backup_is_told_of(data: Path) -> None:
    assert codes_of_backups(data) == ["backup_never"]
    os.utime(data / "server.key", (NOW.timestamp(), NOW.timestamp()))
    assert codes_of_backups(data) == [], "its first night comes"


def test_a_backup_on_the_fourth_day_is_too_old(data: Path) -> None:
    backup(data / "backups", timedelta(days=2, hours=23))
    assert "backup_old" not in codes_of_backups(data)
    (path,) = (data / "backups").iterdir()
    path.unlink()
    backup(data / "backups", timedelta(days=3, hours=1))
    assert codes_of_backups(data) == ["backup_old", "backup_unreadable", "backup_same_disk"]


def test_a_backup_in_which_log_and_rows_differ_is_told_of(data: Path) -> None:
    backup(data / "backups", timedelta(hours=4), "-differs")
    assert "backup_differs" in codes_of_backups(data)


def test_a_database_that_a_newer_version_brought_up_is_as_it_should_be(tmp_path: Path) -> None:
    """The way back of an update."""
    file = tmp_path / "aufruf.sqlite3"
    engines = Database(f"sqlite:///{file}")
    try:
        schema.upgrade(engines)
        engines.write(make_newer)
        assert storing.database(f"sqlite:///{file}", file, quick=True).is_newest_shape
        engines.write(lambda conn: conn.execute(sa.text("UPDATE compatibility SET readable_from = '9001'")))
        assert not storing.database(f"sqlite:///{file}", file, quick=True).is_newest_shape
    finally:
        engines.dispose()


def test_a_key_that_others_may_read_and_a_copy_beside_the_backups(data: Path) -> None:
    def codes() -> list[str]:
        return [one.code for one in keeping.key_file(storing.key_file(data / "server.key", data / "backups"))]

    assert codes() == []
    (data / "server.key").chmod(0o644)
    backup(data / "backups", timedelta(hours=4))
    (data / "backups" / "key-copy").write_bytes((data / "server.key").read_bytes())
    assert codes() == ["key_open", "key_beside_backups"]
    (data / "server.key").unlink()
    assert codes() == ["key_missing"]


def test_files_that_others_may_read_are_named_unless_the_folder_is_closed(data: Path) -> None:
    (data / "aufruf.sqlite3").chmod(0o644)
    assert storing.rights(data).open_to_others == ()
    data.chmod(0o755)
    assert storing.rights(data).open_to_others == ("aufruf.sqlite3",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_a_file_of_another_user_is_named(data: Path) -> None:
    os.chown(data / "aufruf.sqlite3", 1234, -1)
    assert storing.rights(data).foreign == ("aufruf.sqlite3",)
    assert [one.code for one in keeping.rights(storing.rights(data))] == ["data_foreign"]
    for name in ("daysheets/rathaus-2026-11-21.pdf", "tls/server.pem", "backups/erased.journal"):
        (data / name).parent.mkdir(mode=0o700)
        (data / name).touch(0o600)
        os.chown(data / name, 1234, -1)
    assert len(storing.rights(data).foreign) == 4, "what root left there the server cannot write anew"
    assert not stat.S_IMODE((data / "aufruf.sqlite3").stat().st_mode) & 0o077
