"""The tables of fields of places and devices: area, room, counter, display, kiosk, department, category.

What must not live here: town and site (`web.admin.kinds_site`), services and people.
"""

from typing import Final

from queue_server.web.admin.fields import Field, Part, Sort, Widget

AREA: Final = Sort(
    "area",
    (
        Part(
            "all",
            (
                Field("name", Widget.TEXTS),
                Field("hint", Widget.TEXTS),
                Field("limit", Widget.NUMBER, optional=True, in_list=True),
            ),
        ),
    ),
)
KINDS: Final = {sort.what: sort for sort in (AREA,)}
