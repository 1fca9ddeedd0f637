"""A town that is written and read again is the same town."""

import tomllib
from dataclasses import MISSING, Field, fields
from datetime import date, time
from importlib import resources
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.adapters.town.file import load, load_file, sample_town, to_toml
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.look import Face
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import (
    Absence,
    Area,
    Assessment,
    CallMode,
    Challenge,
    Channel,
    CheckIn,
    Chime,
    Closure,
    Combines,
    Department,
    Display,
    DocumentIf,
    Kiosk,
    NumberStyle,
    OpeningHours,
    Reply,
    Room,
    RosterEntry,
    Site,
    Town,
)
from queue_server.web.texts import load_texts
from tests.adapters.town.random_towns import towns
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

LEAP_DAY = date(2028, 2, 29)
SAY = load_texts()["de"]


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
        admission_times=(AdmissionTime(Admission.BOTH, weekdays=(4,), first=date(2026, 9, 1)),),
        areas=(
            Area("hall-foyer", {"de": "Foyer"}),
            Area("yard", {"de": "Hof"}, {"de": "hinten\ndraußen"}, 9),
        ),
        rooms=(
            Room("hall-room-1", "1 b", "yard", "2. OG", step_free=True),
            *(Room(f"hall-room-{n}", f"{n} b", "yard") for n in range(2, 6)),
        ),
        displays=(
            Display(
                "d",
                "D",
                ("yard",),
                ("p-1",),
                ("fr",),
                Chime.TONE,
                45,
                90,
                ({"de": "Zu"}, {"de": "Auf"}),
                ("0a" * 16,),
                8.5,
                55.0,
                True,
                ("hall-room-1",),
                ("hall-room-2",),
                ("hall-room-3",),
                ("hall-room-4",),
                ("hall-room-5",),
                (Stretch(time(9), time(12)), Stretch(time(13), time(17))),
                40,
            ),
            Display("e", "E", ("yard", "hall-foyer")),
        ),
        kiosks=(Kiosk("k", "K", "yard", "tcp://192.0.2.1:9100", ("fr",), 698),),
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
        slip_logo=True,
        check_in=CheckIn.AUTOMATIC,
        required_fields=("address", "birth_date"),
        kiosk_fields=("phone",),
        field_reasons=(FieldReason("phone", {"de": "Für Rückfragen", "fr": "Pour vous joindre"}),),
        languages=("de",),
        holidays="SN",
        bookable_from=date(2026, 9, 1),
        lead_min=90,
        walk_in_share=20,
        admission_notice={"de": "Klingeln", "fr": "Sonner"},
        come_early_min=0,
        max_open_bookings=0,
        max_daily_bookings=7,
        email="amt@example.org",
        challenge=Challenge.ABOVE,
        challenge_above=12,
        confirm_by_mail=True,
        confirm_within_min=30,
        reminder_default=0,
        sms=True,
        erase_days=7,
        staff_alarm=False,
        show_hit_rate=True,
        open_figures=True,
        announce_own_language=True,
        interpreter_languages=("tr", "fa"),
        interpreter_days=4,
    )
    passport = a_service(
        "passport",
        id="p-1",
        documents=({"de": "Foto"}, {"de": "Foto!", "fr": "photo"}, {"de": "§"}),
        documents_if=(DocumentIf({"de": "§"}, {"de": "Neu?", "fr": "?"}, Reply.NO),),
        included=2,
        admission=Admission.WALK_IN,
        channel=Channel.ONLINE,
        link="https://town.example/a?b=c#d",
        leika="99085001000000",
        bookable_from=date(2026, 10, 1),
        bookable_until=date(2026, 10, 1),
        named_clerk=True,
        confirm_first=True,
        sensitive=True,
        combines=Combines.ALONE,
        admission_times=(
            AdmissionTime(Admission.NONE, first=date(2026, 12, 24), last=date(2026, 12, 24)),
            AdmissionTime(
                Admission.WALK_IN,
                weekdays=(0, 3),
                hours=(Stretch(time(8), time(12)), Stretch(time(18), time(0))),
                site_id="hall",
            ),
        ),
        confirm_hours_before=24,
        area_by_site={"hall": "yard"},
    )
    roster = (
        RosterEntry(0, time(8), time(12), "hall", valid_until=date(2026, 8, 31)),
        RosterEntry(0, time(8), time(10), "hall", None, date(2026, 9, 1), date(2027, 2, 28)),
        RosterEntry(4, time(8), time(0), "annexe", "annexe-1", LEAP_DAY, LEAP_DAY),
    )
    return a_town(
        languages=("de", "fr"),
        sites=(site, plain_annexe()),
        departments=(Department("office", {"de": "Amt"}, ("hall",), "030 1", 100),),
        services=(a_service(documents=({"de": "Foto"},)), passport),
        clerks=(
            a_clerk(
                "anna.b",
                id="a",
                site_ids=("hall", "annexe"),
                roster=roster,
                service_ids=("id-card",),
                absences=(
                    Absence(date(2026, 8, 3), date(2026, 8, 14)),
                    Absence(LEAP_DAY, LEAP_DAY, time(9, 5)),
                ),
            ),
        ),
        report_email="c@d.example",
        report_copies=("d@d.example", "e@d.example"),
        statement_email="a@b.example",
        statement_phone="030 2",
        statement_assessed_on=LEAP_DAY,
        statement_method=Assessment.EXPERT,
        statement_gaps={"de": "Aufzug\nfehlt", "fr": "x"},
        statement_body={"de": "Stelle"},
        look_accent="#0b6b3a",
        look_second="#01502a",
        look_face=Face.GEORGIA,
        look_logo="a" * 32,
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


def test_no_value_of_that_town_is_a_default() -> None:
    """Or a field that is new would be forgotten here, and in the file, unseen."""
    town = everything_unusual()
    (_, passport), (clerk,), site = town.services, town.clerks, town.sites[0]
    things: list[Any] = [town, site, passport, clerk, clerk.roster[2], *town.departments, *town.categories]
    things += [site.areas[1], site.rooms[0], site.counters[0], site.displays[0], site.kiosks[0]]
    usual = [
        f"{type(one).__name__}.{field.name}"
        for one in things
        for field in fields(one)
        if field.compare and getattr(one, field.name) == default_of(field)
    ]
    assert usual == ["Site.always_open"]  # who is always open has no hours


def default_of(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


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


@settings(deadline=None)  # the first example reads the machine's time zones
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip))
def test_any_text_comes_back(text: str) -> None:
    """Failure 14: quotation marks, brackets and line ends in a name are text and nothing else."""
    town = a_town(
        name={"de": text, "en": f'"""{text}\n'},
        services=(a_service(documents=({"de": text}, {"de": text + "!"})),),
        clerks=(a_clerk(name=text),),
    )
    assert again(town) == town


@settings(deadline=None, max_examples=40)
@given(towns())
def test_any_town_comes_back_field_by_field_and_twice_as_the_same_bytes(town: Town) -> None:
    """Done when 2: what is exported and imported again is equal, whatever a town says."""
    text = to_toml(town, SAY)
    back = load(text, "again.toml")
    for one in fields(Town):
        if one.compare:
            assert getattr(back, one.name) == getattr(town, one.name)
    assert to_toml(back, SAY) == text


def test_each_part_of_the_file_is_explained() -> None:
    written = to_toml(sample_town(), SAY)
    assert written.startswith("# Eine Stadt")
    assert "Nicht darin stehen: Konten" in written
    for header in ("[town]", "[categories]", "[[sites]]", "[[departments]]", "[[clerks]]", "[documents]"):
        before = written[: written.index(f"\n{header}\n")]
        assert before.splitlines()[-1].startswith("# "), header
    assert max(map(len, (line for line in written.splitlines() if line.startswith("#")))) <= 102


def test_a_database_may_turn_the_languages_of_a_text_round() -> None:
    turned = {"en": "Town", "de": "Stadt"}
    assert to_toml(a_town(name=turned)) == to_toml(a_town(name=dict(reversed(turned.items()))))


def test_who_can_do_everything_and_talks_with_visitors_besides_comes_back() -> None:
    talk = a_service("talk", named_clerk=True)
    town = a_town(services=(a_service(), talk), clerks=(a_clerk(service_ids=("*", "talk")),))
    assert again(town) == town
