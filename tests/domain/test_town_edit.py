"""Things of a set-up are found, put and taken out; nothing else moves."""

from dataclasses import fields, replace

from queue_server.domain.town import Area, Site, Town
from queue_server.domain.town_diff import LISTS, diff
from queue_server.domain.town_edit import (
    CLASSES,
    IN_SITE,
    IN_TOWN,
    find,
    holder,
    put,
    remove,
    reorder,
    things,
)
from tests.domain.town_builders import a_service, a_site, a_town

TWO_SITES = a_town(sites=(a_site(), a_site("annex")))


def test_every_list_of_a_town_and_a_site_can_be_edited() -> None:
    held = {one.name for kind in (Town, Site) for one in fields(kind) if one.name in LISTS}
    assert held == {*IN_TOWN.values(), *IN_SITE.values()} == set(LISTS)
    assert {*IN_TOWN, *IN_SITE, "town"} == set(CLASSES)


def test_each_thing_is_found_by_its_word_and_its_id() -> None:
    for what, kind in CLASSES.items():
        for thing in things(TWO_SITES, what):
            assert find(TWO_SITES, what, thing.id) is thing
            assert type(thing) is kind
        assert find(TWO_SITES, what, "nothing") is None


def test_things_of_one_site_are_told_apart_and_know_where_they_stand() -> None:
    assert [one.id for one in things(TWO_SITES, "area")] == ["hall-foyer", "annex-foyer"]
    assert [one.id for one in things(TWO_SITES, "area", "annex")] == ["annex-foyer"]
    assert holder(TWO_SITES, "counter", "annex-1") == "annex"
    assert (holder(TWO_SITES, "counter", "nothing"), holder(TWO_SITES, "clerk", "anna")) == ("", "")


def test_putting_replaces_in_place_or_adds_at_the_end() -> None:
    site = replace(TWO_SITES.sites[0], phone="110")
    assert [one.id for one in put(TWO_SITES, "site", site).sites] == ["hall", "annex"]
    town = put(TWO_SITES, "area", Area("yard", {"de": "Hof"}), "annex")
    assert [one.id for one in town.sites[1].areas] == ["annex-foyer", "yard"]
    assert [(one.kind, one.what, one.id) for one in diff(TWO_SITES, town)] == [("added", "area", "yard")]
    known = replace(town.sites[1].areas[0], limit=3)
    assert diff(town, put(town, "area", known))[0].after == {"limit": 3}


def test_the_town_itself_keeps_what_it_holds() -> None:
    renamed = put(TWO_SITES, "town", replace(TWO_SITES, name={"de": "Neustadt"}, sites=()))
    assert (renamed.name, renamed.sites) == ({"de": "Neustadt"}, TWO_SITES.sites)


def test_removing_takes_out_one_thing_and_nothing_that_is_not_there() -> None:
    assert remove(TWO_SITES, "room", "annex-room-1").sites[1].rooms == ()
    assert remove(TWO_SITES, "clerk", "anna").clerks == ()
    assert remove(TWO_SITES, "room", "nothing") == remove(TWO_SITES, "clerk", "nothing") == TWO_SITES


def test_an_order_leaves_who_is_not_named_behind_the_neighbour() -> None:
    held = [Area(one, {}) for one in "abcd"]
    assert [one.id for one in reorder(held, "dba")] == ["d", "b", "c", "a"]
    assert [one.id for one in reorder(held, "dcb")] == ["a", "d", "c", "b"]
    assert reorder((a_service(),), ["nothing"]) == (a_service(),)
