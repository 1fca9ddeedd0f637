"""Prepared statements do what SQLAlchemy would have done with them, values and errors included."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import insert, table
from queue_server.adapters.rows.prepared import FEW, MOST_AT_ONCE, Prepared, PreparedRows, numbered
from queue_server.adapters.tables.hall import CommandAnswer, SiteStream

STREAM, ANSWER = table(SiteStream), table(CommandAnswer)
NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ADD_STREAM, ADD_ANSWER = PreparedRows(partial(insert, STREAM)), PreparedRows(partial(insert, ANSWER))
READ_STREAM = Prepared(lambda _: sa.select(STREAM).where(STREAM.c.site_id == sa.bindparam("site")))


def stream(site: str, **changes: Any) -> dict[str, Any]:
    row = {"site_id": site, "organisation_id": "town", "seq": 7, "business_day": None, "last_at": None}
    return {**row, "holds_post": False, "forgotten_seq": 0, **changes}


def answer(id_: str, body: dict[str, Any]) -> dict[str, Any]:
    row = {"scope": "s", "request_id": id_, "organisation_id": "town", "fingerprint": "f", "at": NOW}
    return {**row, "answer": body}


def test_values_come_back_as_they_went_in(database: Database) -> None:
    row = stream("a", business_day=date(2026, 3, 2), last_at=NOW)

    def work(conn: sa.Connection) -> None:
        ADD_STREAM.run(conn, [row])
        assert READ_STREAM.first(conn, {"site": "a"}) == tuple(row.values())
        assert conn.execute(sa.select(STREAM)).mappings().one() == row

    database.write(work)


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, MOST_AT_ONCE, 2 * MOST_AT_ONCE + FEW + 5])
def test_every_row_is_written_once_however_many_there_are(database: Database, count: int) -> None:
    rows = [stream(f"s{i}", seq=i, last_at=NOW if i % 2 else None) for i in range(count)]

    def work(conn: sa.Connection) -> None:
        ADD_STREAM.run(conn, rows)
        kept = conn.execute(sa.select(STREAM).order_by(STREAM.c.seq)).mappings().all()
        assert [dict(row) for row in kept] == rows

    database.write(work)


def test_many_rows_are_one_call_and_none_is_none(database: Database) -> None:
    bodies: dict[str, dict[str, Any]] = {"r1": {"number": 417}, "r2": {"name": "Größe", "list": [1, None]}}

    def work(conn: sa.Connection) -> None:
        ADD_ANSWER.run(conn, [answer(id_, body) for id_, body in bodies.items()])
        ADD_ANSWER.run(conn, [])
        kept = conn.execute(sa.select(ANSWER.c.request_id, ANSWER.c.answer, ANSWER.c.at))
        assert {id_: (body, at) for id_, body, at in kept} == {i: (b, NOW) for i, b in bodies.items()}

    database.write(work)


def test_a_query_that_finds_nothing_says_so(database: Database) -> None:
    assert database.write(lambda conn: READ_STREAM.first(conn, {"site": "nowhere"})) is None


def test_the_drivers_errors_are_sqlalchemys_and_tell_no_values(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught:
        database.write(lambda conn: ADD_STREAM.run(conn, [stream("a"), stream("a", seq=987654)]))
    assert "987654" not in str(caught.value)

    wrong = Prepared(lambda _: sa.select(sa.literal_column("nothing")).select_from(STREAM))
    with pytest.raises(sa.exc.DBAPIError):
        database.write(lambda conn: wrong.first(conn, {}))


def test_what_a_transaction_wrote_goes_with_it(database: Database) -> None:
    def work(conn: sa.Connection) -> None:
        ADD_STREAM.run(conn, [stream("a")])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.write(work)
    assert database.read(lambda conn: READ_STREAM.first(conn, {"site": "a"})) is None


def test_one_moment_is_written_alike_in_every_column(database: Database) -> None:
    """Moments are remembered in the driver's words, across tables: enums and dates stay what they were."""
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))

    def work(conn: sa.Connection) -> None:
        ADD_STREAM.run(conn, [stream("a", last_at=NOW), stream("b", last_at=berlin)])
        ADD_ANSWER.run(conn, [answer("r", {}) | {"at": berlin}])
        assert set(conn.scalars(sa.select(STREAM.c.last_at))) == {NOW}
        assert conn.scalar(sa.select(ANSWER.c.at).where(ANSWER.c.at == NOW)) == NOW

    database.write(work)


def test_a_statement_that_asks_rows_for_different_things_is_refused(database: Database) -> None:
    def build(_dialect: str, _rows: int) -> sa.Select[Any]:
        return sa.select(STREAM).where(
            STREAM.c.site_id == numbered(STREAM.c.site_id, 0), STREAM.c.seq == numbered(STREAM.c.seq, 1)
        )

    with pytest.raises(ValueError, match="row by row"):
        database.read(lambda conn: list(PreparedRows(build).find(conn, [stream("a"), stream("b")])))
