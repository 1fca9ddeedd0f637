"""The past of a hall goes after years, on both databases, and what is left agrees at every step."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters import hall_past
from queue_server.adapters.backup import restoring
from queue_server.adapters.database import Database
from queue_server.adapters.forgetting import nightly
from queue_server.adapters.hall_past import Cut
from queue_server.adapters.rebuilding import rebuild_site
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import COUNTER, DAY, EVENT, LEASE, TICKET
from queue_server.adapters.rows.print_rows import JOB
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.operations import AUDIT
from queue_server.services import counter
from queue_server.services.ports import Answer
from tests.adapters.backup.test_taking import KEYS, take
from tests.domain.pictures import picture
from tests.services.booking_hall import Booker, book_picture
from tests.town_hall import CARD, SOMEBODY, at, booking_town

YEARS = 10
TODAY = date(2026, 3, 4)
ZONES = {"hall": "Europe/Berlin", "annex": "Europe/Berlin"}
OF_THE_PAST = (EVENT, TICKET, APPOINTMENT, LEASE, DAY, JOB)


def a_day(hand: Booker, day: str) -> None:
    """Live a day: two visitors are served, one is called and not there, numbers are stopped and go on."""
    hand.now = at("08:00", day)
    hand.open()
    for _ in range(2):
        hand.take()
        hand.call()
        hand.act(counter.start)
        hand.act(counter.finish)
    hand.take(CARD)
    hand.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=False))


def a_past(hand: Booker) -> None:
    """Live some days of 2015; bookings and their ends lie on both sides of the month's end."""
    hand.now = at("08:00", "2015-01-28")
    comes = hand.book("08:00", day="2015-02-03")
    moved = hand.book("09:00", day="2015-02-03", client="b")
    hand.book("10:00", day="2015-02-03", client="c")  # does not come
    goes = hand.book("10:00", CARD, day="2015-02-04", client="d")
    hand.hold("08:30", day="2015-02-05", client="e")  # runs out in February
    a_day(hand, "2015-01-29")
    hand.now = at("08:00", "2015-02-02")
    hand.move(moved, hand.hold("09:00", day="2015-02-06", client="b", replaces=moved["reference"]), "b")
    hand.cancel(goes)
    hand.now = at("07:50", "2015-02-03")
    hand.check_in(comes)
    a_day(hand, "2015-02-03")
    a_day(hand, "2015-03-10")
    a_day(hand, "2015-04-14")


@pytest.fixture
def hand(database: Database) -> Booker:
    hand = Booker(database, booking_town())
    a_past(hand)
    return hand


@pytest.fixture
def small(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    """The same in a file, for rules that ask nothing else of the database."""
    database = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'aufruf.sqlite3')}")
    hand = Booker(database, booking_town())
    a_past(hand)
    yield hand
    hand.store.close()
    database.dispose()


def today(hand: Booker) -> Answer:
    """Open the house today, with an appointment to come."""
    a_day(hand, f"{TODAY}")
    return hand.book("09:00", day="2026-03-05", client="f")


def erase_persons(hand: Booker) -> None:
    night = datetime(2026, 3, 5, 1, tzinfo=UTC)
    hand.database.write(lambda conn: nightly.erase(conn, night, ZONES))


def find(hand: Booker, years: int = YEARS, on: date = TODAY) -> Cut | None:
    return hand.database.read(lambda conn: hall_past.find_cut(conn, "hall", on, years))


def cut(hand: Booker, **when: Any) -> Cut | None:
    found = find(hand, **when)
    if found is not None:
        hand.database.write(lambda conn: hall_past.move_cut(conn, found, hand.now))
    return found


def delete_all(hand: Booker) -> int:
    batches = 0
    while hand.database.write(lambda conn: hall_past.delete_some(conn, "hall")):
        batches += 1
    return batches


def days_of(hand: Booker) -> set[date]:
    return {row["business_day"] for row in hand.rows(EVENT)}


def test_the_past_goes_month_by_month_and_what_is_left_agrees(hand: Booker) -> None:
    booked = today(hand)
    erase_persons(hand)
    living = (picture(hand.hall), book_picture(hand))
    cuts = []
    while found := cut(hand):
        cuts.append(found.day)
        assert hand.differences() == [], "cut, and nothing deleted yet"
        assert delete_all(hand)
        assert hand.differences() == []
    assert cuts == [date(2015, 2, 1), date(2015, 3, 1), date(2015, 4, 1), date(2015, 5, 1)]
    assert days_of(hand) == {TODAY}
    assert [row["id"] for row in hand.rows(APPOINTMENT)] == [booked["id"]]
    for rows in (TICKET, LEASE, DAY, COUNTER):
        assert {row["business_day"] for row in hand.rows(rows)} == {TODAY}
    assert {row["ticket_id"] for row in hand.rows(JOB)} <= {row["id"] for row in hand.rows(TICKET)}
    hand.restart()
    assert (picture(hand.hall), book_picture(hand)) == living
    assert hand.database.write(lambda conn: rebuild_site(conn, "hall")) == 3
    hand.restart()
    assert (picture(hand.hall), book_picture(hand)) == living


def test_the_house_goes_on_where_it_was(hand: Booker) -> None:
    """Numbers of entries go on, so no ticket, appointment or place of a screen is given twice."""
    booked = today(hand)
    erase_persons(hand)
    last = hand.hall.seq
    while cut(hand):
        delete_all(hand)
    hand.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=True))
    assert hand.take()["id"] > last
    assert hand.book("10:00", day="2026-03-05", client="g")["id"] > last
    hand.move(booked, hand.hold("10:30", day="2026-03-05", client="f", replaces=booked["reference"]), "f")
    other = Booker(hand.database, now=hand.now)
    other.take()
    hand.now = at("08:00", "2026-03-05")
    hand.take()
    assert hand.differences() == []


def test_who_is_killed_between_two_batches_leaves_all_agreeing(
    hand: Booker, monkeypatch: pytest.MonkeyPatch
) -> None:
    today(hand)
    erase_persons(hand)
    monkeypatch.setattr(hall_past, "AT_ONCE", 4)
    assert cut(hand)
    steps = 0
    while hand.database.write(lambda conn: hall_past.delete_some(conn, "hall")):
        steps += 1
        assert hand.differences() == [], steps
        if steps == 2:
            hand.database.write(lambda conn: rebuild_site(conn, "hall"))
    assert steps > 6
    assert all(row["business_day"] >= date(2015, 2, 1) for row in hand.rows(EVENT))


def test_damage_behind_the_cut_is_still_found_and_mended(small: Booker) -> None:
    today(small)
    erase_persons(small)
    cut(small)
    delete_all(small)
    oldest = min(row["id"] for row in small.rows(APPOINTMENT))
    small.database.write(
        lambda c: c.execute(APPOINTMENT.update().where(APPOINTMENT.c.id == oldest).values(minutes=5))
    )
    assert len(small.differences()) == 1
    small.database.write(lambda conn: rebuild_site(conn, "hall"))
    assert small.differences() == []
    first = min(row["seq"] for row in small.rows(EVENT))
    small.database.write(lambda c: c.execute(EVENT.delete().where(EVENT.c.seq == first)))
    assert "entries" in {getattr(one, "field", "") for one in small.differences()}


def test_what_is_not_over_for_so_long_keeps_all_that_came_later(small: Booker) -> None:
    today(small)
    erase_persons(small)
    # Ten years before this day the limit is the first of February: who was booked in January came after it.
    assert find(small, on=date(2025, 2, 12)) is None
    assert find(small, on=date(2025, 3, 20)) is not None


def test_whose_person_is_not_erased_is_kept(small: Booker) -> None:
    today(small)
    assert find(small) is None
    erase_persons(small)
    assert find(small) is not None


def test_the_newest_month_stays_however_old_it_is(small: Booker) -> None:
    """A house that stood still for years, or whose clock is wrong."""
    erase_persons(small)
    while cut(small, on=date(2090, 1, 1)):
        delete_all(small)
    assert days_of(small) == {date(2015, 4, 14)}
    assert small.differences() == []


def test_more_years_bring_nothing_back_and_lose_nothing_more(small: Booker) -> None:
    today(small)
    erase_persons(small)
    assert cut(small) is not None
    assert find(small, years=12) is None
    delete_all(small)
    assert find(small, years=12) is None


def test_a_line_says_what_went_and_other_sites_keep_theirs(small: Booker) -> None:
    small.now = at("08:00", "2015-04-15")
    small.take(CARD, site_id="annex", kiosk_id=None)
    today(small)
    erase_persons(small)
    found = cut(small)
    assert found is not None
    delete_all(small)
    (line,) = (row for row in small.rows(AUDIT) if row["act"] == "records_deleted")
    assert (line["site_id"], line["ref"], line["after"]) == ("hall", "2015-02-01", {"count": found.seq})
    small.database.write(lambda conn: hall_past.move_cut(conn, found, small.now))
    assert len([row for row in small.rows(AUDIT) if row["act"] == "records_deleted"]) == 1
    assert {row["site_id"]: row["forgotten_seq"] for row in small.rows(STREAM)} == {
        "hall": found.seq,
        "annex": 0,
    }
    assert date(2015, 4, 15) in days_of(small)
    assert small.database.write(lambda conn: hall_past.delete_some(conn, "annex")) == 0


def test_a_site_that_the_town_has_no_more_is_looked_at_too(small: Booker) -> None:
    night, noon = (datetime(2026, 3, 5, hour, tzinfo=UTC) for hour in (1, 12))

    def sites(now: datetime) -> list[str]:
        return small.database.read(lambda c: hall_past.sites_to_look_at(c, now, {"hall": "Europe/Berlin"}))

    assert (sites(night), sites(noon)) == (["annex", "hall"], [])
    assert sites(night - timedelta(hours=1)) == ["hall"]


def test_a_backup_from_the_middle_of_it_is_whole_and_goes_on(
    small: Booker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today(small)
    erase_persons(small)
    cut(small)
    monkeypatch.setattr(hall_past, "AT_ONCE", 4)
    assert small.database.write(lambda conn: hall_past.delete_some(conn, "hall")) == 4
    taken, work = take(small.database, tmp_path), tmp_path / "work"
    work.mkdir()
    ready = restoring.make_ready(taken.path, KEYS, work, [], small.now, may_lack_erased=True)
    assert not ready.differing
    back = Booker(Database(f"sqlite:///{ready.database}"), now=small.now)
    assert back.differences() == []
    for house in (back, small):
        assert delete_all(house)
    assert back.rows(EVENT) == small.rows(EVENT)
    assert back.differences() == []
    back.store.close()
    back.database.dispose()
