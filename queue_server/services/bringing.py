"""What the holder of an appointment should have along, by their own answers: a reminder, never a barrier.

What must not live here: which documents follow from answers (`domain.papers`), and their words (`wording`).
"""

from collections.abc import Sequence

from queue_server.domain.appointment import Appointment
from queue_server.domain.papers import Answers, Paper, key_of, papers_of, read_answers
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Service
from queue_server.services.appointments import find_appointment
from queue_server.services.ports import Unit
from queue_server.services.wording import told_to_others


def answers_of(unit: Unit, appointment: Appointment | None) -> Answers:
    """Return what was said while booking; nothing once the person is erased."""
    person = unit.person(appointment.id) if appointment else None
    return read_answers(person.paper_answers.split()) if person else {}


def booked_as(unit: Unit, ticket: Ticket) -> Appointment | None:
    """Return the appointment with which a visit began; None for who took a number."""
    if ticket.appointed_at is None:
        return None
    of_day = unit.book.on(unit.hall.business_day)
    return next((one for one in of_day if one.ticket_id == ticket.id), None)


def at_arrival(unit: Unit, reference: str) -> list[Paper]:
    """Return what to bring for an appointment and the one that follows it.

    It is shown where others read along: confidential services are left out. Only for who showed a secret of
    the booking: number, reference and time can be overheard.
    """
    pair = unit.book.pair_of(find_appointment(unit, reference))
    found: dict[str, Paper] = {}
    for one in pair:
        told = list(told_to_others(_services(unit, one)))
        found |= {key_of(paper.text): paper for paper in papers_of(told, answers_of(unit, one))}
    return sorted(found.values(), key=lambda paper: paper.only_if is not None)


def _services(unit: Unit, appointment: Appointment) -> Sequence[Service]:
    known = {service.id: service for service in unit.town.services}
    return [known[id_] for id_, _ in appointment.concern if id_ in known]
