"""The epoch: one for each unbroken stream, on both databases."""

from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.epoch import META, NAME, new_epoch, settle_epoch


def test_a_restart_keeps_the_epoch(database: Database, tmp_path: Path) -> None:
    first = settle_epoch(database, tmp_path / "data" / "epoch")
    assert settle_epoch(database, tmp_path / "data" / "epoch") == first


def test_a_file_that_was_restored_begins_anew(database: Database, tmp_path: Path) -> None:
    """A restored backup must not pose as the old stream: its numbers would mean other entries."""
    beside = tmp_path / "epoch"
    old = settle_epoch(database, beside)
    newer = new_epoch(database, beside)
    database.write(lambda c: c.execute(sa.update(META).where(META.c.name == NAME).values(value=old)))
    restored = settle_epoch(database, beside)
    assert restored not in {old, newer}
    assert settle_epoch(database, beside) == restored


def test_a_database_that_was_moved_without_its_file_begins_anew(database: Database, tmp_path: Path) -> None:
    first = settle_epoch(database, tmp_path / "here" / "epoch")
    assert settle_epoch(database, tmp_path / "there" / "epoch") != first


def test_a_crash_half_way_is_done_again(database: Database, tmp_path: Path) -> None:
    beside = tmp_path / "epoch"
    first = settle_epoch(database, beside)
    new_epoch(database, tmp_path / "never seen")  # the database knows the new one, the file the old
    assert settle_epoch(database, beside) != first
    assert not list(tmp_path.glob("*.new"))
