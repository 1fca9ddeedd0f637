"""What can be booked: days, times, the earliest; on both databases, read from memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.domain import slots
from queue_server.domain.admission import Admission
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.town import Closure, RosterEntry, Town
from queue_server.services import booking, free_day, free_starts, in_parts, offer
from queue_server.services.concerns import Choice
from queue_server.services.ports import Answer, Unit
from tests.town_hall import CAR, CARD, DAY, PASS, Hand, at, booking_town

TODAY = date.fromisoformat(DAY)  # a Tuesday, nine o'clock in the town
WEDNESDAY, SUNDAY, MONDAY = date(2026, 3, 4), date(2026, 3, 8), date(2026, 3, 9)
LAST_DAY = date(2026, 4, 14)
SUMMER_MONDAY = date(2026, 3, 30)


@pytest.fixture
def hand(database: Database) -> Hand:
    return Hand(database, booking_town())


def a_choice(unit: Unit, *services: str) -> Choice:
    return offer.choose_bookable(unit.town, unit.site, [(service, 1) for service in services or (PASS,)])


def ask(
    hand: Hand, question: Callable[..., Answer], *more: Any, services: tuple[str, ...] = (PASS,)
) -> Answer:
    return hand.look(lambda unit: question(unit, a_choice(unit, *services), *more))


def days(hand: Hand, first: date, last: date, **more: Any) -> dict[str, Answer]:
    return {one["date"]: one for one in ask(hand, offer.month, first, last, **more)["days"]}


def only(town: Town, *users: str) -> Town:
    return replace(town, clerks=tuple(clerk for clerk in town.clerks if clerk.id in users))


def changed_service(town: Town, service_id: str, **changes: Any) -> Town:
    services = tuple(replace(one, **changes) if one.id == service_id else one for one in town.services)
    return replace(town, services=services)


def test_a_day_lists_every_free_start_on_the_sites_clock(hand: Hand) -> None:
    found = ask(hand, offer.times, WEDNESDAY, services=(CAR,))
    assert (found["times"][0], found["times"][-1]) == ("2026-03-04T08:00+01:00", "2026-03-04T17:40+01:00")
    assert found["minutes"] == 20
    assert len(found["times"]) == 9 * 12 + 9
    assert found["next_free"] == "2026-03-05T08:00+01:00"


def test_a_start_has_to_leave_the_whole_time_before_the_end(hand: Hand) -> None:
    """Only Anna and Bernd do passports, and they go at twelve."""
    assert ask(hand, offer.times, WEDNESDAY)["times"][-1] == "2026-03-04T11:50+01:00"


def test_today_begins_now(hand: Hand) -> None:
    """Failure 1: nothing is offered that has passed."""
    assert ask(hand, offer.times, TODAY)["times"][0] == "2026-03-03T09:00+01:00"
    hand.later(seconds=1)
    assert ask(hand, offer.times, TODAY)["times"][0] == "2026-03-03T09:05+01:00"


def test_after_the_change_of_the_clocks_the_doors_still_open_at_eight(hand: Hand) -> None:
    found = ask(hand, offer.times, SUMMER_MONDAY)
    assert found["times"][0] == "2026-03-30T08:00+02:00"
    assert len(found["times"]) == len(ask(hand, offer.times, MONDAY)["times"])


def test_a_sheet_tells_each_day_with_its_state(hand: Hand) -> None:
    found = days(hand, date(2026, 3, 2), date(2026, 4, 16))
    states = {day: one["state"] for day, one in found.items()}
    assert states["2026-03-02"] == "past"
    assert states["2026-03-03"] == states["2026-03-04"] == "free"
    assert states["2026-03-07"] == states["2026-03-08"] == "closed", "a weekend"
    assert states["2026-04-14"] == "free"
    assert states["2026-04-15"] == states["2026-04-16"] == "not_yet", "six weeks ahead"
    assert found["2026-03-04"]["count"] == 47
    assert ask(hand, offer.month, TODAY, TODAY)["first_free"] == "2026-03-03T09:00+01:00"


def test_a_closed_day_says_why(database: Database) -> None:
    """Failure 8: a closure beats the weekly hours, and the visitor reads the reason."""
    closed = Closure(WEDNESDAY, {"de": "Personalversammlung"})
    hand = Hand(database, booking_town(closures=(closed,)))
    day = days(hand, WEDNESDAY, WEDNESDAY)["2026-03-04"]
    assert day == {
        "date": "2026-03-04",
        "state": "closed",
        "count": 0,
        "reason": {"de": "Personalversammlung"},
    }
    assert ask(hand, offer.times, WEDNESDAY)["times"] == []


def test_in_the_evening_today_is_past(hand: Hand) -> None:
    hand.later(hours=10)
    assert days(hand, TODAY, TODAY)["2026-03-03"]["state"] == "past"


def test_a_time_opens_six_weeks_before_it_to_the_minute(hand: Hand) -> None:
    """No magic moment at which a whole day opens; the town changed its clocks meanwhile."""
    before = ask(hand, offer.times, LAST_DAY)["times"]
    hand.later(minutes=5)
    after = ask(hand, offer.times, LAST_DAY)["times"]
    assert len(after) == len(before) + 1


def test_what_opens_later_is_not_yet_there(database: Database) -> None:
    town = changed_service(booking_town(), PASS, bookable_from=MONDAY, bookable_until=date(2026, 3, 13))
    hand = Hand(database, town)
    found = days(hand, WEDNESDAY, date(2026, 3, 16))
    assert (found["2026-03-06"]["state"], found["2026-03-09"]["state"]) == ("not_yet", "free")
    assert (found["2026-03-13"]["state"], found["2026-03-16"]["state"]) == ("free", "closed")


def test_the_earliest_times_come_in_order(hand: Hand) -> None:
    assert ask(hand, offer.earliest) == {
        "times": [f"2026-03-03T09:{minute:02}+01:00" for minute in (0, 5, 10)],
        "minutes": 10,
    }
    assert ask(hand, offer.earliest, 1, False, MONDAY)["times"] == ["2026-03-09T08:00+01:00"]


def test_after_work_is_from_four_on(hand: Hand) -> None:
    assert ask(hand, offer.earliest, 2, True, services=(CAR,))["times"] == [
        "2026-03-03T16:00+01:00",
        "2026-03-03T16:05+01:00",
    ]
    assert ask(hand, offer.earliest, 2, True)["times"] == [], "nobody does passports then"


def test_instead_of_a_time_that_is_gone_the_nearest_are_named(hand: Hand) -> None:
    def near(clock: str) -> list[str]:
        return hand.look(lambda unit: offer.next_free(unit, a_choice(unit), at(clock, "2026-03-04")))

    assert near("10:58") == [f"2026-03-04T11:{minute}+01:00" for minute in (40, 45, 50)]
    assert near("06:00") == [f"2026-03-04T08:{minute:02}+01:00" for minute in (0, 5, 10)]


@pytest.mark.parametrize(
    "near",
    [
        "2026-03-03T09:00",
        "2026-03-04T11:00",
        "2026-03-06T23:55",
        "2026-03-07T12:00",
        "2026-03-09T00:00",
        "2026-03-29T01:30",
        "2026-04-14T20:00",
        "2026-06-01T09:00",
    ],
)
def test_the_nearest_are_the_same_whether_looked_for_around_or_in_six_weeks(hand: Hand, near: str) -> None:
    gone = datetime.fromisoformat(f"{near}+00:00")
    hold(hand, "somebody")

    def both(unit: Unit, count: int) -> tuple[list[int], list[int]]:
        choice = a_choice(unit)
        whole = free_starts.starts(unit, choice)
        in_six_weeks = slots.nearest(whole.free, whole.span, slots.cell_of(gone), count)
        return free_day.nearest_starts(unit, choice, gone, count), in_six_weeks

    for count in (1, 3, 40, 200):
        around, in_six_weeks = hand.look(partial(both, count=count))
        assert around == in_six_weeks, count


def test_what_only_walk_ins_get_cannot_be_booked(database: Database) -> None:
    hand = Hand(database, changed_service(booking_town(), CARD, admission=Admission.WALK_IN))
    with pytest.raises(offer.NotBookable) as refused:
        ask(hand, offer.times, WEDNESDAY, services=(CARD,))
    assert refused.value.params == {"service": CARD}
    with pytest.raises(NotFound):
        ask(hand, offer.times, WEDNESDAY, services=("unknown",))


def test_a_site_that_cannot_do_it_all_is_not_proposed(database: Database) -> None:
    hand = Hand(database, only(booking_town(), "bernd", "carla"))

    def proposed(site_id: str, *services: str) -> Answer | None:
        return hand.look(lambda unit: in_parts.at_site(unit, tuple((one, 1) for one in services)), site_id)

    assert proposed("hall", PASS, CARD) == {
        "site": "hall",
        "first_free": "2026-03-03T09:00+01:00",
        "minutes": 15,
        "parts": [[PASS, CARD]],
    }
    both = proposed("hall", PASS, CAR)
    assert both is not None
    assert both["parts"] == [[PASS], [CAR]], "nobody does both, but one does it after the other"
    assert proposed("annex", PASS) is None, "not offered there"


@pytest.mark.parametrize(("first", "last"), [(WEDNESDAY, TODAY), (TODAY, date(2026, 6, 11))])
def test_a_sheet_of_no_days_or_too_many_is_refused(hand: Hand, first: date, last: date) -> None:
    with pytest.raises(BadInput) as refused:
        ask(hand, offer.month, first, last)
    assert refused.value.params["field"] == "last"


@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_at_the_ends_of_the_calendar_have_no_times(hand: Hand, day: date) -> None:
    """Failure 16: nothing that can be typed into an address makes an error."""
    assert ask(hand, offer.times, day)["times"] == []
    assert days(hand, day, day)[day.isoformat()]["count"] == 0
    ask(hand, offer.earliest, 1, False, day)


def test_looking_again_in_the_same_minute_computes_nothing_anew(hand: Hand) -> None:
    def look() -> free_starts.Starts:
        return hand.look(lambda unit: free_starts.starts(unit, a_choice(unit)))

    first = look()
    assert look() is first
    hand.later(minutes=1)
    assert look() is not first


def test_who_draws_a_number_leaves_what_was_computed_and_who_holds_a_time_does_not(hand: Hand) -> None:
    def look() -> free_starts.Starts:
        return hand.look(lambda unit: free_starts.starts(unit, a_choice(unit)))

    first = look()
    hand.take()
    assert look() is first
    hold(hand, "somebody")
    assert look() is not first


def test_looking_changes_nothing(hand: Hand) -> None:
    """Failure 4: whatever reads the offer, robots too, leaves no trace."""
    before = hand.hall.seq
    ask(hand, offer.month, TODAY, MONDAY)
    ask(hand, offer.times, WEDNESDAY)
    ask(hand, offer.earliest)
    assert hand.hall.seq == before


# -- what others book ----------------------------------------------------------------------------------

TEN = at("09:00", "2026-03-04")  # ten o'clock in the town


def hold(hand: Hand, client: str, starts_at: datetime = TEN, *services: str, site_id: str = "hall") -> Answer:
    def work(unit: Unit) -> Answer:
        choice = a_choice(unit, *services)
        return booking.hold(unit, choice, starts_at, channel="api", client=client)

    return hand.do(work, site_id)


def test_a_held_time_is_not_offered_until_the_hold_is_over(database: Database) -> None:
    """Failure 1: nothing is offered that cannot be had, and nothing stays lost."""
    hand = Hand(database, only(booking_town(), "bernd"))
    before = ask(hand, offer.times, WEDNESDAY)["times"]
    hold(hand, "somebody")
    during = ask(hand, offer.times, WEDNESDAY)["times"]
    assert [t for t in before if t not in during] == [
        f"2026-03-04T{clock}+01:00" for clock in ("09:55", "10:00", "10:05")
    ]
    hand.later(minutes=9, seconds=59)
    assert ask(hand, offer.times, WEDNESDAY)["times"] == during
    hand.later(seconds=1)
    assert ask(hand, offer.times, WEDNESDAY)["times"] == before


def test_a_time_is_offered_as_long_as_one_clerk_is_free(hand: Hand) -> None:
    hold(hand, "somebody")
    assert "2026-03-04T10:00+01:00" in ask(hand, offer.times, WEDNESDAY)["times"]
    hold(hand, "somebody else")
    assert "2026-03-04T10:00+01:00" not in ask(hand, offer.times, WEDNESDAY)["times"]


def test_a_day_without_a_free_start_is_full(database: Database) -> None:
    """Full and closed are told apart: on a full day a time may come back."""
    town = only(booking_town(), "bernd")
    short = RosterEntry(2, time(10), time(10, 10), "hall")
    hand = Hand(database, replace(town, clerks=(replace(town.clerks[0], roster=(short,)),)))
    hold(hand, "somebody")
    found = days(hand, WEDNESDAY, date(2026, 3, 11))
    assert found["2026-03-04"]["state"] == "full"
    assert found["2026-03-05"]["state"] == "closed", "nobody works who could do it"
    assert found["2026-03-11"] == {"date": "2026-03-11", "state": "free", "count": 1, "reason": {}}
    assert ask(hand, offer.times, WEDNESDAY)["next_free"] == "2026-03-11T10:00+01:00"


def test_what_another_site_books_of_a_shared_clerk_is_gone_here_too(database: Database) -> None:
    """The offer is kept while nothing changes; a booking next door does not move this site's sequence."""
    town = only(booking_town(), "bernd")
    roster = (*town.clerks[0].roster, RosterEntry(2, time(8), time(12), "annex"))
    shared = replace(town.clerks[0], site_ids=("hall", "annex"), roster=roster)
    hand = Hand(database, replace(town, clerks=(shared,)))
    assert "2026-03-04T10:00+01:00" in ask(hand, offer.times, WEDNESDAY, services=(CARD,))["times"]
    hold(hand, "somebody", TEN, CARD, site_id="annex")
    assert "2026-03-04T10:00+01:00" not in ask(hand, offer.times, WEDNESDAY, services=(CARD,))["times"]


def test_every_time_that_is_offered_can_be_held(hand: Hand) -> None:
    """At an odd second of the day, from the first to the last time of the first and the last day."""
    hand.later(seconds=31)
    for day in (TODAY, LAST_DAY):
        offered = ask(hand, offer.times, day)["times"]
        for place in (0, -1):
            held = hold(hand, f"for {offered[place]}", datetime.fromisoformat(offered[place]))
            assert held["starts_at"] == offered[place]
