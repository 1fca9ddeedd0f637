"""How long one waits, as it is told: by the forecast while it holds, plainly where there is none."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import read_log
from queue_server.domain import events as e
from queue_server.domain.forecast.drawing import Habits, Shuffles
from queue_server.domain.forecast.ranges import Forecast, forecast
from queue_server.domain.order import patience_min
from queue_server.domain.service_times import Configured
from queue_server.services import counter, reception, screens, site_view, waits
from queue_server.services.concerns import choose
from queue_server.services.ports import Unit
from tests.town_hall import CAR, CARD, PASS, Hand, the_town


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Hand]:
    """Two counters open: Anna can do everything, Bernd passports and cards."""
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    hand = Hand(database, the_town())
    hand.open("c1", "anna")
    hand.open("c2", "bernd")
    yield hand
    hand.store.close()
    database.dispose()


def foretell(hand: Hand, widened: float = 1.0) -> Forecast:
    scene = hand.look(waits.look)
    shuffles = Shuffles(random.Random(1).random, 40)
    found = replace(forecast(scene, Configured(), Habits(), shuffles), widened=widened)
    hand.look(lambda u: u.note_forecast(found))
    return found


def quoted(hand: Hand, service: str = PASS) -> tuple[int, int] | None:
    found = hand.look(lambda u: reception.quote(u, choose(u.town, u.site, [(service, 1)])))
    return None if found is None else (found.from_min, found.to_min)


def ranges(hand: Hand) -> list[tuple[int, int]]:
    queue = hand.look(screens.public_queue)
    return [(one["from_min"], one["to_min"]) for one in queue["waiting"]]


def test_what_was_foretold_is_told_everywhere(hand: Hand) -> None:
    for service in (CAR, CAR, CARD, PASS, CAR):
        hand.take(service)
    hand.call("c1")
    hand.call("c2", "bernd")
    plainly = (quoted(hand, CAR), ranges(hand), hand.look(site_view.view).wait)
    found = foretell(hand)
    assert (quoted(hand, CAR), ranges(hand), hand.look(site_view.view).wait) != plainly
    (first, *_) = hand.hall.waiting.in_order(hand.now)
    outlook = found.tickets[first.id]
    from_min, to_min = ranges(hand)[0]
    assert from_min <= outlook.low <= outlook.high <= to_min
    told = hand.do(lambda u: reception.give_quote(u, choose(u.town, u.site, [(CAR, 1)])))
    assert (told["wait"]["from_min"], told["wait"]["to_min"]) == quoted(hand, CAR)


def test_a_number_is_given_with_the_range_that_was_foretold(hand: Hand) -> None:
    for _ in range(5):
        hand.take()
    foretell(hand)
    expected = quoted(hand)
    taken = hand.take()
    assert (taken["wait"]["from_min"], taken["wait"]["to_min"]) == expected
    (job,) = hand.do(lambda u: u.print_jobs_of(taken["id"]))
    assert (job.from_min, job.to_min) == expected


def test_who_came_after_the_forecast_is_told_what_a_newcomer_was(hand: Hand) -> None:
    for _ in range(4):
        hand.take()
    foretell(hand)
    taken = hand.take()
    assert ranges(hand)[-1] == (taken["wait"]["from_min"], taken["wait"]["to_min"])


def test_as_time_passes_less_of_the_wait_is_left(hand: Hand) -> None:
    for _ in range(12):
        hand.take()
    foretell(hand)
    _, before = ranges(hand)[-1]
    hand.later(seconds=119)
    from_min, after = ranges(hand)[-1]
    assert after <= before
    assert from_min >= 0


def test_an_old_forecast_and_one_of_other_counters_count_no_more(hand: Hand) -> None:
    for _ in range(6):
        hand.take()
    plainly = ranges(hand)
    foretell(hand)
    assert ranges(hand) != plainly
    hand.later(minutes=3)
    assert ranges(hand) == plainly
    foretell(hand)
    hand.do(lambda u: counter.pause(u, "c2", "bernd"))
    alone = ranges(hand)
    hand.restart()
    assert ranges(hand) == alone
    assert quoted(hand) is not None
    hand.do(lambda u: counter.pause(u, "c1", "anna"))
    assert quoted(hand) is None


def test_ranges_that_were_too_narrow_are_told_wider(hand: Hand) -> None:
    for _ in range(8):
        hand.take()
    foretell(hand)
    narrow = ranges(hand)[-1]
    foretell(hand, widened=2.5)
    wide = ranges(hand)[-1]
    assert wide[0] <= narrow[0] < narrow[1] <= wide[1]
    assert wide != narrow


def test_a_quote_for_what_nobody_can_serve_is_no_quote(hand: Hand) -> None:
    hand.do(lambda u: counter.pause(u, "c1", "anna"))
    foretell(hand)
    assert quoted(hand, CAR) is None
    assert quoted(hand) is not None


@pytest.mark.parametrize("minutes", [0, 240])
def test_no_estimate_ever_changes_who_is_called(hand: Hand, minutes: int) -> None:
    """However wrong the forecast, the calls are those of the rule: (tier, due, arrival, id)."""
    for service in (CAR, PASS, CARD, CAR, PASS, CARD, PASS):
        hand.take(service)
        hand.later(minutes=2)
    expected = [ticket.id for ticket in hand.hall.waiting.in_order(hand.now)]
    found = foretell(hand)
    absurd = {
        id_: replace(one, low=minutes + n, middle=minutes + n, high=minutes + n)
        for n, (id_, one) in enumerate(reversed(list(found.tickets.items())))
    }
    hand.look(lambda u: u.note_forecast(replace(found, tickets=absurd)))
    called = []
    for _ in expected:
        called.append(hand.call("c1")["ticket"])
        hand.act(counter.finish)
    assert called == expected


def test_what_is_told_is_kept_in_the_log(hand: Hand) -> None:
    for _ in range(3):
        hand.take()
    foretell(hand)

    def take_and_read(unit: Unit) -> tuple[int, int]:
        chosen = choose(unit.town, unit.site, [(PASS, 1)])
        guess = reception.quote(unit, chosen)
        assert guess
        return guess.from_min, guess.to_min

    expected = hand.look(take_and_read)
    taken = hand.take()
    last = hand.database.read(lambda c: read_log(c, "hall", taken["id"] - 1))[0].event
    assert isinstance(last, e.TicketTaken)
    assert (last.from_min, last.to_min) == expected


def test_a_scene_knows_who_is_still_to_come_and_when_the_doors_close(hand: Hand) -> None:
    hand.take()
    scene = hand.look(waits.look)
    assert scene.until_closing_s == timedelta(hours=9).total_seconds()
    assert len(scene.recent) == 1
    assert scene.guest_dues == tuple(60 * one for one in (5, *(patience_min(n, 3) for n in (5, 10, 20))))
