"""What is typed on step 3: which fields a site asks for, what is wrong with them, which slips are likely."""

from dataclasses import replace
from datetime import date

import pytest
from starlette.datastructures import QueryParams

from queue_server.domain.town import Site
from queue_server.web.booking_person import (
    Typed,
    birth_date,
    likely_meant,
    problems,
    read_typed,
    wanted_fields,
)

TODAY = date(2026, 3, 10)
SITE = Site("hall", {})
BOTH = ("name", "contact")


def typed(**values: str) -> Typed:
    return Typed(values)


def test_one_way_to_reach_somebody_is_enough() -> None:
    assert wanted_fields(BOTH) == [("name", True), ("email", False), ("phone", False)]
    assert problems(typed(name="Erika", phone="0170 1234567"), BOTH, TODAY, SITE) == {}
    assert problems(typed(name="Erika"), BOTH, TODAY, SITE) == {"email": "missing_contact"}


def test_a_talk_needs_a_subject() -> None:
    assert problems(typed(name="Erika"), ("name", "remarks"), TODAY, SITE) == {"remarks": "missing_remarks"}
    assert problems(typed(name="Erika", remarks="Der Radweg"), ("name", "remarks"), TODAY, SITE) == {}
    assert wanted_fields(("name", "remarks")) == [("name", True)], "its field is no line but a box"


def test_a_field_that_is_required_stays_required_beside_a_contact() -> None:
    assert ("email", True) in wanted_fields(("email", "contact"))
    assert ("email", True) in wanted_fields(("contact", "email"))


@pytest.mark.parametrize(
    "address", ["erika@posteo.de", "e.mustermann+amt@mail.musterstadt.example", "müller@straße.example"]
)
def test_addresses_that_are_right(address: str) -> None:
    assert problems(typed(email=address), ("email",), TODAY, SITE) == {}


@pytest.mark.parametrize(
    "address", ["erika", "erika@", "@posteo.de", "erika@posteo", "e@b@c.de", "e @posteo.de"]
)
def test_addresses_that_are_not_whole(address: str) -> None:
    assert problems(typed(email=address), ("email",), TODAY, SITE) == {"email": "bad_email"}


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("erika@gmial.com", "erika@gmail.com"),
        ("erika@gmail.con", "erika@gmail.com"),
        ("erika@t-onlin.de", "erika@t-online.de"),
        ("Erika@GMXX.de", "Erika@gmx.de"),
    ],
)
def test_likely_slips_are_asked_back_once(slip: str, meant: str) -> None:
    assert likely_meant(typed(email=slip)) == meant
    assert likely_meant(Typed({"email": slip}, asked=slip)) == ""


@pytest.mark.parametrize("address", ["erika@gmail.com", "erika@GMX.de", "erika@musterstadt.example", ""])
def test_other_addresses_are_left_alone(address: str) -> None:
    assert likely_meant(typed(email=address)) == ""


@pytest.mark.parametrize("text", ["3.5.1980", "03.05.1980", "3. 5. 1980", "1980-05-03"])
def test_dates_of_birth_are_read_as_people_write_them(text: str) -> None:
    assert birth_date(text) == date(1980, 5, 3)


@pytest.mark.parametrize("text", ["31.2.1980", "3.5.80", "1.1.1850", "11.3.2026", "gestern"])
def test_dates_that_nobody_was_born_on(text: str) -> None:
    assert problems(typed(birth_date=text), ("birth_date",), TODAY, SITE) == {"birth_date": "bad_birth_date"}


def test_what_is_handed_back_is_what_was_typed() -> None:
    """Going back and forth loses nothing."""
    sent = [
        ("p-name", "Erika"),
        ("p-need", "deaf"),
        ("p-need", "blind"),
        ("p-reminder", "60"),
        ("p-sms", "1"),
    ]
    first = read_typed(QueryParams(sent))
    assert sorted(first.fields()) == sorted(sent)
    assert read_typed(QueryParams(first.fields())) == first


def test_only_known_needs_and_reminders_are_taken() -> None:
    found = read_typed(QueryParams([("p-need", "sauna"), ("p-reminder", "7"), ("p-name", "A\x00B\u202eC")]))
    assert (found.needs, found.reminder_min, found["name"]) == ((), None, "A B C")


def test_a_site_proposes_its_usual_reminder_until_the_form_was_sent() -> None:
    assert typed().reminder(SITE) == 2880
    assert Typed(reminder_min=0).reminder(SITE) == 0
    assert read_typed(QueryParams([("p-reminder", "0")])).reminder(SITE) == 0
    assert ("p-reminder", "0") in Typed(reminder_min=0).fields(), "going back keeps that none is wished for"


def test_a_reminder_that_was_chosen_needs_a_way_and_a_proposed_one_does_not() -> None:
    chosen = Typed({"phone": "0371 4880"}, reminder_min=60)
    assert problems(chosen, (), TODAY, SITE) == {"email": "reminder_needs_contact"}
    assert problems(Typed({"phone": "0371 4880"}, reminder_min=2880), (), TODAY, SITE) == {}
    texting = replace(SITE, sms=True)
    assert problems(chosen, (), TODAY, texting) == {"email": "reminder_needs_phone"}
    assert problems(replace(chosen, sms=True), (), TODAY, texting) == {}


@pytest.mark.parametrize(
    ("required", "sms", "wanted"),
    [
        (("name", "phone"), None, True),
        (("name", "phone"), False, False),
        (("name", "phone", "email"), None, False),
        (("name", "contact"), None, False),
        (("name", "contact"), True, True),
    ],
)
def test_a_site_that_asks_for_a_phone_alone_proposes_text_messages(
    required: tuple[str, ...], sms: bool | None, wanted: bool
) -> None:
    site = replace(SITE, sms=True, required_fields=required)
    assert Typed(sms=sms).wants_sms(site) is wanted
    assert not Typed(sms=sms).wants_sms(replace(site, sms=False))


def test_a_box_that_is_not_ticked_is_told_by_the_field_beside_it() -> None:
    assert read_typed(QueryParams([("p-sms", "0")])).sms is False
    assert read_typed(QueryParams([("p-sms", "0"), ("p-sms", "1")])).sms is True
    assert read_typed(QueryParams([])).sms is None
