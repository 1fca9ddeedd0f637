"""Keyed fingerprints of what was erased, for the audit to look for. Nobody reads a person out of them.

The key is derived from the server's (`ERASED`): a plain hash of a telephone number is found out by trying
all of them. They are dropped after thirty days.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.tables.forgetting import ErasedMark
from queue_server.domain.traces import Trace, traces_of

MARK = table(ErasedMark)
ERASED: Final = "erased"
"""For what use the key is derived."""
KEY_OPTION: Final = "erased_key"
"""Under this name a database's connections carry the key: whoever erases has a connection, and no more."""
KEPT: Final = timedelta(days=30)


def fingerprint(key: bytes, trace: Trace) -> str:
    """Return the keyed hash of a trace."""
    kind, text = trace
    # Not `hmac.digest`: it lets the interpreter go, and beside a busy writer it comes back late.
    return hmac.new(key, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()


def add(connection: Connection, rows: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """Mark what these rows of `booked_person` told."""
    key: bytes = connection.get_execution_options().get(KEY_OPTION, b"")
    found = {
        fingerprint(key, trace): {"organisation_id": row["organisation_id"], "what": trace[0]}
        for row in rows
        for trace in _traces(row)
    }
    if not found:
        return
    # In one order for everybody, so that nobody waits for who waits for them.
    values = [{"fingerprint": mark, **found[mark], "erased_at": at} for mark in sorted(found)]
    for begin in range(0, len(values), 500):  # 32,766 parameters are the most that SQLite takes
        statement = insert_into(MARK, connection.dialect.name).values(values[begin : begin + 500])
        newest = {"erased_at": statement.excluded.erased_at}
        connection.execute(statement.on_conflict_do_update(index_elements=[MARK.c.fingerprint], set_=newest))


def add_replaced(
    connection: Connection, organisation_id: str, old_mail: str, new_mail: str, at: datetime
) -> None:
    """Mark a mail address that another one has taken the place of, unless both are one mailbox."""
    if traces_of(old_mail) != traces_of(new_mail):
        nothing = dict.fromkeys(("phone", "name", "for_whom", "by", "address"), "")
        add(connection, [{"organisation_id": organisation_id, "email": old_mail, **nothing}], at)


def forget(connection: Connection, now: datetime) -> int:
    """Drop the marks that are old; return how many."""
    return connection.execute(sa.delete(MARK).where(MARK.c.erased_at < now - KEPT)).rowcount


def _traces(row: Mapping[str, Any]) -> set[Trace]:
    return traces_of(row["email"], row["phone"], (row["name"], row["for_whom"], row["by"]), row["address"])
