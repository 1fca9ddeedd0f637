"""Two spellings of one contact are one contact (failure 21)."""

import pytest

from queue_server.domain.person import Person, contacts_of, normal_email, normal_phone


@pytest.mark.parametrize(
    "spelt",
    [
        "erika@example.org",
        "Erika@Example.ORG",
        " erika@example.org ",
        "erika+amt@example.org",
        "e rika@example.org",
        "erika@example.org.",
        "ｅｒｉｋａ@example.org",
    ],
)
def test_one_mailbox_has_many_spellings(spelt: str) -> None:
    """Failure 21."""
    assert normal_email(spelt) == "erika@example.org"


@pytest.mark.parametrize(
    "spelt",
    [
        "0371 488-0",
        "+49 371 4880",
        "0049 371 4880",
        "(0371) 4880",
        "+49 371 / 488 0",
        "０３７１ 4880",
        "+49 (0)371 4880",
        "٠٣٧١ 4880",
    ],
)
def test_one_phone_has_many_spellings(spelt: str) -> None:
    """Failure 21."""
    assert normal_phone(spelt) == "493714880"


@pytest.mark.parametrize(("text", "plain"), [("", ""), ("no address", "noaddress"), ("+@x.de", "+@x.de")])
def test_what_is_no_address_is_taken_as_it_is(text: str, plain: str) -> None:
    assert normal_email(text) == plain


def test_others_stay_others() -> None:
    """A dot in the first part is another mailbox at most providers."""
    assert normal_email("e.rika@example.org") != normal_email("erika@example.org")
    assert normal_email("erika@example.org") != normal_email("erik@example.org")
    assert normal_phone("0371 4880") != normal_phone("0371 4881")


def test_any_way_to_reach_somebody_is_a_contact() -> None:
    nobody, caller = Person("Erika"), Person("Erika", phone="0371")
    assert (nobody.lacks("contact"), caller.lacks("contact")) == (True, False)
    assert (caller.lacks("name"), caller.lacks("email")) == (False, True)
    assert Person(" ").lacks("name")
    assert contacts_of(Person(email="A@b.de", phone="01")) == ("mail:a@b.de", "phone:491")
    assert contacts_of(nobody) == ()


def test_a_person_is_not_told_by_accident() -> None:
    """Failure 27: an error's text goes to the log."""
    assert "Erika" not in repr(Person("Erika", "erika@example.org"))
