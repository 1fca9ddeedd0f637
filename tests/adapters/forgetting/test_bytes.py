"""What is erased stands in no byte of SQLite's files, not in freed pages and not in the write-ahead log."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.forgetting import erasing
from queue_server.adapters.rows.person_rows import PERSON, PersonRows
from queue_server.domain.person import Person
from tests.town_hall import at

NOW = at("08:00")
WORDS = (b"Lothar", b"Zyprian", b"lothar-", b"zyprian.example", b"Quittenweg", b"Rollstuhlrampe")


def somebody(nr: int, *, remarks: str = "") -> dict[str, object]:
    person = Person(
        f"Lothar Zyprian{nr}", f"lothar-{nr}@zyprian.example", "", f"Quittenweg {nr}", remarks=remarks
    )
    base = {
        "organisation_id": "t",
        "site_id": "hall",
        "appointment_id": nr,
        "created_at": NOW,
        "erase_after": NOW,
    }
    return {
        **PersonRows.row(person, str),
        **base,
        "mail_trouble": "",
        "phone_trouble": "",
        "contact_hash": "x",
    }


def found_in(folder: Path) -> set[bytes]:
    return {word for file in folder.iterdir() for word in WORDS if word in file.read_bytes()}


def test_no_byte_of_an_erased_person_is_left(empty_sqlite: Path, tmp_path: Path) -> None:
    """Rows of any length, changed and erased in any order: pages are split, joined and freed."""
    path = tmp_path / "files" / "town.sqlite3"
    path.parent.mkdir()
    shutil.copy(empty_sqlite, path)
    database = Database(f"sqlite:///{path}", b"k" * 32)
    database.read(
        lambda c: c.execute(sa.select(PERSON)).all()
    )  # as in a server, somebody keeps the files open
    dice = random.Random(11)
    ids = list(range(1, 401))
    for part in range(0, 400, 40):
        rows = [
            somebody(nr, remarks="Rollstuhlrampe " * dice.randrange(1, 400)) for nr in ids[part : part + 40]
        ]
        database.write(lambda c, rows=rows: PersonRows.put(c, rows))  # type: ignore[misc]
    dice.shuffle(ids)
    changed = [somebody(nr, remarks="Rollstuhlrampe") for nr in ids[:200]]
    database.write(lambda c: PersonRows.put(c, changed))
    for nr in ids[200:260]:
        until = NOW + timedelta(days=2)
        database.write(lambda c, nr=nr, until=until: erasing.keep_contact(c, "hall", nr, NOW, until))  # type: ignore[misc]
    assert found_in(path.parent) == {word for word in WORDS if word != b"zyprian"}
    for part in range(0, 400, 25):
        some = ids[part : part + 25]
        database.write(lambda c, some=some: erasing.erase_persons(c, "hall", some, NOW))  # type: ignore[misc]
    assert database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(PERSON)).scalar()) == 0
    assert found_in(path.parent) != set(), "the write-ahead log still has them"
    assert database.empty_wal()
    assert found_in(path.parent) == set()
    database.dispose()


def test_who_reads_on_keeps_the_log_from_being_emptied(empty_sqlite: Path, tmp_path: Path) -> None:
    """Then the next hour of the night tries again."""
    path = tmp_path / "town.sqlite3"
    shutil.copy(empty_sqlite, path)
    database = Database(f"sqlite:///{path}")
    with database.reader.connect() as reading:
        reading.execute(sa.select(PERSON)).all()
        database.write(lambda c: PersonRows.put(c, [somebody(1)]))
        assert not database.empty_wal()
    assert database.empty_wal()
    database.dispose()
