"""From the set-up to when a visit may begin: weeks, exceptions, closures, admission, limits of time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.admission import Admission, AdmissionTime
from queue_server.domain.availability import (
    ClosedDay,
    ClosedWhy,
    allowed_starts,
    booking_window,
    closed_days,
    hours_planned,
    open_starts,
    present_until,
    room_beside_walk_ins,
    takes_bookings,
    why_closed,
    work_of,
)
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import ClerkTime, Span, cell_of, starts_in, time_of
from queue_server.domain.town import (
    Absence,
    Channel,
    Clerk,
    Closure,
    Department,
    OpeningHours,
    RosterEntry,
    Site,
)
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 16)
EVERY_DAY = tuple(OpeningHours(weekday, time(8), time(18)) for weekday in range(7))


def on_clock(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def an_open_site(**changes: Any) -> Site:
    """A site that is open from eight to six on every day of the week."""
    return a_site(**{"opening": EVERY_DAY} | changes)


def works(*entries: tuple[int, str], absences: tuple[Absence, ...] = (), **limits: Any) -> Clerk:
    """A clerk with a roster such as `(0, "8-12")`."""
    roster = []
    for weekday, hours in entries:
        begin, end = (time(int(hour) % 24) for hour in hours.split("-"))
        roster.append(RosterEntry(weekday, begin, end, "hall", None, **limits))
    return a_clerk(roster=tuple(roster), absences=absences)


def hours_of(bits: int, span: Span) -> list[str]:
    """Write a set as days with the clock's hours: "16.11. 08:00-12:00"."""
    edges = sorted(set(starts_in(bits ^ bits << 1, span)))
    clocks = [time_of(cell).astimezone(BERLIN) for cell in edges]
    return [f"{begin:%d.%m. %H:%M}-{end:%H:%M}" for begin, end in zip(clocks[::2], clocks[1::2], strict=True)]


def worked(clerk: Clerk, first: date, last: date | None = None, site: Site | None = None) -> list[str]:
    place, span = site or an_open_site(), span_of(first, last or first, BERLIN)
    wider = replace(span, cells=span.cells + 1)  # so that an end at midnight is seen
    return hours_of(work_of(clerk, place, span, BERLIN, closed_days(place)), wider)


# -- when a clerk works --------------------------------------------------------------------------------


def test_a_part_time_week_is_worked_as_it_is_written() -> None:
    """Wish A6: two and a half days, one of them in two parts."""
    clerk = works((0, "8-12"), (0, "14-18"), (2, "8-12"), (3, "9-13"))
    assert worked(clerk, MONDAY, date(2026, 11, 23)) == [
        "16.11. 08:00-12:00",
        "16.11. 14:00-18:00",
        "18.11. 08:00-12:00",
        "19.11. 09:00-13:00",
        "23.11. 08:00-12:00",
        "23.11. 14:00-18:00",
    ]


def test_a_roster_holds_from_its_first_to_its_last_day() -> None:
    """Wish A6: the hours change with the season, on a Monday that belongs to the new ones."""
    old = works((0, "8-12"), valid_until=date(2026, 11, 22)).roster
    new = works((0, "13-16"), valid_from=date(2026, 11, 23), valid_until=date(2026, 11, 23)).roster
    assert worked(a_clerk(roster=old + new), MONDAY, date(2026, 12, 7)) == [
        "16.11. 08:00-12:00",
        "23.11. 13:00-16:00",
    ]


def test_an_extra_day_is_a_roster_entry_for_one_day() -> None:
    extra = works((5, "9-12"), valid_from=date(2026, 11, 21), valid_until=date(2026, 11, 21))
    assert worked(extra, MONDAY, date(2026, 12, 6)) == ["21.11. 09:00-12:00"]


@pytest.mark.parametrize(("first", "last"), [(16, 16), (14, 17)])
def test_nobody_works_on_days_of_absence(first: int, last: int) -> None:
    absence = Absence(date(2026, 11, first), date(2026, 11, last))
    clerk = works((0, "8-12"), (2, "8-12"), absences=(absence,))
    assert worked(clerk, MONDAY, date(2026, 11, 20)) == ["18.11. 08:00-12:00"]


def test_who_goes_home_at_eleven_has_worked_until_then() -> None:
    """On the first day alone, in whole cells; of two absences the earlier hour counts."""
    home = Absence(MONDAY, date(2026, 11, 18), since=time(11, 3))
    clerk = works((0, "8-12"), (0, "14-18"), (2, "8-12"), (3, "8-12"), absences=(home,))
    assert worked(clerk, MONDAY, date(2026, 11, 20)) == ["16.11. 08:00-11:00", "19.11. 08:00-12:00"]
    assert hours_planned(clerk, an_open_site(), MONDAY) == [(8 * 60, 11 * 60 + 3)]
    earlier = replace(clerk, absences=(home, Absence(MONDAY, MONDAY, since=time(9))))
    assert worked(earlier, MONDAY) == ["16.11. 08:00-09:00"]
    assert [present_until(earlier, date(2026, 11, day)) for day in (15, 16, 17, 19)] == [1440, 540, 0, 1440]


def test_the_hour_of_going_home_is_that_of_the_clock_on_odd_days() -> None:
    """Failure 7: in a night of 25 hours six o'clock is the seventh hour."""
    clerk = works((6, "0-12"), absences=(Absence(date(2026, 10, 25), date(2026, 10, 25), since=time(6)),))
    site = a_site(always_open=True)
    assert worked(clerk, date(2026, 10, 25), site=site) == ["25.10. 00:00-06:00"]
    span = span_of(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    assert work_of(clerk, site, span, BERLIN, ()).bit_count() == 7 * 12


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 3, 29), ["29.03. 08:00-16:00"]),  # 23 hours
        (date(2026, 10, 25), ["25.10. 08:00-16:00"]),  # 25 hours
        (date(2028, 2, 29), ["29.02. 08:00-16:00"]),
        (date(2027, 12, 31), ["31.12. 08:00-16:00"]),
        (date(2028, 1, 1), ["01.01. 08:00-16:00"]),
    ],
)
def test_work_begins_and_ends_by_the_clock_on_odd_days(on: date, expected: list[str]) -> None:
    """Failure 7."""
    clerk = works(*((weekday, "8-16") for weekday in range(7)))
    assert worked(clerk, on) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # 29 February is the Tuesday that it is, and 1 March a Wednesday.
        (date(2028, 2, 28), date(2028, 3, 1), ["28.02. 08:00-12:00", "29.02. 13:00-18:00"]),
        (date(2027, 2, 28), date(2027, 3, 2), ["01.03. 08:00-12:00", "02.03. 13:00-18:00"]),
        # The year ends on a Friday; the Saturday's holiday takes nothing from the Monday after it.
        (
            date(2027, 12, 27),
            date(2028, 1, 4),
            ["27.12. 08:00-12:00", "28.12. 13:00-18:00", "03.01. 08:00-12:00", "04.01. 13:00-18:00"],
        ),
        # A holiday on a working day, on the other side of the year's end.
        (
            date(2025, 12, 29),
            date(2026, 1, 6),
            ["29.12. 08:00-12:00", "30.12. 13:00-18:00", "05.01. 08:00-12:00"],
        ),
    ],
)
def test_a_part_time_week_over_29_february_the_year_s_end_and_holidays(
    first: date, last: date, expected: list[str]
) -> None:
    """Monday mornings and Tuesday afternoons; New Year and Epiphany are holidays."""
    days = (date(2026, 1, 1), date(2026, 1, 6), date(2028, 1, 1))
    site = an_open_site(holiday_dates=tuple(Closure(day) for day in days))
    assert worked(works((0, "8-12"), (1, "13-18")), first, last, site) == expected


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 3, 29), 7), (date(2026, 10, 25), 9), (MONDAY, 8)])
def test_a_night_shift_over_the_change_of_clocks_is_an_hour_shorter_or_longer(on: date, hours: int) -> None:
    """Failure 7."""
    clerk, site = works(*((weekday, "0-8") for weekday in range(7))), a_site(always_open=True)
    span = span_of(on, on, BERLIN)
    assert work_of(clerk, site, span, BERLIN, ()).bit_count() == hours * 12


def test_work_up_to_midnight_and_from_midnight_is_one_stretch() -> None:
    clerk, site = works((0, "20-24"), (1, "0-2")), a_site(always_open=True)
    assert worked(clerk, MONDAY, date(2026, 11, 17), site) == ["16.11. 20:00-02:00"]


def test_only_the_hours_of_the_site_count() -> None:
    lunch = (OpeningHours(0, time(9), time(12)), OpeningHours(0, time(13), time(0)))
    clerk = works((0, "8-18"), (1, "8-18"))
    assert worked(clerk, MONDAY, date(2026, 11, 17), a_site(opening=lunch)) == [
        "16.11. 09:00-12:00",
        "16.11. 13:00-18:00",
    ]


def test_where_a_site_is_always_open_the_roster_alone_decides() -> None:
    site = a_site(always_open=True, opening=())
    assert worked(works((0, "6-22")), MONDAY, site=site) == ["16.11. 06:00-22:00"]
    assert worked(a_clerk(roster=()), MONDAY, site=site) == [], "nobody promised to be there"


def test_only_the_roster_of_this_site_counts() -> None:
    here = RosterEntry(0, time(8), time(12), "hall")
    there = RosterEntry(0, time(13), time(17), "annex")
    clerk = a_clerk(site_ids=("hall", "annex"), roster=(here, there))
    assert worked(clerk, MONDAY) == ["16.11. 08:00-12:00"]
    assert worked(clerk, MONDAY, site=an_open_site(site_id="annex")) == ["16.11. 13:00-17:00"]


# -- closures and holidays -----------------------------------------------------------------------------

REPENTANCE = Closure(date(2026, 11, 18), {"de": "Buß- und Bettag"})
OUTING = Closure(date(2026, 11, 17), {"de": "Betriebsausflug", "en": "Staff outing"})


@pytest.mark.parametrize("always_open", [False, True])
def test_a_closure_and_a_holiday_beat_the_weekly_rule(always_open: bool) -> None:
    """Failure 8: for the clerks' work and for the starts alike."""
    site = an_open_site(closures=(OUTING,), holiday_dates=(REPENTANCE,), always_open=always_open)
    clerk = works(*((weekday, "8-18") for weekday in range(4)))
    expected = ["16.11. 08:00-18:00", "19.11. 08:00-18:00"]
    assert worked(clerk, MONDAY, date(2026, 11, 19), site) == expected
    span = span_of(date(2026, 11, 17), date(2026, 11, 18), BERLIN)
    assert open_starts(site, span, BERLIN) == 0


def test_the_reason_of_a_closed_day_is_told() -> None:
    """Failure 8."""
    site = a_site(closures=(OUTING,), holiday_dates=(REPENTANCE,))
    assert why_closed(site, date(2026, 11, 17)) == ClosedDay(ClosedWhy.CLOSED, OUTING.reason)
    assert why_closed(site, date(2026, 11, 18)) == ClosedDay(ClosedWhy.HOLIDAY, REPENTANCE.reason)
    assert why_closed(site, date(2026, 11, 19)) == ClosedDay(ClosedWhy.NO_HOURS, {})
    assert why_closed(site, MONDAY) is None


def test_the_town_s_own_words_beat_the_holiday_s_name() -> None:
    own = Closure(REPENTANCE.on, {"de": "Geschlossen, Notdienst 112"})
    site = a_site(closures=(own,), holiday_dates=(REPENTANCE,))
    assert why_closed(site, REPENTANCE.on) == ClosedDay(ClosedWhy.CLOSED, own.reason)


def test_a_site_that_is_always_open_is_closed_on_its_closures_only() -> None:
    site = a_site(always_open=True, opening=(), closures=(OUTING,))
    assert why_closed(site, MONDAY) is None
    assert why_closed(site, OUTING.on) == ClosedDay(ClosedWhy.CLOSED, OUTING.reason)


# -- admission -----------------------------------------------------------------------------------------

NOW = on_clock("2026-11-16T09:30")
HERE = ("id-card",)


def starts(site: Site | None = None, now: datetime = NOW, days: int = 60, **service: Any) -> list[int]:
    """Return the cells that are allowed starts, from this morning on."""
    place = site or an_open_site()
    town = a_town(sites=(place,), services=(a_service(**service),))
    span = span_of(now.astimezone(BERLIN).date(), now.date() + timedelta(days=days), BERLIN)
    return list(starts_in(allowed_starts(town, place, HERE, span, now), span))


def clock(cell: int) -> str:
    return f"{time_of(cell).astimezone(BERLIN):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("site", "service", "bookable"),
    [
        ({}, {}, True),
        ({"admission": Admission.APPOINTMENT}, {"admission": Admission.APPOINTMENT}, True),
        ({"admission": Admission.WALK_IN}, {}, False),
        ({}, {"admission": Admission.WALK_IN}, False),
        ({}, {"channel": Channel.ONLINE}, False),
        ({}, {"channel": Channel.PHONE}, False),
        ({}, {"site_ids": ("annex",)}, False),
        ({}, {"key": "passport"}, False),
    ],
)
def test_only_what_takes_appointments_at_our_counters_is_bookable(
    site: dict[str, Any], service: dict[str, Any], bookable: bool
) -> None:
    """Wish A8: walk-ins only is a setting of the site and of the service."""
    assert bool(starts(an_open_site(**site), **service)) == bookable


def test_one_service_for_walk_ins_makes_the_whole_concern_unbookable() -> None:
    pickup = a_service("pickup", admission=Admission.WALK_IN)
    town = a_town(services=(a_service(), pickup))
    assert takes_bookings(town, town.sites[0], HERE)
    assert not takes_bookings(town, town.sites[0], ("id-card", "pickup"))
    assert not takes_bookings(town, town.sites[0], ("id-card", "unknown"))
    assert not takes_bookings(town, town.sites[0], ())


# -- first and last moment -----------------------------------------------------------------------------


def test_a_start_may_not_have_passed_but_may_be_this_minute() -> None:
    assert clock(starts()[0]) == "2026-11-16T09:30"
    assert clock(starts(now=NOW + timedelta(seconds=59))[0]) == "2026-11-16T09:30", (
        "the same for all of a minute"
    )
    assert clock(starts(now=NOW + timedelta(seconds=60))[0]) == "2026-11-16T09:35"


@pytest.mark.parametrize(
    ("lead_min", "first"),
    [(30, "2026-11-16T10:00"), (31, "2026-11-16T10:05"), (9 * 60, "2026-11-17T08:00")],
)
def test_the_lead_time_is_kept(lead_min: int, first: str) -> None:
    assert clock(starts(an_open_site(lead_min=lead_min))[0]) == first


def test_a_time_opens_42_days_before_it_to_the_minute() -> None:
    """No magic moment at which a whole day opens."""
    assert clock(starts()[-1]) == "2026-12-28T09:30"
    assert clock(starts(now=NOW - timedelta(seconds=1))[-1]) == "2026-12-28T09:25"
    assert clock(starts(now=NOW + timedelta(minutes=4))[-1]) == "2026-12-28T09:30"


def test_the_horizon_is_the_shortest_of_the_departments_asked() -> None:
    """Wish P4."""
    registry = Department("registry", {"de": "Standesamt"}, ("hall",), horizon_days=7)
    wedding = a_service("wedding", department_id="registry")
    town = a_town(departments=(*a_town().departments, registry), services=(a_service(), wedding))
    ends = [
        time_of(booking_window(town, town.sites[0], asked, NOW)[-1]) - NOW
        for asked in (HERE, ("wedding",), ("id-card", "wedding"))
    ]
    assert [end.days for end in ends] == [42, 7, 7]


@pytest.mark.parametrize("change", ["2026-03-20T09:30", "2026-10-20T09:30"])
def test_the_horizon_over_a_change_of_clocks_is_as_many_hours_long(change: str) -> None:
    """Failure 7: measured in hours, so that no time opens, closes and opens again in the doubled hour."""
    now = on_clock(change)
    town = a_town()
    last = time_of(booking_window(town, town.sites[0], HERE, now)[-1])
    assert last.timestamp() - now.timestamp() == 42 * 24 * 3600


@pytest.mark.parametrize(
    ("site_from", "service_from", "first"),
    [
        (date(2026, 11, 20), None, "2026-11-20T08:00"),
        (None, date(2026, 11, 21), "2026-11-21T08:00"),
        (date(2026, 11, 20), date(2026, 11, 21), "2026-11-21T08:00"),
        (date(2026, 11, 1), None, "2026-11-16T09:30"),
    ],
)
def test_nothing_before_the_first_bookable_day(
    site_from: date | None, service_from: date | None, first: str
) -> None:
    """Wish A5, wish G3: open now, bookable from a later day."""
    assert clock(starts(an_open_site(bookable_from=site_from), bookable_from=service_from)[0]) == first


def test_nothing_after_the_last_bookable_day() -> None:
    """Wishes G3, B4: services for a season."""
    assert clock(starts(bookable_until=date(2026, 11, 20))[-1]) == "2026-11-20T17:55"
    assert starts(bookable_until=date(2026, 11, 15)) == []
    assert starts(bookable_from=date(2027, 6, 1)) == [], "and nothing of a season that is far away"


def test_a_day_s_end_is_the_clock_s_not_that_of_utc() -> None:
    """Failure 7."""
    site = a_site(always_open=True)
    only = starts(site, bookable_from=date(2026, 11, 20), bookable_until=date(2026, 11, 20))
    assert (clock(only[0]), clock(only[-1]), len(only)) == ("2026-11-20T00:00", "2026-11-20T23:55", 288)


# -- the share for walk-ins ----------------------------------------------------------------------------


def a_time(work: range, busy: Sequence[int] = (), clerk_id: str = "anna", can: str = "id-card") -> ClerkTime:
    return ClerkTime(clerk_id, frozenset({can}), sum(1 << n for n in work), sum(1 << n for n in busy))


HOURS = Span(cell_of(NOW) // 12 * 12, 36)
FULL = range(36)


def room(share: int, cells: int, *clerks: ClerkTime, span: Span = HOURS, **changes: Any) -> list[int]:
    site = a_site(walk_in_share=share, **changes)
    bits = room_beside_walk_ins(site, HERE, span, clerks, cells)
    return [cell - span.base for cell in starts_in(bits, span)]


def test_a_share_of_every_hour_is_kept_for_walk_ins() -> None:
    """Half an hour of each of two clerks' hours: six of twelve cells may be booked in each hour."""
    half_booked = a_time(FULL, busy=range(6))
    assert room(50, 3, half_booked) == list(range(12, 34)), "the first hour has had its share"


def test_a_visit_across_two_hours_needs_room_in_both() -> None:
    assert room(50, 4, a_time(FULL, busy=range(3, 6))) == list(range(9, 33))


def test_the_share_is_of_the_work_of_all_who_can_do_it() -> None:
    booked = a_time(FULL, busy=range(12))
    assert room(50, 1, booked)[0] == 12
    assert room(50, 1, booked, a_time(FULL, clerk_id="ben"))[0] == 12
    assert room(40, 1, booked, a_time(FULL, clerk_id="ben"))[0] == 0
    assert room(40, 1, booked, a_time(FULL, clerk_id="cem", can="parking"))[0] == 12


def test_many_idle_clerks_leave_room_for_whole_hours() -> None:
    assert room(10, 12, a_time(FULL), a_time(FULL, clerk_id="ben")) == list(range(25))
    assert room(10, 12, a_time(FULL)) == [*range(2, 11), *range(14, 23)], "some of both hours is left"
    assert room(10, 24, a_time(FULL)) == [], "two hours with the only clerk would leave one hour nothing"


def test_where_nobody_works_there_is_no_share_to_book() -> None:
    assert room(20, 1, a_time(range(12, 24))) == list(range(12, 24))


def test_work_that_is_booked_elsewhere_is_not_counted_twice() -> None:
    outside_of_work = a_time(range(12), busy=range(12, 36))
    assert room(50, 6, outside_of_work) == [0, *range(1, 7)]


@pytest.mark.parametrize(("share", "admission"), [(0, Admission.BOTH), (50, Admission.APPOINTMENT)])
def test_without_walk_ins_nothing_is_kept(share: int, admission: Admission) -> None:
    assert room(share, 6, a_time(FULL, busy=FULL), admission=admission) == list(FULL)


def test_a_single_day_that_is_opened_to_walk_ins_keeps_nothing_for_them_on_others() -> None:
    only = Admission.APPOINTMENT
    opened = AdmissionTime(Admission.BOTH, first=MONDAY, last=MONDAY)
    weeks = replace(opened, last=MONDAY + timedelta(days=14))
    booked = a_time(FULL, busy=FULL)
    assert room(50, 6, booked, admission=only, admission_times=(opened,)) == list(FULL)
    assert room(50, 6, booked, admission=only, admission_times=(weeks,)) == []


def test_the_share_limits_what_is_allowed_once_the_clerks_are_told() -> None:
    site = an_open_site(walk_in_share=50)
    town = a_town(sites=(site,))
    span = span_of(MONDAY, MONDAY, BERLIN)
    work = work_of(works((0, "8-12")), site, span, BERLIN, ())
    booked = ClerkTime("anna", frozenset(HERE), work, work & ~(work << 6))  # the first half hour
    without, with_share = (allowed_starts(town, site, HERE, span, NOW, 3, who) for who in ((), (booked,)))
    assert with_share
    assert with_share == without & room_beside_walk_ins(site, HERE, span, (booked,), 3)
