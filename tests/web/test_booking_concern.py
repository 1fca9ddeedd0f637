"""Step 1 without a server: what a service says of itself, what a search finds, how a wish is written down."""

import dataclasses
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.datastructures import QueryParams

from queue_server.adapters.town.file import sample_town
from queue_server.domain.admission import Admission
from queue_server.domain.town import Town
from queue_server.web.booking_concern import categories, matches, questions, services_of, talk_with
from queue_server.web.booking_wish import Wish, read_wish

TODAY = date(2026, 3, 10)


def a_town(**changes: Any) -> Town:
    """Return the sample town with its passport service changed."""
    town = sample_town()
    services = tuple(dataclasses.replace(s, **changes) if s.id == "passport" else s for s in town.services)
    return dataclasses.replace(town, services=services)


def passport(town: Town) -> dict[str, Any]:
    shown = categories(town, Wish(site_id="rathaus"), "de", TODAY)
    services: list[Any] = [one for category in shown for one in category["services"]]  # type: ignore[attr-defined]
    return next(one for one in services if one["id"] == "passport")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "book"),
        ({"admission": Admission.APPOINTMENT}, "book"),
        ({"admission": Admission.WALK_IN}, "walk_in"),
        ({"bookable_from": date(2026, 3, 11)}, "not_yet"),
        ({"bookable_from": date(2026, 3, 10)}, "book"),
        ({"bookable_until": date(2026, 3, 9)}, "over"),
    ],
)
def test_each_service_says_what_to_do(changes: dict[str, Any], kind: str) -> None:
    assert passport(a_town(**changes))["kind"] == kind


def test_a_search_takes_every_word_in_any_language() -> None:
    texts = ["Wohnsitz anmelden", "Register a residence"]
    assert matches("WOHN anmeld", texts)
    assert matches("residence", texts)
    assert not matches("wohnsitz hund", texts)


def test_a_question_of_two_services_is_asked_once() -> None:
    town, wish = sample_town(), Wish(services=(("id-card", 1), ("passport", 1)))
    asked = questions(services_of(town, wish), wish, "de")
    assert [one["text"] for one in asked] == [
        "Ist es Ihr erster Ausweis oder Pass bei uns, oder hat sich Ihr Name geändert?",
        "Ist ein Ausweis oder Pass für ein Kind?",
    ]
    answered = wish.but(answers=(f"{asked[1]['key']}:no",))
    assert [one["said"] for one in questions(services_of(town, wish), answered, "de")] == ["", "no"]


def test_answers_survive_the_address_and_nonsense_in_it_does_not() -> None:
    key = "0" * 12
    wish = Wish(services=(("passport", 1),), answers=(f"{key}:yes",))
    assert read_wish(QueryParams(urlsplit(wish.url()).query)).answers == wish.answers
    assert read_wish(QueryParams(f"a-{key}=perhaps&a-x=yes&a-{key[1:]}=no")).answers == ()


def test_a_wish_survives_its_address() -> None:
    wish = Wish(
        site_id="rathaus",
        services=(("id-card", 2), ("passport", 1)),
        persons=3,
        step=2,
        month="2026-03",
        day=date(2026, 3, 12),
        every_time=True,
        hold=17,
    )
    parts = urlsplit(wish.url())
    assert parts.path == "/termin/rathaus"
    assert read_wish(QueryParams(parts.query), "rathaus") == wish


@pytest.mark.parametrize(
    ("query", "wish"),
    [
        ("s=../etc&s=ID&s=a b", Wish()),
        ("step=9&persons=-1", Wish(step=4, persons=0)),
        ("day=31.12.2026&month=heute&hold=x", Wish()),
        ("s=id-card&n-id-card=99999999999999999999", Wish(services=(("id-card", 0),))),
    ],
)
def test_garbage_in_an_address_is_nothing(query: str, wish: Wish) -> None:
    assert read_wish(QueryParams(query)) == wish


def a_town_with_two_mayors() -> Town:
    """The sample town, where Greta at the other site can do everything, and Eva talks as well."""
    town = sample_town()
    clerks = [
        dataclasses.replace(c, service_ids=(*c.service_ids, "mayor-talk")) if c.id == "eva" else c
        for c in town.clerks
    ]
    return dataclasses.replace(town, clerks=tuple(clerks))


def test_a_talk_names_the_person_and_nothing_else_names_a_clerk() -> None:
    town, wish = a_town_with_two_mayors(), Wish(services=(("mayor-talk", 1),))
    talk = services_of(town, wish)
    assert talk_with(sample_town(), town.sites, talk) == ["Henrik Voss"]
    assert talk_with(town, town.sites, talk) == ["Eva Novak", "Henrik Voss"]
    assert talk_with(town, town.sites, talk, planned="henrik") == ["Henrik Voss"]
    assert talk_with(town, town.sites, talk, planned=None) == ["Eva Novak", "Henrik Voss"]
    assert talk_with(town, town.sites[1:], talk) == [], "neither of them works at the other site"
    passport = services_of(town, Wish(services=(("passport", 1),)))
    assert talk_with(town, town.sites, passport, planned="anna") == []


def test_a_talk_is_found_by_the_name_of_the_person() -> None:
    shown: list[Any] = categories(sample_town(), Wish(search="voss"), "de", TODAY)
    assert [one["id"] for category in shown for one in category["services"]] == ["mayor-talk"]
