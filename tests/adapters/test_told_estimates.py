"""What pages showed is kept beside the log, judged with it, and forgotten when nothing is judged by it."""

from datetime import UTC, date, datetime, timedelta

from queue_server.adapters import told_estimates
from queue_server.adapters.checking import check_database
from queue_server.adapters.database import Database
from queue_server.adapters.rebuilding import rebuild_site
from queue_server.domain.estimate_outcomes import DAYS
from queue_server.domain.later_ranges import Noted, Told
from tests.services.booking_hall import Booker
from tests.town_hall import at, booking_town

DAY = date(2026, 3, 3)
ZONES = {"hall": "Europe/Berlin"}


def noted(ticket: int, clock: str, *minutes: int, day: date = DAY, site: str = "hall") -> Noted:
    return Noted("town", site, day, Told(at(clock, day.isoformat()), ticket, *minutes))


def keep(database: Database, *some: Noted) -> None:
    database.write(lambda c: told_estimates.keep(c, some))


def shown(database: Database, day: date = DAY, site: str = "hall") -> list[Told]:
    return database.read(lambda c: told_estimates.shown(c, site, day))


def test_what_was_shown_is_judged_with_the_log_of_its_day_and_changes_nothing_in_it(
    database: Database,
) -> None:
    hand = Booker(database, booking_town())
    hand.now = at("08:00", DAY.isoformat())
    hand.open()
    ticket = hand.take()["id"]
    keep(
        database,
        noted(ticket, "08:02", 5, 10),
        noted(ticket, "08:06", 1, 3),
        noted(ticket, "08:02", 0, 5, site="annex"),
    )
    hand.now = at("08:10", DAY.isoformat())
    hand.call()
    found = database.read(lambda c: told_estimates.of_day(c, "hall", DAY))
    assert [(one.ticket, one.from_min, one.to_min, one.waited_min) for one in found.later] == [
        (ticket, 5, 10, 8.0),
        (ticket, 1, 3, 4.0),
    ]
    assert [one.ticket for one in found.first] in ([], [ticket])
    assert not any(one.differences for one in check_database(database))
    database.write(lambda c: rebuild_site(c, "hall"))
    assert [one.minutes for one in shown(database)] == [(5, 10), (1, 3)]


def test_what_is_not_judged_any_more_goes_at_night_a_day_at_a_time(database: Database) -> None:
    Booker(database, booking_town())
    days = [DAY + timedelta(days=n) for n in range(3)]
    keep(database, *(noted(7, "09:00", 5, 10, day=day) for day in days for _ in range(2)))

    def forget(hour: int) -> int:
        now = datetime(2026, 3, 5, hour, tzinfo=UTC) + timedelta(days=DAYS)
        return database.write(lambda c: told_estimates.forget(c, now, ZONES))

    assert forget(12) == 0, "not by day"
    assert [forget(1), forget(1), forget(1)] == [2, 2, 0]
    assert [len(shown(database, day)) for day in days] == [0, 0, 2], "of four weeks ago it is judged still"
