"""The outbox at work: who takes which letter, and what became of it. Several processes may share it.

What lives here: statements on `outbox`, run in the writer's transactions or on a read connection. What
must not: putting letters in (`adapters.site_unit`, in the commit of what they tell), and sending them
(`live.postman`). Nothing here holds a contact; `last_error` names a kind of trouble, never an address.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.forgetting import erasing
from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.person_rows import PersonRows
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.outbox import OutboxRow

OUTBOX = table(OutboxRow)
LEASE: Final = timedelta(minutes=3)
"""So long nobody else takes a claimed letter. Whoever crashes leaves it until then."""
KEPT: Final = timedelta(days=7)
"""Done rows stay so long: the same change told again must not write a second letter."""
KEPT_FAILED: Final = timedelta(days=30)
"""So long staff are reminded of what was given up; then nobody is helped by it any more."""
LAST_WORDS: Final = frozenset({"cancelled", "refused", "lapsed", "withdrawn"})
"""Kinds of letters after which nothing follows: with them the contact goes, which was kept for it alone."""
WAITING, HELD, SENT, FAILED, CANCELLED = "waiting", "held", "sent", "failed", "cancelled"
LATE_AFTER: Final = timedelta(minutes=15)
"""Then staff see it. Sooner is most often a mail server that lets strangers try twice (greylisting)."""
OF_CONTACT: Final = frozenset({"unusable_address", "mailbox_unknown", "mailbox_closed"})
"""Kinds of trouble that another address ends: they mark the contact."""
_MEANT_TO_WAIT: Final = ("sms_night", "mail_night")
"""What waits for the morning on purpose is not late: else a watching program would ring each night."""
_LONGEST: Final = timedelta(hours=2)
"""Longer than the longest pause between two tries."""
_LONGEST_ERROR: Final = 400
AS_NEW: Final = {"state": WAITING, "tries": 0, "claimed_by": "", "lease_until": None, "last_error": ""}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that one worker has taken. `tries` is its fence: how often it was claimed, with this time."""

    id: int
    organisation_id: str
    site_id: str
    channel: str
    kind: str
    appointment_id: int
    payload: dict[str, Any]
    dedupe_key: str
    created_at: datetime
    first_due_at: datetime
    due_at: datetime
    tries: int
    claimed_by: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What staff may want to know: how many are late, since when, how many were given up or are held back."""

    late_count: int
    oldest_due_at: datetime | None
    failed_count: int
    held_count: int = 0


def something_due(connection: Connection, now: datetime, channel: str) -> bool:
    """Tell whether a claim would find something; reads an index."""
    query = sa.select(OUTBOX.c.id).where(_is_free(now, channel)).limit(1)
    return connection.execute(query).first() is not None


def claim(connection: Connection, now: datetime, worker: str, most: int, channel: str) -> list[Claimed]:
    """Take up to `most` letters of a channel that are due, the longest due first, for the time of a lease."""
    is_free = _is_free(now, channel)
    query = sa.select(OUTBOX.c.id).where(is_free).order_by(OUTBOX.c.due_at, OUTBOX.c.id).limit(most)
    # On SQLite the transaction is the only writer; elsewhere two workers pass each other by.
    ids = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    if not ids:
        return []
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.id.in_(ids))
        .values(claimed_by=worker, lease_until=now + LEASE, tries=OUTBOX.c.tries + 1)
    )
    columns = (OUTBOX.c[name] for name in Claimed.__dataclass_fields__)
    taken = connection.execute(
        sa.select(*columns).where(OUTBOX.c.id.in_(ids)).order_by(OUTBOX.c.due_at, OUTBOX.c.id)
    )
    return [Claimed(**row._mapping) for row in taken]


def note(
    connection: Connection,
    claimed: Claimed,
    state: str,
    due_at: datetime | None = None,
    error: str = "",
    *,
    now: datetime | None = None,
) -> bool:
    """Note what became of a letter; False, and nothing, when the claim is not ours any more.

    That is so when the lease ran out and another worker took it, or when it was taken back meanwhile.
    """
    values: dict[str, Any] = {"state": state, "last_error": error[:_LONGEST_ERROR], "lease_until": None}
    if due_at is not None:
        values["due_at"] = due_at
    done = connection.execute(
        sa.update(OUTBOX)
        .where(
            OUTBOX.c.id == claimed.id,
            OUTBOX.c.state == WAITING,
            OUTBOX.c.claimed_by == claimed.claimed_by,
            OUTBOX.c.tries == claimed.tries,
        )
        .values(values)
    )
    if done.rowcount != 1:
        return False
    if claimed.kind in LAST_WORDS and state in (SENT, CANCELLED):
        _erase_contacts(connection, claimed, now or datetime.now(UTC))
    elif claimed.channel == "mail" and state == FAILED and error in OF_CONTACT:
        PersonRows.mark_mail(connection, claimed.site_id, claimed.appointment_id, error)
    return True


def note_all(
    connection: Connection, outcomes: Iterable[tuple[Claimed, str, datetime | None, str]], now: datetime
) -> int:
    """Note several outcomes in one transaction; return how many still were ours."""
    return sum(note(connection, *outcome, now=now) for outcome in outcomes)


def _erase_contacts(connection: Connection, claimed: Claimed, now: datetime) -> None:
    """Erase the contacts that were kept for a last letter, of both of a pair, once no way is left."""
    ids = [claimed.appointment_id, *claimed.payload.get("also", ())]
    query = sa.select(OUTBOX.c.id).where(
        OUTBOX.c.site_id == claimed.site_id,
        OUTBOX.c.appointment_id.in_(ids),
        OUTBOX.c.state.in_((WAITING, HELD)),
        OUTBOX.c.channel != "calendar",
    )
    if connection.execute(query.limit(1)).first() is None:
        erasing.erase_persons(connection, claimed.site_id, ids, now)


def backlogs(connection: Connection, now: datetime) -> dict[str, Backlog]:
    """Return for each site that has any what waits past its time and what was given up."""
    is_late = _is_late(now)
    query = (
        sa.select(
            OUTBOX.c.site_id,
            sa.func.count(sa.case((is_late, 1))),
            sa.func.min(sa.case((is_late, OUTBOX.c.first_due_at))),
            sa.func.count(sa.case((OUTBOX.c.state == FAILED, 1))),
            sa.func.count(sa.case((OUTBOX.c.state == HELD, 1))),
        )
        .where(sa.or_(is_late, OUTBOX.c.state.in_((FAILED, HELD))))
        .group_by(OUTBOX.c.site_id)
    )
    return {site_id: Backlog(*figures) for site_id, *figures in connection.execute(query)}


def send_again(connection: Connection, letter_id: int, site_id: str, now: datetime) -> bool:
    """Let a letter that was given up wait once more, as if it were new; False when there is none such."""
    done = connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.id == letter_id, OUTBOX.c.site_id == site_id, OUTBOX.c.state == FAILED)
        .values(AS_NEW | {"first_due_at": now, "due_at": now})
    )
    return done.rowcount == 1


def hold(connection: Connection) -> int:
    """Keep back all that waits, and all that will be posted; return how many wait already.

    A restored database may have sent them before, and its clock may do again what was done: a request that
    was answered since lapses.
    """
    connection.execute(sa.update(STREAM).values(holds_post=True))
    return connection.execute(
        sa.update(OUTBOX).where(OUTBOX.c.state == WAITING).values(state=HELD, claimed_by="", lease_until=None)
    ).rowcount


def is_holding(connection: Connection, site_id: str) -> bool:
    """Say whether what a site posts is held until staff have released or discarded all."""
    query = sa.select(STREAM.c.holds_post).where(STREAM.c.site_id == site_id)
    return bool(connection.execute(query).scalar())


def release(connection: Connection, site_id: str, letter_ids: Sequence[int] | None = None) -> int:
    """Let held letters of a site go, each at its own time: these, or all; return how many.

    After all were released or discarded once, what the site posts is no longer held.
    """
    return _end_holding(connection, site_id, letter_ids, WAITING)


def discard(connection: Connection, site_id: str, letter_ids: Sequence[int] | None = None) -> int:
    """Never send held letters of a site: these, or all; return how many.

    A contact that was kept for a last letter alone goes at its `erase_after`.
    """
    return _end_holding(connection, site_id, letter_ids, CANCELLED)


def _end_holding(connection: Connection, site_id: str, letter_ids: Sequence[int] | None, state: str) -> int:
    chosen = [OUTBOX.c.site_id == site_id, OUTBOX.c.state == HELD]
    if letter_ids is None:
        # First, for this row is the site's lock: what is being posted just now is seen below.
        connection.execute(sa.update(STREAM).where(STREAM.c.site_id == site_id).values(holds_post=False))
    else:
        chosen.append(OUTBOX.c.id.in_(letter_ids))
    return connection.execute(sa.update(OUTBOX).where(*chosen).values(state=state)).rowcount


def forget(connection: Connection, now: datetime) -> int:
    """Remove the rows of letters that are long done; return how many."""
    is_done = sa.and_(OUTBOX.c.state.in_((SENT, CANCELLED)), OUTBOX.c.due_at < now - KEPT)
    is_past = sa.and_(OUTBOX.c.state == FAILED, OUTBOX.c.due_at < now - KEPT_FAILED)
    return connection.execute(sa.delete(OUTBOX).where(sa.or_(is_done, is_past))).rowcount


def hurry(connection: Connection, now: datetime) -> int:
    """Try at once what waits after a failure: the cause may just have been mended; return how many."""
    return connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.state == WAITING, OUTBOX.c.last_error != "", OUTBOX.c.due_at > now)
        .values(due_at=now)
    ).rowcount


def _is_late(now: datetime) -> sa.ColumnElement[bool]:
    # The last condition changes nothing but the speed: it is what the index knows.
    return sa.and_(
        OUTBOX.c.state == WAITING,
        OUTBOX.c.first_due_at <= now - LATE_AFTER,
        OUTBOX.c.last_error.not_in(_MEANT_TO_WAIT),
        OUTBOX.c.due_at <= now + _LONGEST,
    )


def _is_free(now: datetime, channel: str) -> sa.ColumnElement[bool]:
    is_free = sa.or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= now)
    return sa.and_(OUTBOX.c.state == WAITING, OUTBOX.c.due_at <= now, OUTBOX.c.channel == channel, is_free)
