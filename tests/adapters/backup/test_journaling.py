"""Who was erased stands in the journal soon after, once, and again when the journal is lost."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters.backup import journal
from queue_server.adapters.backup.journaling import ERASURE, OVERLAP, Journaling
from queue_server.adapters.database import Database
from tests.town_hall import at

SINCE, NOW = at("08:00"), at("09:00")


def erased(database: Database, *refs: int) -> None:
    common = {
        "organisation_id": "t",
        "site_id": "hall",
        "kind": "booked_person",
        "kept_since": SINCE,
        "at": NOW,
    }
    database.write(lambda c: c.execute(sa.insert(ERASURE), [{**common, "ref": ref} for ref in refs]))


def refs(path: Path) -> list[int]:
    return [entry.ref for entry in journal.read(path).entries]


def test_it_stands_there_once(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "backups" / journal.NAME
    erased(database, 1, 2)
    writing = Journaling(path)
    assert database.read(writing.write_down) == 2
    assert database.read(writing.write_down) == 0
    erased(database, 3)
    assert database.read(writing.write_down) == 1
    assert database.read(Journaling(path).write_down) == 0, "a new process reads what is there"
    assert refs(path) == [1, 2, 3]
    assert journal.read(path).entries[0] == journal.Erased("hall", "booked_person", 1, SINCE, NOW)


def test_who_is_erased_after_old_rows_went_is_written_down_too(database: Database, tmp_path: Path) -> None:
    """SQLite gives the last id again once its row is gone."""
    writing = Journaling(tmp_path / "journal")
    erased(database, 1, 2)
    database.read(writing.write_down)
    database.write(lambda c: c.execute(sa.delete(ERASURE)))
    erased(database, 3)
    assert database.read(writing.write_down) == 1


def test_a_journal_on_a_new_disk_is_written_anew(database: Database, tmp_path: Path) -> None:
    erased(database, 1, 2)
    database.read(Journaling(tmp_path / "lost").write_down)
    database.read(Journaling(tmp_path / "new").write_down)
    assert refs(tmp_path / "new") == [1, 2]


def test_a_journal_is_there_before_anybody_was_erased(database: Database, tmp_path: Path) -> None:
    """A restore refuses without one: it could not tell an empty journal from a lost one."""
    database.read(Journaling(tmp_path / "a" / "erased.journal").write_down)
    assert refs(tmp_path / "a" / "erased.journal") == []


def test_a_row_that_is_committed_late_is_not_missed(database: Database, tmp_path: Path) -> None:
    """PostgreSQL gives ids before the commit: the lower one may become visible after the higher one."""
    erased(database, *range(5))
    late = database.write(
        lambda c: c.execute(sa.delete(ERASURE).where(ERASURE.c.ref == 2).returning(*ERASURE.c)).one()
    )
    writing = Journaling(tmp_path / "j")
    database.read(writing.write_down)
    database.write(lambda c: c.execute(sa.insert(ERASURE).values(late._asdict())))
    assert database.read(writing.write_down) == 1
    assert sorted(refs(tmp_path / "j")) == [0, 1, 2, 3, 4]
    assert OVERLAP > 64, "more than one batch erases"


def test_what_cannot_be_written_is_tried_again(database: Database, tmp_path: Path) -> None:
    erased(database, 1)
    path = tmp_path / "j"
    path.mkdir()  # something is in the way
    writing = Journaling(path)
    with pytest.raises(OSError, match="directory"):
        database.read(writing.write_down)
    path.rmdir()
    assert database.read(writing.write_down) == 1
