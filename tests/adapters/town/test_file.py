"""A town file is read with all its mistakes at once, each with its line, and the samples are right."""

import inspect
import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.adapters.town import reader as town_reader
from queue_server.adapters.town import roster as town_roster
from queue_server.adapters.town import services as town_services
from queue_server.adapters.town.file import FileProblem, TownFileError, load, load_file, to_toml
from queue_server.domain.admission import Admission, AdmissionTime, Stretch
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import Absence, CallMode, Challenge, CheckIn, DocumentIf, Reply, Town

SMALL = """\
[town]
id = "town"
name = "Stadt"

[categories]
ids = "Ausweise"

[[sites]]
id = "hall"
name = { de = "Rathaus", en = "Hall" }
areas = [{ id = "foyer", name = "Foyer" }]
rooms = [{ name = "1" }]
counters = [{ id = "hall-1", room = "1" }]
displays = [{ id = "screen" }]
opening = { mon-fri = "08:00-12:00" }

[[departments]]
id = "office"
name = "Amt"
services = ["id_card"]

[services.id_card]
category = "ids"
name = "Personalausweis"
minutes = 15

[[clerks]]
user = "anna.b"
name = "Anna Berger"
"""


def read(text: str = SMALL) -> Town:
    return load(text, "town.toml")


def problems(text: str) -> tuple[FileProblem, ...]:
    with pytest.raises(TownFileError) as refused:
        read(text)
    return refused.value.problems


def problem(old: str, new: str) -> FileProblem:
    """The one problem of the small file after a change."""
    assert old in SMALL
    (only,) = problems(SMALL.replace(old, new, 1))
    return only


def quoted(text: str, one: FileProblem) -> str:
    """What stands at the place that the problem points at."""
    return text.splitlines()[one.line - 1][one.column - 1 :]


# --- defaults -----------------------------------------------------------------------------------------------


def test_small_file_is_a_whole_town() -> None:
    town = read()
    (site,), (clerk,), (service,) = town.sites, town.clerks, town.services
    assert town.languages == ("de", "en")
    assert (site.call_mode, site.time_zone, site.patience_factor) == (CallMode.SCREEN, "Europe/Berlin", 3.0)
    assert site.rooms[0].id == site.counters[0].room_id == "hall-room-1"
    assert site.rooms[0].area_id == "foyer"  # the only one there is
    assert site.counters[0].name == "1"
    assert site.displays[0].area_ids == ("foyer",)
    assert len(site.opening) == 5
    assert (service.id, service.site_ids, dict(service.area_by_site)) == (
        "id-card",
        ("hall",),
        {"hall": "foyer"},
    )
    assert (clerk.id, clerk.site_ids, clerk.service_ids) == ("anna-b", ("hall",), ("*",))


@pytest.mark.parametrize("of", ["town", "hall"])
def test_who_speaks_german_alone_does_not_call_in_english(of: str) -> None:
    town = read(SMALL.replace(f'id = "{of}"', f'id = "{of}"\nlanguages = ["de"]'))
    assert town.sites[0].announce_languages == ("de",)


def test_prefix_keeps_services_and_categories_of_two_towns_apart() -> None:
    service = read(SMALL.replace('id = "town"', 'id = "town"\nid_prefix = "gr-"')).services[0]
    assert (service.id, service.key, service.category_id) == ("gr-id-card", "id_card", "gr-ids")


def test_roster_takes_the_site_of_its_counter() -> None:
    roster = '\nroster = [{ days = "tue, mon", hours = "13-15, 8-12", counter = "hall-1" }]\n'
    entries = read(SMALL + roster).clerks[0].roster
    assert [(one.weekday, one.works_from.hour) for one in entries] == [(0, 8), (0, 13), (1, 8), (1, 13)]
    assert {(one.site_id, one.counter_id) for one in entries} == {("hall", "hall-1")}


def test_admission_times_are_read_line_by_line() -> None:
    lines = """
admission_times = [
  { on = 2026-12-24, admits = "none" },
  { days = "mon-wed, fri", hours = "8-12, 14-24", admits = "appointment", site = "hall" },
]"""
    (service,) = read(SMALL.replace("minutes = 15", "minutes = 15" + lines)).services
    eve = date(2026, 12, 24)
    assert service.admission_times == (
        AdmissionTime(Admission.NONE, first=eve, last=eve),
        AdmissionTime(
            Admission.APPOINTMENT,
            (0, 1, 2, 4),
            (Stretch(time(8), time(12)), Stretch(time(14), time(0))),
            site_id="hall",
        ),
    )


def test_what_says_nothing_about_bookings_has_the_usual_values() -> None:
    town = read(SMALL + '\nroster = [{ days = "mon", hours = "8-12" }]\n')
    (site,), (clerk,), (service,) = town.sites, town.clerks, town.services
    assert (site.check_in, site.required_fields, site.holidays) == (CheckIn.REQUIRED, ("name", "contact"), "")
    assert (site.bookable_from, site.lead_min, site.walk_in_share, site.come_early_min) == (None, 0, 0, 10)
    assert (site.max_open_bookings, site.max_daily_bookings) == (3, 2)
    assert (site.confirm_by_mail, site.confirm_within_min, site.erase_days) == (False, 60, 2)
    assert (site.reminder_default, site.sms) == (2880, False)
    assert (site.email, site.challenge, site.challenge_above) == ("", Challenge.OFF, 30)
    assert (site.admission_notice, clerk.absences) == ({}, ())
    assert (clerk.roster[0].valid_from, clerk.roster[0].valid_until) == (None, None)
    assert (service.bookable_from, service.bookable_until, service.named_clerk) == (None, None, False)
    assert not service.sensitive


def test_a_site_may_require_nothing_at_all() -> None:
    assert (
        not read(SMALL.replace('id = "hall"', 'id = "hall"\nrequired_fields = []')).sites[0].required_fields
    )


def test_a_kiosk_asks_nothing_but_what_the_site_names() -> None:
    assert read(SMALL).sites[0].kiosk_fields == ()
    phone = SMALL.replace('id = "hall"', 'id = "hall"\nkiosk_fields = ["phone"]')
    assert read(phone).sites[0].kiosk_fields == ("phone",)


def test_a_site_says_why_it_asks_for_something() -> None:
    assert read(SMALL).sites[0].field_reasons == ()
    reason = 'field_reasons = [{ field = "birth_date", reason = "Für Ihre Akte" }]'
    told = read(SMALL.replace('id = "hall"', f'id = "hall"\n{reason}')).sites[0].field_reasons
    assert told == (FieldReason("birth_date", {"de": "Für Ihre Akte"}),)


def test_a_part_time_week_follows_the_old_one() -> None:
    roster = """
        roster = [
          { days = "mon-tue", hours = "8-16", valid_until = 2026-08-31 },
          { days = "mon", hours = "8-12", valid_from = 2026-09-01 },
        ]"""
    entries = read(SMALL + roster).clerks[0].roster
    assert [(one.weekday, one.works_until.hour, one.valid_from, one.valid_until) for one in entries] == [
        (0, 16, None, date(2026, 8, 31)),
        (0, 12, date(2026, 9, 1), None),
        (1, 16, None, date(2026, 8, 31)),
    ]


def test_an_absence_without_an_end_is_a_single_day() -> None:
    absences = (
        "\nabsences = [{ first = 2026-08-03, last = 2026-08-14 },"
        ' { first = 2026-10-02 }, { first = 2026-10-05, since = "11:00" }]'
    )
    assert read(SMALL + absences).clerks[0].absences == (
        Absence(date(2026, 8, 3), date(2026, 8, 14)),
        Absence(date(2026, 10, 2), date(2026, 10, 2)),
        Absence(date(2026, 10, 5), date(2026, 10, 5), time(11)),
    )


def test_windows_line_ends_and_byte_order_mark_are_fine() -> None:
    assert read("\ufeff" + SMALL.replace("\n", "\r\n")) == read()


# --- mistakes -----------------------------------------------------------------------------------------------


BACKWARDS = 'roster = [{ days = "mon", hours = "8-9", valid_from = 2026-08-14, valid_until = 2026-08-13 }]'

MISTAKES: list[tuple[str, str, str, str, str]] = [
    # in the small file replace … by …; the code, what stands at its place, the suggestion
    ('name = "Stadt"', 'nmae = 1\nname = "Stadt"', "unknown_key", "nmae", "name"),
    ('id = "town"\n', "", "missing_key", "[town]", ""),
    ('name = "Amt"', 'name = ""', "german_missing", '""', ""),
    ('name = "Anna Berger"', 'name = ""', "missing_key", '""', ""),
    ('name = "Amt"', "name = 7", "not_a_text", "7", ""),
    ('name = "Stadt"', 'name = { de = "Stadt", en = 7 }', "not_a_text", "7", ""),
    ("minutes = 15", 'minutes = "15"', "not_a_whole_number", '"15"', ""),
    ("minutes = 15", "minutes = 15.5", "not_a_whole_number", "15.5", ""),
    ("minutes = 15", "minutes = true", "not_a_whole_number", "true", ""),
    ("minutes = 15", "minutes = 15\nincluded = 2", "included_over_max", "2", ""),
    ("minutes = 15", "minutes = 900", "out_of_range", "900", ""),
    ('id = "hall"', 'id = "hall"\npatience_factor = "3"', "not_a_number", '"3"', ""),
    ('id = "hall"', 'id = "hall"\nalways_open = "yes"', "not_true_or_false", '"yes"', ""),
    ('id = "hall"', 'id = "hall"\ncall_mode = "sreen"', "not_a_choice", '"sreen"', "screen"),
    ('id = "hall"', 'id = "hall"\nclosures = [{ on = "24.12.2026" }]', "not_a_date", '"24.12', ""),
    ('id = "hall"', "id = \"hall\"\nclosures = [{ reason = 'x' }]", "missing_key", "{ reason", ""),
    (
        'id = "hall"',
        'id = "hall"\ntime_zone = "Europe/Berln"',
        "unknown_time_zone",
        '"Europe',
        "Europe/Berlin",
    ),
    (
        'services = ["id_card"]',
        'services = ["id_card", "id_crad"]',
        "unknown_reference",
        '"id_crad"',
        "id_card",
    ),
    ('services = ["id_card"]', 'services = ["id_card", "id_card"]', "duplicate", '"id_card"]', ""),
    ('services = ["id_card"]', 'services = ["id_card", 7]', "not_a_text", "7", ""),
    ('services = ["id_card"]', 'services = ["id_card"]\nsites = "hall"', "not_a_list", '"hall"', ""),
    ('category = "ids"', 'category = "ds"', "unknown_reference", '"ds"', "ids"),
    ('room = "1"', 'room = "hall-room-2"', "unknown_reference", '"hall-room-2"', "hall-room-1"),
    ('id = "screen"', 'id = "screen", areas = ["foyr"]', "unknown_reference", '"foyr"', "foyer"),
    ('id = "screen"', 'id = "screen", areas = []', "display_without_area", "{ id", ""),
    ('id = "screen"', 'id = "screen", services = ["idcard"]', "unknown_reference", '"idcard"', "id_card"),
    ('id = "screen"', 'id = "Screen"', "bad_id", '"Screen"', ""),
    ('name = "1"', 'name = "1", area = "yard"', "unknown_reference", '"yard"', ""),
    ('id = "hall"', 'id = "hall"\nholidays = "sn"', "unknown_state", '"sn"', "SN"),
    ('id = "hall"', 'id = "hall"\nholidays = "Sachsen"', "unknown_state", '"Sach', ""),
    ('id = "hall"', 'id = "hall"\nholidays = 7', "not_a_text", "7", ""),
    (
        'id = "hall"',
        'id = "hall"\nrequired_fields = ["name", "fone"]',
        "unknown_reference",
        '"fone"',
        "phone",
    ),
    (
        'id = "hall"',
        'id = "hall"\nfield_reasons = [{ field = "fone", reason = "x" }]',
        "unknown_reference",
        '"fone"',
        "phone",
    ),
    (
        'id = "hall"',
        'id = "hall"\nfield_reasons = [{ field = "name", reason = "x" }, { field = "name", reason = "y" }]',
        "duplicate",
        '"name", reason = "y"',
        "",
    ),
    ('id = "hall"', 'id = "hall"\nrequired_fields = ["name", "name"]', "duplicate", '"name"]', ""),
    ('id = "hall"', 'id = "hall"\ncheck_in = "automatik"', "not_a_choice", '"automatik"', "automatic"),
    ('id = "hall"', 'id = "hall"\nwalk_in_share = 91', "out_of_range", "91", ""),
    ('id = "hall"', 'id = "hall"\nlead_min = -1', "out_of_range", "-1", ""),
    ('id = "hall"', 'id = "hall"\ncome_early_min = 9.5', "not_a_whole_number", "9.5", ""),
    ('id = "hall"', 'id = "hall"\nbookable_from = "1.9.2026"', "not_a_date", '"1.9', ""),
    ('id = "hall"', 'id = "hall"\nbookable_from = 2026-09-01T08:00:00', "not_a_date", "2026", ""),
    ('id = "hall"', 'id = "hall"\nadmission_notice = { en = "Ring" }', "german_missing", "{ en", ""),
    ("minutes = 15", "minutes = 15\nbookable_until = 7", "not_a_date", "7", ""),
    (
        "minutes = 15",
        "minutes = 15\nbookable_from = 2026-09-02\nbookable_until = 2026-09-01",
        "dates_backwards",
        "2026-09-01",
        "",
    ),
    ("minutes = 15", "minutes = 15\nnamed_clerk = 1", "not_true_or_false", "1", ""),
    ("minutes = 15", 'minutes = 15\nadmission_times = [{ days = "mon" }]', "missing_key", "{ days", ""),
    (
        "minutes = 15",
        'minutes = 15\nadmission_times = [{ admits = "walkin" }]',
        "not_a_choice",
        '"walkin"',
        "walk_in",
    ),
    (
        "minutes = 15",
        'minutes = 15\nadmission_times = [{ admits = "both", days = "mo" }]',
        "bad_days",
        '"mo"',
        "mon",
    ),
    (
        "minutes = 15",
        'minutes = 15\nadmission_times = [{ admits = "both", hours = "12-8" }]',
        "hours_backwards",
        '"12-8"',
        "",
    ),
    (
        "minutes = 15",
        'minutes = 15\nadmission_times = [{ admits = "both", site = "hal" }]',
        "unknown_reference",
        '"hal"',
        "hall",
    ),
    (
        'id = "hall"',
        'id = "hall"\nadmission_times = [{ admits = "both", first = 2026-09-02, last = 2026-09-01 }]',
        "dates_backwards",
        "2026-09-01",
        "",
    ),
    ("minutes = 15", "minutes = 15\nconfirm_hours_before = 673", "out_of_range", "673", ""),
    ('user = "anna.b"', 'user = "anna.b"\nabsences = [{ last = 2026-08-14 }]', "missing_key", "{ last", ""),
    (
        'user = "anna.b"',
        'user = "anna.b"\nabsences = [{ first = 2026-08-14, last = 2026-08-03 }]',
        "dates_backwards",
        "2026-08-03",
        "",
    ),
    (
        'user = "anna.b"',
        'user = "anna.b"\nabsences = [{ first = 2026-08-14, why = "ill" }]',
        "unknown_key",
        "why",
        "",
    ),
    (
        'user = "anna.b"',
        'user = "anna.b"\nroster = [{ days = "mon", hours = "8-9", valid_form = 2026-08-14 }]',
        "unknown_key",
        "valid_form",
        "valid_from",
    ),
    (
        'user = "anna.b"',
        f'user = "anna.b"\n{BACKWARDS}',
        "dates_backwards",
        "2026-08-13",
        "",
    ),
    ("mon-fri", "mon-fir", "bad_days", "mon-fir", "mon-fri"),
    ("mon-fri", "fr", "bad_days", "fr =", "fri"),
    ("08:00-12:00", "8.00-12.00", "bad_hours", '"8.00', ""),
    ("08:00-12:00", "12:00-08:00", "hours_backwards", '"12:00', ""),
    ("opening = {", "opening = { wed = '11-13',", "hours_overlap", "'11-13'", ""),
    ('user = "anna.b"', 'user = "anna.b"\ndepartments = ["offce"]', "unknown_reference", '"offce"', "office"),
    ('user = "anna.b"', 'user = "anna.b"\nservices = []', "service_without_clerk", "[services.id", ""),
    ('user = "anna.b"', 'user = "anna.b"\nroster = 7', "not_a_list", "7", ""),
    ('user = "anna.b"', 'user = "anna.b"\nroster = [7]', "not_a_table", "7]", ""),
    ('ids = "Ausweise"', 'ids = { en = "Papers" }', "german_missing", "{ en", ""),
    (
        "[[departments]]",
        "[services.passport]\n[[departments]]",
        "service_without_department",
        "[services.p",
        "",
    ),
    ("[categories]", "[catgories]\n[categories]", "unknown_key", "[catgories]", "categories"),
    ('id = "town"', 'id = "town"\ncatalogue = "../x.toml"', "catalogue_unreadable", '"../x', ""),
    ('name = "Stadt"', 'name = "Stadt', "syntax", "", ""),
    ('name = "Stadt"', 'name = "Stadt"\nname = "Ort"', "duplicate_key", "", ""),
]


@pytest.mark.parametrize(("old", "new", "code", "place", "suggestion"), MISTAKES)
def test_mistake_is_named_with_its_place(old: str, new: str, code: str, place: str, suggestion: str) -> None:
    found = problem(old, new)
    assert (found.file, found.code, found.suggestion) == ("town.toml", code, suggestion)
    assert quoted(SMALL.replace(old, new, 1), found).startswith(place)


def test_problem_tells_the_dotted_path_and_what_is_possible() -> None:
    found = problem('id = "hall"', 'id = "hall"\ncall_mode = "sreen"')
    assert found == FileProblem(
        "town.toml", 10, 13, "not_a_choice", "sites[1].call_mode", "sreen", "fetch, screen", "screen"
    )


def test_all_problems_come_at_once_in_the_order_of_the_lines() -> None:
    text = (
        SMALL.replace('"town"', '"Town"')
        .replace("minutes = 15", "minuts = 15")
        .replace('room = "1"', 'room = "2"')
    )
    found = problems(text)
    assert [one.code for one in found] == ["bad_id", "unknown_reference", "missing_key", "unknown_key"]
    assert [one.line for one in found] == sorted(one.line for one in found)


def test_one_mistake_is_not_reported_twice() -> None:
    """An unreadable value is replaced by an empty one; that the empty one is wrong too helps nobody."""
    assert problem('de = "Rathaus"', "de = 1").code == "not_a_text"


def test_service_without_clerk_waits_until_nothing_else_is_wrong() -> None:
    """One misspelt skill would otherwise be followed by dozens of services that nobody can do."""
    skills = SMALL.replace('user = "anna.b"', 'user = "anna.b"\nservices = []')
    assert [one.code for one in problems(skills)] == ["service_without_clerk"]
    assert [one.code for one in problems(skills.replace("minutes = 15", "minutes = 0"))] == ["out_of_range"]


def test_error_names_the_first_problem_for_the_log() -> None:
    with pytest.raises(TownFileError, match=r"1 problems, first bad_id at town\.toml:2:6"):
        read(SMALL.replace('"town"', '"Town"'))


def test_empty_file_says_what_is_missing() -> None:
    assert {(one.code, one.expected, one.line) for one in problems("")} == {
        ("missing_key", "id", 1),
        ("missing_key", "name", 1),
    }


# --- catalogues ---------------------------------------------------------------------------------------------

PICKING = (
    SMALL.replace('id = "town"', 'id = "town"\ncatalogue = "mine.toml"')
    .replace("[services.id_card]", "[services.other]")
    .replace('["id_card"]', '["other", "passport"]')
)

MINE = """[categories]
ids = { de = "Papiere" }
dogs = { de = "Hunde" }
unused = { de = "Sonstiges" }
[documents]
photo = { de = "Foto", en = "Photo" }
[services.passport]
category = "dogs"
name = "Reisepass"
minutes = 20
documents = ["photo", { de = "Altes Dokument" }]
"""


def picked(text: str = PICKING, catalogue: str = MINE) -> Town:
    return load(text, "town.toml", lambda name: {"mine.toml": catalogue}[name])


def test_catalogue_beside_the_file_describes_what_is_picked() -> None:
    passport = picked().services[1]
    assert (passport.name, passport.minutes) == ({"de": "Reisepass"}, 20)
    assert passport.documents == ({"de": "Foto", "en": "Photo"}, {"de": "Altes Dokument"})


def test_a_document_may_depend_on_a_question_that_services_share() -> None:
    line = 'documents_if = [{ document = "photo", question = "new", when = "no" }]\n'
    mine = MINE.replace("[services", '[questions]\nnew = "Ist er neu?"\n[services') + line
    expected = DocumentIf({"de": "Foto", "en": "Photo"}, {"de": "Ist er neu?"}, Reply.NO)
    assert picked(catalogue=mine).services[1].documents_if == (expected,)
    with pytest.raises(TownFileError) as refused:
        picked(catalogue=mine.replace('question = "new"', 'question = "now"'))
    assert [(one.code, one.suggestion) for one in refused.value.problems] == [("unknown_reference", "new")]


def test_only_used_categories_of_a_catalogue_are_taken_and_the_town_may_rename_them() -> None:
    assert [one.name["de"] for one in picked().categories] == ["Ausweise", "Hunde"]


def test_word_of_the_town_comes_before_the_catalogue_key_by_key() -> None:
    town = picked(PICKING + '[services.passport]\nminutes = 12\nadmission = "appointment"\n')
    passport = town.services[1]
    assert (passport.minutes, passport.admission) == (12, Admission.APPOINTMENT)
    assert passport.name == {"de": "Reisepass"}


def test_mistake_in_a_catalogue_is_named_in_that_file() -> None:
    with pytest.raises(TownFileError) as refused:
        picked(catalogue=MINE.replace("minutes = 20", "minutes = 0").replace('"photo",', '"foto",'))
    assert [(one.file, one.line, one.code, one.suggestion) for one in refused.value.problems] == [
        ("mine.toml", 10, "out_of_range", ""),
        ("mine.toml", 11, "unknown_reference", "photo"),
    ]


def test_what_the_built_in_catalogue_lacks_is_named_where_it_was_picked() -> None:
    """The IT person cannot edit our catalogue; the link of an online service belongs into the own file."""
    text = SMALL.replace('id = "town"', 'id = "town"\ncatalogue = "builtin"').replace(
        '["id_card"]', '["id_card", "dog_tax_register"]'
    )
    (found,) = problems(text)
    assert (found.code, found.found) == ("link_missing", "dog_tax_register")
    assert quoted(text, found).startswith('"dog_tax_register"]')


@pytest.mark.parametrize("name", ["/etc/hostname", "../mine.toml", "sub/mine.toml", ".."])
def test_catalogue_outside_the_folder_is_not_read(name: str) -> None:
    """A town file may come through an upload; it must not reach into the machine."""

    def read_beside(asked: str) -> str:
        pytest.fail(f"{asked} was read")

    with pytest.raises(TownFileError) as refused:
        load(PICKING.replace("mine.toml", name), "town.toml", read_beside)
    assert "catalogue_unreadable" in {one.code for one in refused.value.problems}


def test_file_on_disk_finds_its_catalogue(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(PICKING, encoding="utf-8")
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    assert load_file(tmp_path / "town.toml") == picked()


def test_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_bytes(SMALL.replace("Anna", "Änna").encode("latin-1"))
    with pytest.raises(TownFileError) as refused:
        load_file(tmp_path / "town.toml")
    (found,) = refused.value.problems
    assert (found.code, found.line, found.column) == (
        "not_utf8",
        SMALL[: SMALL.index("Anna")].count("\n") + 1,
        9,
    )


# --- anything at all ----------------------------------------------------------------------------------------

_NUMBERS = ("7", "-1", "1e999", "nan", "9" * 400, "9" * 5000, "true", "2026-02-30", "2026-12-24", "12:30:00")
_TEXTS = ('""', '"*"', '"\\u0007"', '"mon"', '"08:00-12:00"', "'''\n'''", '["id_card", "id_card"]')
_TABLES = ("[]", "{}", "[[]]", "[{}]", "[7]", "{ de = 7 }", '{ x = "y" }', "[" * 2000, "\\")
_LINES = [index for index, line in enumerate(SMALL.splitlines()) if " = " in line]


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(_LINES), st.sampled_from(_NUMBERS + _TEXTS + _TABLES), min_size=1, max_size=4
    ),
    st.sampled_from(["", "\n[[sites]]"]),
)
def test_whatever_stands_in_the_file_the_answer_is_a_town_or_its_problems(
    odd: dict[int, str], end: str
) -> None:
    lines = SMALL.splitlines()
    for index, value in odd.items():
        lines[index] = f"{lines[index].split(' = ')[0]} = {value}"
    text = "\n".join(lines) + end
    town, refused = answer(text)
    if town is not None:
        assert load(to_toml(town), "again.toml") == town
    assert all(1 <= one.line <= text.count("\n") + 1 and one.column >= 1 for one in refused)


def answer(text: str) -> tuple[Town | None, tuple[FileProblem, ...]]:
    try:
        return read(text), ()
    except TownFileError as refused:
        return None, refused.problems


# --- the guide ----------------------------------------------------------------------------------------------


def test_every_key_is_described_for_operators() -> None:
    getters = (
        r"\.(?:text|texts|texts_list|words|whole|decimal|day|flag|choice|value|items|tables?)\(\"([a-z_]+)\""
    )
    code = "".join(map(inspect.getsource, (town_reader, town_roster, town_services)))
    guide = (Path(__file__).parents[3] / "docs" / "operators" / "town-file.md").read_text(encoding="utf-8")
    keys = set(re.findall(getters, code))
    assert len(keys) > 65
    assert keys - set(re.findall(r"^(?:\| `|## `\[+)([a-z_]+)", guide, re.MULTILINE)) == set()


def test_example_in_the_guide_is_right() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "operators" / "town-file.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(\[town\].*?)```", guide, re.DOTALL)
    assert example is not None
    assert read(example[1]).id == "neustadt"
