"""Learning how long visits take, against simulated visits of which the truth is known."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import exp, log

import pytest

from queue_server.domain.durations.learned import Learned, learn
from queue_server.domain.durations.measured import ENOUGH, Measured, measure
from queue_server.domain.durations.proposing import proposals, propose
from queue_server.domain.durations.robust import quantile, sample
from queue_server.domain.durations.served import Served, from_json, gathered, to_json, together
from queue_server.domain.needs import booked_minutes, minutes_with
from queue_server.domain.service_times import mean
from queue_server.domain.town import Service
from tests.domain.town_builders import a_service

SIGMA = 0.55
P60 = exp(0.2533 * SIGMA)
"""From the middle to the place that six of ten do not exceed."""


def visits(
    dice: random.Random,
    middle: float,
    count: int,
    forgotten: float = 0.0,
    concern: str = "id-card",
    n: int = 1,
) -> Iterator[Served]:
    """Visits around a middle; of some the end was pressed when somebody noticed."""
    for index in range(count):
        minutes = dice.lognormvariate(log(middle), SIGMA)
        if dice.random() < forgotten:
            minutes += dice.uniform(30, 240)
        yield Served(((concern, n),), minutes, f"c{index % 2}")


def measured(served: Iterable[Served], services: list[Service]) -> dict[str, Measured]:
    return measure(gathered(served), services)


def learned(served: Iterable[Served], services: list[Service]) -> Learned:
    return learn(gathered(served), services)


def fifteen(**changes: object) -> Service:
    return a_service("id_card", minutes=15, **changes)


@pytest.mark.parametrize("forgotten", [0, 0.04, 0.12])
@pytest.mark.parametrize("middle", [4, 12, 26])
def test_the_truth_is_found_though_ends_were_forgotten(middle: float, forgotten: float) -> None:
    for seed in range(5):
        found = measured(list(visits(random.Random(seed), middle, 400, forgotten)), [fifteen()])["id-card"]
        assert found.median == pytest.approx(middle, rel=0.13)
        assert found.planned == pytest.approx(middle * P60, rel=0.14)
        assert found.spread == pytest.approx(SIGMA, abs=0.14)
        assert found.at[0.25] < found.median < found.at[0.8] < found.at[0.9]


def test_the_mean_would_have_been_led_astray() -> None:
    served = list(visits(random.Random(1), 12, 400, 0.12))
    assert sum(one.minutes for one in served) / len(served) > 25
    assert measured(served, [fifteen()])["id-card"].planned < 16


def test_of_few_visits_nothing_is_told() -> None:
    assert not measured(list(visits(random.Random(1), 30, ENOUGH - 1)), [fifteen()])
    assert measured(list(visits(random.Random(1), 30, ENOUGH)), [fifteen()])


def test_services_that_fit_are_left_alone() -> None:
    """Nine of ten times and more: who looks each week must not be told something else each week."""
    proposed = 0
    for seed in range(60):
        served = list(visits(random.Random(seed), 15 / P60, 60, 0.03))
        proposed += bool(proposals(measured(served, [fifteen()]), [fifteen()]))
    assert proposed <= 3


def test_a_service_that_takes_much_longer_is_proposed_longer() -> None:
    service = a_service("id_card", minutes=10)
    for seed in range(5):
        served = list(visits(random.Random(seed), 22, 300, 0.05))
        made = proposals(measured(served, [service]), [service])
        assert made["id-card"].minutes == 25


def test_few_data_change_little() -> None:
    def believed(count: int) -> float:
        served = list(visits(random.Random(3), 30, count))
        return propose(fifteen(), measured(served, [fifteen()])["id-card"], apart_by=0.2).believed

    assert 15 < believed(ENOUGH) < believed(300) < 30 * P60


def test_what_is_planned_in_fives_is_proposed_in_fives_and_other_minutes_are_whole() -> None:
    served = list(visits(random.Random(1), 21, 400))
    found = measured(served, [fifteen()])["id-card"]
    assert propose(fifteen(), found, 0.5).minutes == 25
    assert propose(a_service("id_card", minutes=3), found, 0.7).minutes in {23, 24, 25}


def test_several_services_in_one_visit_share_its_time_by_what_each_takes_alone() -> None:
    card, paper = a_service("id_card", minutes=20), a_service("paper", minutes=20)
    dice = random.Random(5)
    served = [*visits(dice, 24, 200), *visits(dice, 6, 200, concern="paper")]
    for _ in range(200):
        minutes = 30 * dice.lognormvariate(0, SIGMA)
        served.append(Served((("id-card", 1), ("paper", 1)), minutes, "c1"))
    found = measured(served, [card, paper])
    assert found["id-card"].median == pytest.approx(24, rel=0.12)
    assert found["paper"].median == pytest.approx(6, rel=0.15)
    assert found["paper"].count == 400


def test_each_further_one_is_learned_from_the_visits_that_had_some() -> None:
    service = fifteen(further_minutes=10)
    dice = random.Random(2)
    served = [
        *visits(dice, 15 / P60, 300),
        *visits(dice, 20 / P60, 200, n=2),
        *visits(dice, 25 / P60, 100, n=3),
    ]
    found = measured(served, [service])["id-card"]
    assert found.further is not None
    assert found.further.minutes == pytest.approx(5, abs=2)
    made = proposals({"id-card": found}, [service])["id-card"]
    assert (made.minutes, made.further_minutes) == (15, 5)


def test_where_all_of_a_town_is_far_off_each_service_is_believed_more() -> None:
    services = [a_service(f"s{n}", minutes=10) for n in range(8)]
    served = [one for n in range(8) for one in visits(random.Random(n), 25, 40, concern=f"s{n}")]
    made = proposals(measured(served, services), services)
    assert len(made) == 8
    assert all(one.minutes >= 20 for one in made.values())


def test_the_forecast_draws_from_what_was_measured() -> None:
    served = list(visits(random.Random(4), 30, 500, 0.05))
    times = learned(served, [fifteen()])
    spread = times.spread((("id-card", 1),), 15)
    assert list(spread) == sorted(spread)
    assert mean(spread) == pytest.approx(30 * exp(SIGMA**2 / 2), rel=0.12)
    assert mean(times.spread((("never-seen", 1),), 15)) == pytest.approx(15)


def test_minutes_are_expected_as_a_ticket_would_have_them() -> None:
    short = a_service("id_card", minutes=3)
    times = learned(list(visits(random.Random(4), 3, 500)), [short])
    assert mean(times.spread((("id-card", 1),), 5)) == pytest.approx(3.5, rel=0.15)


def test_other_minutes_in_the_set_up_make_no_visit_longer_or_shorter() -> None:
    """A factor of two, learned against fifteen minutes, met the new thirty: an hour was foretold."""
    times = learned(list(visits(random.Random(4), 30, 500)), [fifteen()])
    card = (("id-card", 1),)
    as_before = mean(times.spread(card, 15))
    assert as_before == pytest.approx(30 * exp(SIGMA**2 / 2), rel=0.12)
    for booked_with in (5, 10, 30, 60):
        assert mean(times.spread(card, booked_with)) == pytest.approx(as_before)
    longer = learned(list(visits(random.Random(4), 30, 500)), [replace(fifteen(), minutes=30)])
    assert mean(longer.spread(card, 15)) == pytest.approx(as_before, rel=0.1), "booked before the change"


def test_who_asked_for_more_time_is_expected_to_take_it() -> None:
    times = learned(list(visits(random.Random(4), 30, 500)), [fifteen()])
    card = (("id-card", 1),)
    for minutes in (minutes_with({"more_time"}, 15), booked_minutes({"more_time"}, 15)):
        more = mean(times.spread(card, minutes)) / mean(times.spread(card, 15))
        assert more == pytest.approx(minutes / 15)


def test_a_quantile_stands_between_its_neighbours_and_weights_count() -> None:
    assert quantile([(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)], 0.5) == 2.0
    assert quantile([(1.0, 1.0), (2.0, 1.0)], 0.5) == 1.5
    assert quantile([(1.0, 8.0), (5.0, 1.0)], 0.4) < 1.2
    assert quantile([(1.0, 1.0)], 0.9) == 1.0
    assert not sample([(0.0, 1.0)]).values


def test_what_one_counter_alone_did_is_marked_and_how_many_take_longer_is_told() -> None:
    served = [replace(one, counter="c1") for one in visits(random.Random(1), 15, 300)]
    assert measured(served, [fifteen()])["id-card"].one_counter
    both = measured(list(visits(random.Random(1), 15, 300)), [fifteen()])["id-card"]
    assert not both.one_counter
    assert both.longer_than(both.median) == pytest.approx(0.5)
    assert both.longer_than(both.planned) == pytest.approx(0.4, abs=0.03)


def test_days_that_were_kept_tell_the_same_as_their_visits() -> None:
    days = [list(visits(random.Random(seed), 12, 40, n=1 + seed % 2)) for seed in range(6)]
    kept = [json.loads(json.dumps(to_json(gathered(day)))) for day in days]
    assert together(one for body in kept for one in from_json(body)) == gathered(
        one for day in days for one in day
    )
