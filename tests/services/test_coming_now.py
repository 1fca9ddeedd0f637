"""What is told at home of coming without an appointment: the wait now, or when the doors open."""

from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.town import OpeningHours
from queue_server.services import counter, reception
from queue_server.services.coming_now import ComingNow, coming_now
from queue_server.services.concerns import choose
from tests.town_hall import CAR, PASS, SOMEBODY, Hand, at, the_town

WEEK = tuple(
    OpeningHours(day, *hours) for day in range(5) for hours in ((time(8), time(12)), (time(13), time(16)))
)


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Hand]:
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    hand = Hand(database, the_town(opening=WEEK))
    hand.open("c1", "anna")
    yield hand
    hand.store.close()
    database.dispose()


def local(clock: str, day: str = "2026-03-03") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Europe/Berlin"))


def asked(hand: Hand, *wanted: str) -> ComingNow | None:
    return hand.look(lambda unit: coming_now(unit, [(one, 1) for one in wanted]))


def test_wait_is_that_of_the_concern_and_the_doors_close_by_the_wall_clock(hand: Hand) -> None:
    hand.now = at("12:30")
    for _ in range(4):
        hand.take(CAR)
    guess = hand.look(lambda u: reception.quote(u, choose(u.town, u.site, [(PASS, 1)])))
    found = asked(hand, PASS)
    assert found
    assert guess
    assert found.wait == (guess.from_min, guess.to_min)
    assert (found.reason, found.closes) == ("", local("16:00"))
    usual = asked(hand)
    assert usual
    assert usual.wait


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at("11:30"), local("13:00")),
        (at("17:00"), local("08:00", "2026-03-04")),
        (at("17:00", "2026-03-06"), local("08:00", "2026-03-09")),
    ],
)
def test_no_wait_is_told_of_a_closed_house_but_when_it_opens(
    hand: Hand, now: datetime, opens: datetime
) -> None:
    hand.now = now
    assert asked(hand, PASS) == asked(hand) == ComingNow("closed", next=opens)


def test_a_house_that_gives_no_numbers_names_no_wait(hand: Hand) -> None:
    hand.now = at("09:00")
    hand.do(lambda unit: counter.switch_issuing(unit, SOMEBODY, issuing=False))
    assert asked(hand, PASS) == ComingNow("stopped")


def test_without_an_open_counter_nobody_knows_the_wait(hand: Hand) -> None:
    hand.now = at("12:30")
    hand.do(lambda unit: counter.pause(unit, "c1", "anna"))
    assert asked(hand, PASS) == ComingNow("", None, local("16:00"))


def test_what_is_not_done_for_walk_ins_is_not_told_of(hand: Hand) -> None:
    assert asked(hand, "no-such-service") is None
