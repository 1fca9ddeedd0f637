"""The tables of fields of a town and of a site, in parts that each fit on one page.

What must not live here: what stands in a site (`web.admin.kinds_places`).
"""

from collections.abc import Mapping
from typing import Any, Final

from queue_server.domain.admission import Admission, AdmissionTime
from queue_server.domain.colours import read_colour
from queue_server.domain.look import Face
from queue_server.domain.person_fields import FieldReason
from queue_server.domain.town import Assessment, CallMode, Challenge, CheckIn, Closure, NumberStyle
from queue_server.web.admin.fields import Field, Part, Sort, Widget

ADMISSION_COLUMNS: Final = (
    Field("admits", Widget.CHOICE, choices="admissions", of=Admission, optional=True),
    Field("weekdays", Widget.CHOICES, choices="weekdays", of=int),
    Field("hours", Widget.HOURS),
    Field("first", Widget.DATE, optional=True),
    Field("last", Widget.DATE, optional=True),
)
"""Who is let in at some times; a service's may be for one of its sites, which is one column more."""


def with_read_colours(values: Mapping[str, Any], *_: object) -> dict[str, Any]:
    """Return the values with "0B6" as "#00bb66"; what is no colour stays, and is told at its field."""
    names = ("look_accent", "look_second")
    return {**values, **{name: read_colour(values[name]) or values[name] for name in names}}


TOWN: Final = Sort(
    "town",
    (
        Part(
            "all",
            (
                Field("name", Widget.TEXTS),
                Field("languages", Widget.CHOICES, choices="known_languages", required=True),
                Field("report_email", Widget.TEXT, most=120),
                Field("report_copies", Widget.LINES, most=120),
            ),
        ),
        Part(
            "statement",
            (
                Field("statement_email", Widget.TEXT, most=120),
                Field("statement_phone", Widget.TEXT, most=60),
                Field("statement_assessed_on", Widget.DATE, optional=True),
                Field("statement_method", Widget.CHOICE, choices="assessments", of=Assessment),
                Field("statement_gaps", Widget.LONG_TEXTS, most=2000),
                Field("statement_body", Widget.LONG_TEXTS, most=1000),
            ),
        ),
        Part(
            "look",
            (
                Field("look_accent", Widget.TEXT, most=20),
                Field("look_second", Widget.TEXT, most=20),
                Field("look_face", Widget.CHOICE, choices="faces", of=Face),
                Field("look_logo", Widget.CHOICE, choices="logos"),
            ),
            completed=with_read_colours,
        ),
    ),
    of_town=True,
    one=True,
)
_PLACE: Final = Part(
    "place",
    (
        Field("name", Widget.TEXTS),
        Field("address", Widget.TEXT, in_list=True),
        Field("phone", Widget.TEXT, in_list=True, most=60),
        Field("email", Widget.TEXT, most=120),
        Field("time_zone", Widget.CHOICE, choices="time_zones"),
        Field("languages", Widget.CHOICES, choices="languages"),
    ),
)
_HOURS: Final = Part(
    "hours",
    (
        Field("always_open", Widget.SWITCH),
        Field("opening", Widget.WEEK),
        Field("holidays", Widget.CHOICE, choices="states"),
        Field(
            "closures",
            Widget.ROWS,
            of=Closure,
            columns=(Field("on", Widget.DATE), Field("reason", Widget.TEXTS)),
        ),
    ),
)
_ADMISSION: Final = Part(
    "admission",
    (
        Field("call_mode", Widget.CHOICE, choices="call_modes", of=CallMode, in_list=True),
        Field("fetch_hint", Widget.TEXTS),
        Field("admission", Widget.CHOICE, choices="admissions", of=Admission),
        Field("admission_times", Widget.ROWS, of=AdmissionTime, columns=ADMISSION_COLUMNS),
        Field("admission_notice", Widget.LONG_TEXTS, most=1000),
        Field("check_in", Widget.CHOICE, choices="check_ins", of=CheckIn),
        Field("come_early_min", Widget.NUMBER),
    ),
)
_BOOKING: Final = Part(
    "booking",
    (
        Field("required_fields", Widget.CHOICES, choices="person_fields"),
        Field("kiosk_fields", Widget.CHOICES, choices="person_fields"),
        Field(
            "field_reasons",
            Widget.ROWS,
            of=FieldReason,
            columns=(
                Field("field", Widget.CHOICE, choices="person_fields", optional=True),
                Field("reason", Widget.TEXTS),
            ),
        ),
        Field("bookable_from", Widget.DATE, optional=True),
        Field("lead_min", Widget.NUMBER),
        Field("walk_in_share", Widget.NUMBER),
        Field("max_open_bookings", Widget.NUMBER),
        Field("max_daily_bookings", Widget.NUMBER),
        Field("confirm_by_mail", Widget.SWITCH),
        Field("confirm_within_min", Widget.NUMBER),
        Field("interpreter_languages", Widget.CHOICES, choices="interpreted"),
        Field("interpreter_days", Widget.NUMBER),
        Field("challenge", Widget.CHOICE, choices="challenges", of=Challenge),
        Field("challenge_above", Widget.NUMBER),
    ),
)
_MESSAGES: Final = Part(
    "messages",
    (
        Field("reminder_default", Widget.CHOICE, choices="reminders", of=int),
        Field("sms", Widget.SWITCH),
        Field("erase_days", Widget.NUMBER),
    ),
)
_CALLING: Final = Part(
    "calling",
    (
        Field("number_style", Widget.CHOICE, choices="number_styles", of=NumberStyle),
        Field("announce_languages", Widget.CHOICES, choices="languages_of_calls"),
        Field("announce_own_language", Widget.SWITCH),
        Field("speech_rate", Widget.NUMBER),
        Field("min_on_screen_s", Widget.NUMBER),
        Field("no_show_after_s", Widget.NUMBER),
        Field("way_min", Widget.NUMBER),
        Field("patience_factor", Widget.DECIMAL),
        Field("grace_min", Widget.NUMBER),
        Field("staff_alarm", Widget.SWITCH),
        Field("show_hit_rate", Widget.SWITCH),
        Field("open_figures", Widget.SWITCH),
    ),
)
_SLIP: Final = Part(
    "slip",
    (
        Field("slip_header", Widget.TEXT_LINES),
        Field("slip_footer", Widget.TEXT_LINES),
        Field("slip_logo", Widget.SWITCH),
    ),
)
SITE: Final = Sort("site", (_PLACE, _HOURS, _ADMISSION, _BOOKING, _MESSAGES, _CALLING, _SLIP))
KINDS: Final = {sort.what: sort for sort in (TOWN, SITE)}
