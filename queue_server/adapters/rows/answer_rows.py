"""Rows of `command_answer`: the first answer to a press, given again when the press is repeated."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import insert, table
from queue_server.adapters.rows.prepared import PreparedRows, numbered
from queue_server.adapters.tables.hall import CommandAnswer
from queue_server.services.ports import Answer

KEPT: Final = timedelta(hours=48)
ANSWER = table(CommandAnswer)
Key = tuple[str, str]
"""(scope, request id): whose press it was."""


def _find(_dialect: str, rows: int) -> sa.Select[Any]:
    # Not `(scope, request_id) IN (…)`: for more than one pair SQLite then reads the whole table.
    pairs = [
        (ANSWER.c.scope == numbered(ANSWER.c.scope, row))
        & (ANSWER.c.request_id == numbered(ANSWER.c.request_id, row))
        for row in range(rows)
    ]
    wanted = (ANSWER.c.scope, ANSWER.c.request_id, ANSWER.c.fingerprint, ANSWER.c.answer)
    return sa.select(*wanted).where(sa.or_(*pairs))


_FIND, _ADD = PreparedRows(_find), PreparedRows(partial(insert, ANSWER))


class AnswerRows:
    """Reads, keeps and forgets answers."""

    @staticmethod
    def find(connection: Connection, keys: Iterable[Key]) -> dict[Key, tuple[str, Answer]]:
        """Return the kept answers with their fingerprints, in one query for a whole batch."""
        asked = [{"scope": scope, "request_id": id_} for scope, id_ in keys]
        found = _FIND.find(connection, asked)
        return {(scope, id_): (fingerprint, answer) for scope, id_, fingerprint, answer in found}

    @staticmethod
    def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        _ADD.run(connection, rows)

    @staticmethod
    def forget(connection: Connection, now: datetime) -> int:
        """Erase what is older than 48 h; return how many. A press that old is not repeated any more."""
        return connection.execute(sa.delete(ANSWER).where(ANSWER.c.at < now - KEPT)).rowcount
