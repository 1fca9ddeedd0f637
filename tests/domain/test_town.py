"""The small questions one may ask of a set-up."""

from dataclasses import FrozenInstanceError
from datetime import time

import pytest

from queue_server.domain.town import (
    Department,
    Display,
    Town,
    department_of,
    end_minute,
    horizon_days,
    in_language,
    services_at,
    skills_of,
    spoken_at,
)
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town


def two_sites() -> Town:
    both = {"hall": "hall-foyer", "annexe": "annexe-foyer"}
    return a_town(
        sites=(a_site(), a_site("annexe")),
        services=(
            a_service("id_card", site_ids=("hall", "annexe"), area_by_site=both),
            a_service("passport"),
        ),
    )


def test_text_in_a_missing_language_is_german() -> None:
    texts = {"de": "Foyer", "en": "Lobby", "fr": ""}
    assert [in_language(texts, language) for language in ("en", "fr", "uk")] == ["Lobby", "Foyer", "Foyer"]


def test_text_that_is_missing_altogether_is_empty() -> None:
    assert in_language({}, "de") == ""


def test_midnight_as_an_end_is_the_end_of_the_day() -> None:
    assert [end_minute(end) for end in (time(0), time(0, 1), time(12, 30))] == [1440, 1, 750]


def test_services_of_a_site_keep_the_order_of_the_set_up() -> None:
    town = two_sites()
    assert [one.key for one in services_at(town, "hall")] == ["id_card", "passport"]
    assert [one.key for one in services_at(town, "annexe")] == ["id_card"]


def test_star_means_every_service_of_the_clerk_s_sites() -> None:
    town = two_sites()
    assert skills_of(town, a_clerk(site_ids=("annexe",))) == {"id-card"}
    assert skills_of(town, a_clerk(site_ids=("annexe", "hall"))) == {"id-card", "passport"}


def test_star_makes_nobody_the_person_of_a_talk() -> None:
    talk = a_service("talk", named_clerk=True)
    town = a_town(services=(a_service(), talk))
    assert skills_of(town, a_clerk()) == {"id-card"}
    assert skills_of(town, a_clerk(service_ids=("*", "talk"))) == {"id-card", "talk"}
    assert skills_of(town, a_clerk(service_ids=("talk",))) == {"talk"}


def test_named_skills_are_those_named() -> None:
    assert skills_of(two_sites(), a_clerk(service_ids=("passport",))) == {"passport"}


def test_what_is_booked_together_opens_with_the_nearest_horizon() -> None:
    offices = [("office", 42), ("registry", 180), ("mayor", 14)]
    town = a_town(
        departments=tuple(Department(id_, {"de": "Amt"}, ("hall",), "", days) for id_, days in offices),
        services=(
            a_service("id_card"),
            a_service("wedding", department_id="registry"),
            a_service("talk", department_id="mayor"),
        ),
    )
    assert department_of(town, town.services[1]).id == "registry"
    assert horizon_days(town, ["wedding"]) == 180
    assert horizon_days(town, {"wedding", "id-card"}) == 42


def test_set_up_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        a_town().id = "other"  # type: ignore[misc]


def test_a_site_speaks_what_one_of_its_displays_speaks() -> None:
    displays = (Display("d1", "Halle", (), spoken=("tr", "de")), Display("d2", "Flur", ()))
    assert spoken_at(a_site(announce_languages=("de", "en"), displays=displays)) == ("de", "en", "tr")
