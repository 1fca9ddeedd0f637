"""`aufruf restore`: what was there comes back whole, nobody who was erased does, nothing is lost."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import schema
from queue_server.adapters.backup import journal
from queue_server.adapters.backup.copying import Counts, count_rows
from queue_server.adapters.backup.journal import Erased
from queue_server.adapters.backup.journaling import ERASURE
from queue_server.adapters.epoch import restored_at
from queue_server.adapters.post.outbox import OUTBOX
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.settings import Settings
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall, serving
from tests.commands.test_migrate import later_release
from tests.newer_release import make_newer

__all__ = ["later_release"]
SQLITE_ALONE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
NOW = datetime.now(UTC).replace(microsecond=250_001)
LETTER = {
    "organisation_id": "musterstadt",
    "site_id": "rathaus",
    "kind": "booked",
    "payload": {},
    "state": "waiting",
    "created_at": NOW,
    "first_due_at": NOW,
    "due_at": NOW,
}


@pytest.fixture
def busy(place: Place) -> Place:
    fill_hall(place)
    return place


def add_person(conn: Connection, id_: int, **changes: Any) -> None:
    row = {
        "site_id": "rathaus",
        "appointment_id": id_,
        "organisation_id": "musterstadt",
        "name": f"Erika Muster{id_}",
        "needs": [],
        "created_at": NOW,
        "erase_after": NOW + timedelta(days=2),
    }
    conn.execute(sa.insert(PERSON).values(**{**row, **changes}))


def persons(place: Place) -> set[int]:
    with place.database() as database:
        return set(database.read(lambda c: c.execute(sa.select(PERSON.c.appointment_id)).scalars().all()))


def rows(place: Place) -> Counts:
    with place.database() as database:
        return database.read(count_rows)


def backed_up(place: Place, aufruf: Aufruf) -> Path:
    assert aufruf("backup", *place.words).status == 0
    return max(place.settings.backup_folder.glob("*.backup"))


def epoch_of(place: Place) -> str:
    query = sa.text("SELECT value FROM meta WHERE name = 'epoch'")
    with place.database() as database:
        return str(database.read(lambda c: c.execute(query).scalar()))


def write(place: Place, work: Callable[[Connection], object]) -> None:
    with place.database() as database:
        database.write(work)


def test_what_was_there_comes_back_and_the_present_is_kept_aside(busy: Place, aufruf: Aufruf) -> None:
    before = rows(busy)
    file = backed_up(busy, aufruf)
    busy.run_sql("DELETE FROM ticket")
    said = aufruf("restore", file, "--yes", *busy.words)
    assert (said.status, said.last) == (0, "Log and rows agree. Start the server.")
    noted = {"audit_log": before["audit_log"] + 1}
    assert rows(busy) == {**before, **noted, "meta": before["meta"] + 2}
    with busy.database() as database:
        at = database.read(restored_at)
    assert at is not None
    assert NOW < at < datetime.now(UTC)
    assert epoch_of(busy) == busy.settings.epoch_file.read_text().strip()
    assert aufruf("check", "--all-days", *busy.words).status == 0
    assert _aside_tickets(busy) == 0
    assert not list(busy.settings.data.glob(".restore-work-*"))


def _aside_tickets(place: Place) -> int:
    if place.settings.database:
        with place.database() as database:
            names = sa.inspect(database.reader).get_schema_names()
            [aside] = [name for name in names if name.startswith("before_restore_")]
            query = sa.select(sa.func.count()).select_from(sa.table("ticket", schema=aside))
            return int(database.read(lambda c: c.execute(query).scalar_one()))
    [file] = place.settings.data.glob("aufruf-before-restore-*.sqlite3")
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        count = connection.execute(sa.text("SELECT count(*) FROM ticket")).scalar_one()
    engine.dispose()
    return int(count)


def test_a_hall_goes_on_after_it(busy: Place, aufruf: Aufruf) -> None:
    """Ids that the database gives go on behind the last one, also on PostgreSQL."""
    write(busy, lambda c: c.execute(sa.insert(OUTBOX).values(**LETTER, appointment_id=1, dedupe_key="a")))
    file = backed_up(busy, aufruf)
    assert aufruf("restore", file, "--yes", *busy.words).status == 0
    write(busy, lambda c: c.execute(sa.insert(OUTBOX).values(**LETTER, appointment_id=2, dedupe_key="b")))
    with busy.database() as database:
        found = database.read(lambda c: c.execute(sa.select(OUTBOX.c.id, OUTBOX.c.state)).all())
    assert [state for _, state in sorted(map(tuple, found))] == ["held", "waiting"]


def test_nobody_who_was_erased_comes_back(busy: Place, aufruf: Aufruf) -> None:
    """Failure 28: erased on demand (17), since the backup out of time (18), and an id given again (19)."""

    def fill(conn: Connection) -> None:
        add_person(conn, 17)
        add_person(conn, 18, erase_after=NOW - timedelta(seconds=1))
        add_person(conn, 19)
        visit = {"site_id": "rathaus", "organisation_id": "musterstadt", "needs": ["deaf"]}
        conn.execute(sa.insert(VISITOR).values(**visit, ticket_id=4, created_at=NOW))
        conn.execute(sa.insert(VISITOR).values(**visit, ticket_id=5, created_at=NOW - timedelta(days=2)))
        conn.execute(sa.insert(VISITOR).values(**visit, ticket_id=6, created_at=NOW))

    write(busy, fill)
    file = backed_up(busy, aufruf)
    write(busy, lambda c: c.execute(sa.delete(PERSON)))
    journal.append(
        busy.settings.erased_journal,
        [
            Erased("rathaus", "booked_person", 17, NOW, NOW),
            Erased("rathaus", "booked_person", 19, NOW - timedelta(days=30), NOW),
            Erased("rathaus", "visitor_data", 4, NOW, NOW),
        ],
    )
    said = aufruf("restore", file, "--yes", *busy.words)
    assert (said.status, "Erased once more: 4 persons." in said.out) == (0, True)
    assert persons(busy) == {19}
    with busy.database() as database:
        left = database.read(lambda c: c.execute(sa.select(VISITOR.c.ticket_id)).scalars().all())
    assert left == [6]
    if not busy.settings.database:
        data = (busy.settings.data / "aufruf.sqlite3").read_bytes()
        assert b"Muster19" in data
        assert b"Muster17" not in data


@SQLITE_ALONE
def test_without_the_journal_it_is_refused_unless_told(busy: Place, aufruf: Aufruf) -> None:
    """Failure 28."""
    file = backed_up(busy, aufruf)
    busy.settings.erased_journal.unlink()
    before = epoch_of(busy)
    said = aufruf("restore", file, "--yes", *busy.words)
    assert (said.status, "--without-journal" in said.err) == (1, True)
    assert epoch_of(busy) == before
    assert aufruf("restore", file, "--yes", "--without-journal", *busy.words).status == 0


@SQLITE_ALONE
def test_an_empty_journal_of_a_server_that_ran_once_is_refused(busy: Place, aufruf: Aufruf) -> None:
    """Failure 28: with it all who were erased since would come back."""
    told = {"organisation_id": "musterstadt", "site_id": "rathaus", "kind": "booked_person", "ref": 17}
    write(busy, lambda c: c.execute(sa.insert(ERASURE).values(**told, kept_since=NOW, at=NOW)))
    file = backed_up(busy, aufruf)
    whole = busy.settings.erased_journal.read_bytes()
    before = epoch_of(busy)
    busy.settings.erased_journal.write_bytes(b"")
    said = aufruf("restore", file, "--yes", *busy.words)
    assert (said.status, "1 persons whom the backup knows" in said.err) == (1, True)
    assert epoch_of(busy) == before
    busy.settings.erased_journal.write_bytes(whole)
    assert aufruf("restore", file, "--yes", *busy.words).status == 0


@SQLITE_ALONE
def test_for_trying_out_the_connections_stay_in_the_backup(busy: Place, aufruf: Aufruf) -> None:
    busy.settings.connections_file.write_text("# the town's mail server\n")
    file = backed_up(busy, aufruf)
    busy.settings.connections_file.unlink()
    said = aufruf("restore", file, "--yes", "--without-connections", *busy.words)
    assert (said.status, "connections.toml stays in the backup." in said.out) == (0, True)
    assert not busy.settings.connections_file.exists()


@SQLITE_ALONE
def test_a_torn_line_in_the_journal_is_told(busy: Place, aufruf: Aufruf) -> None:
    file = backed_up(busy, aufruf)
    busy.settings.erased_journal.write_text('{"site": "rat')
    said = aufruf("restore", file, "--yes", *busy.words)
    assert (said.status, "1 torn lines, the first is line 1" in said.out) == (0, True)


@SQLITE_ALONE
def test_it_comes_back_on_a_new_machine_with_the_key_and_a_letter_waits_for_staff(
    busy: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    busy.settings.connections_file.write_text("# the town's mail server\n")
    write(busy, lambda c: c.execute(sa.insert(OUTBOX).values(**LETTER, appointment_id=1, dedupe_key="a")))
    share = tmp_path / "share"
    assert aufruf("backup", "--to", share, *busy.words).status == 0
    [file] = share.glob("*.backup")
    new = Place(Settings(data=tmp_path / "new"))
    new.settings.data.mkdir()
    missing = aufruf("restore", file, "--yes", *new.words)
    assert (missing.status, "key file problem" in missing.err) == (1, True)
    shutil.copy(busy.settings.key_file, new.settings.key_file)
    said = aufruf("restore", file, "--yes", *new.words)
    assert (said.status, "may have been sent before: 1." in said.out) == (0, True)
    assert "There was no database before." in said.out
    assert new.settings.connections_file.read_text() == "# the town's mail server\n"
    assert new.settings.connections_file.stat().st_mode & 0o777 == 0o600
    assert aufruf("check", *new.words).last == "Log and rows agree."
    with serving(new):
        assert epoch_of(new) == new.settings.epoch_file.read_text().strip() != epoch_of(busy)


@SQLITE_ALONE
def test_connections_that_were_set_up_here_stay(busy: Place, aufruf: Aufruf) -> None:
    busy.settings.connections_file.write_text("old")
    file = backed_up(busy, aufruf)
    busy.settings.connections_file.write_text("new")
    said = aufruf("restore", file, "--yes", *busy.words)
    assert "was left as it is" in said.out
    assert busy.settings.connections_file.read_text() == "new"


@pytest.mark.parametrize("empty_place", ["postgresql"], indirect=True)
def test_a_backup_may_move_to_the_other_database(busy: Place, aufruf: Aufruf, tmp_path: Path) -> None:
    """One form serves both; the way back is every other test on PostgreSQL, whose backups are such files."""
    other = Place(Settings(data=tmp_path / "other"))
    file = backed_up(busy, aufruf)
    other.settings.data.mkdir()
    shutil.copy(busy.settings.key_file, other.settings.key_file)
    assert aufruf("restore", file, "--yes", *other.words).status == 0
    assert aufruf("check", "--all-days", *other.words).status == 0
    assert rows(other) == {**rows(busy), "meta": rows(other)["meta"]}


@SQLITE_ALONE
def test_an_older_shape_is_brought_up_to_date(
    busy: Place, aufruf: Aufruf, request: pytest.FixtureRequest
) -> None:
    file = backed_up(busy, aufruf)
    request.getfixturevalue("later_release")
    assert aufruf("restore", file, "--yes", *busy.words).status == 0
    with busy.database() as database:
        assert database.read(schema.current) == "9001"
    assert aufruf("check", *busy.words).status == 0


@SQLITE_ALONE
def test_a_newer_shape_is_refused(busy: Place, aufruf: Aufruf, monkeypatch: pytest.MonkeyPatch) -> None:
    file, shape = backed_up(busy, aufruf), schema.head()
    monkeypatch.setattr(schema, "_revisions", lambda: ["0001"])
    said = aufruf("restore", file, "--yes", *busy.words)
    assert (said.status, f"a newer version of Aufruf made it (shape {shape})" in said.err) == (1, True)
    assert "nothing was changed" in said.err


@SQLITE_ALONE
def test_a_newer_shape_that_this_version_reads_is_restored(busy: Place, aufruf: Aufruf) -> None:
    """After an update went back, its backups are the newer version's shape."""
    with busy.database() as database:
        database.write(make_newer)
    file = backed_up(busy, aufruf)
    assert aufruf("restore", file, "--yes", *busy.words).status == 0
    with busy.database() as database:
        assert database.read(schema.current) == "9001"
    assert aufruf("check", *busy.words).status == 0


@SQLITE_ALONE
def test_damage_is_refused_before_anything_is_touched(busy: Place, aufruf: Aufruf) -> None:
    file = backed_up(busy, aufruf)
    before = busy.settings.data / "aufruf.sqlite3"
    known = (before.stat().st_mtime_ns, before.stat().st_ino)
    whole = file.read_bytes()
    for place_ in (3, 100, len(whole) // 2, len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place_] ^= 4
        file.write_bytes(damaged)
        said = aufruf("restore", file, "--yes", *busy.words)
        assert (said.status, "nothing was changed" in said.err) == (1, True)
    assert (before.stat().st_mtime_ns, before.stat().st_ino) == known


@SQLITE_ALONE
def test_it_refuses_beside_a_server_and_beside_any_other_program(busy: Place, aufruf: Aufruf) -> None:
    with serving(busy):
        file = backed_up(busy, aufruf)
        said = aufruf("restore", file, "--yes", *busy.words)
        assert (said.status, "a server uses" in said.err) == (1, True)
    with closing(sqlite3.connect(busy.settings.data / "aufruf.sqlite3")) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM ticket").fetchone()
        said = aufruf("restore", file, "--yes", *busy.words)
        assert (said.status, "is in use" in said.err) == (1, True)
    assert aufruf("restore", file, "--yes", *busy.words).status == 0


@SQLITE_ALONE
def test_a_database_that_is_broken_is_kept_aside_too(busy: Place, aufruf: Aufruf) -> None:
    file = backed_up(busy, aufruf)
    broken = busy.settings.data / "aufruf.sqlite3"
    broken.write_bytes(b"rust" * 5000)
    assert aufruf("restore", file, "--yes", *busy.words).status == 0
    [aside] = busy.settings.data.glob("aufruf-before-restore-*.sqlite3")
    assert aside.read_bytes() == b"rust" * 5000
    assert aufruf("check", *busy.words).status == 0


@SQLITE_ALONE
def test_a_restore_that_breaks_off_leaves_the_old_or_the_new(
    busy: Place, aufruf: Aufruf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the two steps that change anything: naming the old one, and putting the new one in its place."""
    file = backed_up(busy, aufruf)
    busy.run_sql("UPDATE ticket SET secret_version = 9")
    for step in ("link", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(f"queue_server.adapters.backup.into_sqlite.{_OF[step]}", _break_off)
            with pytest.raises(PowerCut):
                aufruf("restore", file, "--yes", *busy.words)
        assert _secret_versions(busy) == {9}
        assert aufruf("check", *busy.words).status == 0


def _secret_versions(place: Place) -> set[int]:
    query = sa.text("SELECT secret_version FROM ticket")
    with place.database() as database:
        return set(database.read(lambda c: c.execute(query).scalars().all()))


class PowerCut(BaseException):
    """Nothing catches it."""


_OF = {"link": "os.link", "replace": "Path.replace"}


def _break_off(*_: object) -> None:
    raise PowerCut


@pytest.mark.parametrize("empty_place", ["postgresql"], indirect=True)
def test_on_postgresql_it_is_all_or_nothing_and_beside_nobody(
    busy: Place, aufruf: Aufruf, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(busy, aufruf)
    before, epoch = rows(busy), epoch_of(busy)
    with busy.database() as database, database.reader.connect() as other:
        other.execute(sa.text("SELECT 1"))
        said = aufruf("restore", file, "--yes", *busy.words)
        assert (said.status, "other programs have the database open" in said.err) == (1, True)
    with monkeypatch.context() as patch:
        patch.setattr("queue_server.adapters.backup.into_postgresql._count_on", _break_off)
        with pytest.raises(PowerCut):
            aufruf("restore", file, "--yes", *busy.words)
    assert (rows(busy), epoch_of(busy)) == (before, epoch)
    assert aufruf("restore", file, "--yes", *busy.words).status == 0


@SQLITE_ALONE
def test_it_asks_before_it_does_anything(busy: Place, aufruf: Aufruf) -> None:
    file = backed_up(busy, aufruf)
    said = aufruf("restore", file, *busy.words)
    assert (said.status, said.last) == (0, "Nothing was restored. To restore this, say --yes.")
    assert "All that happened since will be missing." in said.out
    assert not list(busy.settings.data.glob("aufruf-before-*"))
