"""A leftover is found wherever the audit claims to search: planted in each column, log, message, answer.

The columns come from the tables themselves: a new one is covered, or has to be put on the list with a reason.
"""

import gzip
import os
import quopri
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel.sql.sqltypes import UTCDateTime

from queue_server.adapters.auditing.allowed import BELONGS, MADE_HERE, STAFF
from queue_server.adapters.auditing.audit import Audit, audit
from queue_server.adapters.auditing.rows import search, searched_columns
from queue_server.adapters.auditing.searching import Finding, Searcher
from queue_server.adapters.database import Database
from queue_server.adapters.forgetting import erasing, marks
from queue_server.adapters.rows.person_rows import PERSON, PersonRows
from queue_server.adapters.rows.visitor_rows import VISITOR, VisitorRows
from queue_server.adapters.schema import metadata
from queue_server.adapters.town.store import save_town
from queue_server.domain.person import Person
from queue_server.domain.traces import traces_of
from tests.town_hall import at, the_town

KEY = b"k" * 32
NOW = at("02:00")
GONE = Person("Erika Mustermann", "erika.m@example.org", "0371 488-1234", "Am Markt 12 a")
LEFT = {
    "mail": "an Erika.M+x@EXAMPLE.org gesendet",
    "phone": "+49 371 4881234",
    "name": "Mustermann, Erika",
    "street": "wohnt am Markt 12a",
}
TABLES = list(searched_columns())


@pytest.fixture
def clean(database: Database) -> Database:
    """A database that has known and erased somebody."""
    row = {**PersonRows.row(GONE, str), "organisation_id": "t", "site_id": "hall", "appointment_id": 7}
    row |= {"created_at": NOW, "erase_after": NOW, "mail_trouble": "", "phone_trouble": ""}

    def work(conn: sa.Connection) -> None:
        save_town(conn, the_town(phone="0371 488-0"), NOW)
        PersonRows.put(conn, [row])
        conn = conn.execution_options(**{marks.KEY_OPTION: KEY})
        assert erasing.erase_persons(conn, "hall", [7], NOW) == 1

    database.write(work)
    return database


def look(database: Database, tmp_path: Path, **more: Any) -> Audit:
    return database.read(lambda conn: audit(conn, KEY, NOW, tmp_path / "spool", **more))


def found(done: Audit) -> set[tuple[str, str, str]]:
    return {(one.place, one.kind, one.how) for one in done.findings}


def a_value(column: sa.Column[Any]) -> Any:
    """Return something a column takes."""
    kind = column.type
    if isinstance(kind, sa.Enum):
        return next(iter(kind.enum_class or kind.enums))
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, UTCDateTime | sa.DateTime):
        return NOW
    return {date: NOW.date(), bool: False, int: 1, bytes: b""}.get(kind.python_type, "x")


def plant(conn: sa.Connection, each: sa.Table, column: sa.Column[Any], value: Any) -> None:
    row = {one.name: a_value(one) for one in each.columns if one.primary_key or not one.nullable}
    conn.execute(sa.insert(each).values(row | {column.name: value}))


@pytest.fixture(scope="module")
def bare() -> Iterator[tuple[sa.Connection, Searcher]]:
    """All tables without their walls: only the place matters here, and it neither cuts nor checks lengths.

    SQLite alone, in memory: what is searched is the same list on both.
    """
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    with engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        metadata.create_all(conn)
        conn.commit()
        traces = traces_of(GONE.email, GONE.phone, (GONE.name,), GONE.address)
        yield conn, Searcher(KEY, frozenset(marks.fingerprint(KEY, one) for one in traces), frozenset())
    engine.dispose()


def planted(bare: tuple[sa.Connection, Searcher], column: sa.Column[Any], text: str) -> list[Finding]:
    conn, searcher = bare
    plant(conn, column.table, column, {"a": [{"b": text}]} if isinstance(column.type, sa.JSON) else text)
    try:
        return list(search(conn, searcher))
    finally:
        conn.rollback()


@pytest.mark.parametrize("each", TABLES, ids=lambda one: one.name)
def test_a_leftover_is_found_in_every_column(each: sa.Table, bare: tuple[sa.Connection, Searcher]) -> None:
    for column in searched_columns()[each]:
        findings = planted(bare, column, LEFT["mail"])
        place = (f"{each.name}.{column.name}", "mail", "erased")
        assert [(one.place, one.kind, one.how) for one in findings] == [place]
        assert "erika" not in repr(findings).casefold(), "no report repeats what it found"


@pytest.mark.parametrize("each", TABLES, ids=lambda one: one.name)
def test_a_strangers_contact_is_found_where_it_may_have_been_typed(
    each: sa.Table, bare: tuple[sa.Connection, Searcher]
) -> None:
    for column in searched_columns()[each]:
        findings = planted(bare, column, "Rückruf 0160 1234567")
        place = (f"{each.name}.{column.name}", "phone", "looks_like")
        assert [(one.place, one.kind, one.how) for one in findings] == (
            [] if column.name in MADE_HERE else [place]
        )
        assert "1234567" not in repr(findings)


def test_a_clean_database_is_clean(clean: Database, tmp_path: Path) -> None:
    done = look(clean, tmp_path)
    assert done.findings == []
    assert (done.mark_count, done.table_count) == (4, len(searched_columns()))


@pytest.mark.parametrize("kind", LEFT)
def test_every_kind_of_trace_is_found_in_a_log(clean: Database, tmp_path: Path, kind: str) -> None:
    log = tmp_path / "logs" / "aufruf.log"
    log.parent.mkdir()
    log.write_text(f"2026-03-03 08:00:00,123 INFO a: b\n2026-03-03 08:00:01 ERROR {LEFT[kind]}\n")
    done = look(clean, tmp_path, logs=[log.parent])
    assert [(one.place, one.row, one.kind, one.how) for one in done.findings] == [
        ("log aufruf.log", "line 2", kind, "erased")
    ]


def test_packed_logs_and_those_of_other_programs_are_read(clean: Database, tmp_path: Path) -> None:
    packed = tmp_path / "old.log.gz"
    packed.write_bytes(gzip.compress(f"x\n{LEFT['mail']}\n".encode()))
    done = look(clean, tmp_path, logs=[packed], lines=["nichts", LEFT["phone"]])
    assert found(done) == {("log old.log.gz", "mail", "erased"), ("log -", "phone", "erased")}


def test_a_log_that_is_not_there_is_no_clean_log(clean: Database, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look(clean, tmp_path, logs=[tmp_path / "missing.log"])


@pytest.mark.parametrize("name", ["a.eml", ".draft.1234", "copy.txt"])
def test_what_lies_too_long_in_the_spool_is_found(clean: Database, tmp_path: Path, name: str) -> None:
    """Decoded: in quoted-printable nobody is called Müller."""
    spool = tmp_path / "spool"
    spool.mkdir()
    body = quopri.encodestring("Guten Tag Erika Mustermann, …".encode())
    message = b"Subject: Ihr Termin\r\nContent-Type: text/plain; charset=utf-8\r\n"
    (spool / name).write_bytes(message + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + body)
    for age, findings in ((timedelta(days=1), set()), (timedelta(days=3), {("spool", "name", "erased")})):
        os.utime(spool / name, ((NOW - age).timestamp(),) * 2)
        done = look(clean, tmp_path)
        assert found(done) == findings
        assert done.in_time == (not findings)


def test_who_should_be_gone_is_found(clean: Database, tmp_path: Path) -> None:
    row = {**PersonRows.row(GONE, str), "organisation_id": "t", "site_id": "hall", "appointment_id": 8}
    row |= {
        "mail_trouble": "",
        "phone_trouble": "",
        "created_at": NOW,
        "erase_after": NOW - timedelta(hours=4),
    }
    need = {"site_id": "hall", "ticket_id": 9, "organisation_id": "t", "needs": ["deaf"]}
    clean.write(lambda c: PersonRows.put(c, [row]))
    clean.write(lambda c: VisitorRows.add(c, [need | {"created_at": NOW - timedelta(hours=31)}]))
    done = look(clean, tmp_path)
    assert found(done) == {(PERSON.name, "person", "overdue"), (VISITOR.name, "needs", "overdue")}


def test_the_offices_own_contacts_are_nobodys(clean: Database, tmp_path: Path) -> None:
    assert look(clean, tmp_path, lines=["Fragen: 0371 4880"]).findings == []


def test_with_another_key_nothing_is_recognised(clean: Database, tmp_path: Path) -> None:
    done = clean.read(lambda c: audit(c, b"x" * 32, NOW, tmp_path, lines=[LEFT["name"]]))
    assert done.findings == []


def test_the_lists_name_what_is_there() -> None:
    columns = {f"{each.name}.{column.name}" for each in metadata.sorted_tables for column in each.columns}
    assert set(STAFF) <= columns
    assert set(BELONGS) == {PERSON.name, VISITOR.name}
    assert {name.partition(".")[2] for name in columns} >= MADE_HERE
