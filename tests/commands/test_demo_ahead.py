"""Who is still to come to the sample town: as if they had booked, and none of it impossible."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from queue_server.adapters import day_figures
from queue_server.adapters.database import Database
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.store import Store
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.public_holidays import with_holidays
from queue_server.commands import demo_days
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.services import seating
from tests.commands.demo_lived import NOW, SITES, ZONE

TODAY = NOW.date()
ASCENSION = date(2026, 5, 14)


@pytest.fixture
def coming(past: Database) -> dict[str, list[Appointment]]:
    """The appointments of each site that are still to come."""
    store = Store(past)
    return {
        id_: [one for one in store.view(id_, NOW).book.appointments.values() if one.starts_at >= NOW]
        for id_ in SITES
    }


def day_of(one: Appointment) -> date:
    return one.starts_at.astimezone(ZONE).date()


@pytest.mark.parametrize(("site_id", "ahead"), [("rathaus", 14), ("buergerzentrum", 7)])
def test_today_and_every_working_day_to_come_has_some(
    coming: dict[str, list[Appointment]], site_id: str, ahead: int
) -> None:
    days = Counter(day_of(one) for one in coming[site_id])
    working = {TODAY + timedelta(days=n) for n in range(1, ahead + 1)}
    working = {day for day in working if day.weekday() in {0, 1, 3, 4} and day != ASCENSION}
    assert days.keys() >= {TODAY, *working}
    assert all(day == TODAY or day.weekday() in {0, 1, 3, 4} for day in days)
    assert ASCENSION not in days
    assert max(days) <= TODAY + timedelta(days=21)
    assert days[min(working)] > days[max(working)], "the next days are fuller than those in two weeks"


def test_nothing_stands_there_that_could_not_be_booked(
    past: Database, coming: dict[str, list[Appointment]]
) -> None:
    store = Store(past)
    for site_id, all_ in coming.items():
        unit = store.view(site_id, NOW)
        taken = Counter((one.clerk_id, one.first_cell + n) for one in all_ for n in range(one.cells))
        assert max(taken.values()) == 1
        for one in all_:
            assert one.state is AppointmentState.BOOKED
            assert one.number is not None
            assert seating.seat_of(unit, one) == one.clerk_id, one


def test_they_booked_in_several_ways_and_advice_longer_ahead_than_passports(past: Database) -> None:
    mine = APPOINTMENT.c.starts_at >= NOW
    query = sa.select(
        APPOINTMENT.c.channel, APPOINTMENT.c.concern, APPOINTMENT.c.day, APPOINTMENT.c.created_at
    )
    rows = past.read(lambda c: c.execute(query.where(mine)).all())
    channels = Counter(row.channel for row in rows)
    assert channels["portal"] > channels["desk"] > channels["kiosk"] > 0
    leads: dict[str, list[int]] = {}
    for row in rows:
        made_on = row.created_at.astimezone(ZONE).date()
        leads.setdefault(row.concern[0][0], []).append((row.day - made_on).days)
    assert min(leads["passport"]) <= 2
    assert min(leads["pension-advice"]) >= 7


def test_who_comes_told_what_the_site_asks_for_and_who_was_here_is_not_named(
    past: Database, coming: dict[str, list[Appointment]]
) -> None:
    people = past.read(lambda c: c.execute(sa.select(PERSON)).all())
    known = {(one.site_id, one.appointment_id): one for one in people}
    assert known.keys() == {(site_id, one.id) for site_id, all_ in coming.items() for one in all_}
    for site_id, all_ in coming.items():
        for one in all_:
            person = known[site_id, one.id]
            assert not person.email
            if one.channel == "portal":
                assert person.name
                assert person.phone
                assert bool(person.address) is (site_id == "buergerzentrum")
    assert len({one.name for one in people}) > len(people) / 3
    assert len({one.contact_hash for one in people}) > len(people) / 2
    limit = Counter(one.contact_hash for one in people if one.contact_hash).most_common(1)[0][1]
    assert limit <= 5, "nobody has more bookings than one contact may have"


def test_bookings_do_not_fade_in_the_last_days_of_the_figures(past: Database) -> None:
    def made(connection: sa.Connection, first: int, last: int) -> int:
        days = (TODAY - timedelta(days=n) for n in range(last, first + 1))
        tallies = (day_figures.count_day(connection, "rathaus", day, ZONE) for day in days)
        return sum(one.sum("bookings") for one in tallies)

    last_week, week_before = past.read(lambda c: (made(c, 7, 1), made(c, 14, 8)))
    assert last_week > 0.7 * week_before
    assert past.read(lambda c: made(c, 2, 1)) > 0.7 * last_week * 2 / 7


@pytest.mark.parametrize("days", range(7))
@pytest.mark.parametrize(("hour", "some"), [(8, True), (15, True), (20, True), (22, False)])
def test_somebody_is_still_to_come_today_whatever_day_it_is(days: int, hour: int, some: bool) -> None:
    on = date(2026, 11, 23) + timedelta(days=days)
    town = with_holidays(sample_town(), on)
    now = datetime(on.year, on.month, on.day, hour - 1, tzinfo=UTC)  # in Germany it is an hour later
    for site in town.sites:
        since = now - timedelta(weeks=4)
        found = list(demo_days.booked_ahead(town, site, on, ZONE, since, now))
        assert bool(found) is some, (site.id, on)
        assert all(now < one.starts_at and one.made_at < now for one in found)


def test_nobody_comes_on_a_holiday_that_is_today() -> None:
    town = with_holidays(sample_town(), ASCENSION)
    now = datetime(2026, 5, 14, 6, tzinfo=UTC)
    found = demo_days.booked_ahead(town, town.sites[0], ASCENSION, ZONE, now - timedelta(weeks=4), now)
    assert not list(found)
