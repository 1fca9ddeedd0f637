"""Kept answers are found by their keys, for one press and for a batch of them."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.answer_rows import AnswerRows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def kept(scope: str, request_id: str) -> dict[str, Any]:
    row = {"scope": scope, "request_id": request_id, "organisation_id": "town", "fingerprint": "f", "at": NOW}
    return {**row, "answer": {"of": f"{scope}/{request_id}"}}


def test_a_batch_finds_its_own_answers_and_no_others(database: Database) -> None:
    """Failure 1: the same id of another session is another press."""

    def work(conn: sa.Connection) -> None:
        AnswerRows.add(conn, [kept(scope, f"r{i}") for scope in ("anna", "bernd") for i in range(40)])
        keys = [("anna", f"r{i}") for i in range(20)] + [("bernd", "r3"), ("carla", "r3"), ("anna", "r99")]
        found = AnswerRows.find(conn, keys)
        assert found == {(s, i): ("f", {"of": f"{s}/{i}"}) for s, i in keys if (s, i) not in keys[-2:]}

    database.write(work)


def test_looking_for_a_batch_reads_no_whole_table(database: Database) -> None:
    """Once it did, for two presses and more: each batch cost what all presses of two days were."""
    if not database.is_sqlite:
        return  # PostgreSQL plans by how many rows there are; its plan of an empty table says nothing
    statements: list[tuple[str, Any]] = []

    def work(conn: sa.Connection) -> None:
        driver: Any = conn.connection.driver_connection
        driver.set_trace_callback(lambda text: statements.append((text, None)))
        AnswerRows.find(conn, [("anna", f"r{i}") for i in range(5)])
        driver.set_trace_callback(None)
        [query] = [text for text, _ in statements if text.startswith("SELECT")]
        plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert not [line for line in plan if line.startswith("SCAN")], plan

    database.write(work)
