"""A town that is written and read again is the same town."""

import tomllib
from dataclasses import replace
from datetime import date, time
from importlib import resources
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from queue_server.adapters.town_file import load, load_file, sample_town, to_toml
from queue_server.domain.town import (
    Admission,
    Area,
    CallMode,
    Channel,
    Closure,
    Display,
    Kiosk,
    NumberStyle,
    OpeningHours,
    Room,
    RosterEntry,
    Site,
    Town,
)
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town


def again(town: Town) -> Town:
    return load(to_toml(town), "again.toml")


def everything_unusual() -> Town:
    """A town in which no value has its default."""
    site = a_site(
        address="Markt 1",
        phone="030 23125-0",
        time_zone="Europe/Busingen",
        call_mode=CallMode.FETCH,
        fetch_hint={"de": "Im „Foyer“", "en": 'In the "lobby"\\'},
        admission=Admission.APPOINTMENT,
        areas=(
            Area("hall-foyer", {"de": "Foyer"}),
            Area("yard", {"de": "Hof"}, {"de": "hinten\ndraußen"}, 9),
        ),
        rooms=(Room("hall-room-1", "1 b", "yard", "2. OG", step_free=True),),
        displays=(Display("d", "D", ("yard",), ("passport",)), Display("e", "E", ("yard", "hall-foyer"))),
        kiosks=(Kiosk("k", "K", "yard", "tcp://192.0.2.1:9100", ("fr",)),),
        opening=(
            OpeningHours(0, time(8), time(12)),
            OpeningHours(0, time(13), time(0)),
            OpeningHours(6, time(0), time(0)),
        ),
        closures=(Closure(date(2026, 12, 24)), Closure(date(2028, 2, 29), {"de": "x", "fr": "y"})),
        patience_factor=0.5,
        grace_min=0,
        number_style=NumberStyle.SEQUENTIAL,
        announce_languages=("fr", "de"),
        way_min=2,
        no_show_after_s=90,
        min_on_screen_s=20,
        speech_rate=170,
        slip_header=({"de": "Zeile 1"}, {"de": "Zeile 2", "fr": "ligne 2"}),
        slip_footer=({"de": "Ende"},),
    )
    passport = a_service(
        "passport",
        id="p-1",
        documents=({"de": "Foto"}, {"de": "Foto!", "fr": "photo"}, {"de": "§"}),
        included=2,
        admission=Admission.WALK_IN,
        channel=Channel.ONLINE,
        link="https://town.example/a?b=c#d",
        leika="99085001000000",
        area_by_site={"hall": "yard"},
    )
    site = replace(site, displays=(replace(site.displays[0], service_ids=("p-1",)), site.displays[1]))
    roster = (
        RosterEntry(0, time(8), time(12), "hall"),
        RosterEntry(4, time(8), time(0), "annexe", "annexe-1"),
    )
    return a_town(
        languages=("de", "fr"),
        sites=(site, plain_annexe()),
        services=(a_service(documents=({"de": "Foto"},)), passport),
        clerks=(
            a_clerk("anna.b", id="a", site_ids=("hall", "annexe"), roster=roster, service_ids=("id-card",)),
        ),
    )


def plain_annexe() -> Site:
    return a_site(
        "annexe",
        announce_languages=("de",),
        kiosks=(),
        always_open=True,
    )


def test_small_town_comes_back() -> None:
    assert again(a_town()) == a_town()


def test_town_without_a_single_default_comes_back() -> None:
    town = everything_unusual()
    assert again(town) == town


def test_sample_town_comes_back() -> None:
    town = sample_town()
    assert again(town) == town


def test_example_town_comes_back() -> None:
    with resources.as_file(resources.files("queue_server.samples")) as folder:
        town = load_file(Path(folder) / "example-town.toml")
    assert again(town) == town


def test_written_file_stands_alone() -> None:
    assert "catalogue" not in tomllib.loads(to_toml(sample_town()))["town"]


def test_documents_that_services_share_are_written_once() -> None:
    assert to_toml(sample_town()).count("Digitales biometrisches Passbild") == 1


def test_values_that_are_defaults_are_not_written() -> None:
    (site,) = tomllib.loads(to_toml(a_town()))["sites"]
    assert not site.keys() & {"time_zone", "patience_factor", "call_mode", "fetch_hint", "always_open"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip))
def test_any_text_comes_back(text: str) -> None:
    """Failure 14: quotation marks, brackets and line ends in a name are text and nothing else."""
    town = a_town(
        name={"de": text, "en": f'"""{text}\n'},
        services=(a_service(documents=({"de": text}, {"de": text + "!"})),),
        clerks=(a_clerk(name=text),),
    )
    assert again(town) == town
