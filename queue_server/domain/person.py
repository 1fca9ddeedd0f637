"""Who books: what a visitor tells, and how two contacts are found to be the same one.

Nothing here is ever put into an event, an appointment, a log line or an address.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_NOT_A_DIGIT: Final = re.compile(r"\D")
_GERMANY: Final = "49"


@dataclass(frozen=True, slots=True)
class Person:
    """What a visitor told; every field may be empty. `birth_date` is ISO 8601, `needs` are codes.

    `for_whom` names the person a booking is for when somebody else books; `by` is that somebody.
    `reminder_min` is how long before the time a reminder is wished for; None for none. `answer` is what the
    town hall wrote to the visitor about a request: it is theirs, so it is erased with what they told. `sms`:
    text messages are wished for, too. `paper_answers` is what was said to the questions about documents, as
    `domain.papers.written_answers` writes it: "married before" is nobody's business once the visit is over.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    birth_date: str = ""
    for_whom: str = ""
    remarks: str = ""
    needs: tuple[str, ...] = ()
    reminder_min: int | None = None
    by: str = ""
    answer: str = ""
    sms: bool = False
    paper_answers: str = ""

    def __repr__(self) -> str:
        return "Person(…)"  # an error's text goes to the log

    @property
    def has_contact(self) -> bool:
        return bool(self.email.strip() or self.phone.strip())

    def lacks(self, field: str) -> bool:
        """Say whether a field that a site may require is empty; `contact` is any way to reach the person."""
        if field == "contact":
            return not self.has_contact
        return not str(getattr(self, field)).strip()


def contacts_of(person: Person) -> tuple[str, ...]:
    """Return the person's contacts, each in the one spelling under which bookings are counted."""
    email, phone = normal_email(person.email), normal_phone(person.phone)
    return (*((f"mail:{email}",) if email else ()), *((f"phone:{phone}",) if phone else ()))


def ways_to(person: Person, *, sms: bool) -> tuple[str, ...]:
    """Return the channels on which somebody is written to; `sms`: texts are sent about this."""
    by_sms = sms and person.sms and person.phone.strip()
    return (*(("mail",) if person.email.strip() else ()), *(("sms",) if by_sms else ()))


def normal_email(text: str) -> str:
    """Return an address without case, spaces and plus-part: they are one mailbox (failure 21).

    Dots in the first part stay: only some providers ignore them.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    local, at, domain = plain.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain.rstrip('.')}" if at else plain


def normal_phone(text: str) -> str:
    """Return the digits with the country's: 0371 488-0, +49 (0)371 4880 and 0049 371 4880 are one phone."""
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = "".join(str(unicodedata.decimal(sign)) for sign in _NOT_A_DIGIT.sub("", plain))
    if plain.startswith("+"):
        return _without_zero(digits)
    if digits.startswith("00"):
        return _without_zero(digits[2:])
    return _GERMANY + digits[1:] if digits.startswith("0") else digits


def _without_zero(digits: str) -> str:
    """Drop the zero that people write in brackets behind the country."""
    return _GERMANY + digits[3:] if digits.startswith(_GERMANY + "0") else digits
