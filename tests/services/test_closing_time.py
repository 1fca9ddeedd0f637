"""Near closing time what is told and what kiosks do agree: both come from the forecast."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.errors import NotIssuing
from queue_server.domain.forecast.ranges import Forecast
from queue_server.domain.ticket import Origin
from queue_server.domain.town import OpeningHours
from queue_server.services import reception, screens
from queue_server.services.access_hours import Reason, why_not_giving
from queue_server.services.coming_now import coming_now
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer
from tests.services.test_waits import foretell
from tests.town_hall import CAR, PASS, Hand, the_town

NOON = tuple(OpeningHours(day, time(8), time(12)) for day in range(5))


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Hand]:
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    hand = Hand(database, the_town(opening=NOON))
    hand.open("c1", "anna")
    hand.now = hand.now.replace(hour=10, minute=30)  # half an hour before the doors close
    yield hand
    hand.store.close()
    database.dispose()


def foretold(hand: Hand, share: float, of_long: float | None = None) -> Forecast:
    """Let a newcomer be called before closing in such a share of the courses; who is due last in another."""
    found = foretell(hand)
    guests = {}
    for kinds, row in found.guests.items():
        last = max(due for due, _ in row)
        guests[kinds] = [
            (due, replace(one, before_closing=of_long if due == last and of_long is not None else share))
            for due, one in row
        ]
    tickets = {id_: replace(one, before_closing=share) for id_, one in found.tickets.items()}
    changed = replace(found, guests=guests, tickets=tickets)
    hand.look(lambda u: u.note_forecast(changed))
    return changed


def reason(hand: Hand, service: str = "") -> Reason:
    wanted = [(service, 1)]
    return hand.look(lambda u: why_not_giving(u, None, choose(u.town, u.site, wanted) if service else None))


def quoted(hand: Hand, service: str = PASS) -> Answer:
    return dict(hand.do(lambda u: reception.give_quote(u, choose(u.town, u.site, [(service, 1)])))["wait"])


@pytest.mark.parametrize(
    ("share", "word", "stops"),
    [(1.0, "likely", ""), (0.7, "unsure", ""), (0.3, "unlikely", "past_closing")],
)
def test_what_is_told_and_what_kiosks_do_agree(hand: Hand, share: float, word: str, stops: str) -> None:
    hand.take(CAR)
    foretold(hand, share)
    assert quoted(hand)["before_closing"] == word
    assert reason(hand, PASS) == reason(hand) == stops
    (entry,) = hand.look(screens.public_queue)["waiting"]
    assert entry.get("before_closing") == word
    found = hand.look(lambda u: coming_now(u, [(PASS, 1)]))
    assert found
    assert (found.reason, found.unsure) == (stops, word == "unsure")


def test_a_kiosk_stops_for_one_concern_while_another_has_time(hand: Hand) -> None:
    hand.take(CAR)
    foretold(hand, 0.95, of_long=0.2)
    assert (reason(hand, CAR), reason(hand, PASS), reason(hand)) == ("past_closing", "", "")
    with pytest.raises(NotIssuing):
        hand.take(CAR, origin=Origin.KIOSK)
    hand.take(CAR, origin=Origin.DESK)


def test_without_a_forecast_the_plain_rule_decides(hand: Hand) -> None:
    hand.take(CAR)
    assert reason(hand) == ""
    hand.take(CAR)
    assert reason(hand) == reason(hand, PASS) == "past_closing"


def test_long_before_closing_and_behind_closed_doors_nothing_is_said(hand: Hand) -> None:
    hand.take(CAR)
    hand.now = hand.now.replace(hour=12)
    (entry,) = hand.look(screens.public_queue)["waiting"]
    assert "before_closing" not in entry
