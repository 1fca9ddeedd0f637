"""What the clerk at a counter may note as missing: the documents of the visits there, and the noting.

What must not live here: of which visits it may be noted (`domain.lacking`), and words for pages.
"""

from collections.abc import Collection, Iterator
from typing import Any

from queue_server.domain import lacking
from queue_server.domain.errors import BadInput
from queue_server.domain.papers import Answers, documents_of, key_of, papers_of
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Service
from queue_server.services.bringing import answers_of, booked_as
from queue_server.services.counter import require_holder
from queue_server.services.ports import Answer, Unit
from queue_server.services.visits import by_id


def documents(unit: Unit, counter_id: str, clerk_id: str, hidden: Collection[str]) -> Answer:
    """Return the visits of a counter, each with its documents: first what the visitor's answers asked for.

    `hidden` are the services of which this clerk is not told. Raises `CounterNotOpen`, `CounterTaken`.
    """
    require_holder(unit, counter_id, clerk_id)
    found = lacking.visits(unit.hall, counter_id, unit.now)
    return {"visits": [_visit(unit, ticket, hidden) for ticket in found]}


def note(
    unit: Unit, counter_id: str, clerk_id: str, ticket_id: int, what: tuple[str, str], *, missing: bool
) -> Answer:
    """Note that a document was missing, or that it was there after all. `what`: its service and its key.

    Raises `VisitGone` ten minutes after the visit, `BadInput` for what the service does not ask for.
    """
    require_holder(unit, counter_id, clerk_id)
    ticket = by_id(unit, ticket_id)
    decide = lacking.note if missing else lacking.take_back
    events = decide(unit.hall, counter_id, ticket, what, unit.now)
    if missing and not any(what[1] in documents_of(one) for one in _services(unit, ticket, {what[0]})):
        raise BadInput(field="document")
    unit.record(events)
    return {"ticket": ticket.id, "service": what[0], "document": what[1], "missing": missing}


def _visit(unit: Unit, ticket: Ticket, hidden: Collection[str]) -> Answer:
    told = [one for one in _services(unit, ticket, ticket.services) if one.id not in hidden]
    noted = unit.hall.lacking.get(ticket.id, set())
    return {
        "ticket": ticket.id,
        "number": ticket.number,
        "state": ticket.state.value,
        "documents": [
            {**one, "missing": (one["service"], one["document"]) in noted}
            for one in documents_of_visit(told, answers_of(unit, booked_as(unit, ticket)))
        ],
    }


def documents_of_visit(services: list[Service], answers: Answers) -> list[dict[str, Any]]:
    """Return each document once: what is needed, what nobody was asked about, what the answers left out."""
    found: dict[str, dict[str, Any]] = {}
    needed = [(service, paper) for service in services for paper in papers_of([service], answers)]
    # What one service needs for certain is certain, though another one needs it perhaps.
    for surely in (True, False):
        for service, paper in needed:
            condition = paper.only_if
            if surely != (condition is None):
                continue
            found.setdefault(
                key_of(paper.text),
                {
                    "service": service.id,
                    "document": key_of(paper.text),
                    "name": dict(paper.text),
                    "needed": "perhaps" if condition else "yes",
                    "question": dict(condition.question) if condition else None,
                    "when": condition.when.value if condition else None,
                },
            )
    for service in services:
        for key, text in documents_of(service).items():
            left_out = {"service": service.id, "document": key, "name": dict(text), "needed": "no"}
            found.setdefault(key, {**left_out, "question": None, "when": None})
    return sorted(found.values(), key=lambda one: ("yes", "perhaps", "no").index(one["needed"]))


def _services(unit: Unit, ticket: Ticket, among: Collection[str]) -> Iterator[Service]:
    known = {service.id: service for service in unit.town.services}
    return (known[id_] for id_, _ in ticket.concern if id_ in known and id_ in among)
