"""What stands beside a display's form: how large its numbers are and from where they read, with a warning.

What must not live here: the figures (`domain.viewing`).
"""

from typing import Any, Final

from babel.numbers import format_decimal

from queue_server.domain.town import Display, Site
from queue_server.domain.viewing import Viewing, figures, most_at_once
from queue_server.services.locales import locale_of
from queue_server.web.pages import PageCall

_SHOWN: Final = 4


def beside_display(call: PageCall, display: Display, site: Site | None) -> dict[str, Any]:
    """Return the figures of a display whose distance is set, as sentences; nothing without."""
    if site is None or not display.distance_m or not display.diagonal_in:
        return {}
    viewing = Viewing(display.distance_m, display.diagonal_in, display.upright)
    most, counters = most_at_once(viewing), _counters(display, site)
    return {
        "needed": {
            "distance": _number(call, viewing.distance_m),
            "number": _number(call, round(viewing.number_mm)),
            "text": _number(call, round(viewing.text_mm)),
        },
        "lines": [
            {
                "n": one.calls,
                "number": _number(call, int(one.number_mm)),
                "until": _number(call, int(one.reads_until_m * 10) / 10),
            }
            for one in figures(viewing)[: max(_SHOWN, min(counters, most))]
        ],
        "state": "none" if most == 0 else "pages" if counters > most else "enough",
        "most": most,
        "counters": counters,
    }


def _counters(display: Display, site: Site) -> int:
    rooms = {room.id for room in site.rooms if not display.area_ids or room.area_id in display.area_ids}
    return sum(counter.room_id in rooms for counter in site.counters)


def _number(call: PageCall, value: float) -> str:
    return str(format_decimal(value, format="#,##0.#", locale=locale_of(call.language)))
