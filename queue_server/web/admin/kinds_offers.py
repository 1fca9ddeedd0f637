"""The tables of fields of services and clerks.

What must not live here: places and devices (`kinds_places`, `kinds_site`), and adding a service, which asks
who does it (`page_new_service`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from queue_server.domain.admission import Admission, AdmissionTime
from queue_server.domain.papers import key_of
from queue_server.domain.town import Absence, Channel, Combines, DocumentIf, Reply
from queue_server.web.admin.fields import Field, Part, Sort, Widget
from queue_server.web.admin.kinds_site import ADMISSION_COLUMNS

_DOCUMENT_IF: Final = (
    Field("document", Widget.TEXTS),
    Field("question", Widget.TEXTS, known="questions"),
    Field("when", Widget.CHOICE, choices="replies", of=Reply),
)
_WHAT: Final = (
    Field("name", Widget.TEXTS),
    Field("department_id", Widget.CHOICE, choices="departments", required=True, in_list=True),
    Field("category_id", Widget.CHOICE, choices="categories", required=True, in_list=True),
    Field("minutes", Widget.NUMBER, in_list=True),
    Field("further_minutes", Widget.NUMBER),
    Field("included", Widget.NUMBER),
    Field("max_count", Widget.NUMBER),
    Field("documents", Widget.TEXT_LINES),
    Field("documents_if", Widget.ROWS, of=DocumentIf, columns=_DOCUMENT_IF),
    Field("site_ids", Widget.CHOICES, choices="sites"),
    Field("area_by_site", Widget.EACH, keys="sites", choices="areas_of"),
)
_KEY: Final = Field("key", Widget.TEXT, most=60)
_WAYS: Final = (
    Field("channel", Widget.CHOICE, choices="channels", of=Channel, in_list=True),
    Field("link", Widget.TEXT, most=500),
    Field("admission", Widget.CHOICE, choices="admissions", of=Admission),
    Field(
        "admission_times",
        Widget.ROWS,
        of=AdmissionTime,
        columns=(*ADMISSION_COLUMNS, Field("site_id", Widget.CHOICE, choices="sites", optional=True)),
    ),
    Field("bookable_from", Widget.DATE, optional=True),
    Field("bookable_until", Widget.DATE, optional=True),
)
_RULES: Final = (
    Field("named_clerk", Widget.SWITCH),
    Field("combines", Widget.CHOICE, choices="combining", of=Combines),
    Field("sensitive", Widget.SWITCH),
    Field("confirm_first", Widget.SWITCH),
    Field("confirm_hours_before", Widget.NUMBER),
    Field("leika", Widget.TEXT, most=40),
    _KEY,
)


def with_areas(values: Mapping[str, Any], around: Any) -> dict[str, Any]:
    """Keep areas to the sites that are ticked; one that says nothing waits in the site's first area."""
    ticked = values["site_ids"]
    first = {site.id: site.areas[0].id for site in around.town.sites if site.areas}
    chosen = {**first, **values["area_by_site"]}
    return {**values, "area_by_site": {id_: chosen[id_] for id_ in ticked if id_ in chosen}}


def completed_offer(values: Mapping[str, Any], around: Any, thing: Any) -> dict[str, Any]:
    """Keep areas to the sites, and give a question that the town asks already its words in other languages.

    Equal German words are one question: whoever took it from the list need not translate it again. A row that
    stood here already was shown with its translations: whoever cleared them meant it.
    """
    shown = {_named(one) for one in thing.documents_if} if thing is not None else set()
    known = {
        key_of(one.question): one.question for service in around.town.services for one in service.documents_if
    }
    rows = tuple(
        replace(one, question=known.get(key_of(one.question), one.question))
        if len(one.question) == 1 and _named(one) not in shown
        else one
        for one in values["documents_if"]
    )
    return with_areas({**values, "documents_if": rows}, around)


def _named(one: DocumentIf) -> tuple[str, str]:
    return key_of(one.document), key_of(one.question)


SERVICE: Final = Sort(
    "service",
    (Part("what", _WHAT, completed=completed_offer), Part("ways", _WAYS), Part("rules", _RULES)),
    of_town=True,
    filters=("department_id", "category_id", "channel"),
)
NEW_SERVICE: Final = replace(
    SERVICE,
    parts=(
        Part(
            "new",
            (
                *_WHAT,
                Field("clerk_ids", Widget.CHOICES, choices="clerks"),
                _WAYS[0],
                _WAYS[1],
            ),
            completed=completed_offer,
        ),
    ),
)
"""What adding asks for: all that a service needs, and who does it, which stands with the clerks."""

_PERSON: Final = (
    Field("name", Widget.TEXT, required=True, most=80, in_list=True),
    Field("user", Widget.TEXT, most=40, in_list=True),
    Field("site_ids", Widget.CHOICES, choices="sites", required=True, in_list=True),
    Field("service_ids", Widget.CHOICES, choices="skills"),
)
_ROSTER: Final = Field("roster", Widget.ROSTER)
_ABSENCES: Final = Field(
    "absences",
    Widget.ROWS,
    of=Absence,
    columns=(
        Field("first", Widget.DATE, optional=True),
        Field("since", Widget.TIME, optional=True),
        Field("last", Widget.DATE),
    ),
)
CLERK: Final = Sort(
    "clerk",
    (Part("person", _PERSON), Part("roster", (_ROSTER,)), Part("absences", (_ABSENCES,))),
    of_town=True,
    filters=("site_ids",),
)
KINDS: Final = {sort.what: sort for sort in (SERVICE, CLERK)}
