"""Whatever differs between two towns, the difference done to the one gives the other, and back."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain.town import (
    Absence,
    Area,
    Category,
    Closure,
    Counter,
    Department,
    OpeningHours,
    Room,
    Town,
)
from queue_server.domain.town_diff import diff
from queue_server.domain.town_edit import find, put
from queue_server.domain.town_patch import inverse, patch
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

WORDS = st.sampled_from(["", "eins", "zwei"])
TEXTS = st.fixed_dictionaries({"de": WORDS}, optional={"en": WORDS})
DAYS = st.dates(date(2026, 3, 1), date(2026, 3, 9))


def some(ids: str, make: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of the ids, in any order, each with a thing that `make` draws."""
    chosen = st.lists(st.sampled_from(ids), unique=True, max_size=len(ids))
    return chosen.flatmap(lambda found: st.tuples(*(make(id_) for id_ in found)))


def sites(id_: str) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda **changes: a_site(f"site-{id_}", **changes),
        address=WORDS,
        grace_min=st.integers(0, 2),
        closures=st.lists(DAYS, unique=True, max_size=3).map(lambda days: tuple(map(Closure, days))),
        opening=st.sets(st.integers(0, 6)).map(
            lambda days: tuple(OpeningHours(one, time(8), time(12)) for one in sorted(days))
        ),
        areas=some("ab", lambda one: st.builds(Area, st.just(f"{id_}-{one}"), TEXTS)),
        rooms=some("abc", lambda one: st.builds(Room, st.just(f"{id_}-{one}"), WORDS, WORDS, WORDS)),
        counters=some("ab", lambda one: st.builds(Counter, st.just(f"c-{one}"), WORDS, WORDS))
        if id_ == "a"
        else st.just(()),
    )


def services(id_: str) -> st.SearchStrategy[Any]:
    tables = st.dictionaries(st.sampled_from(["site-a", "site-b"]), WORDS)
    changes = {"minutes": st.integers(1, 3), "documents": st.lists(TEXTS).map(tuple), "area_by_site": tables}
    return st.builds(lambda **more: a_service(f"service_{id_}", **more), **changes)


def clerks(id_: str) -> st.SearchStrategy[Any]:
    away = st.lists(DAYS, unique=True, max_size=3).map(lambda days: tuple(Absence(one, one) for one in days))
    return st.builds(lambda absences: a_clerk(f"clerk-{id_}", absences=absences), away)


TOWNS: st.SearchStrategy[Town] = st.builds(
    a_town,
    name=TEXTS,
    sites=some("ab", sites),
    departments=some("ab", lambda one: st.builds(Department, st.just(one), TEXTS, st.just(()))),
    categories=some("abc", lambda one: st.builds(Category, st.just(one), TEXTS)),
    services=some("abc", services),
    clerks=some("ab", clerks),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TOWNS, TOWNS)
def test_a_patch_makes_the_new_town_and_its_inverse_the_old_one(old: Town, new: Town) -> None:
    changes = diff(old, new, exact=True)
    assert patch(old, changes).town == new
    assert patch(old, changes).fits
    assert patch(new, inverse(changes)).town == old
    assert patch(new, inverse(changes)).fits


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TOWNS, TOWNS, st.data())
def test_what_the_changes_do_not_touch_stays_as_somebody_else_has_left_it(
    old: Town, new: Town, data: st.DataObject
) -> None:
    changes = diff(old, new, exact=True)
    touched = {(one.what, one.id) for one in changes}
    others = [one for one in old.services if ("service", one.id) not in touched]
    if not others:
        return
    chosen = data.draw(st.sampled_from(others))
    theirs = replace(chosen, leika="their word")
    got = patch(put(old, "service", theirs), changes)
    assert find(got.town, "service", theirs.id) == theirs
    assert got.fits
    assert put(got.town, "service", chosen) == new
