"""A town made of the answers at the first set-up."""

from dataclasses import replace
from datetime import time

import pytest

from queue_server.domain.first_town import FirstClerk, FirstSite, FirstTown, make_town, offered, slug
from queue_server.domain.town import CallMode, Category, Channel, OpeningHours, Town
from queue_server.domain.town_check import check
from tests.domain.town_builders import a_town

MONDAY = (OpeningHours(0, time(8), time(12)), OpeningHours(0, time(13), time(16)))


def answers(template: Town, **changes: object) -> FirstTown:
    site = template.sites[0]
    plain = FirstTown(
        id="neustadt",
        name="Neustadt",
        state="SN",
        sites=(FirstSite(site.id, "Altes Rathaus", MONDAY, (("3", "A"), ("3", "B"), ("4", "C"))),),
        minutes={template.services[0].key: 25},
        clerks=(FirstClerk("Petra Müller", "mueller", site.id),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def problems(town: Town) -> list[str]:
    return [one.code.value for one in check(town, {"Europe/Berlin"}, {"SN"})]


@pytest.fixture
def template() -> Town:
    town = a_town()
    return replace(town, categories=(*town.categories, Category("more", {"de": "Weiteres"})))


def test_answers_and_template_make_a_town_without_mistakes(template: Town) -> None:
    town = make_town(answers(template), template, template)
    assert problems(town) == []
    assert (town.id, town.name, town.sites[0].holidays) == ("neustadt", {"de": "Neustadt"}, "SN")
    assert [one.minutes for one in town.services] == [25]


def test_counters_in_one_room_share_it(template: Town) -> None:
    site = make_town(answers(template), template, template).sites[0]
    assert [room.name for room in site.rooms] == ["3", "4"]
    rooms = {room.id: room.name for room in site.rooms}
    assert [(one.name, rooms[one.room_id]) for one in site.counters] == [("A", "3"), ("B", "3"), ("C", "4")]


def test_clerks_work_while_it_is_open_each_at_a_counter_of_their_own(template: Town) -> None:
    people = tuple(FirstClerk(f"Nr. {n}", f"user{n}", template.sites[0].id) for n in range(4))
    town = make_town(answers(template, clerks=people), template, template)
    assert [(one.weekday, one.works_from) for one in town.clerks[0].roster] == [(0, time(8)), (0, time(13))]
    ids = [one.id for one in town.sites[0].counters]
    assert [clerk.roster[0].counter_id for clerk in town.clerks] == [*ids, None]
    assert problems(town) == []


def test_without_a_screen_visitors_are_fetched(template: Town) -> None:
    bare = replace(answers(template).sites[0], has_screen=False, has_kiosk=False)
    site = make_town(answers(template, sites=(bare,)), template, template).sites[0]
    assert (site.call_mode, site.displays, site.kiosks) == (CallMode.FETCH, (), ())


def test_a_name_that_was_left_as_proposed_keeps_its_languages(template: Town) -> None:
    before = replace(template.sites[0], name={"de": "Rathaus", "en": "Town Hall"})
    template = replace(template, sites=(before, *template.sites[1:]))
    kept = replace(answers(template).sites[0], name="Town Hall")
    town = make_town(answers(template, sites=(kept,)), template, template)
    assert town.sites[0].name == {"de": "Rathaus", "en": "Town Hall"}


def test_own_services_get_ids_that_nobody_has(template: Town) -> None:
    taken = template.services[0].id
    own = ((taken, 10), ("Gelbe Säcke", 5), ("Gelbe Säcke", 5), ("???", 5))
    town = make_town(answers(template, own=own), template, template)
    ids = [one.id for one in town.services[1:]]
    assert ids == [f"{taken}-2", "gelbe-saecke", "gelbe-saecke-2", "more"]
    assert problems(town) == []


def test_what_is_done_elsewhere_or_by_one_person_is_not_offered(template: Town) -> None:
    one = template.services[0]
    far = replace(one, id="far", key="far", channel=Channel.ELSEWHERE, link="https://x.example")
    talk = replace(one, id="talk", key="talk", named_clerk=True)
    assert offered(template, replace(template, services=(one, far, talk)))[:1] == [one]
    keys = {service.key for service in offered(template, replace(template, services=(far, talk)))}
    assert not {"far", "talk"} & keys


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Neustadt am Kulm", "neustadt-am-kulm"),
        ("Groß-Üstadt", "gross-uestadt"),
        ("日本", ""),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_slug_may_stand_in_an_address(name: str, id_: str) -> None:
    assert slug(name) == id_
