"""Why a site asks for a field: its own words, or none."""

from queue_server.domain.person_fields import FieldReason, reason_for

CONTACT = FieldReason("contact", {"de": "Falls wir absagen müssen"})
PHONE = FieldReason("phone", {"de": "Wir rufen zurück"})


def test_a_field_has_the_reason_that_the_site_gives() -> None:
    assert reason_for((CONTACT, PHONE), "phone") == PHONE.reason


def test_the_reason_for_a_contact_holds_for_mail_and_telephone_without_one_of_their_own() -> None:
    assert reason_for((CONTACT, PHONE), "email") == CONTACT.reason
    assert reason_for((CONTACT,), "phone") == CONTACT.reason


def test_what_the_site_says_nothing_about_has_no_reason() -> None:
    assert reason_for((CONTACT, PHONE), "birth_date") == {}
    assert reason_for((), "name") == {}
