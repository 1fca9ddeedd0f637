"""Services as a table: read as spreadsheets save it, each mistake at its cell, and written to come back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.service_table import MINUTES, read_services, write_services
from queue_server.adapters.town.source import TownFileError
from queue_server.domain.admission import Admission
from queue_server.domain.town import Channel, Department, DocumentIf, Reply, Service, Town
from queue_server.web.texts import load_texts
from tests.adapters.town.random_towns import towns
from tests.domain.town_builders import a_clerk, a_service, a_site, a_town

SAYS = list(load_texts().values())
ASKED = "Name;Unterlagen je nach Antwort;documents_if_en\n"


def read(text: str | bytes, town: Town | None = None) -> Town:
    raw = text if isinstance(text, bytes) else text.encode()
    return read_services(raw, "services.csv", town or a_town(), SAYS)


def mistakes(text: str | bytes, town: Town | None = None) -> list[tuple[int, int, str]]:
    with pytest.raises(TownFileError) as refused:
        read(text, town)
    return [(one.line, one.column, one.code) for one in refused.value.problems]


def service(town: Town, key: str) -> Service:
    return next(one for one in town.services if one.key == key)


@settings(deadline=None, max_examples=25)
@given(towns(), st.sampled_from(SAYS))
def test_any_services_come_back(town: Town, say: object) -> None:
    assert read(write_services(town, say), town) == town  # type: ignore[arg-type]


def test_the_sample_towns_services_come_back() -> None:
    town = sample_town()
    assert read(write_services(town, SAYS[0]), town) == town


@pytest.mark.parametrize(
    "text",
    [
        "Name;Minuten\nReisepass;12\n",
        "name,minutes\nReisepass,12\n",
        "NAME\tMINUTES\r\nReisepass\t12\r\n",
        '\ufeff"Name";"Minuten"\r\n"Reisepass";"12"\r\n\r\n;;\r\n',
    ],
)
def test_a_new_service_is_read_however_a_spreadsheet_parts_cells(text: str) -> None:
    new = service(read(text), "reisepass")
    assert (new.id, new.name, new.minutes) == ("reisepass", {"de": "Reisepass"}, 12)
    assert (new.department_id, new.category_id) == ("office", "ids")  # the only ones
    assert (new.site_ids, new.area_by_site) == (("hall",), {"hall": "hall-foyer"})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_umlauts_are_read_however_they_were_saved(encoding: str) -> None:
    new = service(read("Name;Unterlagen\nMeldung „Süd“;Bürgschaft\n".encode(encoding)), "meldung_sued")
    assert (new.name["de"], new.documents) == ("Meldung „Süd“", ({"de": "Bürgschaft"},))


def test_a_new_service_without_minutes_begins_with_ten() -> None:
    """Wish B5."""
    assert service(read("name\nReisepass\n"), "reisepass").minutes == MINUTES == 10


def test_a_service_is_found_by_key_or_by_name_and_what_has_no_column_stays() -> None:
    town = a_town(services=(a_service(documents=({"de": "Foto", "en": "photo"},), leika="99"),))
    by_key, by_name = (
        read("key;minutes\nid_card;20\n", town),
        read("Name;Minuten\npersonalausweis;20\n", town),
    )
    assert by_key.services == (replace(town.services[0], minutes=20),)
    assert service(by_name, "id_card").minutes == 20
    assert by_name.services[0].documents == town.services[0].documents


def test_what_a_table_does_not_name_stays() -> None:
    town = a_town(services=(a_service(), a_service("passport")))
    assert read("key;minutes\npassport;3\n", town).services[0] == town.services[0]


def test_all_columns_are_read_in_both_languages() -> None:
    town = a_town(
        languages=("de", "en"),
        sites=(a_site(), a_site("annexe")),
        departments=(
            Department("office", {"de": "Amt"}, ("hall",)),
            Department("b", {"de": "Bauamt"}, ("hall",)),
        ),
        clerks=(a_clerk(site_ids=("hall", "annexe")),),
    )
    head = "Name;Name (en);Abteilung;Rubrik;Minuten;Weitere Minuten;Enthalten;Höchstens;Unterlagen;"
    head += "documents (EN);Weg;Link;Einlass;Standorte;LeiKa;Buchbar ab;Buchbar bis;Bestimmte Person;"
    head += "Erst bestätigen;Confirm hours before"
    row = "Bauakte;Plans;Bauamt;Ausweise;5;6;2;3;Ausweis | Plan;ID | plan;Online;https://x.example/a;"
    row += "ohne Termin;"
    row += "annexe | Rathaus;99085001000000;2026-12-01;24.12.2026;nein;JA;4"
    new = service(read(f"{head}\n{row}\n", town), "bauakte")
    expected = Service(
        id="bauakte",
        key="bauakte",
        department_id="b",
        category_id="ids",
        name={"de": "Bauakte", "en": "Plans"},
        minutes=5,
        further_minutes=6,
        included=2,
        max_count=3,
        documents=({"de": "Ausweis", "en": "ID"}, {"de": "Plan", "en": "plan"}),
        channel=Channel.ONLINE,
        link="https://x.example/a",
        admission=Admission.WALK_IN,
        site_ids=new.site_ids,
        area_by_site={"hall": "hall-foyer", "annexe": "annexe-foyer"},
        leika="99085001000000",
        bookable_from=date(2026, 12, 1),
        bookable_until=date(2026, 12, 24),
        confirm_first=True,
        confirm_hours_before=4,
    )
    assert new == expected
    assert set(new.site_ids) == {"hall", "annexe"}


def test_documents_by_questions_are_read_in_each_language() -> None:
    row = "Pass;Für ein Kind? > JA > Einwilligung | Eilig \\> 48 h? > nein > Foto;"
    row += "Child? > yes > Consent |"  # the other one is not translated
    new = service(read(f"{ASKED}{row}\n", a_town(languages=("de", "en"))), "pass")
    assert new.documents_if == (
        DocumentIf({"de": "Einwilligung", "en": "Consent"}, {"de": "Für ein Kind?", "en": "Child?"}),
        DocumentIf({"de": "Foto"}, {"de": "Eilig > 48 h?"}, Reply.NO),
    )


def test_a_language_without_a_column_keeps_its_words_while_the_german_ones_stay() -> None:
    asked = DocumentIf({"de": "Foto", "en": "photo"}, {"de": "Kind?", "en": "Child?"})
    town = a_town(services=(a_service(documents_if=(asked,)),))
    head = "key;Unterlagen je nach Antwort\nid_card;"
    assert read(f"{head}Kind? > nein > Foto\n", town).services[0].documents_if == (
        replace(asked, when=Reply.NO),
    )
    assert read(f"{head}Kind? > ja > Passfoto\n", town).services[0].documents_if == (
        DocumentIf({"de": "Passfoto"}, {"de": "Kind?"}),
    )


def test_who_can_do_all_of_a_department_can_do_what_is_new_there() -> None:
    """Or no new service could be taken in: nobody could do it."""
    clerks = (a_clerk(service_ids=("id-card",)), a_clerk("bea", service_ids=()))
    after = read("name\nReisepass\n", a_town(clerks=clerks))
    assert [one.service_ids for one in after.clerks] == [("id-card", "reisepass"), ()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name;Minutn\nA;1\n", [(1, 2, "unknown_column")]),
        ("Name;name\nA;A\n", [(1, 2, "duplicate")]),
        ("Minuten\n1\n", [(1, 1, "missing_column")]),
        ("x\n1\n", [(1, 1, "missing_column"), (1, 1, "unknown_column")]),
        ("Name;Minuten\nA;x\nB;-1\nC;1,5\n", [(row, 2, "not_a_whole_number") for row in (2, 3, 4)]),
        ("Name;Minuten\nA;999\n", [(2, 2, "out_of_range")]),
        ('Name;Minuten\n"A\nB";1\nC;x\n', [(4, 2, "not_a_whole_number")]),
        ("Name;Weg\nA;Fax\n", [(2, 2, "not_a_choice")]),
        ("Name;Weg\nA;online\n", [(2, 1, "link_missing")]),
        ("Name;Link\nA;javascript:x\n", [(2, 2, "bad_link")]),
        ("Name;Standorte\nA;mars\n", [(2, 2, "unknown_reference")]),
        ("Name;Abteilung\nA;Zirkus\n", [(2, 2, "unknown_reference")]),
        ("Name;Buchbar ab\nA;30.02.2026\n", [(2, 2, "not_a_day")]),
        ("Name;LeiKa\nA;9,9085E+13\n", [(2, 2, "rounded_number")]),
        ("Name;Unterlagen;Unterlagen (en)\nA;a|b;c\n", [(2, 3, "count_differs")]),
        ("Name;Unterlagen je nach Antwort\nA;Kind? > ja\n", [(2, 2, "not_three_parts")]),
        ("Name;Unterlagen je nach Antwort\nA;> ja > Urkunde\n", [(2, 2, "not_three_parts")]),
        ("Name;Unterlagen je nach Antwort\nA;Kind? > vielleicht > Urkunde\n", [(2, 2, "not_a_choice")]),
        (f"{ASKED}A;K? > ja > U|L? > ja > V;C? > yes > D\n", [(2, 3, "count_differs")]),
        (f"{ASKED}A;K? > ja > U;C? > no > D\n", [(2, 3, "answer_differs")]),
        ("Name;Zusammen mit\nA;Kuchen\n", [(2, 2, "not_a_choice")]),
        ("Name\nA;1\n", [(2, 2, "too_many_cells")]),
        ("Name;Schlüssel\nA;a\nB;a\n", [(3, 1, "same_service")]),
        ("Name;Schlüssel\nA;Ä\n", [(2, 2, "bad_id")]),
        ('Name\n"A\n', [(2, 1, "bad_quotes")]),
        ("", [(1, 1, "empty_file")]),
        ("\n;;\n", [(1, 1, "empty_file")]),
        (b"PK\x03\x04\0\0", [(1, 1, "spreadsheet_file")]),
        (b"Name\n\0\xff", [(1, 1, "binary_file")]),
        (b"Name\nA\x81\n", [(2, 1, "binary_file")]),
    ],
)
def test_each_mistake_has_its_cell(text: str | bytes, expected: list[tuple[int, int, str]]) -> None:
    assert mistakes(text) == expected


def test_all_mistakes_are_told_at_once_and_what_was_wrong_before_is_no_news() -> None:
    assert len(mistakes("Name;Minuten;Weg\nA;x;Fax\nB;y;Fax\n")) == 4
    town = a_town(services=(a_service(minutes=999), a_service("passport")))
    assert service(read("key;minutes\npassport;3\n", town), "passport").minutes == 3


@pytest.mark.parametrize("text", ["=1+1", "+49", "-", "@x", "'=1", "\t=1"])
def test_what_looks_like_a_formula_is_no_formula_in_a_spreadsheet(text: str) -> None:
    """A service called "=HYPERLINK(…)" must not be computed by whoever opens the table."""
    town = a_town(services=(a_service(name={"de": text.strip()}),))
    written = write_services(town, SAYS[0]).decode("utf-8-sig").splitlines()[1].split(";")
    assert written[1] == f"'{text.strip()}"
    assert read(write_services(town, SAYS[0]), town) == town
