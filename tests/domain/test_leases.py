"""Who holds which number, and for how long after the end."""

from datetime import timedelta

import pytest

from queue_server.domain.leases import REUSE_AFTER, Lease, Leases, is_leased
from queue_server.domain.number_space import FIRST, LAST, SKIPPED, differing_digits
from tests.domain.builders import at, seeded


def all_but(kept: int) -> Leases:
    """Return leases in which only `kept` is not held."""
    leases = Leases()
    for n in range(FIRST, LAST + 1):
        if n not in SKIPPED | {kept}:
            leases.begin(n, n)
    return leases


def test_a_number_rests_for_two_hours_after_the_end() -> None:
    leases = all_but(kept=417)
    leases.begin(417, 1000)
    leases.end(417, 1000, at("09:00"))
    assert leases.draw(at("10:59:59"), seeded()) > LAST
    assert leases.draw(at("11:00"), seeded()) == 417
    assert is_leased(leases[417], at("10:59:59"))
    assert not is_leased(leases[417], at("11:00"))


def test_a_number_that_was_given_again_belongs_to_the_second_visit() -> None:
    leases = all_but(kept=417)
    leases.begin(417, 1000)
    leases.end(417, 1000, at("09:00"))
    leases.begin(417, 1001)
    assert leases[417] == Lease(417, 1001)
    assert leases.draw(at("12:00"), seeded()) > LAST, "the first visit's end frees nothing"
    with pytest.raises(ValueError, match="held by ticket 1001"):
        leases.end(417, 1000, at("12:00"))
    leases.end(417, 1001, at("12:00"))
    assert leases.draw(at("14:00"), seeded()) == 417


def test_a_number_in_the_hall_is_not_begun_twice() -> None:
    leases = Leases()
    leases.begin(417, 1)
    with pytest.raises(ValueError, match="held by ticket 1"):
        leases.begin(417, 2)


def test_an_undone_end_frees_nothing_two_hours_later() -> None:
    leases = all_but(kept=417)
    leases.begin(417, 1000)
    leases.end(417, 1000, at("09:00"))
    leases.go_on(417, 1000)
    assert leases[417].ended_at is None
    assert leases.draw(at("11:30"), seeded()) > LAST
    leases.end(417, 1000, at("11:30"))
    assert leases.draw(at("13:29"), seeded()) > LAST
    assert leases.draw(at("13:30"), seeded()) == 417


def test_an_undone_end_keeps_others_away_again() -> None:
    leases = Leases()
    leases.begin(417, 1)
    leases.end(417, 1, at("09:00"))
    leases.go_on(417, 1)
    below = seeded()
    assert all(differing_digits(leases.draw(at("09:00"), below), 417) >= 2 for _ in range(50))


def test_leases_from_rows_behave_as_those_that_were_lived_through() -> None:
    lived, restored = Leases(), Leases()
    for n in range(100, 110):
        lived.begin(n, n)
    for n, minute in zip(range(107, 101, -1), range(10, 60, 9), strict=True):
        lived.end(n, n, at(f"09:{minute:02}"))
    for number in sorted(lived, reverse=True):
        restored.restore(Lease(number, lived[number].ticket_id, lived[number].ended_at))
    assert restored == lived
    for now in (at("09:30"), at("11:20"), at("12:30")):
        assert restored.draw(now, seeded()) == lived.draw(now, seeded())
        assert restored.next_in_sequence(now) == lived.next_in_sequence(now) == 111


def test_counting_goes_on_from_the_newest_visit_also_after_the_wrap() -> None:
    leases = Leases()
    leases.begin(999, 7)
    leases.begin(100, 8)
    leases.end(999, 7, at("09:00"))
    assert leases.next_in_sequence(at("09:00")) == 101
    leases.begin(101, 9)
    assert leases.next_in_sequence(at("09:00")) == 102


def test_two_hours_are_two_hours() -> None:
    assert timedelta(hours=2) == REUSE_AFTER
