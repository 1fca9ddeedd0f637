"""How long a day's visits took is read from the log once, kept for a while, and held against the log."""

from datetime import date, timedelta

import sqlalchemy as sa

from queue_server.adapters import served_visits
from queue_server.adapters.checking import check_database
from queue_server.adapters.database import Database
from queue_server.adapters.rebuilding import rebuild_figures
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.figures import DAY_DURATIONS
from queue_server.domain.durations.served import Lasted
from tests.adapters.test_day_figures import FIRST, LAST, live
from tests.services.booking_hall import Booker
from tests.town_hall import booking_town

DAYS = [FIRST + timedelta(days=n) for n in range(3)]


def to_keep(database: Database, last: date = LAST) -> list[date]:
    return database.read(lambda c: served_visits.days_to_keep(c, "hall", FIRST, last))


def keep(database: Database, *days: date, first: date = FIRST) -> None:
    for day in days:
        lasted = database.read(lambda c, day=day: served_visits.of_day(c, "hall", day))  # type: ignore[misc]
        database.write(lambda c, day=day, of=lasted: served_visits.keep_day(c, "hall", day, of, first))  # type: ignore[misc]


def read(database: Database) -> list[Lasted]:
    return database.read(lambda c: served_visits.of_days(c, "hall", FIRST, LAST))


def forget_the_log(connection: sa.Connection) -> None:
    first = sa.select(sa.func.min(EVENT.c.seq)).where(EVENT.c.business_day >= LAST).scalar_subquery()
    connection.execute(sa.update(STREAM).where(STREAM.c.site_id == "hall").values(forgotten_seq=first - 1))


def test_days_that_are_over_are_kept_once_and_tell_the_same_as_the_log(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)
    by_log = read(database)
    assert [one.minutes for one in by_log] == [(6.0,)] * 3
    assert to_keep(database) == DAYS[::-1], "the running day is not over"
    assert to_keep(database, DAYS[1]) == [DAYS[1], DAYS[0]]
    keep(database, *DAYS[:2])
    keep(database, DAYS[0])
    assert to_keep(database) == [DAYS[2]]
    assert sorted(read(database), key=str) == sorted(by_log, key=str), "kept days, and the others by the log"
    keep(database, DAYS[2])
    database.write(forget_the_log)
    assert sorted(read(database), key=str) == sorted(by_log, key=str)


def test_what_is_older_than_is_learned_from_goes(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)
    keep(database, *DAYS[:2])
    keep(database, DAYS[2], first=DAYS[1])
    kept = database.read(lambda c: served_visits.read_kept(c, "hall", FIRST, LAST))
    assert list(kept) == DAYS[1:]


def test_a_kept_day_that_the_log_tells_otherwise_is_found_and_read_anew(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)
    keep(database, *DAYS)

    def found() -> list[tuple[date | None, str]]:
        checks = check_database(database, figures=True)
        return [(one.day, one.field) for check in checks for one in check.differences]

    assert found() == []
    of_first = sa.update(DAY_DURATIONS).where(DAY_DURATIONS.c.business_day == FIRST)
    database.write(lambda c: c.execute(of_first.values(body=[])))
    assert found() == [(FIRST, "service times")]
    database.write(lambda c: rebuild_figures(c, "hall"))
    assert to_keep(database) == DAYS[::-1]
    keep(database, *DAYS)
    assert found() == []
    database.write(lambda c: c.execute(of_first.values(version=0)))
    assert to_keep(database) == [FIRST], "of another version"
