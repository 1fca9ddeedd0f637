"""A new site is whole from its first moment: one area, room, counter and display, and hours in the morning.

What must not live here: whether a site is whole (`domain.town_check`). All of it is changed afterwards.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import time
from typing import Any, Final

from queue_server.domain.town import Area, Counter, Display, OpeningHours, Room, Site
from queue_server.web.admin.ids import proposed_id
from queue_server.web.texts import Texts

WORKDAYS: Final = range(5)
OPENS: Final = time(8)
CLOSES: Final = time(12)


def starting_site(
    id_: str,
    values: Mapping[str, Any],
    words: Mapping[str, Texts],
    taken: Callable[[str], Collection[str]],
) -> Site:
    """Return a site with the least that it needs. `words`: by language; `taken`: the ids given, by kind."""
    name = {language: say("admin.starting_area") for language, say in words.items()}
    display = words["de"]("admin.starting_display")
    area = Area(proposed_id(name["de"], "area", id_, taken("area")), name)
    room = Room(proposed_id("1", "room", id_, taken("room")), "1", area.id)
    counter = Counter(proposed_id("1", "counter", id_, taken("counter")), "1", room.id)
    shown = Display(proposed_id(display, "display", id_, taken("display")), display, (area.id,))
    return Site(
        id=id_,
        **values,
        areas=(area,),
        rooms=(room,),
        counters=(counter,),
        displays=(shown,),
        opening=tuple(OpeningHours(day, OPENS, CLOSES) for day in WORKDAYS),
    )
