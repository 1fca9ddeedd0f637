"""A set-up goes on by what is planned: each change at its day, as a whole or not at all."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from queue_server.domain.planned import Planned, Stage, course, offered, site_of, with_changes
from queue_server.domain.town import Closure, Town
from queue_server.domain.town_diff import Change, diff
from queue_server.domain.town_edit import put, remove
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town
from tests.domain.town_plans import edit

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)


def fits(_before: Town, _after: Town) -> bool:
    return True


def minutes(town: Town, count: int) -> Town:
    return edit("service", "id-card", minutes=count)(town)


def planned(day: date, change: Callable[[Town], Town], on: Town | None = None, after_s: int = 0) -> Planned:
    town = on or a_town()
    made = MADE + timedelta(seconds=after_s)
    return Planned(f"{day}-{after_s}", day, made, tuple(diff(town, change(town), exact=True)))


def test_without_plans_every_day_is_as_today() -> None:
    found = course(a_town(), [], fits)
    assert found.on(MONDAY) == a_town()
    assert offered(found.stages) is found.stages[0].town


def test_a_change_holds_from_its_day_on() -> None:
    found = course(a_town(), [planned(MONDAY, lambda town: minutes(town, 20))], fits)
    assert [found.on(day).services[0].minutes for day in (date(2026, 3, 8), MONDAY, TUESDAY)] == [15, 20, 20]


def test_changes_of_one_day_are_one_stage_in_the_order_in_which_they_were_made() -> None:
    first = planned(MONDAY, lambda town: minutes(town, 20))
    second = planned(MONDAY, lambda town: minutes(town, 30), minutes(a_town(), 20), after_s=5)
    found = course(a_town(), [second, first], fits)
    assert [one.begins_on for one in found.stages] == [None, MONDAY]
    assert found.on(MONDAY) == minutes(a_town(), 30)


def test_what_no_longer_fits_takes_no_part_and_not_half_of_it() -> None:
    def both(town: Town) -> Town:
        return put(minutes(town, 20), "clerk", a_clerk("dora"))

    one = planned(MONDAY, both)
    moved_on = minutes(a_town(), 25)
    found = course(moved_on, [one], fits)
    assert found.on(MONDAY) == moved_on
    assert found.unfit == (one,)
    assert with_changes(moved_on, one.changes) is None


def test_what_would_be_a_mistake_takes_no_part_and_the_next_goes_on_without_it() -> None:
    bad, good = (
        planned(MONDAY, lambda town: minutes(town, 20)),
        planned(TUESDAY, lambda t: remove(t, "clerk", "anna")),
    )
    found = course(a_town(), [bad, good], lambda before, after: before.services == after.services)
    assert found.unfit == (bad,)
    assert found.on(TUESDAY) == remove(a_town(), "clerk", "anna")


def test_what_is_changed_meanwhile_stays_changed() -> None:
    """That is why a change is kept, and not the set-up that it made."""
    one = planned(MONDAY, lambda town: put(town, "site", a_site(closures=(Closure(TUESDAY),))))
    now = put(a_town(), "site", a_site(phone="0123", closures=(Closure(MONDAY),)))
    site = course(now, [one], fits).on(MONDAY).sites[0]
    assert (site.phone, site.closures) == ("0123", (Closure(MONDAY), Closure(TUESDAY)))


def test_changes_name_the_site_they_are_about() -> None:
    def about(change: Callable[[Town], Town]) -> str:
        return site_of(diff(a_town(), change(a_town()), exact=True))

    assert about(lambda town: put(town, "site", a_site(phone="0123"))) == "hall"
    assert about(lambda town: remove(town, "counter", "hall-1")) == "hall"
    assert about(lambda town: minutes(town, 20)) == ""
    assert site_of([Change("changed", "site", "a"), Change("changed", "site", "b")]) == ""


def test_what_begins_later_can_be_chosen_today_and_what_is_there_stays_as_it_is() -> None:
    flag, dora = a_service("flag", named_clerk=True), a_clerk("dora", service_ids=("flag",))
    later = put(put(put(minutes(a_town(), 20), "service", flag), "clerk", dora), "clerk", a_clerk("emil"))
    found = offered([Stage(None, a_town()), Stage(MONDAY, later)])
    assert [(one.id, one.minutes) for one in found.services] == [("id-card", 15), ("flag", 15)]
    assert [one.id for one in found.clerks] == ["anna", "dora"], "with emil, two parts would seem to be one"
