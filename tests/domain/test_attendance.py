"""When an open counter counts as unattended."""

from datetime import timedelta

from queue_server.domain.attendance import UNATTENDED_AFTER, unattended
from tests.town_hall import at

NINE, TEN = at("09:00"), at("10:00")
HELD = [("c1", "anna", NINE)]
SECOND = timedelta(seconds=1)


def test_a_counter_is_unattended_a_quarter_of_an_hour_after_its_clerk_was_seen_last() -> None:
    seen = {("c1", "anna"): TEN}
    assert unattended(HELD, seen, NINE, TEN + UNATTENDED_AFTER - SECOND) == frozenset()
    assert unattended(HELD, seen, NINE, TEN + UNATTENDED_AFTER) == {"c1"}


def test_somebody_else_who_looks_on_does_not_attend_to_it() -> None:
    seen = {("c1", "bernd"): TEN, ("c2", "anna"): TEN}
    assert unattended(HELD, seen, NINE, TEN) == {"c1"}


def test_after_a_restart_nobody_is_missed_at_once() -> None:
    assert unattended(HELD, {}, TEN, TEN + UNATTENDED_AFTER - SECOND) == frozenset()
    assert unattended(HELD, {}, TEN, TEN + UNATTENDED_AFTER) == {"c1"}


def test_who_just_took_a_counter_is_there() -> None:
    assert unattended([("c1", "anna", TEN)], {}, NINE, TEN + SECOND) == frozenset()


def test_a_counter_that_nobody_holds_is_not_unattended() -> None:
    assert unattended([], {}, NINE, TEN) == frozenset()
