"""What visitors came without, over HTTP: `/api/v1/counters/{counter}/documents` and `…/missing`."""

from typing import Literal, TypedDict

from queue_server.domain.access import Act
from queue_server.services import lacking
from queue_server.services.ports import Answer, Unit
from queue_server.services.wording import untold
from queue_server.web import models
from queue_server.web.answers import InWords, TicketState
from queue_server.web.api import PREFIX, ApiRoute, Call


class DocumentOfVisit(TypedDict):
    """A document that a service of the visit asks for; `document` is its key, made of the German words.

    `needed`: `perhaps` when nobody answered its `question` (then it is needed if the answer is `when`), `no`
    when the visitor's answers left it out. `missing`: that was noted.
    """

    service: str
    document: str
    name: InWords
    needed: Literal["yes", "perhaps", "no"]
    question: InWords | None
    when: Literal["yes", "no"] | None
    missing: bool


class VisitWithDocuments(TypedDict):
    """A visit and what to bring for it, each document once, the needed ones first."""

    ticket: int
    number: int
    state: TicketState
    documents: list[DocumentOfVisit]


class CounterDocuments(TypedDict):
    """The visits of which something may be noted: who is served, then who went within ten minutes."""

    visits: list[VisitWithDocuments]


class MissingNoted(TypedDict):
    """What is known from now on of one document of a visit."""

    ticket: int
    service: str
    document: str
    missing: bool


async def see_documents(call: Call) -> Answer:
    """Return what to bring for the visits at a counter, and what of it was missing."""
    clerk_id, house = call.clerk_id(), call.house

    def work(unit: Unit) -> Answer:
        clerk = next((one for one in unit.town.clerks if one.id == clerk_id), None)
        return lacking.documents(unit, call.id, clerk_id, untold(unit.town, clerk))

    return await house.sequencer.look(call.site_id, work)


async def note_missing(call: Call) -> Answer:
    """Note that a document was missing, during a visit or within ten minutes after; or take it back.

    Nobody is named in the note: it counts which texts fail people.
    """
    body, clerk_id = call.body, call.clerk_id()
    call.house.hub.presence.note(call.id, call.actor.clerk_id)
    what = (body.service, body.document)
    return await call.do(
        lambda u: lacking.note(u, call.id, clerk_id, body.ticket, what, missing=body.missing)
    )


_BUSY = ("counter_taken", "counter_not_open")
ROUTES = [
    ApiRoute(
        "GET",
        f"{PREFIX}/counters/{{counter}}/documents",
        see_documents,
        Act.CALL,
        "counter",
        answer=CounterDocuments,
        refusals=_BUSY,
        tag="counter",
    ),
    ApiRoute(
        "POST",
        f"{PREFIX}/counters/{{counter}}/missing",
        note_missing,
        Act.CALL,
        "counter",
        models.NoteMissing,
        MissingNoted,
        refusals=("visit_gone", *_BUSY),
        tag="counter",
    ),
]
