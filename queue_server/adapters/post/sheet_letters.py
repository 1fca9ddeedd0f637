"""The monthly sheet on its way: a row for each month and mailbox of the town, and which month came last.

A month is claimed and posted in one commit, so no crash loses it, and of two processes one alone posts it.
From then on each row is worked on as a visitor's letter is (`adapters.post.outbox`): claimed for the time of
a lease, noted by who holds it. What must not live here: what is due (`web.report_mail`), and sending.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.post.outbox import (
    AS_NEW,
    CANCELLED,
    FAILED,
    HELD,
    KEPT_FAILED,
    LEASE,
    SENT,
    WAITING,
)
from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.figures import SHEET_LETTER
from queue_server.adapters.tables.hall import Meta

META: Final = table(Meta)
KEPT: Final = timedelta(days=400)
"""So long the page of the sheet says what became of it: a year and a month."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A sheet for one mailbox that a worker has taken; `tries` is its fence."""

    id: int
    organisation_id: str
    month: str
    mailbox: str
    created_at: datetime
    tries: int
    claimed_by: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of a sheet for one mailbox; `at`: when that was, or when it is tried next."""

    mailbox: str
    state: str
    at: datetime
    last_error: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many of a town's sheets wait after a failure, and since when; how many were given up."""

    waiting_count: int
    oldest_at: datetime | None
    failed_count: int


def posted_until(connection: Connection, organisation_id: str) -> str:
    """Return the last month (`2026-03`) whose sheet was posted; empty when none ever was."""
    query = sa.select(META.c.value).where(META.c.name == _name(organisation_id))
    return connection.execute(query).scalar() or ""


def post(
    connection: Connection, organisation_id: str, month: str, mailboxes: Sequence[str], now: datetime
) -> bool:
    """Post the sheet of a month to these; False, and nothing, where it was posted, also of a later month."""
    if not claim_month(connection, organisation_id, month):
        return False
    held = sa.select(STREAM.c.site_id).where(
        STREAM.c.organisation_id == organisation_id, STREAM.c.holds_post.is_(sa.true())
    )
    state = WAITING if connection.execute(held.limit(1)).first() is None else HELD
    _add(connection, organisation_id, month, mailboxes, state, now)
    return True


def _add(
    connection: Connection, organisation_id: str, month: str, to: Sequence[str], state: str, now: datetime
) -> None:
    rows = [
        {"organisation_id": organisation_id, "month": month, "mailbox": one, "state": state}
        | {"created_at": now, "due_at": now, "tries": 0, "claimed_by": "", "last_error": ""}
        for one in to
    ]
    if rows:
        insert = insert_into(SHEET_LETTER, connection.dialect.name).values(rows)
        connection.execute(insert.on_conflict_do_nothing())


def claim_month(connection: Connection, organisation_id: str, month: str) -> bool:
    """Note that the sheet of `month` is posted; False where it was, also of a later one."""
    insert = insert_into(META, connection.dialect.name).values(name=_name(organisation_id), value=month)
    claim = insert.on_conflict_do_update(
        index_elements=list(META.primary_key),
        set_={"value": insert.excluded.value},
        where=META.c.value < insert.excluded.value,
    )
    return connection.execute(claim.returning(META.c.name)).first() is not None


def pass_over(connection: Connection, organisation_id: str, month: str) -> None:
    """Note that nothing up to `month` is owed to whom a town may name later: now it names nobody."""
    mine = (META.c.name == _name(organisation_id)) & (META.c.value < month)
    connection.execute(sa.update(META).where(mine).values(value=month))


def something_due(connection: Connection, now: datetime, _channel: str) -> bool:
    """Tell whether a claim would find something; reads an index."""
    return connection.execute(sa.select(SHEET_LETTER.c.id).where(_is_free(now)).limit(1)).first() is not None


def claim(connection: Connection, now: datetime, worker: str, most: int, _channel: str) -> list[Claimed]:
    """Take up to `most` sheets that are due, the longest due first, for the time of a lease."""
    by_age = (SHEET_LETTER.c.due_at, SHEET_LETTER.c.id)
    query = sa.select(SHEET_LETTER.c.id).where(_is_free(now)).order_by(*by_age).limit(most)
    # On SQLite the transaction is the only writer; elsewhere two workers pass each other by.
    ids = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    if not ids:
        return []
    taken = sa.update(SHEET_LETTER).where(SHEET_LETTER.c.id.in_(ids))
    connection.execute(
        taken.values(claimed_by=worker, lease_until=now + LEASE, tries=SHEET_LETTER.c.tries + 1)
    )
    columns = (SHEET_LETTER.c[name] for name in Claimed.__dataclass_fields__)
    rows = connection.execute(sa.select(*columns).where(SHEET_LETTER.c.id.in_(ids)).order_by(*by_age))
    return [Claimed(**row._mapping) for row in rows]


def note_all(
    connection: Connection, outcomes: Iterable[tuple[Claimed, str, datetime | None, str]], now: datetime
) -> int:
    """Note what became of several sheets; return of how many: of one whose lease another took, nothing."""
    noted = 0
    for claimed, state, due_at, error in outcomes:
        is_ours = sa.and_(
            SHEET_LETTER.c.id == claimed.id,
            SHEET_LETTER.c.state == WAITING,
            SHEET_LETTER.c.claimed_by == claimed.claimed_by,
            SHEET_LETTER.c.tries == claimed.tries,
        )
        values = {"state": state, "last_error": error[:400], "lease_until": None, "due_at": due_at or now}
        noted += connection.execute(sa.update(SHEET_LETTER).where(is_ours).values(values)).rowcount
    return noted


def hurry(connection: Connection, now: datetime) -> None:
    """Try at once what waits after a failure: the cause may just have been mended."""
    waits = (SHEET_LETTER.c.state == WAITING) & (SHEET_LETTER.c.due_at > now)
    connection.execute(sa.update(SHEET_LETTER).where(waits).values(due_at=now))


def letters_of(connection: Connection, organisation_id: str, month: str) -> list[Shown]:
    """Return what became of the sheet of a month, a row for each mailbox."""
    columns = (SHEET_LETTER.c[name] for name in ("mailbox", "state", "due_at", "last_error"))
    query = sa.select(*columns).where(_of(organisation_id, month)).order_by(SHEET_LETTER.c.id)
    return [Shown(*row) for row in connection.execute(query)]


def send_again(
    connection: Connection, organisation_id: str, month: str, mailboxes: Sequence[str], now: datetime
) -> int:
    """Let a month's sheet wait once more for each of these that it could not be brought to; return how many.

    Those count as well that were named after it was posted. Who is named no more is given up without a word.
    """
    failed = _of(organisation_id, month) & (SHEET_LETTER.c.state == FAILED)
    gone = failed & SHEET_LETTER.c.mailbox.not_in(mailboxes)
    connection.execute(sa.update(SHEET_LETTER).where(gone).values(state=CANCELLED))
    values = AS_NEW | {"created_at": now, "due_at": now}
    again = connection.execute(sa.update(SHEET_LETTER).where(failed).values(values)).rowcount
    known = {one.mailbox for one in letters_of(connection, organisation_id, month)}
    added = [one for one in mailboxes if one not in known]
    _add(connection, organisation_id, month, added, WAITING, now)
    return again + len(added)


def backlogs(connection: Connection, now: datetime) -> Mapping[str, Backlog]:
    """Return for each town that has any what waits after a failure, and what was given up lately."""
    is_waiting = (SHEET_LETTER.c.state == WAITING) & (SHEET_LETTER.c.last_error != "")
    is_failed = (SHEET_LETTER.c.state == FAILED) & (SHEET_LETTER.c.due_at > now - KEPT_FAILED)
    query = (
        sa.select(
            SHEET_LETTER.c.organisation_id,
            sa.func.count(sa.case((is_waiting, 1))),
            sa.func.min(sa.case((is_waiting, SHEET_LETTER.c.created_at))),
            sa.func.count(sa.case((is_failed, 1))),
        )
        .where(is_waiting | is_failed)
        .group_by(SHEET_LETTER.c.organisation_id)
    )
    return {town: Backlog(*figures) for town, *figures in connection.execute(query)}


def hold(connection: Connection) -> None:
    """Keep back all that waits: a restored database may have sent it before."""
    values = {"state": HELD, "claimed_by": "", "lease_until": None}
    connection.execute(sa.update(SHEET_LETTER).where(SHEET_LETTER.c.state == WAITING).values(values))


def end_holding(connection: Connection, site_id: str, state: str) -> None:
    """Let held sheets of a site's town go (`waiting`) or never (`cancelled`), once no site holds post."""
    town = sa.select(STREAM.c.organisation_id).where(STREAM.c.site_id == site_id).scalar_subquery()
    other = STREAM.alias()
    still = (
        sa.select(other.c.site_id)
        .where(other.c.organisation_id == town, other.c.holds_post.is_(sa.true()))
        .exists()
    )
    mine = (SHEET_LETTER.c.organisation_id == town) & (SHEET_LETTER.c.state == HELD)
    connection.execute(sa.update(SHEET_LETTER).where(mine, ~still).values(state=state))


def forget(connection: Connection, now: datetime) -> int:
    """Remove what is long done, with its addresses; return how many rows."""
    is_done = SHEET_LETTER.c.state.in_((SENT, CANCELLED, FAILED)) & (SHEET_LETTER.c.due_at < now - KEPT)
    return connection.execute(sa.delete(SHEET_LETTER).where(is_done)).rowcount


def _of(organisation_id: str, month: str) -> sa.ColumnElement[bool]:
    return (SHEET_LETTER.c.organisation_id == organisation_id) & (SHEET_LETTER.c.month == month)


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    is_free = sa.or_(SHEET_LETTER.c.lease_until.is_(None), SHEET_LETTER.c.lease_until <= now)
    return sa.and_(SHEET_LETTER.c.state == WAITING, SHEET_LETTER.c.due_at <= now, is_free)


def _name(organisation_id: str) -> str:
    """Return the name under which the last month stands; an id may be as long as a name."""
    return f"figures:{sha256(organisation_id.encode()).hexdigest()[:24]}"
