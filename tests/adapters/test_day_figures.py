"""Figures of real days: counted once, counted anew, and the same as what stands in log and rows."""

from datetime import date, timedelta

import sqlalchemy as sa

from queue_server.adapters import day_figures
from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT, TICKET
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.figures import DAY_FIGURES
from queue_server.domain import events as e
from queue_server.domain.figures.tally import Tally, total
from queue_server.services import counter
from tests.services.booking_hall import Booker
from tests.town_hall import CARD, at, booking_town

FIRST, LAST = date(2026, 3, 3), date(2026, 3, 6)


def live(hand: Booker) -> None:
    """Four days; somebody comes, somebody does not, a call of the last evening is settled the same day."""
    comes = hand.book("08:00")
    hand.book("09:00", client="b")
    for day in ("2026-03-03", "2026-03-04", "2026-03-05"):
        hand.now = max(hand.now, at("08:00", day))
        hand.open()
        if day == "2026-03-04":
            hand.check_in(comes)
        hand.take()
        hand.take(CARD)
        hand.later(minutes=5)
        hand.call()
        hand.later(minutes=1)
        hand.act(counter.start)
        hand.later(minutes=6)
        hand.act(counter.finish)
    hand.now = at("07:00", "2026-03-06")
    hand.take()


def count(hand: Booker, day: date) -> Tally:
    return hand.database.read(
        lambda c: day_figures.count_day(c, "hall", day, hand.look(lambda u: u.book.zone))
    )


def keep_all(hand: Booker) -> int:
    return hand.database.write(
        lambda c: day_figures.rebuild(c, "hall", hand.look(lambda unit: unit.book.zone))
    )


def kept(hand: Booker) -> list[tuple[date, Tally]]:
    return hand.database.read(lambda c: day_figures.read_days(c, "hall", FIRST, LAST))


def test_sums_over_days_are_sums_over_the_log(database: Database) -> None:
    """Failure 24: statistics equal the events, each day exactly once."""
    hand = Booker(database, booking_town())
    live(hand)
    assert keep_all(hand) == keep_all(hand) == 3
    days = kept(hand)
    assert [day for day, _ in days] == [FIRST + timedelta(days=n) for n in range(3)]
    tally = total(one for _, one in days)
    over = TICKET.c.business_day < LAST
    rows = hand.database.read(lambda c: c.execute(sa.select(sa.func.count()).where(over)).scalar())
    assert tally.sum("visits") == rows == 7
    assert tally.sum("served") == 3
    assert sum(tally.values(("wait_walk_in", "wait_booked")).values()) == 3
    assert (tally.sum("bookings"), tally.sum("by_portal")) == (2, 2)
    assert (tally.sum("appointments"), tally.sum("missed")) == (2, 1)


def test_days_that_are_not_counted_yet_are_found_and_the_running_one_is_not(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)

    def missing(most: int = 9) -> list[date]:
        return hand.database.read(lambda c: day_figures.days_to_count(c, "hall", most))

    assert missing() == [date(2026, 3, 5), date(2026, 3, 4), date(2026, 3, 3)]
    assert missing(1) == [date(2026, 3, 5)]
    keep_all(hand)
    assert missing() == []
    hand.database.write(
        lambda c: c.execute(
            sa.update(DAY_FIGURES).where(DAY_FIGURES.c.business_day == FIRST).values(version=0)
        )
    )
    assert missing() == [FIRST]


def test_a_day_counted_while_it_runs_is_the_same_as_what_it_becomes(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)
    keep_all(hand)
    for day, tally in kept(hand):
        assert count(hand, day) == tally


def test_figures_stay_when_the_log_is_forgotten(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)
    keep_all(hand)
    before = kept(hand)

    def forget(conn: sa.Connection) -> None:
        first = sa.select(sa.func.min(EVENT.c.seq)).where(EVENT.c.business_day > FIRST).scalar_subquery()
        conn.execute(sa.update(STREAM).where(STREAM.c.site_id == "hall").values(forgotten_seq=first - 1))

    hand.database.write(forget)
    assert keep_all(hand) == 2
    assert kept(hand) == before


def test_whether_a_day_was_measured(database: Database) -> None:
    hand = Booker(database, booking_town())
    live(hand)
    assert not hand.database.read(lambda c: day_figures.is_measured(c, "hall", LAST))
    hand.do(lambda unit: {"seq": unit.record([e.DayMeasured((), 0, ())])})
    assert hand.database.read(lambda c: day_figures.is_measured(c, "hall", LAST))


def test_a_day_is_counted_in_the_order_of_its_entries_whatever_order_they_are_read_in(
    database: Database,
) -> None:
    """No database promises one; each is asked here for another than that of its index."""
    hand = Booker(database, booking_town())
    live(hand)
    day, zone = date(2026, 3, 4), hand.look(lambda unit: unit.book.zone)
    before = count(hand, day)

    def turned_round(conn: sa.Connection) -> Tally:
        if conn.dialect.name == "sqlite":
            conn.execute(sa.text("PRAGMA reverse_unordered_selects = ON"))
        else:
            rows = [dict(row) for row in conn.execute(sa.select(EVENT)).mappings()]
            conn.execute(sa.delete(EVENT))
            conn.execute(sa.insert(EVENT), sorted(rows, key=lambda row: -row["seq"]))
            conn.execute(sa.text("SET LOCAL enable_indexscan = off"))
            conn.execute(sa.text("SET LOCAL enable_bitmapscan = off"))
        return day_figures.count_day(conn, "hall", day, zone)

    assert before.sum("served") == 1
    assert hand.database.write(turned_round) == before


def test_a_day_without_entries_has_no_figures(database: Database) -> None:
    hand = Booker(database, booking_town())
    assert count(hand, FIRST) == Tally()
