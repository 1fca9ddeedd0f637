"""Who wants no text messages, and how many a day has: on both databases, for several processes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.post import sms_rows
from queue_server.adapters.post.sms_rows import SMS_DAY

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
TOWN, OTHER = "musterstadt", "nachbarstadt"


@contextmanager
def another_process(database: Database) -> Iterator[Database]:
    """The same database through a connection of its own."""
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        yield other
    finally:
        other.dispose()


def test_a_number_wants_none_until_that_is_taken_back(database: Database) -> None:
    for _ in range(2):
        database.write(lambda c: sms_rows.opt_out(c, TOWN, "hash", NOW))
    assert database.read(lambda c: sms_rows.is_opted_out(c, TOWN, "hash"))
    assert not database.read(lambda c: sms_rows.is_opted_out(c, OTHER, "hash"))
    assert not database.read(lambda c: sms_rows.is_opted_out(c, TOWN, "another"))
    database.write(lambda c: sms_rows.opt_in(c, TOWN, "hash"))
    assert not database.read(lambda c: sms_rows.is_opted_out(c, TOWN, "hash"))


def test_a_day_has_so_many_messages_and_each_town_its_own(database: Database) -> None:
    def take(town: str, day: date = TODAY) -> bool:
        return database.write(lambda c: sms_rows.take_one(c, town, day, 2))

    assert [take(TOWN) for _ in range(3)] == [True, True, False]
    assert take(OTHER)
    assert take(TOWN, TODAY + timedelta(days=1))
    for _ in range(3):
        database.write(lambda c: sms_rows.give_back(c, OTHER, TODAY))
    counts = sa.select(SMS_DAY.c.sent).where(SMS_DAY.c.organisation_id == OTHER)
    assert database.read(lambda c: c.execute(counts).scalar_one()) == 0, "never less than none"


def test_two_processes_do_not_pass_the_limit_together(database: Database) -> None:
    with another_process(database) as other, ThreadPoolExecutor(2) as pool:

        def some(of: Database) -> int:
            return sum(of.write(lambda c: sms_rows.take_one(c, TOWN, TODAY, 15)) for _ in range(10))

        assert sum(pool.map(some, (database, other))) == 15


def test_counts_are_forgotten_after_a_month(database: Database) -> None:
    for days in (0, 31, 32, 60):
        day = TODAY - timedelta(days=days)
        database.write(lambda c, day=day: sms_rows.take_one(c, TOWN, day, 2))  # type: ignore[misc]
    assert database.write(lambda c: sms_rows.forget(c, NOW)) == 2
