"""Each letter is worked on by one at a time, outlives whoever works on it, and is sent once a change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.database import Database
from queue_server.adapters.post import outbox
from queue_server.adapters.post.outbox import (
    CANCELLED,
    FAILED,
    HELD,
    LATE_AFTER,
    LEASE,
    OUTBOX,
    SENT,
    WAITING,
    Claimed,
)

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
T = TypeVar("T")


def put(database: Database, key: str = "rathaus/17/booked/0", **changes: Any) -> None:
    row = {
        "organisation_id": "musterstadt",
        "site_id": "rathaus",
        "kind": "booked",
        "appointment_id": 17,
        "payload": {"sequence": 0},
        "dedupe_key": key,
        "state": WAITING,
        "created_at": NOW,
        "first_due_at": NOW,
        "due_at": NOW,
        "tries": 0,
        "claimed_by": "",
        "last_error": "",
    }
    database.write(lambda conn: conn.execute(sa.insert(OUTBOX).values(**{**row, **changes})))


def claim(database: Database, at: datetime = NOW, worker: str = "anna", most: int = 20) -> list[Claimed]:
    return database.write(lambda conn: outbox.claim(conn, at, worker, most, "mail"))


def note(database: Database, claimed: Claimed, state: str, **more: Any) -> bool:
    return database.write(lambda conn: outbox.note(conn, claimed, state, **more))


def states(database: Database) -> list[tuple[str, str]]:
    return database.read(
        lambda conn: [
            (row.state, row.last_error) for row in conn.execute(sa.select(OUTBOX).order_by(OUTBOX.c.id))
        ]
    )


def asked(database: Database, question: Callable[[Connection, datetime], T], at: datetime = NOW) -> T:
    return database.read(lambda conn: question(conn, at))


mail_is_due = partial(outbox.something_due, channel="mail")


def test_what_is_due_is_taken_in_order_and_once(database: Database) -> None:
    put(database, "late", due_at=NOW - timedelta(minutes=1))
    put(database, "now")
    put(database, "later", due_at=NOW + timedelta(seconds=1))
    assert asked(database, mail_is_due)
    first = claim(database, most=1)
    second = claim(database, worker="bernd")
    assert [[one.dedupe_key for one in taken] for taken in (first, second)] == [["late"], ["now"]]
    assert not asked(database, mail_is_due)
    assert claim(database) == []


def test_a_channel_waits_for_no_other(database: Database) -> None:
    put(database, "a", channel="sms")
    put(database, "b")
    assert [one.dedupe_key for one in claim(database)] == ["b"]
    assert not asked(database, mail_is_due)
    assert asked(database, partial(outbox.something_due, channel="sms"))


def test_a_claim_brings_all_that_sending_needs(database: Database) -> None:
    put(database, payload={"sequence": 42})
    [one] = claim(database)
    assert (one.site_id, one.appointment_id, one.kind, one.payload) == (
        "rathaus",
        17,
        "booked",
        {"sequence": 42},
    )
    assert (one.tries, one.created_at) == (1, NOW)


def test_the_letter_of_a_crashed_worker_is_taken_by_another(database: Database) -> None:
    """Failure 20: nobody noted anything; after the lease the letter is free again."""
    put(database)
    [lost] = claim(database)
    assert claim(database, NOW + LEASE - timedelta(seconds=1), "bernd") == []
    [found] = claim(database, NOW + LEASE, "bernd")
    assert (found.id, found.dedupe_key, found.tries) == (lost.id, lost.dedupe_key, 2)


@pytest.mark.parametrize("worker", ["anna", "bernd"])
def test_who_was_too_slow_notes_nothing(database: Database, worker: str) -> None:
    """The fence: also against one's own earlier claim."""
    put(database)
    [slow] = claim(database)
    [quick] = claim(database, NOW + LEASE, worker)
    assert not note(database, slow, FAILED, error="slow")
    assert note(database, quick, SENT)
    assert not note(database, slow, WAITING, due_at=NOW)
    assert states(database) == [(SENT, "")]


def test_what_was_taken_back_meanwhile_stays_so(database: Database) -> None:
    """A move takes back the letter of the old time while it is being sent."""
    put(database)
    [one] = claim(database)
    database.write(lambda conn: conn.execute(sa.update(OUTBOX).values(state=CANCELLED)))
    assert not note(database, one, WAITING, due_at=NOW)
    assert claim(database, NOW + timedelta(days=1)) == []


def test_a_failure_waits_and_says_why(database: Database) -> None:
    """Failure 20."""
    put(database)
    [one] = claim(database)
    again_at = NOW + timedelta(minutes=5)
    assert note(database, one, WAITING, due_at=again_at, error="OSError 28" + "x" * 500)
    [(state, error)] = states(database)
    assert (state, error[:10], len(error)) == (WAITING, "OSError 28", 400)
    assert claim(database, again_at - timedelta(seconds=1)) == []
    [again] = claim(database, again_at)
    assert again.tries == 2


def test_several_outcomes_are_noted_together(database: Database) -> None:
    for key in ("a", "b", "c"):
        put(database, key)
    a, b, c = claim(database)
    noted = database.write(
        lambda conn: outbox.note_all(
            conn, [(a, SENT, None, ""), (b, CANCELLED, None, ""), (c, FAILED, None, "no_address")], NOW
        )
    )
    assert noted == 3
    assert states(database) == [(SENT, ""), (CANCELLED, ""), (FAILED, "no_address")]


def test_staff_see_what_is_late_and_what_failed(database: Database) -> None:
    """Failure 20: late is a quarter of an hour, however often it was tried since."""
    hour_ago = NOW - timedelta(hours=1)
    put(database, "a", first_due_at=hour_ago, due_at=NOW + timedelta(minutes=20), tries=7)
    put(database, "b", first_due_at=NOW - LATE_AFTER + timedelta(seconds=1))
    put(database, "c", state=FAILED)
    put(database, "d", state=HELD, first_due_at=hour_ago)
    put(database, "e", channel="sms", first_due_at=hour_ago, last_error="sms_night")
    put(database, "f", first_due_at=hour_ago, last_error="mail_night")
    found = asked(database, outbox.backlogs)["rathaus"]
    assert (found.late_count, found.failed_count, found.held_count) == (1, 1, 1)
    assert found.oldest_due_at == hour_ago
    nothing_late = asked(database, outbox.backlogs, hour_ago)["rathaus"]
    assert (nothing_late.late_count, nothing_late.oldest_due_at) == (0, None)


def test_what_failed_can_be_sent_again_by_its_own_site(database: Database) -> None:
    """Failure 15: another site's letter does not exist."""
    put(database, state=FAILED, tries=54, last_error="OSError")
    [(letter_id,)] = database.read(lambda conn: list(conn.execute(sa.select(OUTBOX.c.id))))
    soon = NOW + timedelta(minutes=1)
    for site, is_done in (("buergerzentrum", False), ("rathaus", True), ("rathaus", False)):
        done = database.write(partial(outbox.send_again, letter_id=letter_id, site_id=site, now=soon))
        assert done is is_done
    [again] = claim(database, soon)
    assert again.tries == 1


def test_what_a_restored_database_holds_back_goes_when_its_own_site_says_so(database: Database) -> None:
    """Failure 15: another site's letter does not exist."""
    for key in ("a", "b", "c"):
        put(database, key)
    put(database, "d", state=SENT)
    [taken] = claim(database, most=1)
    assert database.write(outbox.hold) == 3
    assert not note(database, taken, SENT)
    assert claim(database, NOW + timedelta(days=1)) == []
    query = sa.select(OUTBOX.c.id).order_by(OUTBOX.c.id)
    a, b, c, _ = ids = database.read(lambda conn: list(conn.execute(query).scalars()))
    for act in (outbox.release, outbox.discard):
        assert database.write(partial(act, site_id="buergerzentrum", letter_ids=ids)) == 0
    assert database.write(partial(outbox.release, site_id="rathaus", letter_ids=[a])) == 1
    assert database.write(partial(outbox.discard, site_id="rathaus", letter_ids=[a, b])) == 1
    assert [one.id for one in claim(database)] == [a]
    assert database.write(partial(outbox.release, site_id="rathaus")) == 1
    assert [state for state, _ in states(database)] == [WAITING, CANCELLED, WAITING, SENT]
    assert [one.id for one in claim(database)] == [c]


def test_done_rows_go_after_a_week_and_failed_ones_after_a_month(database: Database) -> None:
    for key, state in (("a", SENT), ("b", CANCELLED), ("c", FAILED), ("d", WAITING)):
        put(database, key, state=state)
    assert database.write(lambda conn: outbox.forget(conn, NOW + timedelta(days=7))) == 0
    assert database.write(lambda conn: outbox.forget(conn, NOW + timedelta(days=8))) == 2
    assert [state for state, _ in states(database)] == [FAILED, WAITING]
    assert database.write(lambda conn: outbox.forget(conn, NOW + timedelta(days=31))) == 1
    assert [state for state, _ in states(database)] == [WAITING]


def test_what_failed_before_is_tried_at_once_when_the_cause_was_mended(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    put(database, "reminder", due_at=later, first_due_at=later)
    put(database, "tried", due_at=later, tries=7, last_error="mail_sign_in")
    put(database, "failed", state=FAILED, due_at=later, last_error="mailbox_unknown")
    assert database.write(lambda conn: outbox.hurry(conn, NOW)) == 1
    assert [one.dedupe_key for one in claim(database)] == ["tried"]


def test_the_same_change_is_one_letter(database: Database) -> None:
    """Failure 2."""
    put(database)
    with pytest.raises(sa.exc.IntegrityError):
        put(database)


def test_two_workers_pass_each_other_by(database: Database) -> None:
    """While one holds its rows in an open transaction, another takes others and does not wait."""
    if database.is_sqlite:
        return  # there is only one writer at a time; the next one waits for its commit
    put(database, "a")
    put(database, "b")
    with database.writer.begin() as first, database.writer.begin() as second:
        one = outbox.claim(first, NOW, "anna", 1, "mail")
        other = outbox.claim(second, NOW, "bernd", 1, "mail")
    assert {one[0].dedupe_key, other[0].dedupe_key} == {"a", "b"}
