"""Rows of `command_answer`: the first answer to a press, given again when the press is repeated."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.prepared import Prepared
from queue_server.adapters.rows import table
from queue_server.adapters.tables.hall import CommandAnswer
from queue_server.services.ports import Answer

KEPT: Final = timedelta(hours=48)
ANSWER = table(CommandAnswer)
Key = tuple[str, str]
"""(scope, request id): whose press it was."""

_KEY = sa.tuple_(ANSWER.c.scope, ANSWER.c.request_id)
_FIND = sa.select(ANSWER.c.scope, ANSWER.c.request_id, ANSWER.c.fingerprint, ANSWER.c.answer).where(
    _KEY.in_(sa.bindparam("keys", expanding=True))
)
_ADD = Prepared(lambda _: sa.insert(ANSWER))
_FIND_ONE = Prepared(
    lambda _: sa.select(ANSWER.c.fingerprint, ANSWER.c.answer).where(
        ANSWER.c.scope == sa.bindparam("scope"), ANSWER.c.request_id == sa.bindparam("request_id")
    )
)


class AnswerRows:
    """Reads, keeps and forgets answers."""

    @staticmethod
    def find(connection: Connection, keys: Iterable[Key]) -> dict[Key, tuple[str, Answer]]:
        """Return the kept answers with their fingerprints, in one query for a whole batch."""
        wanted = list(keys)
        if not wanted:
            return {}
        if len(wanted) == 1:
            scope, id_ = wanted[0]
            found = _FIND_ONE.first(connection, {"scope": scope, "request_id": id_})
            return {} if found is None else {wanted[0]: (found[0], found[1])}
        rows = connection.execute(_FIND, {"keys": wanted})
        return {(scope, id_): (fingerprint, answer) for scope, id_, fingerprint, answer in rows}

    @staticmethod
    def add(connection: Connection, rows: list[Mapping[str, Any]]) -> None:
        _ADD.run(connection, rows)

    @staticmethod
    def forget(connection: Connection, now: datetime) -> int:
        """Erase what is older than 48 h; return how many. A press that old is not repeated any more."""
        return connection.execute(sa.delete(ANSWER).where(ANSWER.c.at < now - KEPT)).rowcount
