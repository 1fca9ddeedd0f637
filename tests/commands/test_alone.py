"""What changes a database as a whole leaves nothing of visitors lying about."""

import sqlite3
from contextlib import closing
from pathlib import Path

from queue_server.commands.alone import put_copy_aside
from queue_server.commands.running import RESTORE_WORK, server_lock
from queue_server.settings import Settings


def test_a_copy_put_aside_has_no_free_pages_of_whom_was_erased(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    file = tmp_path / "aufruf.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("CREATE TABLE person (name TEXT)")
        database.executemany("INSERT INTO person VALUES (?)", [("Erika Muster",)] * 5000)
        database.commit()
        database.execute("DELETE FROM person")
        database.commit()
    file.chmod(0o600)
    assert b"Erika Muster" in file.read_bytes()
    put_copy_aside(settings, "migrate")
    [copy] = tmp_path.glob("aufruf-before-migrate-*.sqlite3")
    assert b"Erika Muster" not in copy.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    put_copy_aside(settings, "migrate")
    assert len(list(tmp_path.glob("aufruf-before-migrate-*.sqlite3"))) == 2, "also in the same second"


def test_what_a_killed_restore_unpacked_goes_when_a_server_starts(tmp_path: Path) -> None:
    left = tmp_path / f"{RESTORE_WORK}killed"
    left.mkdir()
    (left / "database.sqlite3").write_text("visitors")
    with server_lock(Settings(data=tmp_path)):
        assert not left.exists()
