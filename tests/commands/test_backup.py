"""`aufruf backup`: a copy beside a running server that was proved to open, and never the only one lost."""

import fcntl
from pathlib import Path

import pytest

from queue_server.adapters import schema
from queue_server.adapters.backup import journal
from queue_server.adapters.backup.apart import BackupChild
from queue_server.adapters.backup.sealed_file import read_header
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall

SQLITE_ALONE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


@pytest.fixture
def busy(place: Place) -> Place:
    fill_hall(place)
    return place


def backups(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.backup"))


def test_a_backup_is_made_opened_again_and_told(busy: Place, aufruf: Aufruf) -> None:
    said = aufruf("backup", *busy.words)
    assert (said.status, said.last) == (0, "Log and rows agree.")
    [made] = backups(busy.settings.backup_folder)
    assert said.out.startswith(f"{made}: ")
    assert "Opened again: " in said.out
    assert made.stat().st_mode & 0o777 == 0o600
    with made.open("rb") as file:
        header = read_header(file)
    assert header.shape == schema.head()
    assert b"musterstadt" not in made.read_bytes().lower()


@SQLITE_ALONE
def test_nothing_unsealed_stays_behind(busy: Place, aufruf: Aufruf) -> None:
    before = {path.name for path in busy.settings.data.iterdir()}
    aufruf("backup", *busy.words)
    after = {path.name for path in busy.settings.data.iterdir()}
    assert after - before == {"backups", "backup.lock"}


@SQLITE_ALONE
def test_what_a_killed_backup_left_goes_with_the_next(busy: Place, aufruf: Aufruf) -> None:
    folder = busy.settings.backup_folder
    folder.mkdir()
    (folder / ".aufruf-20261119T020000Z.backup.partial").write_text("half")
    (busy.settings.data / ".backup-work-x").mkdir()
    (busy.settings.data / ".backup-work-x" / "copy").write_text("half")
    assert aufruf("backup", *busy.words).status == 0
    assert [path.name[0] for path in folder.iterdir()] != ["."]
    assert not list(folder.glob(".*"))
    assert not list(busy.settings.data.glob(".backup-work-*"))


def test_the_journal_of_the_erased_lies_beside_every_backup(
    busy: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    """Failure 28."""
    busy.run_sql(
        "INSERT INTO erasure (organisation_id, site_id, kind, ref, kept_since, at) VALUES"
        " ('musterstadt', 'rathaus', 'booked_person', 17,"
        " '2026-11-19 08:30:00+00:00', '2026-11-20 02:00:00+00:00')"
    )
    aufruf("backup", *busy.words, "--to", tmp_path / "share")
    aufruf("backup", *busy.words, "--to", tmp_path / "share")
    for path in (busy.settings.erased_journal, tmp_path / "share" / journal.NAME):
        assert [entry.ref for entry in journal.read(path).entries] == [17]


@SQLITE_ALONE
def test_the_newest_stay_and_what_cannot_be_read_takes_nobodys_place(place: Place, aufruf: Aufruf) -> None:
    folder = place.settings.backup_folder
    for _ in range(3):
        assert aufruf("backup", *place.words).status == 0
    first, *_, last = backups(folder)
    last.write_bytes(b"rust")
    said = aufruf("backup", *place.words, "--keep", "2")
    assert f"removed: {first.name}" in said.out
    left = backups(folder)
    assert len(left) == 3
    assert last in left


def test_a_backup_with_a_contradiction_in_it_is_kept_but_drives_none_out(busy: Place, aufruf: Aufruf) -> None:
    aufruf("backup", *busy.words)
    busy.run_sql("UPDATE ticket SET persons = 7")
    said = aufruf("backup", *busy.words, "--keep", "1")
    assert (said.status, said.last) == (3, "Log and rows differ at rathaus.")
    assert said.err == "aufruf: log and rows differ; look with: aufruf check\n"
    assert len(backups(busy.settings.backup_folder)) == 2


@SQLITE_ALONE
def test_no_less_than_one_is_kept(place: Place, aufruf: Aufruf) -> None:
    assert aufruf("backup", *place.words, "--keep", "0").status == 2


@SQLITE_ALONE
def test_two_at_a_time_are_refused(place: Place, aufruf: Aufruf) -> None:
    with (place.settings.data / "backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = aufruf("backup", *place.words)
    assert (said.status, "another backup" in said.err) == (1, True)


@SQLITE_ALONE
def test_a_full_or_missing_disk_is_told_and_leaves_nothing(
    place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said = aufruf("backup", *place.words, "--to", tmp_path / "file")
    assert said.status == 1
    assert str(tmp_path / "file") in said.err


@SQLITE_ALONE
def test_without_a_key_there_is_no_backup(place: Place, aufruf: Aufruf) -> None:
    place.settings.key_file.unlink(missing_ok=True)
    said = aufruf("backup", *place.words)
    assert (said.status, "key file problem" in said.err) == (1, True)
    assert not place.settings.backup_folder.exists()


@SQLITE_ALONE
async def test_a_server_has_one_made_apart(busy: Place) -> None:
    settings = busy.settings
    words = {"data": settings.data, "database": settings.database, "to": settings.backup_folder}
    child = BackupChild(settings.backup_folder, {name: str(word) for name, word in words.items()})
    assert child.newest() is None
    assert await child.make() == ""
    [made] = backups(settings.backup_folder)
    assert made.name == f"aufruf-{child.newest():%Y%m%dT%H%M%SZ}.backup"
    settings.key_file.unlink()
    assert (await child.make()).startswith("aufruf: key file problem: ")
