"""Hours of a day as people type them, "8-12 Uhr und 13.30 bis 16", read and told what is wrong with them.

What must not live here: forms (`web.admin.reading`), and whether hours overlap (`domain.town_values`).
"""

import re
from collections.abc import Collection
from datetime import time
from typing import Final

from queue_server.domain.written_hours import parse_hours

CELL_MIN: Final = 5
"""The grid of all times: a booking fills whole cells of it, and 08:07 begins none."""
_UNTIL: Final = re.compile(r"\s*(?:\bbis\b|\bto\b|[-–—])\s*", re.IGNORECASE)
_AND: Final = re.compile(r"\s*(?:\bund\b|\band\b|[,;/+])\s*", re.IGNORECASE)
_NO_SIGN: Final = re.compile(r"\buhr\b|(?<=\d)\s*h\b", re.IGNORECASE)
Stretches = tuple[tuple[time, time], ...]


def read_hours(text: str, at: str, wrong: dict[str, str]) -> Stretches:
    """Return the stretches that were typed; what cannot be one is told in `wrong`."""
    found = _parsed(text)
    if found is None:
        wrong[at] = "not_hours"
        return ()
    if any(one.minute % CELL_MIN for one in _ends(found)):
        wrong[at] = "not_five_minutes"
        return ()
    return found


def _ends(stretches: Stretches) -> Collection[time]:
    return [one for stretch in stretches for one in stretch]


def _parsed(text: str) -> Stretches | None:
    plain = _NO_SIGN.sub("", text).replace(".", ":")
    plain = _AND.sub(",", _UNTIL.sub("-", plain)).strip()
    return parse_hours(plain) if plain else ()
