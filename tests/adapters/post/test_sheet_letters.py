"""A month's sheet is posted once, by one process, and outlives whoever works on it."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.post import desk_letters, outbox, sheet_letters
from queue_server.adapters.post.outbox import FAILED, LEASE, SENT, WAITING
from queue_server.adapters.post.sheet_letters import Claimed, Shown
from queue_server.adapters.rows.stream_rows import STREAM

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
TOWN, BOTH = "musterstadt", ("mayor@stadt.example", "office@stadt.example")


def post(database: Database, month: str = "2026-02", to: Sequence[str] = BOTH, town: str = TOWN) -> bool:
    return database.write(lambda conn: sheet_letters.post(conn, town, month, to, NOW))


def claim(database: Database, at: datetime = NOW, worker: str = "anna") -> list[Claimed]:
    return database.write(lambda conn: sheet_letters.claim(conn, at, worker, 20, "mail"))


def note(database: Database, claimed: Claimed, state: str, error: str = "", due: Any = None) -> int:
    told = [(claimed, state, due, error)]
    return database.write(lambda conn: sheet_letters.note_all(conn, told, NOW))


def shown(database: Database, month: str = "2026-02") -> list[Shown]:
    return database.read(lambda conn: sheet_letters.letters_of(conn, TOWN, month))


def states(database: Database) -> list[str]:
    return [one.state for one in shown(database)]


def test_a_month_is_posted_once_and_an_earlier_one_never_after_it(database: Database) -> None:
    assert database.read(lambda conn: sheet_letters.posted_until(conn, TOWN)) == ""
    assert post(database)
    assert not post(database)
    assert not post(database, "2026-01")
    assert post(database, "2026-02", town="elsewhere")
    assert post(database, "2026-03", to=())
    assert database.read(lambda conn: sheet_letters.posted_until(conn, TOWN)) == "2026-03"
    assert [one.mailbox for one in shown(database)] == list(BOTH)
    assert shown(database, "2026-03") == []


def test_of_processes_at_once_one_posts(database: Database, database_url: str) -> None:
    begin, won = threading.Barrier(4), []

    def run() -> None:
        other = Database(database_url)
        begin.wait()
        won.append(post(other))
        other.dispose()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(won) == [False, False, False, True]
    assert len(shown(database)) == 2


def test_a_crash_within_the_commit_leaves_neither_claim_nor_letter(database: Database) -> None:
    def crash(conn: sa.Connection) -> None:
        sheet_letters.post(conn, TOWN, "2026-02", BOTH, NOW)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        database.write(crash)
    assert shown(database) == []
    assert post(database)


def test_what_a_crashed_worker_had_is_taken_by_another_whose_word_counts(database: Database) -> None:
    post(database)
    first, second = claim(database)
    assert claim(database, worker="bernd") == []
    assert note(database, first, SENT) == 1
    later = NOW + LEASE
    assert [one.mailbox for one in claim(database, later, "bernd")] == [BOTH[1]]
    assert note(database, second, FAILED, "mailbox_unknown") == 0, "the lease was lost"
    [third] = claim(database, later + LEASE)
    assert (third.claimed_by, third.tries) == (second.claimed_by, second.tries + 2)
    assert note(database, second, FAILED, "mailbox_unknown") == 0, "an old word of the same worker"
    assert states(database) == [SENT, WAITING]


def test_what_failed_is_told_and_sent_again_on_wish(database: Database) -> None:
    post(database)
    first, second = claim(database)
    note(database, first, WAITING, "mail_unreachable", NOW + timedelta(hours=1))
    note(database, second, FAILED, "mailbox_unknown")
    told = database.read(lambda conn: sheet_letters.backlogs(conn, NOW))
    assert told == {TOWN: sheet_letters.Backlog(1, NOW, 1)}
    assert claim(database) == []
    database.write(lambda conn: sheet_letters.hurry(conn, NOW))
    assert [one.mailbox for one in claim(database)] == [BOTH[0]]
    named = (BOTH[0], "new@stadt.example")

    def again(conn: sa.Connection) -> int:
        return sheet_letters.send_again(conn, TOWN, "2026-02", named, NOW)

    assert database.write(again) == 1, "whom the town names now, and who has not got it"
    assert states(database) == [WAITING, "cancelled", WAITING]
    assert database.write(again) == 0
    assert database.read(lambda conn: sheet_letters.backlogs(conn, NOW))[TOWN].failed_count == 0


def test_after_a_restore_nothing_leaves_until_staff_have_said_so(database: Database) -> None:
    def restore(conn: sa.Connection) -> None:
        for site in ("a", "b"):
            conn.execute(sa.insert(STREAM).values(site_id=site, organisation_id=TOWN, seq=0))
        sheet_letters.post(conn, TOWN, "2026-01", BOTH[:1], NOW)
        outbox.hold(conn)
        sheet_letters.hold(conn)
        sheet_letters.post(conn, TOWN, "2026-02", BOTH, NOW)

    database.write(restore)
    assert claim(database) == []
    database.write(lambda conn: desk_letters.release(conn, "a"))
    assert states(database) == ["held", "held"], "the other site still holds"
    database.write(lambda conn: desk_letters.release(conn, "b"))
    assert len(claim(database)) == 3


def test_what_is_discarded_after_a_restore_is_never_sent(database: Database) -> None:
    def restore(conn: sa.Connection) -> None:
        conn.execute(sa.insert(STREAM).values(site_id="a", organisation_id=TOWN, seq=0, holds_post=True))
        sheet_letters.post(conn, TOWN, "2026-02", BOTH, NOW)
        desk_letters.discard(conn, "a")

    database.write(restore)
    assert states(database) == ["cancelled", "cancelled"]
    assert claim(database) == []


def test_who_names_nobody_for_a_while_is_owed_nothing_of_it(database: Database) -> None:
    def passing(month: str) -> str:
        database.write(lambda conn: sheet_letters.pass_over(conn, TOWN, month))
        return database.read(lambda conn: sheet_letters.posted_until(conn, TOWN))

    assert passing("2026-02") == "", "it never was sent one"
    post(database)
    assert passing("2026-01") == "2026-02"
    assert passing("2026-07") == "2026-07"


def test_addresses_go_after_a_year(database: Database) -> None:
    post(database)
    for one in claim(database):
        note(database, one, SENT)
    forget = sheet_letters.forget
    assert database.write(lambda conn: forget(conn, NOW + timedelta(days=400))) == 0
    assert database.write(lambda conn: forget(conn, NOW + timedelta(days=401))) == 2
