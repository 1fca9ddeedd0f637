"""What a mistake in a town's set-up is: a path, a stable code, and what was found.

What must not live here: the rules that find mistakes (`town_check`, `town_values`), and texts for people
(the code is looked up in the catalogues as `town.problem.<code>`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_FEW: Final = 12
"""So many possible values may be listed in a message; more would hide the one that matters."""
_MANY: Final = 2_000
"""Among more than these nothing similar is looked for: it would take seconds for each mistake."""


class Code(StrEnum):
    """Every mistake in a set-up; stable, with a text in each catalogue."""

    AREA_MISSING = "area_missing"
    BAD_COLOUR = "bad_colour"
    BAD_EMAIL = "bad_email"
    BAD_ID = "bad_id"
    BAD_LANGUAGE = "bad_language"
    BAD_LINK = "bad_link"
    BAD_PICTURE = "bad_picture"
    BAD_PRINTER = "bad_printer"
    BAD_USER = "bad_user"
    CHALLENGE_WITHOUT_WAYS = "challenge_without_ways"
    CONTROL_CHARACTER = "control_character"
    DATES_BACKWARDS = "dates_backwards"
    DISPLAY_WITHOUT_AREA = "display_without_area"
    DUPLICATE = "duplicate"
    DUPLICATE_CLOSURE = "duplicate_closure"
    GERMAN_MISSING = "german_missing"
    HOURS_BACKWARDS = "hours_backwards"
    HOURS_OVERLAP = "hours_overlap"
    INCLUDED_OVER_MAX = "included_over_max"
    LINK_MISSING = "link_missing"
    LOW_CONTRAST = "low_contrast"
    OUT_OF_RANGE = "out_of_range"
    PHONE_MISSING = "phone_missing"
    SERVICE_WITHOUT_CLERK = "service_without_clerk"
    SITE_NEVER_OPEN = "site_never_open"
    SITE_WITHOUT_AREA = "site_without_area"
    SITE_WITHOUT_COUNTER = "site_without_counter"
    SITE_WITHOUT_DISPLAY = "site_without_display"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_REFERENCE = "unknown_reference"
    UNKNOWN_STATE = "unknown_state"
    UNKNOWN_TIME_ZONE = "unknown_time_zone"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `path` leads to the value within the `Town`: `("sites", 0, "rooms", 2, "area_id")`.

    `params` may hold `found`, `expected` and `suggestion` (the nearest of the expected), all text.
    """

    path: Path
    code: Code
    params: Mapping[str, str] = field(default_factory=dict)


def nearest(found: str, candidates: Collection[str]) -> str:
    """Return the candidate that `found` was probably meant to be, or the empty text.

    Swapped letters come first: of "rathaus-og" and "rathaus-eg", the second was meant by "rathaus-ge".
    """
    if len(candidates) > _MANY:
        return ""
    written = {one.casefold(): one for one in candidates}
    word = found.casefold()
    close = get_close_matches(word, written, n=3, cutoff=0.6)
    close.sort(key=lambda one: sorted(one) != sorted(word))
    return written[close[0]] if close else ""


def listed(values: Collection[str]) -> str:
    """Return the values as one text when they are few, else the empty text."""
    return ", ".join(sorted(set(values))) if len(values) <= _FEW else ""


def unknown(path: Path, found: str, known: Collection[str], code: Code = Code.UNKNOWN_REFERENCE) -> Problem:
    """Make the problem of a name that is not among the known ones."""
    return Problem(
        path, code, {"found": found, "expected": listed(known), "suggestion": nearest(found, known)}
    )
