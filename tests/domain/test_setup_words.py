"""Whom a change concerns: what moves between two sites concerns both."""

from dataclasses import replace

from queue_server.adapters.town.file import sample_town
from queue_server.domain.planned import site_of as site_of_plan
from queue_server.domain.setup_words import sites_of
from queue_server.domain.town import Town
from queue_server.domain.town_diff import diff


def moved(town: Town) -> Town:
    """Carry the first site's last display to the second site."""
    first, second, *others = town.sites
    *stay, goes = first.displays
    goes = replace(goes, area_ids=(second.areas[0].id,), service_ids=())
    return replace(
        town,
        sites=(
            replace(first, displays=tuple(stay)),
            replace(second, displays=(*second.displays, goes)),
            *others,
        ),
    )


def test_what_moves_between_sites_concerns_both() -> None:
    before = sample_town()
    after = moved(before)
    [change] = diff(before, after)
    assert sites_of(change, before, after) == {before.sites[0].id, before.sites[1].id}
    assert site_of_plan([change]) == "", "its day begins by the clock of the town"


def test_what_stays_concerns_its_site_and_what_has_none_the_town() -> None:
    before = sample_town()
    site = before.sites[0]
    after = replace(
        before,
        name={"de": "Neustadt"},
        sites=(replace(site, rooms=(replace(site.rooms[0], floor="9"), *site.rooms[1:])), *before.sites[1:]),
    )
    assert [sites_of(one, before, after) for one in diff(before, after)] == [{None}, {site.id}]
