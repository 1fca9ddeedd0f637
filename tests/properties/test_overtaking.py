"""Who may overtake whom, on simulated days, as the rules of the hall word it.

"Without adjustments and grace, nobody is overtaken by anyone who arrives later than one's own due
time; with them, by no one later than due time + grace + the largest adjustment. Nobody waits for ever."
"""

from datetime import timedelta

import pytest

from queue_server.domain.order import LARGEST_ADJUSTMENT
from tests.domain.builders import CAR, CARD, PASS
from tests.properties.simulation import Outcome, Town, live_through

SKILLS = (frozenset({PASS, CARD}), frozenset({PASS, CARD}), frozenset({PASS, CARD, CAR}), frozenset({CAR}))


def latest(outcome: Outcome) -> timedelta:
    """Return by how much the latest overtaker came after the due time of the one it overtook."""
    return max((o.by.arrived_at - o.due_at for o in outcome.overtaken), default=timedelta(days=-1))


@pytest.mark.parametrize("load", [0.7, 1.3])
@pytest.mark.parametrize("factor", [0, 1, 3])
def test_without_adjustments_and_grace_nobody_later_than_the_due_time_overtakes(
    load: float, factor: float
) -> None:
    outcome = live_through(Town(grace_min=0, load=load, patience_factor=factor), seed=1)
    assert len(outcome.called) > 100
    assert outcome.overtaken, "some are overtaken, or the test shows nothing"
    assert latest(outcome) <= timedelta(0)


def test_with_grace_it_is_the_due_time_and_the_grace() -> None:
    outcomes = [live_through(Town(load=1.2), seed) for seed in range(2)]
    assert max(map(latest, outcomes)) <= timedelta(minutes=15)
    assert max(map(latest, outcomes)) > timedelta(0), "the grace is really used"


def test_with_adjustments_it_is_due_time_grace_and_the_largest_of_them() -> None:
    town = Town(load=1.2, priority=0.2, missed=0.15)
    outcomes = [live_through(town, seed) for seed in range(2)]
    assert max(map(latest, outcomes)) <= timedelta(minutes=15) + LARGEST_ADJUSTMENT


def test_grace_and_adjustment_do_not_even_add_up() -> None:
    """The bound as it is: the larger of the two. docs/decisions/overtaking.md tells why."""
    hasty = Town(grace_min=0, load=0.8, priority=0.5)
    graceful = Town(grace_min=20, load=0.8, priority=0.5)
    latest_hasty = max(latest(live_through(hasty, seed)) for seed in range(2))
    latest_graceful = max(latest(live_through(graceful, seed)) for seed in range(2))
    assert timedelta(0) < latest_hasty <= LARGEST_ADJUSTMENT, "a priority is really felt"
    assert timedelta(0) < latest_graceful <= timedelta(minutes=20)


def test_it_holds_for_each_skill_when_counters_differ() -> None:
    town = Town(load=1.1, concerns=((PASS,), (CARD,), (CAR,), (PASS, CARD)), grace_min=0)
    outcome = live_through(town, seed=3, skills=SKILLS)
    assert outcome.overtaken
    assert latest(outcome) <= timedelta(0)


def test_first_come_first_served_is_just_that_among_walk_ins() -> None:
    outcome = live_through(Town(booked=0, patience_factor=0, load=1.2), seed=2)
    assert outcome.overtaken == []


@pytest.mark.parametrize("load", [0.9, 1.5])
def test_walk_in_is_not_overtaken_for_ever(load: float) -> None:
    """Nobody waits for ever: after the bound only those who were there by then go before."""
    town = Town(load=load, priority=0.2, missed=0.1)
    outcome = live_through(town, seed=4)
    assert outcome.waiting == []
    bound = timedelta(minutes=15) + LARGEST_ADJUSTMENT
    for ticket, called_at in outcome.called:
        closed_at = ticket.due_at + bound
        overtakers = [o for o in outcome.overtaken if o.ticket is ticket]
        assert all(o.by.arrived_at <= closed_at for o in overtakers)
        present = sum(other.arrived_at <= closed_at for other, _ in outcome.called)
        later_calls = sum(closed_at < at <= called_at for _, at in outcome.called)
        assert later_calls <= present


def test_patience_lets_short_concerns_sooner_and_keeps_appointments_in_time() -> None:
    """The shape of the figures in the design: 250 days gave booked p90 5.5 min against 20."""
    with_patience = [live_through(Town(load=0.9), seed) for seed in range(4)]
    first_come = [live_through(Town(load=0.9, patience_factor=0), seed) for seed in range(4)]
    assert late_p90(with_patience, booked=True) < late_p90(first_come, booked=True)
    assert mean_wait(with_patience) < mean_wait(first_come)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("skills", [None, SKILLS])
def test_the_bounds_hold_on_250_days(skills: tuple[frozenset[str], ...] | None) -> None:
    for seed in range(250):
        town = Town(
            load=0.7 + seed % 7 / 10,
            grace_min=seed % 4 * 10,
            patience_factor=seed % 5,
            priority=seed % 3 / 5,
            missed=seed % 2 / 10,
            concerns=((PASS,), (CARD,), (CAR,), (PASS, CARD)),
        )
        bound = max(timedelta(minutes=town.grace_min), LARGEST_ADJUSTMENT * bool(town.priority))
        outcome = live_through(town, seed, skills)
        assert latest(outcome) <= bound
        assert outcome.waiting == []


def late_p90(outcomes: list[Outcome], *, booked: bool) -> float:
    waits = sorted(
        (called_at - max(t.arrived_at, t.appointed_at or t.arrived_at)).total_seconds() / 60
        for outcome in outcomes
        for t, called_at in outcome.called
        if (t.appointed_at is not None) == booked
    )
    return waits[len(waits) * 9 // 10]


def mean_wait(outcomes: list[Outcome]) -> float:
    waits = [
        (called_at - max(t.arrived_at, t.appointed_at or t.arrived_at)).total_seconds() / 60
        for outcome in outcomes
        for t, called_at in outcome.called
    ]
    return sum(waits) / len(waits)
