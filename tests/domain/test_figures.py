"""What is counted of a day, by example. Of any day: tests/properties/test_figures.py."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.business_day import ends_at
from queue_server.domain.entry import Entry
from queue_server.domain.events import payload_of
from queue_server.domain.figures.day import KINDS, Booked, about, figures_of
from queue_server.domain.figures.gathered import Earliest, Gathered, earliest
from queue_server.domain.figures.open_data import tables
from queue_server.domain.figures.period import Length, period_of
from queue_server.domain.figures.tally import Tally, from_json, quantile, to_json
from tests.domain.builders import CARD, DAY, PASS, Day, a_hall, at

ENDS = ends_at(DAY, UTC)


def entries(day: Day) -> list[Entry]:
    return [Entry(r.seq, r.at, r.event.type, payload_of(r.event)) for r in day.log]


def counted(day: Day, booked: dict[int, Booked] | None = None, now: datetime | None = None) -> Tally:
    return figures_of(entries(day), booked or {}, UTC, ENDS, now)


def one_visit(day: Day, counter: str = "c1", wait: int = 7, way: int = 2, service: int = 12) -> None:
    day.take(PASS)
    day.later(minutes=wait)
    day.call(counter)
    day.later(minutes=way)
    day.start(counter)
    day.later(minutes=service)
    day.record(calling.finish(day.hall, counter))


def test_waiting_way_and_service_of_one_visit() -> None:
    day = a_hall()
    one_visit(day)
    tally = counted(day)
    assert {measure: dict(values) for (measure, *_), values in tally.times.items()} == {
        "wait_walk_in": {7: 1},
        "way": {2: 1},
        "service": {12: 1},
    }
    assert (tally.sum("visits"), tally.sum("from_kiosk"), tally.sum("served")) == (1, 1, 1)


def test_a_visit_counts_at_the_local_hour_of_its_arrival() -> None:
    day = a_hall(now="11:58")
    one_visit(day)
    tally = figures_of(entries(day), {}, ZoneInfo("Europe/Berlin"), ENDS)
    assert tally.counts["visits", PASS, 12] == 1
    assert list(tally.times) == [(measure, PASS, 12) for measure in ("wait_walk_in", "way", "service")]


def test_what_lay_between_parking_and_resuming_is_no_service() -> None:
    day = a_hall()
    day.take(PASS)
    ticket = day.serve("c1")
    day.later(minutes=5)
    day.record(calling.park(day.hall, "c1"))
    day.later(minutes=60)
    day.record(calling.start(day.hall, "c1", ticket.id))
    day.later(minutes=4)
    day.record(calling.finish(day.hall, "c1"))
    assert counted(day).values(("service",)) == {9: 1}


def test_an_undone_call_ends_no_waiting() -> None:
    day = a_hall()
    day.take(PASS)
    day.call("c1")
    day.undo("c1")
    day.later(minutes=20)
    day.serve("c1")
    assert counted(day).values(("wait_walk_in",)) == {20: 1}


def test_a_service_that_nobody_started_or_ended_has_no_length() -> None:
    day = a_hall(2)
    day.take(PASS)
    day.call("c1")
    day.record(calling.finish(day.hall, "c1"))
    day.take(PASS)
    day.serve("c1")
    day.record(visiting.close_day(day.hall))
    tally = counted(day)
    assert not tally.values(("service",))
    assert tally.sum("served") == 2


def test_who_is_served_together_counts_as_two_visits_and_one_time() -> None:
    day = a_hall()
    day.take(PASS)
    second = day.take(PASS)
    day.serve("c1")
    day.join("c1", second)
    day.later(minutes=8)
    day.record(calling.finish(day.hall, "c1"))
    tally = counted(day)
    assert tally.sum("served") == 2
    assert tally.values(("service",)) == {8: 1}


def test_each_visit_has_one_ending() -> None:
    day = a_hall()
    for _ in range(4):
        day.take(PASS)
    day.call("c1")
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.serve("c1")
    waiting = [t for t in day.hall.tickets.values() if t.id in day.hall.waiting]
    day.record(visiting.cancel(waiting[0]))
    day.record(visiting.close_day(day.hall))
    tally = counted(day)
    assert [tally.sum(one) for one in ("served", "not_there", "cancelled", "left")] == [1, 1, 1, 1]


def test_what_an_appointment_waits_beyond_its_time_is_told_apart() -> None:
    day = a_hall()
    day.take(PASS, appointed="09:30")
    day.wait_until("09:36")
    day.serve("c1")
    tally = counted(day)
    assert tally.values(("wait_booked",)) == {36: 1}
    assert tally.values(("delay",)) == {6: 1}


def test_use_is_told_of_several_counters_together_and_never_of_one() -> None:
    """Behind one counter is one clerk."""
    alone = a_hall()
    one_visit(alone)
    assert not counted(alone).sum("open_s")
    moment = a_hall(2)  # the second is closed as soon as it was open
    moment.record([e.CounterClosed("c2")])
    one_visit(moment)
    assert not counted(moment).sum("open_s")
    two = a_hall(2)
    one_visit(two, "c1", wait=0, way=0, service=30)
    two.record([e.CounterClosed("c1"), e.CounterClosed("c2")])
    tally = counted(two)
    assert (tally.sum("open_s"), tally.sum("busy_s")) == (2 * 30 * 60, 30 * 60)


def test_a_counter_is_open_as_long_as_somebody_is_served_there() -> None:
    day = a_hall(2)
    day.take(PASS)
    day.serve("c1")
    day.record([e.CounterPaused("c1")])
    day.later(minutes=40)
    tally = counted(day, now=day.now)
    assert (tally.sum("open_s"), tally.sum("busy_s")) == ((40 + 40) * 60, 40 * 60)
    day.record(calling.finish(day.hall, "c1"))
    tally = counted(day, now=day.now)
    assert (tally.sum("open_s"), tally.sum("busy_s")) == ((40 + 40) * 60, 40 * 60)


def test_a_counter_that_nobody_closed_was_open_until_the_last_thing_that_happened_there() -> None:
    day = a_hall(2)
    one_visit(day, "c1", wait=0, way=0, service=10)
    one_visit(day, "c2", wait=0, way=0, service=10)
    day.now = ENDS + timedelta(seconds=1)
    day.record(visiting.close_day(day.hall))
    assert counted(day).sum("open_s") == (10 + 20) * 60


def test_a_call_is_confirmed_when_it_was_shown_and_heard() -> None:
    day = a_hall()
    day.record([e.CallSettled(1, 2, 2, "started", False), e.CallSettled(2, 2, 2, "blocked", True)])
    tally = counted(day)
    assert (tally.sum("calls"), tally.sum("calls_confirmed"), tally.sum("calls_fetched")) == (2, 1, 0)


@pytest.mark.parametrize(
    ("settled", "is_fetched"),
    [
        (e.CallSettled(1, 2, 0, e.FETCHED, True), True),
        (e.CallSettled(1, 0, 0, "none", True), True),  # no screen hangs there
        (e.CallSettled(1, 2, 1, "none", True), True),  # as it was noted before it was said
        (e.CallSettled(1, 2, 0, "none", True), False),  # all screens were off
        (e.CallSettled(1, 2, 2, "late", True), False),
    ],
)
def test_where_visitors_are_fetched_a_call_is_neither_confirmed_nor_failed(
    settled: e.CallSettled, is_fetched: bool
) -> None:
    day = a_hall()
    day.record([settled])
    tally = counted(day)
    assert (tally.sum("calls"), tally.sum("calls_confirmed")) == (1, 0)
    assert tally.sum("calls_fetched") == is_fetched


OPEN = e.DayMeasured(opening=((480, 720),), capacity_min=600, earliest=((PASS, 3), (CARD, -1)))
PORTAL = Booked(PASS, "portal", 10, asked=False, starts_at=at("10:30"))


def book(day: Day, clock: str, id_: int) -> None:
    day.now = at(clock)
    day.record([e.AppointmentBooked(id_, 417, None, "de")])


def test_bookings_outside_of_opening_hours() -> None:
    day = Day(now=at("06:00"))
    book(day, "07:59", 1)
    book(day, "08:00", 2)
    book(day, "12:00", 3)
    day.record([OPEN])
    assert about(entries(day)) == {1, 2, 3}
    tally = counted(day, dict.fromkeys((1, 2, 3), PORTAL))
    assert (tally.sum("bookings"), tally.sum("by_portal")) == (3, 3)
    assert (tally.sum("bookings_judged"), tally.sum("bookings_outside")) == (3, 2)


def test_of_a_day_whose_hours_are_not_known_no_booking_is_judged() -> None:
    day = Day()
    book(day, "07:00", 1)
    tally = counted(day, {1: PORTAL})
    assert (tally.sum("bookings"), tally.sum("bookings_judged")) == (1, 0)


def test_a_booking_that_had_to_be_confirmed_counts_when_it_was_asked_for() -> None:
    day = Day(now=at("07:00"))
    day.record([e.AppointmentRequested(1, "mail", at("08:00"), None, "de")])
    book(day, "09:00", 1)
    tally = counted(day, {1: PORTAL._replace(asked=True)})
    assert (tally.counts["bookings", PASS, 7], tally.sum("bookings")) == (1, 1)


def test_who_was_missed_and_came_after_all_came() -> None:
    day = Day()
    day.record([e.AppointmentMissed(1), e.AppointmentCheckedIn(1, 9), e.AppointmentMissed(2)])
    tally = counted(day, dict.fromkeys((1, 2), PORTAL))
    assert (tally.counts["appointments", PASS, 10], tally.counts["missed", PASS, 10]) == (2, 1)


def test_capacity_is_held_against_the_bookings_of_the_same_days() -> None:
    day = Day()
    day.record([e.AppointmentMissed(1), e.AppointmentCheckedIn(2, 9)])
    known = dict.fromkeys((1, 2), PORTAL)
    assert not counted(day, known).sum("booked_min"), "nobody looked that day how much could be booked"
    day.record([OPEN])
    tally = counted(day, known)
    assert (tally.sum("capacity_min"), tally.sum("booked_min")) == (600, 20)
    tally = counted(day, known, now=day.now)
    assert not tally.sum("capacity_min") + tally.sum("booked_min"), (
        "half a day's bookings of a whole day's time"
    )


def test_an_estimate_that_held_counts_at_the_hour_it_was_told() -> None:
    day = a_hall(now="09:50")
    for wait, told in ((15, (10, 20)), (30, (10, 20)), (2, (0, 5))):
        day.take(PASS)
        taken = day.log.pop()
        assert isinstance(taken.event, e.TicketTaken)
        day.log.append(replace(taken, event=replace(taken.event, from_min=told[0], to_min=told[1])))
        day.later(minutes=wait)
        day.call("c1")
        day.start("c1")
        day.record(calling.finish(day.hall, "c1"))
    tally = counted(day)
    assert (tally.counts["told", PASS, 9], tally.counts["told", PASS, 10]) == (1, 1), (
        "nor who was called at once"
    )
    assert (tally.counts["told_held", PASS, 9], tally.sum("told_held")) == (1, 1)


def test_the_earliest_free_time_and_that_there_is_none() -> None:
    day = Day()
    day.record([OPEN, OPEN])  # two processes at once
    tally = counted(day)
    assert tally.values(("earliest",)) == {3: 1}
    assert (tally.sum("none_free"), tally.sum("capacity_min")) == (1, 600), "counted once"


def test_days_on_which_none_was_free_count_as_later_than_all() -> None:
    """Left out, the key figure was best where it was worst."""
    tally = Tally()
    assert earliest(tally) == (Earliest(0, 0, None))
    for days in (1, 2, 30):
        tally.time("earliest", PASS, 0, days)
    assert earliest(tally) == Earliest(3, 0, 2)
    tally.count("none_free", PASS, 0, by=2)
    assert earliest(tally) == Earliest(5, 2, 30)
    tally.count("none_free", PASS, 0, by=2)
    assert earliest(tally) == Earliest(7, 4, None), "the middle one is one of those without"


def test_the_first_free_time_is_told_of_each_concern_also_where_nobody_came_and_never_of_all() -> None:
    found = Gathered.of(period_of(Length.MONTH, DAY))
    day = Day()
    day.record([OPEN, e.SearchesFoundNothing((("", 7),))])
    found.take([(DAY, to_json(counted(day)))])
    told = tables(found)
    assert "earliest_days" not in told["total"][0]
    assert told["total"][0]["no_concern"] == 7
    names = ("key", "earliest_days", "days_looked", "days_none_free")
    assert [[row[name] for name in names] for row in told["by_service"]] == [
        *([CARD, None, 1, 1], [PASS, 3, 1, 0])
    ]
    of_one = Gathered.of(found.period)
    of_one.take([(DAY, to_json(counted(day)))], {PASS})
    assert "no_concern" not in tables(of_one)["total"][0], (
        "it is of nobody's concern: not nought, but not known"
    )


def test_searches_that_found_nothing_are_summed_by_service() -> None:
    day = Day()
    day.record([e.SearchesFoundNothing(((PASS, 3), ("", 1))), e.SearchesFoundNothing(((PASS, 2),))])
    assert counted(day).counts["found_nothing", PASS, 9] == 5
    assert (counted(day).sum("found_nothing"), counted(day).sum("no_concern")) == (5, 1)


def test_a_day_comes_back_from_json_and_of_some_services_alone() -> None:
    day = a_hall(2)
    one_visit(day)
    day.record([e.SearchesFoundNothing(((CARD, 3),)), e.CallSettled(1, 1, 1, "started", False)])
    tally = counted(day)
    stored = json.loads(json.dumps(to_json(tally)))
    assert from_json(stored) == tally
    of_card = from_json(stored, {CARD})
    assert {service for _, service, _ in (*of_card.counts, *of_card.times)} == {CARD}, "not even of nobody"


def test_the_quantile_is_a_value_that_was_there() -> None:
    assert quantile({1: 1, 5: 1, 9: 1}, 0.5) == 5
    assert quantile({1: 9, 50: 1}, 0.9) == 1
    assert quantile({}, 0.5) is None


def test_every_kind_that_is_counted_is_one_of_the_log() -> None:
    assert set(e.KINDS) >= KINDS


def test_an_hour_is_the_local_one_at_each_minute_also_where_clocks_turn_a_minute_past_midnight() -> None:
    """St. John's put its clocks back from 00:01 to 23:01 until 2011; Kathmandu is 5:45 ahead."""
    begins = datetime(2010, 11, 7, 1, 50, tzinfo=UTC)
    taken = {"concern": [[PASS, 1]], "origin": "kiosk", "due_reason": "patience"}
    log = [Entry(n, begins + timedelta(seconds=n * 20), "TicketTaken", taken) for n in range(600)]
    for zone in (ZoneInfo("America/St_Johns"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Europe/Berlin")):
        tally = figures_of(log, {}, zone, begins + timedelta(days=1))
        hours = Counter(entry.at.astimezone(zone).hour for entry in log)
        assert {hour: n for (measure, _, hour), n in tally.counts.items() if measure == "visits"} == hours
