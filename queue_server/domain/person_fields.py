"""What a site may ask of who books, and why it asks: the words for the fields, and each one's reason.

What must not live here: what somebody typed (`domain.person`), and the words of pages.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Final

PERSON_FIELDS: Final = ("name", "contact", "email", "phone", "address", "birth_date")
"""What a site may require of who books; `contact` is one way to reach the person, whichever it is."""

REQUIRED_FIELDS: Final = ("name", "contact")
"""What a site requires that says nothing about it."""

_WAYS: Final = ("email", "phone")


@dataclasses.dataclass(frozen=True, slots=True)
class FieldReason:
    """Why a site asks for one of `PERSON_FIELDS`, as visitors read it in each language."""

    field: str
    reason: Mapping[str, str] = dataclasses.field(default_factory=dict)


def reason_for(reasons: Iterable[FieldReason], name: str) -> Mapping[str, str]:
    """Return the site's own reason for a field; empty where it gives none.

    What is said of a contact holds for mail address and telephone number that have no reason of their own.
    """
    known = {one.field: one.reason for one in reasons}
    return known.get(name) or (known.get("contact", {}) if name in _WAYS else {})
