"""By what a person is recognised in a text, however it is spelled there."""

import pytest

from queue_server.domain.traces import MAIL, NAME, PHONE, STREET, contacts_in, traces_in, traces_of

ERIKA = traces_of(
    "Erika.Muster+amt@Example.org",
    "0371 488-1234",
    ("Dr. Erika Müller-Muster", "Otto"),
    "Karl-Marx-Straße 12 a, 09111 Chemnitz",
)


def test_a_person_leaves_one_trace_of_each_kind() -> None:
    assert {
        (MAIL, "erika.muster@example.org"),
        (PHONE, "493714881234"),
        (NAME, "erika müller-muster"),
        (STREET, "karlmarxstr 12a"),
    } == ERIKA


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (MAIL, "mailto:erika.muster@example.org."),
        (MAIL, "GET /?to=ERIKA.MUSTER%40example.org&x=1"),
        (MAIL, '{"to": "<erika.muster+x@example.org>"}'),
        (PHONE, "am 03.04.2026 unter +49 (0)371 4881234 erreichbar"),
        (PHONE, "Tel.0049/371/4881234"),
        (PHONE, "03714881234"),
        (NAME, "Frau Müller-Muster, Erika"),
        (NAME, "erika m. MÜLLER-MUSTER war da"),
        (STREET, "wohnt Karl-Marx-Str. 12a"),
        (STREET, "in der karl marx strasse 12 A, Hinterhaus"),
    ],
)
def test_it_is_found_again(kind: str, text: str) -> None:
    assert {found for found, _ in ERIKA & traces_in(text)} == {kind}


@pytest.mark.parametrize(
    "text",
    ["", "Erika war da", "Müller-Muster", "Karl-Marx-Straße 13", "488-1235", "muster@example.org", "12 a"],
)
def test_others_are_not_taken_for_it(text: str) -> None:
    assert not ERIKA & traces_in(text)


def test_what_is_no_trace_leaves_none() -> None:
    assert traces_of("keine", "110", ("Otto", ""), "Postfach") == set()


@pytest.mark.parametrize("text", ["amt@stadt.example", "x%40y.de", "Name <a@b.cd>"])
def test_a_mail_address_is_seen(text: str) -> None:
    assert {kind for kind, _ in contacts_in(text)} == {MAIL}


@pytest.mark.parametrize("text", ["0371 488-0", "ruf +49 371 4880", "0049 (0)371/4880", "01601234567"])
def test_a_telephone_is_seen(text: str) -> None:
    assert {kind for kind, _ in contacts_in(text)} == {PHONE}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-03-04T08:00:00+01:00",
            "04-03-2026",
            "08:00:00,123 INFO",
            "hall/123456789/booked/0",
            "12345678",
        ),
        *(
            "Chrome/120.0.0.0 Safari/537.36",
            "10.0.12.34",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
            "0.0123456",
        ),
        "00:00:00.000000+00:00",
    ],
)
def test_no_contact_is_seen_where_there_is_none(text: str) -> None:
    assert contacts_in(text) == set()
