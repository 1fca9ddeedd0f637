"""The forecast of the queue: who is called when, by the hall's own order, over the counters that are open."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.forecast.drawing import COMERS_MOST, FUTURES, Drawing, Habits, Shuffles
from queue_server.domain.forecast.ranges import Forecast, Forecasting, Outlook, forecast, told
from queue_server.domain.forecast.scene import Scene, Surroundings, take
from queue_server.domain.forecast.staffing import Leave, Opening, Planned
from queue_server.domain.service_times import Configured
from queue_server.domain.ticket import TicketState
from tests.domain.builders import ALL, CAR, CARD, PASS, Day, a_hall

ALWAYS = Configured(variation=0.001)
AT_ONCE = Habits(no_show=0.0, comes_min=(-5.0,), way_min=0.0)


@cache
def shuffles(courses: int = 40) -> Shuffles:
    return Shuffles(random.Random(1).random, courses)


def seen(
    day: Day, expected: Sequence[Appointment] = (), *, closes: float | None = None, giving: bool = False
) -> Scene:
    offered = [frozenset({one}) for one in (PASS, CARD, CAR)]
    around = Surroundings(day.skills, offered, [0, 30, 60], expected, closes, giving)
    return take(day.hall, around, day.now)


def ahead(day: Day, expected: Sequence[Appointment] = (), **more: float) -> Forecast:
    return forecast(seen(day, expected, **more), ALWAYS, AT_ONCE, shuffles())  # type: ignore[arg-type]


def minutes(found: Forecast) -> list[int]:
    return [round(one.middle) for one in found.tickets.values()]


def booked(day: Day, in_min: float, service: str = PASS, *, minutes: int = 30) -> Appointment:
    starts = day.now + timedelta(minutes=in_min)
    return Appointment(
        id=9000 + round(in_min),
        reference="ABC",
        state=AppointmentState.BOOKED,
        starts_at=starts,
        minutes=minutes,
        concern=((service, 1),),
        persons=1,
        area_id=None,
        language="de",
        channel="online",
        held_until=starts,
        state_at=day.now,
        created_at=day.now,
    )


def test_one_after_the_other_is_called_as_soon_as_the_counter_is_free() -> None:
    day = a_hall()
    for _ in range(4):
        day.take(minutes=10)
    day.serve("c1")
    assert minutes(ahead(day)) == [10, 20, 30]


def test_who_needs_a_while_between_two_visits_calls_so_much_later() -> None:
    day = a_hall()
    for _ in range(4):
        day.take(minutes=10)
    day.serve("c1")
    slowly = replace(AT_ONCE, between_min=3.0)
    assert minutes(forecast(seen(day), ALWAYS, slowly, shuffles())) == [13, 26, 39]


def test_a_counter_is_free_since_its_last_visitor_left() -> None:
    """And not since it opened: the clerk is about to press, whoever waits."""
    day = a_hall({"c1": [PASS], "c2": [PASS]})
    day.take()
    opened = day.now
    day.later(minutes=90)
    ticket = day.serve("c1")
    day.later(minutes=10)
    day.record([e.ServiceFinished(ticket.id)])
    day.later(seconds=6)
    assert [one.gone_s for one in seen(day).desks] == [6.0, (day.now - opened).total_seconds()]


def test_each_counter_takes_only_whom_its_clerk_may_serve() -> None:
    day = a_hall({"c1": [PASS], "c2": [CAR]})
    for service in (PASS, PASS, CAR):
        day.take(service, minutes=10)
    assert minutes(ahead(day)) == [0, 10, 0]


def test_without_an_open_counter_nothing_is_told() -> None:
    day = a_hall({"c1": [PASS], "c2": [CAR]})
    waits = day.take(CAR)
    day.take(PASS)
    day.record([e.CounterPaused("c2")])
    found = ahead(day)
    assert waits.id not in found.tickets
    assert len(found.tickets) == 1
    assert found.of_newcomer(frozenset({CAR}), day.now) is None
    day.record([e.CounterPaused("c1")])
    assert ahead(day).tickets == {}


def test_who_is_due_sooner_is_called_sooner() -> None:
    day = a_hall()
    day.take(minutes=30)
    short = day.take(minutes=5)
    day.serve("c1", day.take(minutes=10, factor=0))
    found = ahead(day)
    assert found.tickets[short.id].middle < min(
        one.middle for id_, one in found.tickets.items() if id_ != short.id
    )


def test_an_early_holder_goes_behind_all_others_until_the_time_has_come() -> None:
    """Failure 11: an appointment before its time never goes before somebody who waits."""
    day = a_hall()
    early = day.take(appointed="09:15", minutes=10)
    for _ in range(4):
        day.take(minutes=10)
    assert round(ahead(day).tickets[early.id].middle) == 20
    alone = a_hall()
    early = alone.take(appointed="11:00", minutes=10)
    assert round(ahead(alone).tickets[early.id].middle) == 0


def test_appointments_to_come_go_before_walk_ins_who_are_due_later() -> None:
    day = a_hall()
    for _ in range(3):
        day.take(minutes=10)
    assert minutes(ahead(day, [booked(day, 15)])) == [0, 10, 50]


def test_who_never_comes_costs_nobody_time() -> None:
    day = a_hall()
    for _ in range(3):
        day.take(minutes=10)
    scene = seen(day, [booked(day, 15)])
    found = forecast(scene, ALWAYS, replace(AT_ONCE, no_show=1.0), shuffles())
    assert minutes(found) == [0, 10, 20]


def test_who_is_long_late_is_hardly_expected_any_more() -> None:
    day = a_hall()
    for _ in range(3):
        day.take(minutes=10)
    assert minutes(ahead(day, [booked(day, -60)])) == [0, 10, 20]


def test_one_kept_for_a_paused_counter_is_asked_for_again_after_a_while() -> None:
    day = a_hall(2)
    day.take(minutes=10, factor=2.5)
    day.serve("c1")
    day.hand_on("c1", "c2")
    day.record([e.CounterPaused("c2")])
    last = day.take(minutes=10, factor=12)
    day.later(minutes=35)
    assert ahead(day).tickets[last.id].middle < 3
    day.take(minutes=10, factor=0)
    day.take(minutes=10, factor=0)
    # The released one is served before the last, too: it is due before.
    assert 30 <= ahead(day).tickets[last.id].middle < 33


def test_walk_ins_come_on_as_they_did() -> None:
    day = a_hall()
    for _ in range(12):
        day.take(minutes=5)
        day.later(minutes=5)
        day.serve("c1")
        day.later(minutes=0)
        day.record([e.ServiceFinished(day.hall.ticket_at("c1").id)])  # type: ignore[union-attr]
    waits = [day.take(minutes=20) for _ in range(3)][-1]
    quiet, busy = ahead(day), ahead(day, giving=True)
    assert busy.tickets[waits.id].middle > quiet.tickets[waits.id].middle


def test_the_called_one_still_has_the_way_and_the_whole_visit_before() -> None:
    day = a_hall()
    day.take(minutes=20)
    day.take(minutes=20)
    day.call("c1")
    found = forecast(seen(day), ALWAYS, replace(AT_ONCE, way_min=2.0), shuffles())
    assert minutes(found) == [22]


def test_two_who_are_served_together_take_the_minutes_of_both() -> None:
    day = a_hall()
    day.take(minutes=20)
    second = day.take(minutes=20)
    day.take(minutes=20)
    day.serve("c1")
    day.join("c1", second)
    assert minutes(ahead(day)) == [40]


def test_a_newcomer_is_told_the_same_as_who_has_just_come() -> None:
    day = a_hall(2)
    for _ in range(7):
        day.take(minutes=10, factor=1.66)
    due = day.now + timedelta(minutes=30)
    asked = ahead(day).of_newcomer(ALL, due)
    came = day.take(minutes=10, factor=1.66)
    known = ahead(day).tickets[came.id]
    assert asked
    assert (asked.low, asked.high) == pytest.approx((known.low, known.high), abs=0.1)


def test_between_two_due_times_that_were_asked_about_lies_the_middle() -> None:
    day = a_hall()
    for minutes_ in (10, 10, 20):
        day.take(minutes=minutes_, factor=2)
    found = ahead(day)

    def middle(minutes_: float) -> float:
        outlook = found.of_newcomer(frozenset({PASS}), day.now + timedelta(minutes=minutes_))
        assert outlook
        return outlook.middle

    assert middle(45) == pytest.approx((middle(30) + middle(60)) / 2)
    assert middle(500) == middle(60)


def test_how_likely_somebody_is_called_before_closing() -> None:
    day = a_hall()
    for _ in range(4):
        day.take(minutes=10)
    found = ahead(day, closes=15)
    assert [one.before_closing for one in found.tickets.values()] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("outlook", "range_"),
    [
        (Outlook(0, 0, 0.4), (0, 3)),
        (Outlook(2.2, 4, 6.5), (2, 7)),
        (Outlook(8.9, 9.5, 10.5), (8, 15)),
        (Outlook(12, 20, 31), (10, 35)),
        (Outlook(25, 25, 25), (25, 26)),
    ],
)
def test_ranges_are_told_in_whole_minutes_and_outwards(outlook: Outlook, range_: tuple[int, int]) -> None:
    assert told(outlook) == range_


def test_a_range_that_is_a_while_old_is_told_as_what_is_left_of_it() -> None:
    assert told(Outlook(12, 20, 31), gone_min=8) == (4, 25)
    assert told(Outlook(12, 20, 31), gone_min=60) == (0, 3)


def test_ranges_that_were_too_narrow_are_widened() -> None:
    assert told(Outlook(15, 20, 30), widened=2) == (10, 40)


def a_rush() -> Scene:
    """Two hundred who came within minutes: as if thousands came within the hour."""
    day = a_hall()
    for _ in range(200):
        day.take(minutes=5)
        day.later(minutes=1 / 60)
    return seen(day, giving=True)


def test_a_rush_foretells_no_more_comers_than_are_kept() -> None:
    assert len(Drawing(a_rush(), ALWAYS, AT_ONCE, shuffles()).comers) == COMERS_MOST


def test_a_forecast_breathes_while_it_draws_plays_and_sums_up() -> None:
    breaths = [0]

    def breathe() -> None:
        breaths[-1] += 1

    forecasting = Forecasting(a_rush(), ALWAYS, AT_ONCE, shuffles(), breathe)
    assert breaths.pop() >= FUTURES * COMERS_MOST // 16
    breaths.append(0)
    while forecasting.play(1):
        pass
    assert breaths.pop() == shuffles().courses
    breaths.append(0)
    found = forecasting.found()
    assert breaths.pop() >= len(found.tickets) == 200


def with_plan(day: Day, planned: Planned) -> Forecast:
    offered = [frozenset({one}) for one in (PASS, CARD, CAR)]
    around = Surroundings(day.skills, offered, [0, 30, 60], [], None, giving=False, planned=planned)
    return forecast(take(day.hall, around, day.now), ALWAYS, AT_ONCE, shuffles(200))


def noon(counters: int = 6, waiting: int = 20) -> tuple[Day, list[int]]:
    """Ten to twelve: all counters have just begun a visit of ten minutes."""
    day = a_hall(counters, now="11:50")
    for _ in range(counters + waiting):
        day.take(minutes=10)
    for counter in day.skills:
        day.serve(counter)
    return day, [t.id for t in day.hall.in_state(TicketState.WAITING)]


def test_before_noon_is_known_that_four_of_six_leave() -> None:
    """Two serve the last of twenty: after 100 minutes, or a round sooner. With six it were after 40."""
    day, waiting = noon()
    unknowing = with_plan(day, Planned()).tickets[waiting[-1]]
    assert round(unknowing.high) <= 40
    found = with_plan(day, Planned([Leave(f"c{n}", 10, None) for n in range(1, 5)])).tickets
    last = found[waiting[-1]]
    assert 50 <= last.low < last.high
    assert last.high >= 80
    assert round(found[waiting[1]].high) <= 20, "who is called at noon is not frightened"


def test_a_planned_pause_ends() -> None:
    day, waiting = noon(1, 3)
    found = with_plan(day, Planned([Leave("c1", 10, 30)])).tickets
    assert [round(found[id_].high, -1) for id_ in waiting] == [40, 50, 60]


def test_who_is_planned_to_open_is_counted_on() -> None:
    day, waiting = noon(1, 8)
    plan = Planned(openings=[Opening(frozenset(ALL), 10)])
    assert with_plan(day, plan).tickets[waiting[-1]].middle <= 50
    strange = Planned(openings=[Opening(frozenset({"elsewhere"}), 10)])
    assert round(with_plan(day, strange).tickets[waiting[-1]].middle) == 80


def test_the_last_who_can_do_something_does_not_leave_those_who_wait() -> None:
    day = a_hall({"c1": [PASS], "c2": [CAR]}, now="11:50")
    cars = [day.take(CAR, minutes=10).id for _ in range(2)]
    plan = Planned([Leave("c1", 0, None), Leave("c2", 0, None)])
    assert with_plan(day, plan).tickets.keys() == set(cars)


def test_of_two_who_leave_one_stays_while_people_wait() -> None:
    day, waiting = noon(2, 6)
    found = with_plan(day, Planned([Leave("c1", 10, None), Leave("c2", 10, None)])).tickets
    assert 50 <= round(found[waiting[-1]].high) <= 70
