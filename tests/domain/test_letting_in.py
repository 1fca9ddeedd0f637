"""A lead opens what is idle to walk-ins: for the own services, at one site, today, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.admission import Admission, AdmissionTime, Stretch, ever_admits, usually_admits
from queue_server.domain.letting_in import Opening, may_be_undone, rest_of_day
from queue_server.domain.town import Channel, Closure, Department, Town
from queue_server.domain.town_check import check
from tests.domain.town_builders import a_service, a_site, a_town

NOW = datetime(2026, 3, 9, 9, 33, tzinfo=UTC)
"""A Monday; the hall is open from eight to twelve."""
TODAY = NOW.date()
OPENING = Opening("office", "hall", NOW)
ONLY = Admission.APPOINTMENT
LINE = AdmissionTime(Admission.BOTH, (), (Stretch(time(9, 30), time(12)),), TODAY, TODAY, "hall")


def town(site: Admission = Admission.BOTH, own: Admission = ONLY, **others: Admission) -> Town:
    """A town with a service of the office, and others of the registry."""
    office = Department("office", {"de": "Bürgerbüro"}, ("hall",))
    services = [a_service("own", admission=own)]
    services += [a_service(key, department_id="registry", admission=word) for key, word in others.items()]
    return a_town(
        sites=(a_site(admission=site),),
        departments=(office, replace(office, id="registry", name={"de": "Standesamt"})),
        services=tuple(services),
    )


def let_in(town: Town, service_id: str, on: date, minute: int) -> Admission:
    """Return who is let in by service and site together."""

    def says(thing: Any) -> set[str]:
        for line in thing.admission_times:
            hours = [
                (p.begins.hour * 60 + p.begins.minute, p.ends.hour * 60 + p.ends.minute or 1440)
                for p in line.hours
            ] or [(0, 1440)]
            if line.fits(on, "hall") and any(a <= minute < b for a, b in hours):
                return _kinds(line.admits)
        return _kinds(thing.admission)

    service = next(one for one in town.services if one.id == service_id)
    both = says(town.sites[0]) & says(service)
    return next(word for word in Admission if _kinds(word) == both)


def _kinds(word: Admission) -> set[str]:
    return {Admission.BOTH: {"walk_in", "appointment"}, Admission.NONE: set()}.get(word, {word.value})


def test_an_appointment_only_service_takes_walk_ins_until_the_site_closes() -> None:
    after = OPENING.plan(town())
    assert after.services[0].admission_times == (LINE,)
    assert after.sites == town().sites
    assert [one.id for one in OPENING.shut(town())] == ["own"]
    assert check(after, {"Europe/Berlin"}, ()) == check(town(), {"Europe/Berlin"}, ())


def test_pressed_twice_is_once_and_what_is_open_is_left_alone() -> None:
    """Failure 2."""
    once = OPENING.plan(town())
    assert OPENING.plan(once) == once
    assert OPENING.shut(once) == ()
    assert OPENING.plan(town(own=Admission.BOTH)) == town(own=Admission.BOTH)


def test_where_the_site_keeps_walk_ins_out_other_departments_stay_as_they_are() -> None:
    before = town(ONLY, Admission.BOTH, wedding=Admission.BOTH, paper=Admission.WALK_IN, talk=ONLY)
    after = OPENING.plan(before)
    assert after.sites[0].admission_times == (LINE,)
    assert let_in(after, "own", TODAY, 600) is Admission.BOTH
    for other in ("wedding", "paper", "talk"):
        assert let_in(after, other, TODAY, 600) is let_in(before, other, TODAY, 600)


def test_another_department_can_open_too() -> None:
    before = OPENING.plan(town(ONLY, ONLY, wedding=Admission.BOTH))
    registry = Opening("registry", "hall", NOW)
    assert [one.id for one in registry.shut(before)] == ["wedding"]
    after = registry.plan(before)
    assert {let_in(after, one, TODAY, 600) for one in ("own", "wedding")} == {Admission.BOTH}
    assert not may_be_undone(after, before, "hall"), "the first press cannot be undone under the second"
    assert may_be_undone(before, before, "hall")


def test_nobody_let_in_has_its_reasons_and_what_is_done_elsewhere_has_no_door() -> None:
    for own in (town(own=Admission.NONE), town(Admission.NONE, ONLY)):
        assert (OPENING.plan(own), OPENING.shut(own)) == (own, ())
    online = replace(town(), services=(a_service("own", admission=ONLY, channel=Channel.ONLINE),))
    assert OPENING.plan(online) == online


def test_hours_of_the_day_are_opened_piece_by_piece() -> None:
    """Nobody from ten to half past, walk-ins alone from eleven: both stay."""
    lines = (
        AdmissionTime(Admission.NONE, (0,), (Stretch(time(10), time(10, 30)),)),
        AdmissionTime(Admission.WALK_IN, (), (Stretch(time(11), time(0)),)),
    )
    before = replace(town(), services=(a_service("own", admission=ONLY, admission_times=lines),))
    [first, second, *rest] = OPENING.plan(before).services[0].admission_times
    assert first.hours == (Stretch(time(9, 30), time(10)),)
    assert second.hours == (Stretch(time(10, 30), time(11)),)
    assert tuple(rest) == lines


def test_after_closing_time_and_on_closed_days_there_is_nothing_to_open() -> None:
    late = Opening("office", "hall", NOW.replace(hour=12, minute=0))
    assert (late.plan(town()), late.shut(town())) == (town(), ())
    closed = replace(town(), sites=(a_site(closures=(Closure(TODAY, {}),)),))
    assert OPENING.plan(closed) == closed
    always = a_site(always_open=True)
    assert rest_of_day(always, NOW) == Stretch(time(9, 30), time(0))


def test_single_days_that_are_over_go_with_the_next_press() -> None:
    old = replace(LINE, first=date(2026, 3, 6), last=date(2026, 3, 6))
    lasting = replace(LINE, first=None, last=date(2026, 3, 6))
    before = replace(town(), services=(a_service("own", admission=ONLY, admission_times=(old, lasting)),))
    assert OPENING.plan(before).services[0].admission_times == (LINE, lasting)


def test_a_day_that_was_opened_is_no_usual_one() -> None:
    [opened] = OPENING.plan(town()).services
    assert ever_admits(opened, {Admission.BOTH}, "hall")
    assert not usually_admits(opened, {Admission.BOTH}, "hall")


WORDS = st.sampled_from(Admission)


@given(WORDS, WORDS, WORDS, st.lists(st.tuples(WORDS, st.integers(0, 22), st.booleans()), max_size=3))
def test_whatever_the_set_up_nobody_else_gains_or_loses(
    site: Admission, own: Admission, other: Admission, lines: list[tuple[Admission, int, bool]]
) -> None:
    """Own services gain walk-ins at most, from now until closing; others and other days gain nothing."""
    times = tuple(
        (AdmissionTime(word, (), (Stretch(time(hour), time(hour + 1)),)), of_site)
        for word, hour, of_site in lines
    )
    plain = town(site, own, other=other)
    before = replace(
        plain,
        sites=(replace(plain.sites[0], admission_times=tuple(one for one, of_site in times if of_site)),),
        services=tuple(
            replace(one, admission_times=tuple(line for line, of_site in times if not of_site))
            for one in plain.services
        ),
    )
    after = OPENING.plan(before)
    for minute in range(0, 1440, 30):
        for on in (TODAY, date(2026, 3, 10)):
            was, is_ = (let_in(one, "other", on, minute) for one in (before, after))
            assert was is is_
            was, is_ = (let_in(one, "own", on, minute) for one in (before, after))
            may_gain = on == TODAY and 570 <= minute < 720
            assert is_ is was or (may_gain and _kinds(is_) == _kinds(was) | {"walk_in"})
    assert OPENING.plan(after) == after
