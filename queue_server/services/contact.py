"""Use cases on a visitor's contact after booking."""

from dataclasses import replace

from queue_server.domain.errors import BadInput, NotFound
from queue_server.services.appointments import find_appointment
from queue_server.services.ports import Answer, Unit


def correct_mail(unit: Unit, reference: str, email: str) -> Answer:
    """Write to another address from now on; mail that was given up for the old one is sent again.

    Raises `NotFound` when nobody is known any more, `BadInput` for what is no address.
    """
    found = find_appointment(unit, reference)
    person = unit.person(found.id)
    if person is None or not person.email:
        raise NotFound(what="contact")
    local, _, host = email.rpartition("@")
    if not local or "." not in host.strip(".") or any(sign.isspace() for sign in email):
        raise BadInput(field="email")
    unit.correct_mail(found.id, replace(person, email=email))
    return {"reference": reference}
