"""What the first set-up begins with ships right."""

import pytest

from queue_server.adapters.town import beginning
from queue_server.domain.first_town import OWN_CATEGORY, categories_offered, offered
from queue_server.domain.town import Channel


@pytest.mark.parametrize("name", beginning.TEMPLATES)
def test_each_template_is_a_town_that_can_be_booked(name: str) -> None:
    town = beginning.template(name)
    assert beginning.problems(town) == []
    assert OWN_CATEGORY in {one.id for one in town.categories}
    assert len(town.services) >= 8
    for site in town.sites:
        assert site.opening
        assert site.displays
        assert site.kiosks
        assert site.name.keys() == site.fetch_hint.keys() == {"de", "en"}
        assert len(site.areas) == 1


def test_two_sites_are_two() -> None:
    assert [len(beginning.template(name).sites) for name in beginning.TEMPLATES] == [1, 2, 1, 1]


def test_the_catalogue_offers_what_is_done_at_counters() -> None:
    town = beginning.template("town-hall")
    found = offered(town, beginning.catalogue())
    assert 60 <= len(found) <= 79
    assert {one.channel for one in found} == {Channel.HERE}
    known = {one.id for one in categories_offered(town, beginning.catalogue())}
    assert {one.category_id for one in found} == known


def test_vehicles_are_registered_where_that_is_the_office() -> None:
    keys = {one.key for one in offered(beginning.template("vehicle-registration"), beginning.catalogue())}
    assert "vehicle_register_new" in keys
    assert "vehicle_register_new" not in {
        one.key for one in offered(beginning.template("town-hall"), beginning.catalogue())
    }
