"""Reading the audit log, and forgetting what is years old."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from queue_server.adapters import audit_lines
from queue_server.adapters.database import Database
from queue_server.adapters.schema import metadata
from queue_server.domain.administration import Done
from tests.adapters.test_audit import noted

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def conn() -> Iterator[Connection]:
    database = Database("sqlite://")
    with database.writer.begin() as connection:
        metadata.create_all(connection)
        yield connection
    database.dispose()


def test_words_are_found_in_values_and_no_sign_stands_for_others(conn: Connection) -> None:
    noted(conn, ref="zimmer-1", after={"name": "Trauzimmer", "share": "100%"})
    noted(conn, ref="zimmer-2")

    def found(words: str) -> list[str]:
        return [line.ref for line in audit_lines.lines(conn, "town", 9, words=words)]

    assert found("trauZIMMER") == found("100%") == found("%") == ["zimmer-1"]
    assert found("site zimmer") == ["zimmer-2", "zimmer-1"]
    assert found("trauzimmer zimmer-2") == []


def test_what_is_years_old_goes_and_a_line_says_so(conn: Connection) -> None:
    noted(conn, ref="old", at=NOON - timedelta(days=3 * 366 + 1))
    noted(conn, ref="young", at=NOON - timedelta(days=3 * 365))
    assert audit_lines.forget(conn, NOON, 3) == 1
    told, young = audit_lines.lines(conn, "town", 9)
    assert (young.ref, told.act, told.after) == ("young", Done.RECORDS_DELETED, {"count": 1})
    assert audit_lines.forget(conn, NOON, 3) == 0
