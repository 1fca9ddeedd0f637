"""The data that ships with the product is what the demonstration promises, and right in both languages."""

import tomllib
from datetime import time
from importlib import resources
from itertools import combinations

import pytest

from queue_server.adapters.town.file import TownFileError, load, sample_town
from queue_server.domain.admission import Admission
from queue_server.domain.town import CallMode, Channel, Town, end_minute, skills_of


def sample(name: str) -> str:
    return resources.files("queue_server.samples").joinpath(name).read_text(encoding="utf-8")


FURTHER = sorted(
    file.name.removeprefix("services.").removesuffix(".toml")
    for file in resources.files("queue_server.samples").iterdir()
    if file.name.startswith("services.") and file.name != "services.toml"
)
"""Languages in which the built-in catalogue has words beside German and English."""


def whole_catalogue(*further: str) -> Town:
    """A town that picks every service of the built-in catalogue, with a link where one is needed."""
    services = tomllib.loads(sample("services.toml"))["services"]
    links = [key for key, one in services.items() if one.get("channel") in {"online", "elsewhere"}]
    text = f"""
        [town]
        id = "town"
        name = "Stadt"
        catalogue = "builtin"
        languages = {["de", "en", *further]}
        [[sites]]
        id = "hall"
        name = "Rathaus"
        call_mode = "fetch"
        always_open = true
        areas = [{{ id = "foyer", name = "Foyer" }}]
        rooms = [{{ name = "1" }}]
        counters = [{{ id = "hall-1", room = "1" }}]
        [[departments]]
        id = "office"
        name = "Amt"
        phone = "030 23125-0"
        services = {list(services)}
        [[clerks]]
        user = "anna"
        name = "Anna Berger"
        """ + "\n".join(f'[services.{key}]\nlink = "https://town.example/{key}"' for key in links)
    return load(text, "town.toml")


def test_built_in_catalogue_has_79_services_in_two_languages() -> None:
    town = whole_catalogue()
    assert len(town.services) == 79
    assert 8 <= len(town.categories) <= 10
    for service in town.services:
        assert service.documents, service.key
        for text in (service.name, *service.documents):
            assert text.keys() == {"de", "en"}, (service.key, text)
            assert text["de"] != text["en"], (service.key, text)


@pytest.mark.parametrize("language", FURTHER)
def test_every_word_of_the_catalogue_is_there_in_each_further_language(language: str) -> None:
    """A town that speaks it shows no German service beside translated ones."""
    ours, words = tomllib.loads(sample("services.toml")), tomllib.loads(sample(f"services.{language}.toml"))
    assert words.keys() == {"categories", "documents", "questions", "services"}
    for shelf, texts in words.items():
        assert texts.keys() == ours[shelf].keys(), shelf
        assert all(isinstance(one, str) and one.strip() == one and one for one in texts.values())


def test_a_town_has_the_catalogue_in_the_languages_it_speaks() -> None:
    assert {"ar", "de-x-leicht", "tr", "uk"} <= set(FURTHER)
    town = whole_catalogue("tr", "fr")
    card = next(service for service in town.services if service.key == "id_card")
    assert card.name["tr"] == "Kimlik kartı başvurusu (Personalausweis)"
    assert {language for one in card.documents for language in one} == {"de", "en", "tr"}
    assert {language for one in town.categories for language in one.name} == {"de", "en", "tr"}


def test_languages_of_a_town_file_name_no_other_file() -> None:
    with pytest.raises(TownFileError) as refused:
        whole_catalogue("../samples/services.tr", "/etc/passwd")
    assert {problem.code for problem in refused.value.problems} == {"bad_language"}


def test_family_services_cover_four() -> None:
    included = {one.key: one.included for one in whole_catalogue().services if one.included > 1}
    assert included == {"id_docs_family": 4, "residence_register_family": 4}


def test_built_in_catalogue_knows_what_need_not_be_done_here() -> None:
    channels = {service.channel for service in whole_catalogue().services}
    assert channels == set(Channel)


def test_sample_town_is_the_one_of_the_demonstration() -> None:
    town = sample_town()
    rathaus, centre = town.sites
    assert (rathaus.id, rathaus.call_mode, centre.id, centre.call_mode) == (
        "rathaus",
        CallMode.SCREEN,
        "buergerzentrum",
        CallMode.FETCH,
    )
    assert [len(site.counters) for site in town.sites] == [6, 2]
    assert [room.name for room in rathaus.rooms] == ["1", "2", "3", "4", "5", "6"]
    assert {area_id for display in rathaus.displays for area_id in display.area_ids} == {
        "rathaus-eg",
        "rathaus-og",
    }
    assert len(rathaus.kiosks) == 1
    assert len(town.services) == 59
    assert len(town.clerks) == 8
    assert all(site.always_open for site in town.sites)


def test_clerks_of_the_sample_town_differ_in_skills() -> None:
    town = sample_town()
    assert len({skills_of(town, clerk) for clerk in town.clerks}) >= 7


def can_book(town: Town, weekday: int, at: time) -> set[tuple[str, str]]:
    """(service, site) of all that some clerk who can do it works for at this moment of the week."""
    return {
        (service_id, entry.site_id)
        for clerk in town.clerks
        for entry in clerk.roster
        for service_id in skills_of(town, clerk)
        if entry.weekday == weekday
        and entry.works_from <= at
        and at.hour * 60 + at.minute < end_minute(entry.works_until)
    }


def bookable(town: Town) -> dict[str, tuple[str, ...]]:
    """Service → its sites, for all that is done here with an appointment."""
    here = [one for one in town.services if one.channel is Channel.HERE]
    return {one.id: one.site_ids for one in here if one.admission is not Admission.WALK_IN}


def test_every_bookable_service_of_the_sample_town_has_times_on_each_working_day() -> None:
    town = sample_town()
    wanted = {(id_, site_id) for id_, site_ids in bookable(town).items() for site_id in site_ids}
    assert len(wanted) > 50
    for weekday in range(5):
        assert wanted <= can_book(town, weekday, time(15)), weekday


def test_most_services_of_the_sample_town_have_times_on_saturday_mornings() -> None:
    town = sample_town()
    on_saturday = {service_id for service_id, _ in can_book(town, 5, time(10))}
    assert bookable(town).keys() - on_saturday == {"mayor-talk"}


def test_at_both_sites_of_the_sample_town_a_time_is_free_soon_on_any_day() -> None:
    town = sample_town()
    for weekday in range(7):
        for hour in range(7, 22):
            at_sites = {site_id for _, site_id in can_book(town, weekday, time(hour, 59))}
            assert at_sites == {"rathaus", "buergerzentrum"}, (weekday, hour)


def test_nobody_shares_a_counter_at_the_same_time_in_the_sample_town() -> None:
    entries = [entry for clerk in sample_town().clerks for entry in clerk.roster]
    for one, other in combinations(entries, 2):
        if one.counter_id == other.counter_id and one.weekday == other.weekday:
            assert one.works_until <= other.works_from or other.works_until <= one.works_from


def test_the_sites_of_the_sample_town_ask_for_different_things() -> None:
    rathaus, centre = sample_town().sites
    assert rathaus.required_fields == ("name", "contact")
    assert centre.required_fields == ("name", "address", "phone")
    assert {"de", "en"} <= centre.admission_notice.keys()
    assert not rathaus.admission_notice
    assert rathaus.holidays == centre.holidays == "SN"


def test_the_talk_with_the_mayor_is_one_with_a_certain_person() -> None:
    town = sample_town()
    (talk,) = [service for service in town.services if service.named_clerk]
    assert [clerk.user for clerk in town.clerks if talk.id in skills_of(town, clerk)] == ["henrik"]
    assert (talk.confirm_first, talk.confirm_hours_before) == (True, 24)


def test_both_floors_of_the_sample_town_have_walk_in_services() -> None:
    town = sample_town()
    open_to_all = [one for one in town.services if one.admission is not Admission.APPOINTMENT]
    areas = {one.area_by_site.get("rathaus") for one in open_to_all if one.channel is Channel.HERE}
    assert areas == {"rathaus-eg", "rathaus-og"}


def test_example_file_to_start_from_is_right_and_has_real_hours() -> None:
    (site,) = load(sample("example-town.toml"), "example-town.toml").sites
    assert not site.always_open
    assert len({hours.weekday for hours in site.opening}) == 5
