"""The tables of fields of places, devices and offices: from the area to the category.

What must not live here: town and site (`web.admin.kinds_site`), services and people.
"""

from typing import Final

from queue_server.domain.town import WAYS, Chime
from queue_server.web.admin.fields import Field, Part, Sort, Widget


def _sort(what: str, *fields: Field, of_town: bool = False) -> Sort:
    return Sort(what, (Part("all", fields),), of_town=of_town)


AREA: Final = _sort(
    "area",
    Field("name", Widget.TEXTS),
    Field("hint", Widget.TEXTS),
    Field("limit", Widget.NUMBER, optional=True, in_list=True),
)
ROOM: Final = _sort(
    "room",
    Field("name", Widget.TEXT, required=True, most=40),
    Field("floor", Widget.TEXT, in_list=True, most=40),
    Field("area_id", Widget.CHOICE, choices="areas", required=True, in_list=True),
    Field("step_free", Widget.SWITCH, in_list=True),
)
COUNTER: Final = _sort(
    "counter",
    Field("name", Widget.TEXT, required=True, most=40),
    Field("room_id", Widget.CHOICE, choices="rooms", required=True, in_list=True),
)
DISPLAY: Final = Sort(
    "display",
    (
        Part(
            "shows",
            (
                Field("name", Widget.TEXT, required=True, most=80),
                Field("area_ids", Widget.CHOICES, choices="areas", required=True, in_list=True),
                Field("service_ids", Widget.CHOICES, choices="services"),
                Field("min_on_screen_s", Widget.NUMBER),
            ),
        ),
        Part(
            "reading",
            (
                Field("distance_m", Widget.DECIMAL, in_list=True),
                Field("diagonal_in", Widget.DECIMAL),
                Field("upright", Widget.SWITCH),
            ),
        ),
        Part("ways", tuple(Field(f"{way}_ids", Widget.CHOICES, choices="rooms") for way in WAYS)),
        Part(
            "sound",
            (
                Field("spoken", Widget.CHOICES, choices="languages_of_calls"),
                Field("chime", Widget.CHOICE, choices="chimes", of=Chime),
                Field("loud_hours", Widget.HOURS),
                Field("soft_volume", Widget.NUMBER),
            ),
        ),
        Part(
            "quiet",
            (
                Field("quiet_after_s", Widget.NUMBER),
                Field("quiet_texts", Widget.TEXT_LINES, most=240),
                Field("quiet_pictures", Widget.CHOICES, choices="pictures"),
            ),
        ),
    ),
)
KIOSK: Final = _sort(
    "kiosk",
    Field("name", Widget.TEXT, required=True, most=80),
    Field("area_id", Widget.CHOICE, choices="areas", required=True, in_list=True),
    Field("printer", Widget.TEXT, required=True, in_list=True),
    Field("languages", Widget.CHOICES, choices="languages", required=True, in_list=True),
    Field("screen_width_mm", Widget.NUMBER),
)
DEPARTMENT: Final = _sort(
    "department",
    Field("name", Widget.TEXTS),
    Field("site_ids", Widget.CHOICES, choices="sites", required=True, in_list=True),
    Field("phone", Widget.TEXT, in_list=True, most=60),
    Field("horizon_days", Widget.NUMBER, in_list=True),
    of_town=True,
)
CATEGORY: Final = _sort("category", Field("name", Widget.TEXTS), of_town=True)
KINDS: Final = {one.what: one for one in (AREA, ROOM, COUNTER, DISPLAY, KIOSK, DEPARTMENT, CATEGORY)}
