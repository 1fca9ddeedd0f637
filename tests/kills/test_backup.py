"""`kill -9` in the middle of a backup or a restore leaves nothing half: the old or the new, and whole."""

import multiprocessing
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from queue_server.adapters.backup.sealed_file import Opening, backup_key
from queue_server.adapters.server_key import create_key_file, load_key_file
from queue_server.cli import main
from tests.kills.hall import Folder, a_folder

FORK = multiprocessing.get_context("fork")


def killed(words: list[str], after_s: float) -> None:
    """Run a subcommand in a process of its own and kill it after a while, unless it is done."""
    process = FORK.Process(target=main, args=(words,))
    process.start()
    time.sleep(after_s)  # the moment is the point
    process.kill()
    process.join()


def marked(folder: Folder, mark: str) -> None:
    with closing(sqlite3.connect(folder.database_path)) as database, database:
        database.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('mark', ?)", (mark,))


def mark_of(folder: Folder) -> str:
    with closing(sqlite3.connect(folder.database_path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return str(database.execute("SELECT value FROM meta WHERE name = 'mark'").fetchone()[0])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = a_folder(tmp_path / "town")
    create_key_file(made.path / "server.key")
    return made


def kill_backups(folder: Folder, times: int, dice: random.Random) -> int:
    """Return how many were done before they were killed."""
    words = ["backup", "--data", str(folder.path), "--keep", "100"]
    for _ in range(times):
        killed(words, dice.random() * 0.6)
    key = backup_key(load_key_file(folder.path / "server.key"))
    done = list((folder.path / "backups").glob("*.backup"))
    for path in done:
        with path.open("rb") as file:
            Opening(file, key).finish()
    assert main(words) == 0
    assert not list((folder.path / "backups").glob(".*"))
    assert not list(folder.path.glob(".backup-work-*"))
    return len(done)


def kill_restores(folder: Folder, times: int, dice: random.Random) -> set[str]:
    """Return which marks the database had after each kill."""
    marked(folder, "backed up")
    words = ["--data", str(folder.path)]
    assert main(["backup", *words]) == 0
    [file] = (folder.path / "backups").glob("*.backup")
    seen = set()
    for _ in range(times):
        marked(folder, "present")
        killed(["restore", str(file), "--yes", *words], dice.random() * 0.6)
        seen.add(mark_of(folder))
        assert main(["check", *words]) == 0
        for aside in folder.path.glob("aufruf-before-restore-*"):
            with closing(sqlite3.connect(aside)) as database:
                mark = database.execute("SELECT value FROM meta WHERE name = 'mark'").fetchone()
            assert mark == ("present",)
            aside.unlink()
    assert main(["restore", str(file), "--yes", *words]) == 0
    assert mark_of(folder) == "backed up"
    assert not list(folder.path.glob(".restore-work-*"))
    return seen


def test_a_killed_backup_is_none_and_the_next_is_whole(folder: Folder) -> None:
    kill_backups(folder, 3, random.Random(1))


def test_a_killed_restore_leaves_the_old_or_the_new(folder: Folder) -> None:
    assert kill_restores(folder, 3, random.Random(1)) <= {"present", "backed up"}


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_killed_backups(folder: Folder) -> None:
    assert 0 < kill_backups(folder, 100, random.Random(2)) < 100


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_killed_restores(folder: Folder) -> None:
    assert kill_restores(folder, 100, random.Random(2)) == {"present", "backed up"}
